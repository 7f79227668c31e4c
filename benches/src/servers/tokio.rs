//! A task of tokio's multi-threaded runtime for each connection: the limit of `async`.
//!
//! The runtime has as many workers as the process may use processors, so one when it is pinned to one.
//! Left out: any bound on the number of tasks, and joining them. Timers have tokio's resolution, 1 ms.

use std::io;
use std::net::TcpListener;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

use crate::protocol::{Protocol, reverse_line};

/// Serves for ever.
///
/// # Errors
/// When a connection cannot be accepted.
pub fn serve(listener: TcpListener, protocol: Protocol) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    // As a task, so that accepting happens on a worker too and wakes no second thread.
    let accepting = runtime.spawn(accept(listener, protocol));
    runtime.block_on(accepting).map_err(io::Error::other)?
}

async fn accept(listener: TcpListener, protocol: Protocol) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(answer(stream, protocol));
    }
}

/// As `blocking::answer`, with a task's waits in place of a thread's.
async fn answer(mut stream: TcpStream, protocol: Protocol) -> io::Result<()> {
    let mut buffer = [0; BUFFER_BYTES];
    match protocol {
        Protocol::Echo => loop {
            let count = stream.read(&mut buffer).await?;
            if count == 0 {
                return Ok(());
            }
            stream.write_all(&buffer[..count]).await?;
        },
        Protocol::Burst { task } => {
            let count = stream.read(&mut buffer).await?;
            let text = &mut buffer[..count];
            tokio::time::sleep(task).await;
            reverse_line(text);
            stream.write_all(text).await
        }
    }
}

/// It lies in the task, so it is most of what a connection costs in memory.
const BUFFER_BYTES: usize = 4096;
