//! Receives datagrams by a plan, and says what the kernel dropped.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    os::fd::{AsFd, BorrowedFd},
    time::Duration,
};

use quinn_udp::UdpSocketState;
use run::{Stop, wait};
use rustix::{
    event::{PollFd, PollFlags},
    io::Errno,
};
use socket2::{Domain, Protocol, Socket, Type};

use crate::{
    Batch, CastError, Datagram, Interface, Plan, Way,
    batch::Wait,
    interfaces,
    options::{self, DROPS, MEMORY_COUNTS, SO_MEMINFO, SO_RCVBUFFORCE},
};

/// Receives datagrams on the address of a plan.
#[derive(Debug)]
pub struct Receiver {
    socket: Socket,
    way: Way,
    offload: Option<UdpSocketState>,
    buffer_bytes: usize,
    local: SocketAddr,
    interfaces: Vec<Interface>,
    /// Whether more may be there already: then the kernel is asked for it before it is asked to wait.
    may_have_more: bool,
}

impl Receiver {
    /// The receive buffer to ask for where nothing says otherwise, in bytes: at 80,000 datagrams a second of
    /// 64 bytes a default one loses a fifth, and this one none.
    pub const BUFFER_BYTES: usize = 4 << 20;

    /// A receiver for the plan, with a receive buffer of about `buffer_bytes`.
    ///
    /// # Errors
    /// When the address is taken or not there, or the group cannot be joined.
    pub fn open(plan: &Plan, way: Way, buffer_bytes: usize) -> Result<Self, CastError> {
        let domain = Domain::for_address(plan.to[0]);
        let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP));
        let socket = socket.map_err(CastError::prepare("open a socket"))?;
        if domain == Domain::IPV6 {
            let only = socket.set_only_v6(true);
            only.map_err(CastError::prepare("receive IPv6 only"))?;
        }
        // Before the bind, for what comes first needs room as well.
        let granted = enlarge(&socket, buffer_bytes);
        let granted = granted.map_err(CastError::prepare("size the receive buffer"))?;
        tell_destinations(&socket, domain)
            .map_err(CastError::prepare("be told where datagrams were sent to"))?;
        (plan.cast.listen)(&socket, plan)?;
        let offload = match way {
            Way::One | Way::Batch => None,
            Way::Segments => {
                let state = UdpSocketState::new((&socket).into());
                Some(state.map_err(CastError::prepare("have segments joined"))?)
            }
        };
        let patience = socket.set_read_timeout(Some(PATIENCE));
        patience.map_err(CastError::prepare("bound the wait of a read"))?;
        let local = socket.local_addr().ok().and_then(|own| own.as_socket());
        Ok(Self {
            local: local.unwrap_or(plan.to[0]),
            socket,
            way,
            offload,
            buffer_bytes: granted,
            interfaces: interfaces()?,
            may_have_more: true,
        })
    }

    /// Room for what one call brings, `datagram_bytes` for each datagram.
    pub fn batch(&self, datagram_bytes: usize) -> Batch {
        Batch::new(self.way, datagram_bytes)
    }

    /// Waits until datagrams come, a stop is asked for, or `left` has passed (for ever without it), and takes
    /// those that are there. Says how many reads' worth: 0 when nothing came, which it may say early, so the
    /// caller looks at the stop and the clock and calls again. A stop is heard within a tenth of a second, one by
    /// a signal to this thread at once. `batch` must be one of this receiver's way.
    ///
    /// # Errors
    /// When the socket fails for good.
    pub fn receive(
        &mut self,
        batch: &mut Batch,
        stop: &Stop,
        left: Option<Duration>,
    ) -> Result<usize, CastError> {
        assert_eq!(batch.way(), self.way, "a batch of another way");
        batch.clear();
        if stop.requested() {
            return Ok(0);
        }
        let taken = match left.is_none_or(|left| left >= PATIENCE) && self.offload.is_none() {
            true => batch.fill(self.socket.as_fd(), None, Wait::Inside),
            false => self.take_by(batch, stop, left)?,
        };
        match taken {
            Ok(()) => {}
            // Nothing came; or what came was damaged, which is seen only when it is read.
            Err(error) if is_passing(&error) => batch.clear(),
            Err(reason) => return Err(CastError::Receive { reason }),
        }
        Ok(batch.count())
    }

    /// Takes what is there, and waits for nothing.
    ///
    /// # Errors
    /// What the socket says; it may be good all the same.
    pub(crate) fn take(&mut self, batch: &mut Batch) -> io::Result<()> {
        assert_eq!(batch.way(), self.way, "a batch of another way");
        batch.clear();
        let taken = batch.fill(self.socket.as_fd(), self.offload.as_ref(), Wait::Never);
        match taken {
            Err(error) if is_passing(&error) => {
                batch.clear();
                Ok(())
            }
            taken => taken,
        }
    }

    /// Its socket.
    pub(crate) fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Takes what is there; waits for it by `poll`, which is to the microsecond, where a read's own time-out is to
    /// the kernel's tick.
    fn take_by(
        &mut self,
        batch: &mut Batch,
        stop: &Stop,
        left: Option<Duration>,
    ) -> Result<io::Result<()>, CastError> {
        if self.may_have_more {
            let taken = batch.fill(self.socket.as_fd(), self.offload.as_ref(), Wait::Never);
            self.may_have_more = taken.is_ok() && batch.is_full();
            if !taken.as_ref().is_err_and(is_passing) {
                return Ok(taken);
            }
        }
        if !self.ready(stop, left)? {
            return Ok(Err(io::ErrorKind::WouldBlock.into()));
        }
        let taken = batch.fill(self.socket.as_fd(), self.offload.as_ref(), Wait::Never);
        self.may_have_more = taken.is_ok() && batch.is_full();
        Ok(taken)
    }

    /// Whether there is something to read; not when the stop or the end of the time came first.
    fn ready(&self, stop: &Stop, left: Option<Duration>) -> Result<bool, CastError> {
        let soon = stop.soon_fd();
        let mut fds = [
            PollFd::new(&self.socket, PollFlags::IN),
            PollFd::new(&soon, PollFlags::IN),
        ];
        match wait(&mut fds, left) {
            Ok(_) => {
                let is_stopped = !fds[1].revents().is_empty();
                Ok(!is_stopped && !fds[0].revents().is_empty())
            }
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(CastError::Receive {
                reason: error.into(),
            }),
        }
    }

    /// How many datagrams the kernel has dropped because the receive buffer was full, or because they were
    /// damaged.
    pub fn drops(&self) -> u64 {
        let memory: io::Result<[u32; MEMORY_COUNTS]> =
            options::value(&self.socket, libc::SOL_SOCKET, SO_MEMINFO);
        memory.map_or(0, |memory| u64::from(memory[DROPS]))
    }

    /// The receive buffer that was granted, in bytes, in the measure in which it is asked for.
    pub fn buffer_bytes(&self) -> usize {
        self.buffer_bytes
    }

    /// Where it is bound; the port is the real one when 0 was asked for.
    pub fn local(&self) -> SocketAddr {
        self.local
    }

    /// The name of the cast by which a datagram came; `None` where the kernel did not say.
    pub fn cast_of(&self, datagram: &Datagram<'_>) -> Option<&'static str> {
        let to = datagram.to?;
        let is_everybody = |to: std::net::Ipv4Addr| {
            let all = self.interfaces.iter().flat_map(|one| &one.v4);
            to.is_broadcast() || all.into_iter().any(|(.., its)| *its == Some(to))
        };
        Some(match to {
            _ if to.is_multicast() => crate::MULTICAST.name,
            IpAddr::V4(to) if is_everybody(to) => crate::BROADCAST.name,
            IpAddr::V4(_) | IpAddr::V6(_) => crate::UNICAST.name,
        })
    }

    /// The name of the interface by which a datagram came, of those there were when this was opened.
    pub fn interface_of(&self, datagram: &Datagram<'_>) -> Option<&str> {
        let index = datagram.interface?;
        let found = self.interfaces.iter().find(|one| one.index == index);
        found.map(|one| one.name.as_str())
    }
}

impl AsFd for Receiver {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// Asks beyond the limit first, which the administrator may; says what was granted. The kernel doubles what
/// it is asked for, to have room for what it writes down itself.
fn enlarge(socket: &Socket, bytes: usize) -> io::Result<usize> {
    let asked = i32::try_from(bytes).unwrap_or(i32::MAX);
    if options::set(socket, libc::SOL_SOCKET, SO_RCVBUFFORCE, &asked).is_err() {
        socket.set_recv_buffer_size(bytes)?;
    }
    Ok(socket.recv_buffer_size()? / 2)
}

fn tell_destinations(socket: &Socket, domain: Domain) -> io::Result<()> {
    match domain == Domain::IPV6 {
        true => options::set(socket, libc::IPPROTO_IPV6, libc::IPV6_RECVPKTINFO, &1_i32),
        false => options::set(socket, libc::IPPROTO_IP, libc::IP_PKTINFO, &1_i32),
    }
}

/// The longest wait within a read, which does not see a stop. A wait by `poll` would, and costs a second system
/// call for each read, or a third where the first finds nothing.
const PATIENCE: Duration = Duration::from_millis(100);
