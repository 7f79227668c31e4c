//! The verdict, what was tried, and what the checks have to say.

use super::{CHECKS, Case, Finding, Outcome, Target, Trial, Weight, checks::receiver};

/// What the doctor says.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// Whether what was asked for works, as far as this machine can see.
    pub works: bool,
    /// The verdict, in one sentence.
    pub verdict: String,
    /// What was tried.
    pub tried: Vec<Tried>,
    /// Problems first.
    pub findings: Vec<Finding>,
}

/// One thing that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// What.
    pub what: String,
    /// How it went.
    pub outcome: Outcome,
    /// What more there is to say; may be empty.
    pub note: String,
}

impl Case {
    /// Judges it.
    pub fn judge(&self) -> Diagnosis {
        let all = CHECKS.iter().filter_map(|check| check.look(self));
        let mut findings: Vec<Finding> = all.collect();
        // Stable: within a weight the order of the checks stays.
        findings.sort_by_key(|finding| finding.weight);
        let problem = findings.iter().find(|one| one.weight == Weight::Problem);
        let works =
            problem.is_none() && self.probes.asked.is_good() && self.probes.at_port.is_good();
        Diagnosis {
            works,
            verdict: match works {
                true => self.why_it_works(),
                false => self.why_not(problem),
            },
            tried: self.tried(),
            findings,
        }
    }

    fn why_it_works(&self) -> String {
        let target = self.question.target;
        let Some(one) = self.leaves_by() else {
            return format!("{target} works, as far as this machine can see.");
        };
        let (name, ttl) = (&one.name, self.question.ttl);
        match target {
            _ if one.is_loopback => format!(
                "{target} works on {name}, on this machine only: {name} leads nowhere else{}.",
                match receiver::is_missing(self) {
                    true => "; but nobody receives there now",
                    false => "",
                }
            ),
            Target::Multicast(_) if ttl == 0 => format!(
                "{target} works on {name}, as far as this machine can see: nothing was sent beyond it (TTL 0)."
            ),
            Target::Multicast(_) => format!(
                "{target} works on {name}: sent with TTL {ttl} and heard here; whether others hear it only they can say."
            ),
            Target::Broadcast(_) if self.probes.asked.receive == Outcome::Done => format!(
                "{target} works on {name}: sent and heard here; whether others hear it only they can say."
            ),
            Target::Broadcast(_) => format!(
                "{target} may be sent on {name}; nothing was sent (`--ttl 1` sends a datagram)."
            ),
            Target::Unicast(_) => format!(
                "{target} leaves by {name}; whether somebody listens there cannot be seen from here."
            ),
        }
    }

    fn why_not(&self, problem: Option<&Finding>) -> String {
        let target = self.question.target;
        let on = match &self.question.interface {
            Some(asked) => format!(" on {}", asked.name),
            None => String::new(),
        };
        let why = match problem {
            Some(problem) => problem.seen.clone(),
            None => self.probes.asked.troubles(),
        };
        let but = match self.works_on().filter(|_| !self.probes.asked.is_good()) {
            Some(works) => format!("; it works on {works}"),
            None => String::new(),
        };
        format!("{target} does not work{on}: {why}{but}.")
    }

    fn tried(&self) -> Vec<Tried> {
        let mut all = Vec::new();
        let asked = &self.probes.asked;
        let by = match (&asked.interface, self.question.target.is_group()) {
            (Some(name), _) => format!("on {name}"),
            (None, true) => "where the routing table leads".to_owned(),
            (None, false) => String::new(),
        };
        self.steps(asked, &by, &mut all);
        let port = self.question.target.address().port();
        let at_port = &self.probes.at_port;
        all.push(Tried {
            what: format!("the same at port {port} itself"),
            outcome: at_port.worst(),
            note: match at_port.is_good() {
                true => at_port.note.clone(),
                false => String::new(),
            },
        });
        for trial in &self.probes.named {
            let name = trial.interface.as_deref().unwrap_or_default();
            all.push(Tried {
                what: format!("the same on {name}, named"),
                outcome: trial.worst(),
                note: match trial.is_good() {
                    true => seen_from(trial),
                    false => trial.troubles(),
                },
            });
        }
        let bindings = &self.probes.bindings;
        for (terms, outcome) in [
            ("alone", bindings.alone),
            ("with SO_REUSEADDR", bindings.reuse_address),
            ("with SO_REUSEPORT", bindings.reuse_port),
            ("with both", bindings.both),
        ] {
            all.push(Tried::plain(format!("bind port {port} {terms}"), outcome));
        }
        all.retain(|tried| tried.outcome != Outcome::Untried || !tried.note.is_empty());
        all
    }

    fn steps(&self, trial: &Trial, by: &str, all: &mut Vec<Tried>) {
        let ip = self.question.target.ip();
        let said = |what: String| what.trim_end().to_owned();
        all.push(Tried::plain(said(format!("join {ip} {by}")), trial.join));
        all.push(Tried::plain(
            format!("send to {ip} without SO_BROADCAST"),
            trial.unpermitted,
        ));
        let how = match self.question.target {
            // Where it leads nowhere else, the TTL says nothing.
            Target::Multicast(_) if self.leaves_by().is_some_and(|one| one.is_loopback) => {
                format!("send to {ip} {by}")
            }
            Target::Multicast(_) => format!("send to {ip} {by}, TTL {}", self.question.ttl),
            Target::Broadcast(_) => format!("send to {ip} with SO_BROADCAST"),
            Target::Unicast(_) => format!("send to {ip}"),
        };
        all.push(Tried {
            what: how,
            outcome: trial.send,
            note: match (trial.send, trial.receive) {
                (Outcome::Done, Outcome::Untried) if !self.question.target.is_group() => {
                    "by asking the kernel; nothing was sent".to_owned()
                }
                _ => String::new(),
            },
        });
        all.push(Tried {
            what: "receive it".to_owned(),
            outcome: trial.receive,
            note: seen_from(trial),
        });
        let target = self.question.target;
        all.push(Tried {
            what: format!("receive it on {} without joining", target.all_addresses()),
            outcome: trial.bystander,
            note: match trial.bystander {
                Outcome::Done => format!("which may surprise ({}=1)", target.all_option()),
                _ => String::new(),
            },
        });
    }
}

impl Tried {
    fn plain(what: String, outcome: Outcome) -> Self {
        Self {
            what,
            outcome,
            note: String::new(),
        }
    }
}

fn seen_from(trial: &Trial) -> String {
    trial
        .from
        .map(|from| format!("from {from}"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Routing, fixture};

    #[track_caller]
    fn check(case: &Case, works: bool, verdict: &str) {
        let diagnosis = case.judge();
        assert_eq!(diagnosis.verdict, verdict);
        assert_eq!(diagnosis.works, works);
        let weights = diagnosis.findings.iter().map(|finding| finding.weight);
        assert!(weights.is_sorted(), "problems first");
    }

    #[test]
    fn a_group_works_on_the_loopback_and_nowhere_else() {
        let mut case = fixture::group();
        case.question.interface = Some(fixture::lo());
        check(
            &case,
            true,
            "Multicast to 224.1.1.1:5007 works on lo, on this machine only: lo leads nowhere else.",
        );
    }

    #[test]
    fn a_group_without_a_route_works_on_an_interface_that_is_named() {
        let mut case = fixture::group();
        case.facts.routing = Routing::None;
        case.probes.asked = Trial {
            join: Outcome::Failed(libc::ENODEV),
            send: Outcome::Failed(libc::ENETUNREACH),
            ..Trial::default()
        };
        check(
            &case,
            false,
            "Multicast to 224.1.1.1:5007 does not work: no route leads to 224.1.1.1 (joining: No such device; \
             sending: Network is unreachable); it works on eth0.",
        );
    }

    #[test]
    fn what_no_check_explains_still_does_not_work() {
        let mut case = fixture::case(Target::Unicast(fixture::address("198.51.100.2:9")));
        case.probes.asked.send = Outcome::Failed(libc::EINVAL);
        check(
            &case,
            false,
            "Unicast to 198.51.100.2:9 does not work: sending: Invalid argument.",
        );
    }

    #[test]
    fn a_healthy_machine_has_no_problem_whatever_is_asked() {
        let broadcast = Target::Broadcast("198.51.100.255:5007".parse().expect("one"));
        let unicast = Target::Unicast(fixture::address("198.51.100.3:5007"));
        for case in [
            fixture::group(),
            fixture::case(broadcast),
            fixture::case(unicast),
        ] {
            let diagnosis = case.judge();
            assert!(diagnosis.works, "{diagnosis:?}");
        }
    }

    #[test]
    fn every_check_has_a_name_of_its_own() {
        let mut names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), CHECKS.len());
    }
}
