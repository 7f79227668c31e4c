//! How gaps between messages are sent and received under each model (Assignment 2's experiment).

use history::{FitSummary, GapPanel};
use load::Plan;
use services::Script;

use crate::{
    BenchError, Subject,
    measure::Bench,
    server::{Order, Server},
};

impl Bench<'_> {
    /// A few workers send messages with exponential gaps; the server's own statistics tell how they
    /// came.
    pub(crate) fn gaps(&self, subject: &Subject) -> Result<GapPanel, BenchError> {
        let order = Order {
            program: &self.experiment.program,
            service: SERVICE,
            subject,
            task: None,
            ends_lines: false,
            limit: None,
            scratch: self.scratch,
            with_events: false,
        };
        let server = Server::start(&order, self.clock)?;
        let entry = services::by_name(SERVICE).expect("the service is listed");
        let factory = entry.clients(&Script::seed((entry.dialect)()));
        let law = stats::by_name("exponential").expect("the law is listed");
        let mut plan = Plan::new(server.address, law, RATE_HZ).expect("the rate is in range");
        plan.workers = WORKERS;
        plan.intervals = INTERVALS;
        plan.seed = self.experiment.seed;
        let report = load::drive(&plan, &*factory, self.clock, self.stop, &load::Unwatched)?;
        let received = server
            .stop()?
            .summary
            .map(|summary| summary.data_gaps)
            .unwrap_or_default();
        let received_fit = stats::binned_ks(&received.histogram_ns, &*plan.law);
        Ok(GapPanel {
            model: subject.model.clone(),
            law: report.summary.law,
            workers: u64::from(WORKERS),
            sent: report.summary.sent_gaps,
            sent_fit: report.summary.fit,
            received,
            received_fit: received_fit
                .map(|fit| FitSummary::from(&stats::Fit::KolmogorovSmirnov(fit.test()))),
        })
    }
}

const SERVICE: &str = "timestamps";
const WORKERS: u32 = 4;
const INTERVALS: u64 = 250;
const RATE_HZ: f64 = 250.0;
