//! Causes before effects (Birman, Schiper and Stephenson 1991).

use super::GroupCondition;
use super::precedence::{self, Before};

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "causal",
    promise: "who delivers a message has delivered all that its sender had sent or delivered before it",
    judge: |record| Some(precedence::judge(record, Before::SentOrDelivered)),
};
