//! `wharf cast chat`: a member of a group, driven by standard input and a socket.
//!
//! ```text
//!   stop, socket, standard input ─▶ one poll ─▶ Member ─▶ trace.jsonl, then the socket, then the screen
//! ```
//!
//! With an order it is another member: that of [`ordered`].

mod journal;
mod lines;
mod ordered;
mod result;
mod screen;

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher as _, Hasher as _},
    io::stdin,
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Error, Result, ensure};
use cast::{Batch, CastError, Plan, Receiver, Sender, Side, Way};
use chat::{FRAME_BYTES_MAX, Input, Member, Notice, Now, Output};
use history::{Kind, Verdict};
use run::{Stop, stop_on_signals, wait};
use rustix::{
    event::{PollFd, PollFlags},
    io::{Errno, read},
};
use serde_json::json;
use timing::{Clock as _, SystemClock, Tick};

use self::{
    journal::LogFile,
    lines::{Line, Lines},
    screen::Screen,
};
use super::whom;
use crate::{
    args::{AmongArgs, ChatArgs, WhomArgs},
    commands::member::{end_when_asked_twice, name},
    run_folder::Begun,
    say,
};

/// Runs the command.
///
/// # Errors
/// When it cannot begin: no such address or interface, a port that is taken, a folder that cannot be written.
pub fn run(args: &ChatArgs) -> Result<Verdict> {
    let name = name(args.name.as_deref())?;
    let (sending, receiving) = plans(&args.among)?;
    if let Some(order) = args.order {
        return ordered::run(args, order, name, (sending, receiving));
    }
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    end_when_asked_twice(&stop).context("cannot start a thread")?;
    // Receives first, so that the answers to the greeting find it.
    let receiver = Receiver::open(&receiving, Way::One, Receiver::BUFFER_BYTES)?;
    let senders = senders(&sending)?;

    let clock = SystemClock::start();
    let incarnation = RandomState::new().build_hasher().finish();
    let member = Member::new(&args.group, name.clone(), incarnation);
    let begun = Begun::new(Kind::Chat, &format!("chat {name}"), &args.folder, &clock)?;
    let (sending, receiving) = (whom::sending(&sending), whom::receiving(&receiving));
    begun.write_plan(&json!({
        "command": "cast chat",
        "name": name.as_str(),
        "host": member.host(),
        "group": args.group,
        "sending": sending,
        "receiving": receiving,
        "linger_ms": args.linger.as_millis(),
    }))?;
    let log = begun
        .folder()
        .map(|folder| LogFile::create(folder, &member.host()));
    let mut chat = Chat {
        log: log.transpose()?,
        batch: receiver.batch(FRAME_BYTES_MAX + 1),
        member,
        receiver,
        senders,
        screen: Screen::of(args.json),
        clock,
        is_quiet: args.quiet,
        not_sent: 0,
        is_read: true,
        not_shown: None,
        out: Vec::new(),
    };
    if !args.quiet {
        say::talk(&sending);
        say::talk(&receiving);
        let host = chat.member.host();
        say::talk(&format!(
            "{name} is a member of the group {}, in logs {host} (a line is a message; ^D or ^C ends)",
            args.group
        ));
    }
    let error = chat.run(args.linger, &stop).err();
    let not_shown = chat.not_shown.take();
    let told = result::Told {
        group: args.group.clone(),
        name: name.to_string(),
        sending,
        receiving,
    };
    let verdict = result::conclude(chat, told, error, begun);
    not_shown.map_or(Ok(verdict), Err)
}

/// A member with its sockets, its log and its screen.
struct Chat {
    member: Member,
    receiver: Receiver,
    batch: Batch,
    /// One for each address, so that one that cannot be reached keeps nothing from the others.
    senders: Vec<Sender>,
    log: Option<LogFile>,
    screen: Screen,
    clock: SystemClock,
    is_quiet: bool,
    /// Datagrams that the system did not send.
    not_sent: u64,
    /// Whether somebody still reads what is shown.
    is_read: bool,
    /// Why nothing more can be shown, if that is no reader's doing.
    not_shown: Option<Error>,
    /// What the member wants done; empty between calls.
    out: Vec<Output>,
}

impl Chat {
    /// From the greeting to the farewell, which is said whatever went wrong between them.
    fn run(&mut self, linger: Duration, stop: &Stop) -> Result<()> {
        self.hand(Input::Start);
        let end = self.attend(linger, stop);
        self.hand(Input::Leave);
        end
    }

    fn attend(&mut self, linger: Duration, stop: &Stop) -> Result<()> {
        let mut lines = Lines::default();
        // When to leave, once standard input has ended.
        let mut end: Option<Tick> = None;
        while !stop.requested() && self.is_read {
            let left = end.map(|end| end.since(self.clock.now()));
            let is_over = left.is_some_and(|left| left.is_zero());
            if is_over && lines.is_empty() {
                break;
            }
            let left = if lines.is_empty() {
                left
            } else {
                Some(Duration::ZERO)
            };
            let ready = self.ready(stop, end.is_none() && lines.is_empty(), left)?;
            if ready.socket {
                self.receive(stop)?;
            }
            if ready.input && !read_lines(&mut lines) {
                end = Some(self.clock.now() + linger);
            }
            for _ in 0..AT_ONCE {
                match lines.next() {
                    Some(Line::Text(text)) => self.hand(Input::Say(&text)),
                    Some(Line::TooLong(bytes)) => {
                        let told = self.screen.tell(&Notice::TooLong { bytes });
                        self.note(told);
                    }
                    None => break,
                }
            }
        }
        Ok(())
    }

    /// Waits for the socket, a stop, and where it is wanted standard input.
    fn ready(&self, stop: &Stop, wants_input: bool, left: Option<Duration>) -> Result<Ready> {
        let (input, soon) = (stdin(), stop.soon_fd());
        let mut fds = vec![
            PollFd::new(&soon, PollFlags::IN),
            PollFd::new(&self.receiver, PollFlags::IN),
        ];
        if wants_input {
            fds.push(PollFd::new(&input, PollFlags::IN));
        }
        match wait(&mut fds, left) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error).context("cannot wait for what comes"),
        }
        let is = |at: usize| fds.get(at).is_some_and(|fd| !fd.revents().is_empty());
        Ok(Ready {
            socket: is(1),
            input: is(2),
        })
    }

    /// Takes what is there, but not for ever: lines are to be said, too.
    fn receive(&mut self, stop: &Stop) -> Result<()> {
        for _ in 0..AT_ONCE {
            let left = Some(Duration::ZERO);
            if self.receiver.receive(&mut self.batch, stop, left)? == 0 {
                break;
            }
            let now = self.now();
            for datagram in self.batch.datagrams() {
                // Of one that is too long enough is there to see that it is.
                self.member
                    .handle(now, Input::Datagram(datagram.bytes), &mut self.out);
            }
            self.do_all();
        }
        Ok(())
    }

    fn hand(&mut self, input: Input<'_>) {
        self.member.handle(self.now(), input, &mut self.out);
        self.do_all();
    }

    fn now(&self) -> Now {
        Now {
            wall_ms: self.clock.unix_millis(),
        }
    }

    fn send(&mut self, datagram: &[u8]) {
        for sender in &mut self.senders {
            if let Err(error) = sender.send(datagram) {
                self.not_sent += 1;
                if self.not_sent == 1 {
                    say::talk(&format!("warning: {error} (said once, then counted)"));
                }
            }
        }
    }

    fn do_all(&mut self) {
        for output in std::mem::take(&mut self.out) {
            match output {
                Output::Log(happening) => {
                    if let Some(log) = &mut self.log {
                        log.write(&happening);
                    }
                }
                Output::Send(datagram) => self.send(&datagram),
                Output::Show(shown) => self.note(self.screen.show(&shown)),
                Output::Tell(notice) if self.is_quiet && is_small_talk(&notice) => {}
                Output::Tell(notice) => self.note(self.screen.tell(&notice)),
            }
        }
    }

    /// Of the first thing that cannot be shown it is noted why.
    fn note(&mut self, shown: Result<bool>) {
        match shown {
            Ok(is_read) => self.is_read &= is_read,
            Err(error) => {
                self.is_read = false;
                self.not_shown.get_or_insert(error);
            }
        }
    }
}

/// A sender for each address.
fn senders(plan: &Plan) -> Result<Vec<Sender>, CastError> {
    let alone = |to: &SocketAddr| Plan {
        to: vec![*to],
        ..plan.clone()
    };
    let plans = plan.to.iter().map(alone);
    plans.map(|plan| Sender::open(&plan, Way::One)).collect()
}

/// What there is to be done.
struct Ready {
    socket: bool,
    input: bool,
}

/// Reads once. Whether more may come.
fn read_lines(lines: &mut Lines) -> bool {
    let mut piece = [0; 16_384];
    match read(stdin(), &mut piece) {
        Ok(count) if count > 0 => {
            lines.push(&piece[..count]);
            true
        }
        Err(Errno::INTR | Errno::AGAIN) => true,
        // A terminal that is gone ends as a file does.
        Ok(_) | Err(_) => {
            lines.finish();
            false
        }
    }
}

fn is_small_talk(notice: &Notice) -> bool {
    matches!(
        notice,
        Notice::Joined { .. } | Notice::SameName { .. } | Notice::Left { .. }
    )
}

/// Where to send and where to receive.
fn plans(args: &AmongArgs) -> Result<(Plan, Plan)> {
    let mut whom = WhomArgs {
        unicast: args.unicast.clone(),
        multicast: Some(args.multicast.clone()),
        broadcast: args.broadcast.clone(),
        interface: args.interface.clone(),
    };
    let (cast, mut wish) = whom::wish(&whom, Side::Send)?;
    wish.ttl = args.ttl;
    let sending = cast.plan(&wish)?;
    if let Some(listen) = &args.listen {
        whom.unicast = vec![listen.clone()];
        ensure!(
            !args.unicast.contains(listen),
            "--unicast names {listen}, where this member itself listens; name the others"
        );
    }
    let (cast, wish) = whom::wish(&whom, Side::Receive)?;
    Ok((sending, cast.plan(&wish)?))
}

/// How many datagrams, and how many lines, are taken before the other side has its turn.
const AT_ONCE: usize = 64;
