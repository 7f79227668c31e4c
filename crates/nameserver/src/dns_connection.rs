//! One connection that speaks DNS: messages with their length before them, answered in their order.

use std::{cell::Cell, io, net::IpAddr, sync::Arc, time::Duration};

use dns::{Handled, Peer, PendingUpdate, Transfer, Transport, Why};
use naming::Request;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::{mpsc, oneshot},
    task::spawn_blocking,
    time::timeout,
};

use crate::{Hub, Refused, dns_tcp::Hall, unless::unless};

/// See the file's description.
pub(crate) struct Connection {
    hall: Arc<Hall>,
    stream: TcpStream,
    peer: Peer,
    /// What came and is not answered.
    input: Vec<u8>,
    /// Answers, each with its length before it.
    output: Vec<u8>,
    /// One answer.
    answer: Vec<u8>,
}

/// What an input that was gone through leaves to be done, after what was answered is sent.
enum Left {
    /// To read on.
    Read,
    /// To go on with the rest of the input: enough answers wait already.
    GoOn,
    /// To have an update decided.
    Update(Box<PendingUpdate>),
    /// To send a zone.
    Transfer(Box<Transfer>),
    /// Nothing: this is not DNS.
    Close,
}

impl Connection {
    pub fn new(hall: Arc<Hall>, stream: TcpStream, address: IpAddr) -> Self {
        let peer = Peer {
            address,
            transport: Transport::Tcp,
        };
        Self {
            hall,
            stream,
            peer,
            input: Vec::new(),
            output: Vec::new(),
            answer: Vec::new(),
        }
    }

    /// Until the peer closes, is silent for too long, does not take its answers, or the end is said.
    pub async fn converse(mut self) {
        // Why it ended is the peer's affair: there is nobody to tell.
        let _ = self.go_on().await;
    }

    async fn go_on(&mut self) -> io::Result<()> {
        loop {
            let left = self.answer_all();
            self.flush().await?;
            match left {
                Left::Read if !self.read().await? => return Ok(()),
                Left::Read | Left::GoOn => {}
                Left::Update(update) => self.decide(update).await,
                Left::Transfer(transfer) => self.transfer(transfer).await?,
                Left::Close => return Ok(()),
            }
        }
    }

    /// Answers the messages that are whole, up to one that takes time.
    fn answer_all(&mut self) -> Left {
        let Hall { hub, responder, .. } = &*self.hall;
        let mut at = 0;
        let left = {
            let (registry, now) = (hub.registry(), hub.now());
            loop {
                let Some(message) = whole(&self.input[at..]) else {
                    break Left::Read;
                };
                if self.output.len() > OUTPUT_BYTES_MAX {
                    break Left::GoOn;
                }
                at += LENGTH_BYTES + message.len();
                match responder.handle(&registry, message, self.peer, now, &mut self.answer) {
                    Handled::Reply(outcome) => {
                        hub.tally().answered(outcome);
                        push(&mut self.output, &self.answer);
                    }
                    Handled::Silent(why) => {
                        hub.tally().silent(why);
                        if why == Why::Short {
                            break Left::Close;
                        }
                    }
                    Handled::Update(update) => break Left::Update(update),
                    Handled::Transfer(transfer) => break Left::Transfer(transfer),
                }
            }
        };
        self.input.drain(..at);
        left
    }

    /// Whether a whole message came.
    async fn read(&mut self) -> io::Result<bool> {
        if self.input.is_empty() {
            self.input.shrink_to(KEPT_BYTES_MAX);
            let patience = match self.hall.is_crowded() {
                false => IDLE_PATIENCE,
                true => CROWDED_PATIENCE,
            };
            let begun = timeout(patience, self.read_some()).await;
            if !begun.unwrap_or(Ok(false))? {
                return Ok(false);
            }
        }
        let rest = async {
            while whole(&self.input).is_none() {
                if !self.read_some().await? {
                    return Ok(false);
                }
            }
            Ok(true)
        };
        timeout(MESSAGE_PATIENCE, rest).await.unwrap_or(Ok(false))
    }

    /// Whether something came, before the peer closed and before the end was said.
    async fn read_some(&mut self) -> io::Result<bool> {
        self.input.reserve(missing(&self.input));
        let read = self.stream.read_buf(&mut self.input);
        let count = unless(&self.hall.stop, read).await.unwrap_or(Ok(0))?;
        Ok(count > 0)
    }

    /// Sends the answers.
    async fn flush(&mut self) -> io::Result<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        timeout(WRITE_PATIENCE, self.stream.write_all(&self.output)).await??;
        self.output.clear();
        self.output.shrink_to(KEPT_BYTES_MAX);
        Ok(())
    }

    /// Has an update decided, and takes its answer when it is on the disk. Also after the end was said: it has begun.
    async fn decide(&mut self, mut update: Box<PendingUpdate>) {
        let hub = &self.hall.hub;
        let request = std::mem::replace(&mut update.request, Request::All(Vec::new()));
        let (told, decided) = oneshot::channel();
        // Whoever is gone by then is not told.
        hub.propose(request, move |decided| drop(told.send(decided)));
        let outcome = match decided.await {
            Ok(Ok(done)) => update.reply(&Ok(done), hub.now(), &mut self.answer),
            Ok(Err(Refused::Refusal(refusal))) => {
                update.reply(&Err(refusal), hub.now(), &mut self.answer)
            }
            Ok(Err(_)) | Err(_) => update.fail(hub.now(), &mut self.answer),
        };
        hub.tally().updated(outcome);
        push(&mut self.output, &self.answer);
    }

    /// Sends a zone as it stood at one revision, as quickly as the peer takes it. The registry is not touched: the names come
    /// from the store, read by another thread.
    async fn transfer(&mut self, transfer: Box<Transfer>) -> io::Result<()> {
        let hall = Arc::clone(&self.hall);
        let turn = unless(&hall.stop, timeout(TURN_PATIENCE, hall.transfers.acquire())).await;
        let _turn = match turn {
            Some(Ok(Ok(turn))) => turn,
            _ => return Err(io::ErrorKind::TimedOut.into()),
        };
        let (give, mut take) = mpsc::channel(PIECES_AHEAD);
        let hub = Arc::clone(&hall.hub);
        let reader = spawn_blocking(move || read_zone(&hub, *transfer, &give));
        while let Some(piece) = unless(&hall.stop, take.recv()).await.flatten() {
            timeout(WRITE_PATIENCE, self.stream.write_all(&piece)).await??;
        }
        // Without it, the reader ends at its next piece.
        drop(take);
        match reader.await {
            Ok(true) => {
                hall.hub.tally().transferred();
                Ok(())
            }
            // A zone of which a part is missing must not look whole.
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Reads a zone off the store, in pieces of several messages. Says whether all of it was taken.
fn read_zone(hub: &Hub, mut transfer: Transfer, give: &mpsc::Sender<Vec<u8>>) -> bool {
    let Ok(snapshot) = hub.snapshot() else {
        return false;
    };
    let zone = hub.zone();
    let is_broken = Cell::new(false);
    let mut names = snapshot
        .names(&naming::Name::apex(), None)
        .map_while(|read| {
            is_broken.set(read.is_err());
            read.ok()
        });
    let mut message = Vec::new();
    let mut piece = Vec::new();
    let revision = snapshot.revision();
    while transfer
        .next(zone, revision, &mut names, hub.now(), &mut message)
        .is_some()
    {
        if is_broken.get() {
            return false;
        }
        push(&mut piece, &message);
        if piece.len() >= PIECE_BYTES && give.blocking_send(std::mem::take(&mut piece)).is_err() {
            return false;
        }
    }
    !is_broken.get() && (piece.is_empty() || give.blocking_send(piece).is_ok())
}

/// The message at the beginning, if all of it has come.
fn whole(input: &[u8]) -> Option<&[u8]> {
    let (length, rest) = input.split_first_chunk()?;
    rest.get(..usize::from(u16::from_be_bytes(*length)))
}

/// Room for the rest of the message at the beginning; for several short ones where nothing is known.
fn missing(input: &[u8]) -> usize {
    let length = input
        .first_chunk()
        .map_or(0, |length| u16::from_be_bytes(*length));
    (LENGTH_BYTES + usize::from(length))
        .saturating_sub(input.len())
        .max(READ_BYTES)
}

/// Puts a message with its length behind others. None is longer than its length can say: that is what answers are cut to.
fn push(output: &mut Vec<u8>, message: &[u8]) {
    let length = u16::try_from(message.len()).expect("a message of at most 65,535 bytes");
    output.extend_from_slice(&length.to_be_bytes());
    output.extend_from_slice(message);
}

const LENGTH_BYTES: usize = 2;
/// A read of a busy connection brings a hundred questions.
const READ_BYTES: usize = 4_096;
/// Answers that wait to be sent, beside the one that crosses the limit.
const OUTPUT_BYTES_MAX: usize = 32 * 1_024;
/// What an idle connection keeps of its buffers.
const KEPT_BYTES_MAX: usize = 8 * 1_024;
/// How long a connection may be silent (RFC 7766, section 6.2.3: in the order of a few seconds).
const IDLE_PATIENCE: Duration = Duration::from_secs(10);
/// The same when three quarters of all places are taken.
const CROWDED_PATIENCE: Duration = Duration::from_secs(2);
/// How long a message may take from its first byte to its last.
const MESSAGE_PATIENCE: Duration = Duration::from_secs(5);
/// How long a peer may take for what is sent at once.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// How long a transfer may wait for its turn.
const TURN_PATIENCE: Duration = Duration::from_secs(30);
const PIECE_BYTES: usize = 64 * 1_024;
const PIECES_AHEAD: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_whole_with_its_last_byte() {
        assert_eq!(whole(b""), None);
        assert_eq!(whole(b"\0"), None);
        assert_eq!(whole(b"\0\x02a"), None);
        assert_eq!(whole(b"\0\x02ab\0"), Some(&b"ab"[..]));
        assert_eq!(whole(b"\0\0"), Some(&b""[..]));
    }

    #[test]
    fn there_is_room_for_the_rest_of_a_long_message() {
        assert_eq!(missing(b""), READ_BYTES);
        assert_eq!(missing(b"\0\x02a"), READ_BYTES);
        assert_eq!(missing(b"\xff\xffa"), 65_534);
    }

    #[test]
    fn messages_stand_behind_their_lengths() {
        let mut output = Vec::new();
        push(&mut output, b"ab");
        push(&mut output, b"");
        assert_eq!(output, b"\0\x02ab\0\0");
    }
}
