//! What each kind of request does.

use super::{Draft, Trial};
use crate::{Cause, Done, Expect, LeaseId, Name, RecordSet, Refusal, Request, ValueError, update};

impl Trial<'_, '_> {
    /// Does what is asked for; what was done is told without revision and count, which are known only at the end.
    ///
    /// # Errors
    /// When it is refused; then the trial is of no use any more.
    pub(super) fn request(&mut self, request: &Request) -> Result<Done, Refusal> {
        match request {
            Request::Put {
                name,
                sets,
                lease,
                expect,
            } => self.put(name, sets, *lease, *expect),
            Request::Remove { name, expect } => self.remove(name, *expect),
            Request::Update(update) => {
                update::apply(self, update)?;
                Ok(Done::default())
            }
            Request::Grant { ttl_ms, names } => self.grant_with(*ttl_ms, names),
            Request::Renew(lease) => {
                self.renew(*lease)?;
                Ok(Done::default())
            }
            Request::Revoke(lease) => self.revoke(*lease),
            Request::Expire => {
                self.expire()?;
                Ok(Done::default())
            }
            Request::All(requests) => self.all(requests),
        }
    }

    fn put(
        &mut self,
        name: &Name,
        sets: &[RecordSet],
        lease: Option<LeaseId>,
        expect: Expect,
    ) -> Result<Done, Refusal> {
        let before = self.node(name);
        if expect != Expect::AbsentOrSame || !self.stands(name, sets, lease) {
            self.expect(name, expect)?;
        }
        if sets.iter().all(|set| set.data.is_empty()) {
            return Err(ValueError::Empty.into());
        }
        self.set(name, sets.to_vec(), lease)?;
        Ok(Done {
            before,
            ..Done::default()
        })
    }

    fn remove(&mut self, name: &Name, expect: Expect) -> Result<Done, Refusal> {
        let before = self.node(name);
        if before.is_none() {
            return Err(Refusal::Missing(name.to_string()));
        }
        self.expect(name, expect)?;
        self.clear(name, Cause::Deregistered)?;
        Ok(Done {
            before,
            ..Done::default()
        })
    }

    fn grant_with(
        &mut self,
        ttl_ms: u64,
        names: &[(Name, Vec<RecordSet>, Expect)],
    ) -> Result<Done, Refusal> {
        let lease = self.grant(ttl_ms)?;
        let mut done = Done::default();
        for (name, sets, expect) in names {
            done = self.put(name, sets, Some(lease), *expect)?;
        }
        done.lease = Some(lease);
        Ok(done)
    }

    fn revoke(&mut self, lease: LeaseId) -> Result<Done, Refusal> {
        self.lease(lease).ok_or(Refusal::NoLease(lease))?;
        // So many at most: see `Lease::NAMES_MAX`.
        for name in self.names_of(lease, usize::MAX) {
            self.clear(&name, Cause::Revoked)?;
        }
        self.end(lease);
        Ok(Done::default())
    }

    /// Ends leases that have run out, with their names, until it is enough for once. A lease with more names than that loses
    /// some, and stays due.
    fn expire(&mut self) -> Result<(), Refusal> {
        let mut left = Draft::EXPIRED_MAX;
        for lease in self.due(left) {
            if left == 0 {
                break;
            }
            let mut names = self.names_of(lease, left + 1);
            let is_whole = names.len() <= left;
            names.truncate(left);
            left -= names.len().max(1);
            for name in &names {
                self.clear(name, Cause::Expired)?;
            }
            if is_whole {
                self.end(lease);
            }
        }
        Ok(())
    }

    fn all(&mut self, requests: &[Request]) -> Result<Done, Refusal> {
        let mut all = Done::default();
        for request in requests {
            let done = self.request(request)?;
            all.lease = done.lease.or(all.lease);
            // The last of them that was put or removed says what was there, also when that is nothing.
            if matches!(request, Request::Put { .. } | Request::Remove { .. })
                || done.before.is_some()
            {
                all.before = done.before;
            }
        }
        Ok(all)
    }

    fn expect(&self, name: &Name, expect: Expect) -> Result<(), Refusal> {
        let found = self.node(name).map(|node| node.modified);
        match (expect, found) {
            (Expect::Anything, _)
            | (Expect::Absent | Expect::AbsentOrSame, None)
            | (Expect::Present, Some(_)) => Ok(()),
            (Expect::Absent | Expect::AbsentOrSame, Some(revision)) => Err(Refusal::Taken {
                name: name.to_string(),
                revision,
            }),
            (Expect::Revision(expected), Some(found)) if found == expected => Ok(()),
            (Expect::Revision(expected), Some(found)) => Err(Refusal::Changed {
                name: name.to_string(),
                expected,
                found,
            }),
            (Expect::Present | Expect::Revision(_), None) => {
                Err(Refusal::Missing(name.to_string()))
            }
        }
    }
}
