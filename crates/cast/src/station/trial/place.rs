//! Where the members of a trial meet: ports that nobody has, and a first view that all are given.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};

use group::{GroupId, Name, Seat, View, ViewId};

use super::Group;
use crate::{CastError, MULTICAST, Plan, Receiver, Side, UNICAST, Way, Wish, station::Station};

/// The members, by rank. `token` is another in each run, so that no member of an earlier one is taken for one of this.
pub(super) fn stations(group: &Group<'_>, token: u64) -> Result<Vec<Station>, CastError> {
    let plans = match group.cast.name == MULTICAST.name {
        true => multicast(group)?,
        false => unicast(group)?,
    };
    let name = GroupId::of(&format!("bench {token}"));
    let open = |(rank, (sending, receiving)): (usize, &(Plan, Plan))| {
        Station::open(
            (sending, receiving),
            group.settings.clone(),
            (name, self::name(rank)),
            token.wrapping_mul(MEMBERS_MAX).wrapping_add(rank as u64),
            *group.clock,
        )
    };
    let stations = plans.iter().enumerate().map(open);
    let mut stations = stations.collect::<Result<Vec<Station>, _>>()?;
    let first = first_view(&stations);
    for station in &mut stations {
        station.begin_in(first.clone());
    }
    Ok(stations)
}

fn first_view(stations: &[Station]) -> View {
    let seats = stations.iter().enumerate().map(|(rank, station)| Seat {
        member: station.node().member(),
        name: name(rank),
    });
    let seats: Vec<Seat> = seats.collect();
    let id = ViewId {
        epoch: 1,
        by: seats[0].member,
    };
    View { id, seats }
}

fn name(rank: usize) -> Name {
    Name::new(&format!("m{}", rank + 1)).expect("letters and digits are a name")
}

/// All at the same port, which nobody had a moment ago.
fn multicast(group: &Group<'_>) -> Result<Vec<(Plan, Plan)>, CastError> {
    let plan = |side, port| {
        let wish = Wish {
            interface: Some(group.interface.name.clone()),
            ..Wish::new(side, vec![(group.address, port).into()])
        };
        group.cast.plan(&wish)
    };
    let free = Receiver::open(&plan(Side::Receive, 0)?, Way::One, SMALL)?;
    let port = free.local().port();
    let (sending, receiving) = (plan(Side::Send, port)?, plan(Side::Receive, port)?);
    Ok(vec![(sending, receiving); group.members])
}

/// Each at a port of its own, which nobody had a moment ago.
fn unicast(group: &Group<'_>) -> Result<Vec<(Plan, Plan)>, CastError> {
    let v4 = group.interface.v4.first();
    let own = v4.map_or(Ipv4Addr::LOCALHOST, |(own, ..)| *own);
    let free = (0..group.members).map(|_| UdpSocket::bind((own, 0)));
    let free = free.collect::<Result<Vec<UdpSocket>, _>>();
    let free = free.map_err(CastError::prepare("find ports that nobody has"))?;
    let all = free.iter().map(UdpSocket::local_addr);
    let all = all.collect::<Result<Vec<SocketAddr>, _>>();
    let all = all.map_err(CastError::prepare("find ports that nobody has"))?;
    let plan = |side, to| UNICAST.plan(&Wish::new(side, to));
    let plans = all.iter().map(|own| {
        Ok((
            plan(Side::Send, all.clone())?,
            plan(Side::Receive, vec![*own])?,
        ))
    });
    plans.collect()
}

const MEMBERS_MAX: u64 = 64;
const SMALL: usize = 1 << 16;
