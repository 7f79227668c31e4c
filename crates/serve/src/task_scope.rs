//! Tasks that borrow, on a runtime that is gone before what they borrow.
//!
//! tokio asks of a task that it borrow nothing (`'static`), because a runtime may outlive whoever
//! started the task. Here it cannot: as with [`std::thread::scope`], a function takes the runtime, lets
//! tasks be started while it runs, and returns only when the runtime has been dropped, which waits for
//! its threads and drops what tasks are left.

use std::{marker::PhantomData, mem, pin::Pin};

use tokio::{
    runtime::{Handle, Runtime},
    task::JoinHandle,
};

/// Runs `main` on the calling thread and, at its side, the tasks that it and they start. Tasks that are
/// left when `main` ends are dropped where they wait: whoever wants their ends must wait for them there.
///
/// # Panics
/// Within a runtime, which does not let a thread of its own wait for another; and when `main` panics.
pub(crate) fn scope<'env, F: Future>(
    runtime: Runtime,
    main: impl FnOnce(Tasks<'env>) -> F,
) -> F::Output {
    // Before anything is started: there the drop of `runtime` would panic, or in a panic not wait.
    let is_within = Handle::try_current().is_ok();
    assert!(!is_within, "tasks that borrow need a thread that may wait");
    let tasks = Tasks {
        handle: runtime.handle().clone(),
        env: PhantomData,
    };
    let output = runtime.block_on(main(tasks));
    drop(runtime);
    output
}

/// Starts tasks that may borrow what lives for `'env`.
#[derive(Clone)]
pub(crate) struct Tasks<'env> {
    handle: Handle,
    /// Invariant: a shorter lifetime in its place might end while the runtime lives.
    env: PhantomData<&'env mut &'env ()>,
}

impl<'env> Tasks<'env> {
    /// Starts a task.
    pub(crate) fn spawn<T, F>(&self, task: F) -> JoinHandle<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'env,
    {
        let task: Borrowing<'env, T> = Box::pin(task);
        // SAFETY: only the lifetime changes. There are tasks of `'env` only through `scope`, of which it
        // is a parameter and which it therefore outlives. `scope` owns the runtime and never gives it away;
        // it drops it before it returns and, unwinding, before it is left. That drop waits until all threads
        // of the runtime have ended and have dropped all tasks (tokio, `Runtime`, "Shutdown"): it would
        // not within a runtime, which `scope` refuses. A task started on a runtime that has ended is
        // dropped at once, by the caller, for whom `'env` still lasts.
        let task = unsafe { mem::transmute::<Borrowing<'env, T>, Borrowing<'static, T>>(task) };
        self.handle.spawn(task)
    }
}

type Borrowing<'env, T> = Pin<Box<dyn Future<Output = T> + Send + 'env>>;

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::atomic::{AtomicU32, Ordering},
    };

    use tokio::runtime::Builder;

    use super::*;

    fn runtime() -> Runtime {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(2).build().expect("threads")
    }

    /// Counts when it is dropped.
    struct Counted<'a>(&'a AtomicU32);

    impl Drop for Counted<'_> {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn tasks_borrow_and_start_tasks_that_do() {
        let count = &AtomicU32::new(0);
        let sum = scope(runtime(), |tasks| async move {
            let first = tasks.clone().spawn(async move {
                let second = tasks.spawn(async move {
                    count.fetch_add(1, Ordering::SeqCst);
                    2
                });
                second.await.expect("no panic") + 3
            });
            first.await.expect("no panic")
        });
        assert_eq!((sum, count.load(Ordering::SeqCst)), (5, 1));
    }

    #[test]
    fn tasks_that_wait_for_ever_are_gone_before_what_they_borrow() {
        let count = &AtomicU32::new(0);
        scope(runtime(), |tasks| async move {
            for _ in 0..100 {
                let held = Counted(count);
                tasks.spawn(async move {
                    std::future::pending::<()>().await;
                    drop(held);
                });
            }
        });
        assert_eq!(count.load(Ordering::SeqCst), 100);
    }

    #[test]
    fn a_panic_leaves_no_task_behind() {
        let count = &AtomicU32::new(0);
        let left = catch_unwind(AssertUnwindSafe(|| {
            scope(runtime(), |tasks| async move {
                let held = Counted(count);
                tasks.spawn(async move {
                    std::future::pending::<()>().await;
                    drop(held);
                });
                panic!("as a bug would");
            })
        }));
        assert!(left.is_err());
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn within_a_runtime_nothing_is_started() {
        let outer = runtime();
        let inner = runtime();
        let entered = outer.enter();
        let left = catch_unwind(AssertUnwindSafe(|| scope(inner, |_| async {})));
        assert!(left.is_err());
        drop(entered);
    }
}
