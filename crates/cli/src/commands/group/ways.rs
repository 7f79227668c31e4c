//! One message's way in each order that was measured, simulated for the page.

use ::group::{ORDERS, Settings};
use history::Summary;
use report::Way;

/// The page of measured groups.
pub fn page(summary: &Summary) -> String {
    let points = summary.group.iter().flat_map(|group| &group.orders);
    let ways = points.filter_map(|point| {
        let order = ORDERS.iter().find(|order| order.name == point.order)?;
        let log = sim::groups::way(&Settings::new(order)).ok()?;
        let order = order.name.to_owned();
        Some(Way { order, log })
    });
    report::html_of_ways(summary, &ways.collect::<Vec<_>>())
}
