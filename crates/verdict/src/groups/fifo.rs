//! Each sender's messages in its order, without gaps.

use super::GroupCondition;
use super::precedence::{self, Before};

pub(super) const CONDITION: GroupCondition = GroupCondition {
    name: "fifo",
    promise: "who delivers a message has delivered all that its sender sent before it",
    judge: |record| Some(precedence::judge(record, Before::Sent)),
};
