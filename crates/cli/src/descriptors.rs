//! How many descriptors a process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises this process's limit, which the processes it starts inherit, so that `connections` fit as far
/// as is allowed; a line to say when that changes or leaves something to be
/// desired.
pub fn raise(connections: u64) -> Option<String> {
    let needed = connections + BESIDE;
    let limit = getrlimit(Resource::Nofile);
    let soft = limit.current.filter(|soft| *soft < needed)?;
    let allowed = limit.maximum.map_or(needed, |hard| hard.min(needed));
    let raised = Rlimit {
        current: Some(allowed),
        maximum: limit.maximum,
    };
    let is_raised = allowed > soft && setrlimit(Resource::Nofile, raised).is_ok();
    let now = if is_raised { allowed } else { soft };
    let enough = match now < needed {
        true => format!(
            "; a server of one process needs {needed}, and will run out of them: `ulimit -Hn` sets \
             the hard limit"
        ),
        false => String::new(),
    };
    Some(format!("descriptors a process: {soft}, now {now}{enough}"))
}

/// What a server has open beside its connections, with room to spare.
const BESIDE: u64 = 128;
