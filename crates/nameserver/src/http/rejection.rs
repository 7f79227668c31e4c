//! Why a request is not done, as a status and a sentence that says what to do next.

use hyper::{
    Response, StatusCode,
    header::{ALLOW, HeaderName, HeaderValue, WWW_AUTHENTICATE},
};
use naming::{NameError, Refusal, Revision, ValueError};

use crate::{Refused, StoreError, api::Problem};

use super::payload::{self, Payload};

/// Why a request is not done.
#[derive(Debug)]
pub(super) struct Rejection {
    status: StatusCode,
    problem: Problem,
    header: Option<(HeaderName, &'static str)>,
}

impl Rejection {
    /// With a status, and in a sentence.
    pub fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self {
            status,
            problem: Problem {
                error: error.into(),
                revision: None,
            },
            header: None,
        }
    }

    /// Not understood.
    pub fn bad(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// A method that the address does not have.
    pub fn method(allowed: &'static str) -> Self {
        Self {
            header: Some((ALLOW, allowed)),
            ..Self::new(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("this address takes {allowed}"),
            )
        }
    }

    /// A change from elsewhere without a token.
    pub fn no_token() -> Self {
        Self {
            header: Some((WWW_AUTHENTICATE, "Bearer")),
            ..Self::new(
                StatusCode::UNAUTHORIZED,
                "a change from another machine needs the server's token: send it as `Authorization: Bearer TOKEN`",
            )
        }
    }

    /// As an answer.
    pub fn into_response(self) -> Response<Payload> {
        let mut response = payload::json(self.status, &self.problem);
        if let Some((name, value)) = self.header {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        response
    }

    #[cfg(test)]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    fn at(mut self, revision: Revision) -> Self {
        self.problem.revision = Some(revision);
        self
    }
}

impl From<NameError> for Rejection {
    fn from(error: NameError) -> Self {
        Self::bad(error.to_string())
    }
}

impl From<ValueError> for Rejection {
    fn from(error: ValueError) -> Self {
        Self::bad(error.to_string())
    }
}

impl From<StoreError> for Rejection {
    fn from(error: StoreError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.to_string())
    }
}

impl From<Refused> for Rejection {
    fn from(refused: Refused) -> Self {
        let error = refused.to_string();
        match refused {
            Refused::Refusal(refusal) => of_refusal(&refusal, error),
            Refused::Busy | Refused::Kept(_) | Refused::Ending => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
            }
            Refused::Compacted { oldest, .. } => Self::new(StatusCode::GONE, error).at(oldest),
            Refused::Watchers { .. } => Self::new(StatusCode::TOO_MANY_REQUESTS, error),
        }
    }
}

fn of_refusal(refusal: &Refusal, error: String) -> Rejection {
    match refusal {
        Refusal::Taken { revision, .. } => {
            Rejection::new(StatusCode::CONFLICT, error).at(*revision)
        }
        Refusal::Changed { found, .. } => Rejection::new(StatusCode::CONFLICT, error).at(*found),
        Refusal::Missing(_) | Refusal::NoLease(_) => Rejection::new(StatusCode::NOT_FOUND, error),
        Refusal::LeaseTime { .. } | Refusal::Name(_) | Refusal::Value(_) => Rejection::bad(error),
        Refusal::Full { .. } => Rejection::new(StatusCode::INSUFFICIENT_STORAGE, error),
        // What stands there does not allow it.
        _ => Rejection::new(StatusCode::CONFLICT, error),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use naming::LeaseId;

    use super::*;

    #[track_caller]
    fn check(refused: Refused, status: u16, revision: Option<u64>) {
        let rejection = Rejection::from(refused);
        assert_eq!(rejection.status(), status);
        assert_eq!(rejection.problem.revision, revision.map(Revision));
        assert!(!rejection.problem.error.is_empty());
    }

    #[test]
    fn each_refusal_has_its_status() {
        let name = || "region1/server1".to_owned();
        let taken = Refusal::Taken {
            name: name(),
            revision: Revision(7),
        };
        let changed = Refusal::Changed {
            name: name(),
            expected: Revision(1),
            found: Revision(2),
        };
        let lease = Refusal::LeaseTime {
            least_s: 1,
            most_s: 2,
        };
        let full = Refusal::Full {
            what: "names",
            limit: 1,
        };
        let store = StoreError::Database {
            file: name(),
            problem: "no space".to_owned(),
        };
        let compacted = Refused::Compacted {
            asked: Revision(1),
            oldest: Revision(5),
        };
        check(taken.into(), 409, Some(7));
        check(changed.into(), 409, Some(2));
        check(Refusal::Missing(name()).into(), 404, None);
        check(Refusal::NoLease(LeaseId(3)).into(), 404, None);
        check(lease.into(), 400, None);
        check(Refusal::Value(ValueError::Empty).into(), 400, None);
        check(
            Refusal::Name(NameError::EmptyLabel(name())).into(),
            400,
            None,
        );
        check(full.into(), 507, None);
        check(Refused::Kept(Arc::new(store)), 503, None);
        check(Refused::Busy, 503, None);
        check(compacted, 410, Some(5));
        check(Refused::Watchers { limit: 9 }, 429, None);
    }
}
