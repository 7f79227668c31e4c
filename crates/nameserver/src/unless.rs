//! Waiting for something, unless the end is said first.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use crate::stop::Stop;

/// What comes of `work`; nothing when the end is said before. What was done by then stays done: `work` is dropped.
pub(crate) async fn unless<T>(stop: &Stop, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut end) = (pin!(work), pin!(stop.heard()));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => end.as_mut().poll(context).map(|()| None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[test]
    fn work_that_is_done_comes_before_the_end() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime");
        let stop = Stop::new().expect("an eventfd");
        assert_eq!(runtime.block_on(unless(&stop, ready(7))), Some(7));
        stop.say();
        assert_eq!(runtime.block_on(unless(&stop, ready(7))), Some(7));
        assert_eq!(runtime.block_on(unless(&stop, pending::<()>())), None);
    }
}
