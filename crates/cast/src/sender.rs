//! Sends datagrams by a plan: one at a time, a batch at a time, or as segments of one that the kernel cuts.

use std::{
    io,
    net::SocketAddr,
    os::fd::{AsFd, AsRawFd as _, BorrowedFd},
};

use quinn_udp::UdpSocketState;
use socket2::{Domain, Protocol, SockRef, Socket, Type};

use crate::{CastError, Plan, Way, fits, options, payload::header_bytes};

/// Sends datagrams to every address of a plan.
///
/// Each address has a socket of its own, which is connected to it: the kernel looks up the way once and not
/// for each datagram, and says of a refusal whose it is. A full queue makes a sender wait.
#[derive(Debug)]
pub struct Sender {
    targets: Vec<Target>,
    way: Way,
    /// Where segments are laid side by side.
    joined: Vec<u8>,
}

#[derive(Debug)]
struct Target {
    socket: Socket,
    /// By which cast it is sent to.
    cast: &'static str,
    to: SocketAddr,
    offload: Option<UdpSocketState>,
    /// Into pieces of how many bytes the kernel cuts what is longer; 0: into none.
    cut_bytes: usize,
    /// How often the kernel said that nobody received an earlier datagram.
    refusals: u64,
}

impl Sender {
    /// A sender for the plan.
    ///
    /// # Errors
    /// When a socket cannot be had, the interface does not do, or there is no way to an address.
    pub fn open(plan: &Plan, way: Way) -> Result<Self, CastError> {
        let targets = plan.to.iter().map(|to| Target::open(plan, *to, way));
        Ok(Self {
            targets: targets.collect::<Result<_, _>>()?,
            way,
            joined: Vec::with_capacity(match way {
                Way::Segments => JOINED_BYTES_MAX,
                Way::One | Way::Batch => 0,
            }),
        })
    }

    /// Sends one datagram to each address.
    ///
    /// # Errors
    /// When it is too long, or the system does not send it. That nobody received an earlier one is no error, but
    /// counted ([`Sender::refusals`]).
    pub fn send(&mut self, datagram: &[u8]) -> Result<(), CastError> {
        for target in &mut self.targets {
            target.send(datagram)?;
        }
        Ok(())
    }

    /// Sends many datagrams to each address, in order, in the sender's way. Nothing is allocated. Says how many
    /// have left for every address: all of them.
    ///
    /// # Errors
    /// As [`Sender::send`]; how many have left before is not known then.
    pub fn send_many(&mut self, datagrams: &[&[u8]]) -> Result<usize, CastError> {
        for target in &mut self.targets {
            match self.way {
                Way::One => {
                    for datagram in datagrams {
                        target.send(datagram)?;
                    }
                }
                Way::Batch => target.send_batches(datagrams)?,
                Way::Segments => target.send_segments(datagrams, &mut self.joined)?,
            }
        }
        Ok(datagrams.len())
    }

    /// The same with datagrams of `datagram_bytes` that lie side by side, the last of which may be shorter: then
    /// segments need not be laid so first.
    ///
    /// # Errors
    /// As [`Sender::send_many`].
    ///
    /// # Panics
    /// When datagrams of nothing are to lie side by side.
    pub fn send_joined(
        &mut self,
        joined: &[u8],
        datagram_bytes: usize,
    ) -> Result<usize, CastError> {
        assert_ne!(datagram_bytes, 0, "datagrams of nothing");
        for target in &mut self.targets {
            match self.way {
                Way::Segments => target.send_adjacent(joined, datagram_bytes)?,
                Way::One => {
                    for datagram in joined.chunks(datagram_bytes) {
                        target.send(datagram)?;
                    }
                }
                Way::Batch => {
                    for some in joined.chunks(datagram_bytes.saturating_mul(Way::BATCH)) {
                        let mut datagrams = [&some[..0]; Way::BATCH];
                        let count = some.len().div_ceil(datagram_bytes);
                        for (place, datagram) in
                            datagrams.iter_mut().zip(some.chunks(datagram_bytes))
                        {
                            *place = datagram;
                        }
                        target.send_batches(&datagrams[..count])?;
                    }
                }
            }
        }
        Ok(joined.len().div_ceil(datagram_bytes))
    }

    /// From which addresses it sends, one for each address of the plan.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn from(&self) -> io::Result<Vec<SocketAddr>> {
        let all = self.targets.iter().map(|target| {
            let own = target.socket.local_addr()?;
            own.as_socket().ok_or_else(|| io::ErrorKind::Other.into())
        });
        all.collect()
    }

    /// The longest datagram, in bytes, that the next network carries in one piece to every address; a longer
    /// one is cut into fragments, and lost with any of them.
    pub fn unfragmented_bytes_max(&self) -> usize {
        let each = self.targets.iter().map(|target| {
            let (level, name) = match target.to {
                SocketAddr::V4(_) => (libc::IPPROTO_IP, libc::IP_MTU),
                SocketAddr::V6(_) => (libc::IPPROTO_IPV6, libc::IPV6_MTU),
            };
            let mtu = options::value::<i32>(&target.socket, level, name);
            let mtu = mtu.ok().and_then(|mtu| usize::try_from(mtu).ok());
            mtu.map_or(usize::MAX, |mtu| {
                mtu.saturating_sub(header_bytes(target.to))
            })
        });
        each.min().unwrap_or(usize::MAX)
    }

    /// The addresses at which nobody received when a datagram came, and how often at least that was told: the
    /// machine there says so, later, where it says anything.
    pub fn refusals(&mut self) -> impl Iterator<Item = (SocketAddr, u64)> {
        for target in &mut self.targets {
            let pending = target.socket.take_error();
            let is_one = pending.is_ok_and(|error| error.is_some_and(|error| is_refusal(&error)));
            target.refusals += u64::from(is_one);
        }
        let refused = self.targets.iter().filter(|target| target.refusals > 0);
        refused.map(|target| (target.to, target.refusals))
    }
}

impl AsFd for Sender {
    /// The socket to the first address.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.targets[0].socket.as_fd()
    }
}

impl Target {
    fn open(plan: &Plan, to: SocketAddr, way: Way) -> Result<Self, CastError> {
        let cast = plan.cast.name;
        let failed = |reason| CastError::Send { cast, to, reason };
        let socket = Socket::new(Domain::for_address(to), Type::DGRAM, Some(Protocol::UDP));
        let socket = socket.map_err(CastError::prepare("open a socket"))?;
        (plan.cast.prepare)(&socket, plan, to).map_err(failed)?;
        socket.connect(&to.into()).map_err(failed)?;
        let offload = match way {
            Way::One | Way::Batch => None,
            Way::Segments => Some(offload(&socket, to).map_err(failed)?),
        };
        Ok(Self {
            socket,
            cast,
            to,
            offload,
            cut_bytes: 0,
            refusals: 0,
        })
    }

    fn failed(&self, reason: io::Error) -> CastError {
        CastError::Send {
            cast: self.cast,
            to: self.to,
            reason,
        }
    }

    fn send(&mut self, datagram: &[u8]) -> Result<(), CastError> {
        if datagram.len() > self.cut_bytes {
            self.cut_at(0)?;
        }
        loop {
            match self.socket.send(datagram) {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_refusal(&error) => self.refusals += 1,
                Err(error) => {
                    fits(datagram.len(), self.to)?;
                    return Err(self.failed(error));
                }
            }
        }
    }

    fn send_batches(&mut self, datagrams: &[&[u8]]) -> Result<(), CastError> {
        let mut rest = datagrams;
        while !rest.is_empty() {
            let count = rest.len().min(Way::BATCH);
            match self.send_batch(&rest[..count]) {
                Ok(sent) => rest = &rest[sent..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if is_refusal(&error) => self.refusals += 1,
                Err(error) => {
                    fits(rest[0].len(), self.to)?;
                    return Err(self.failed(error));
                }
            }
        }
        Ok(())
    }

    /// One call; says how many it took. It fails only when it took none, for the first one's reason.
    fn send_batch(&self, datagrams: &[&[u8]]) -> io::Result<usize> {
        // SAFETY: both are structures of numbers and pointers, for which zeroes are valid: nothing.
        let mut parts: [libc::iovec; Way::BATCH] = unsafe { std::mem::zeroed() };
        // SAFETY: as above.
        let mut heads: [libc::mmsghdr; Way::BATCH] = unsafe { std::mem::zeroed() };
        let places = parts.iter_mut().zip(&mut heads);
        let count = datagrams.len().min(Way::BATCH);
        for ((part, head), datagram) in places.zip(datagrams) {
            part.iov_base = datagram.as_ptr().cast_mut().cast();
            part.iov_len = datagram.len();
            head.msg_hdr.msg_iov = part;
            head.msg_hdr.msg_iovlen = 1;
        }
        // SAFETY: the first `count` heads point to parts of this frame, those to datagrams that outlive the
        // call, and sending only reads them.
        let sent = unsafe {
            libc::sendmmsg(
                self.socket.as_raw_fd(),
                heads.as_mut_ptr(),
                count as libc::c_uint,
                0,
            )
        };
        usize::try_from(sent).map_err(|_| io::Error::last_os_error())
    }

    /// Neighbours of one length, the last of which may be shorter, go as one.
    fn send_segments(
        &mut self,
        datagrams: &[&[u8]],
        joined: &mut Vec<u8>,
    ) -> Result<(), CastError> {
        let mut rest = datagrams;
        while let Some(first) = rest.first() {
            let count = self.alike(rest);
            if count < 2 {
                self.send(first)?;
                rest = &rest[1..];
                continue;
            }
            joined.clear();
            for datagram in &rest[..count] {
                joined.extend_from_slice(datagram);
            }
            if !self.send_segmented(joined, first.len())? {
                self.send_batches(&rest[..count])?;
            }
            rest = &rest[count..];
        }
        Ok(())
    }

    fn send_adjacent(&mut self, joined: &[u8], datagram_bytes: usize) -> Result<(), CastError> {
        let mut rest = joined;
        while !rest.is_empty() {
            let most = self.segments_max().min(JOINED_BYTES_MAX / datagram_bytes);
            let taken = rest.len().min(datagram_bytes * most.max(1));
            let (now, later) = rest.split_at(taken);
            if taken <= datagram_bytes || !self.send_segmented(now, datagram_bytes)? {
                for datagram in now.chunks(datagram_bytes) {
                    self.send(datagram)?;
                }
            }
            rest = later;
        }
        Ok(())
    }

    fn segments_max(&self) -> usize {
        self.offload
            .as_ref()
            .map_or(1, UdpSocketState::max_gso_segments)
    }

    /// How many of the first ones can go as one.
    fn alike(&self, datagrams: &[&[u8]]) -> usize {
        let most = self.segments_max();
        let length = datagrams[0].len();
        let most = match length {
            0 => 1,
            _ => most.min(JOINED_BYTES_MAX / length),
        };
        let same = datagrams.iter().take(most);
        let same = same.take_while(|one| one.len() == length).count();
        let is_followed = datagrams
            .get(same)
            .is_some_and(|next| same < most && !next.is_empty() && next.len() < length);
        same + usize::from(is_followed)
    }

    /// Whether the kernel took them; where a device or a length does not allow it, it did not.
    fn send_segmented(&mut self, joined: &[u8], segment_bytes: usize) -> Result<bool, CastError> {
        if self.offload.is_none() {
            return Ok(false);
        }
        self.cut_at(segment_bytes)?;
        loop {
            let Err(error) = self.socket.send(joined) else {
                return Ok(true);
            };
            match error.raw_os_error() {
                Some(libc::EINTR) => {}
                Some(libc::ECONNREFUSED) => self.refusals += 1,
                Some(libc::EIO | libc::EINVAL | libc::EMSGSIZE) => {
                    self.cut_at(0)?;
                    return Ok(false);
                }
                _ => return Err(self.failed(error)),
            }
        }
    }

    /// From now on the kernel cuts what is longer into datagrams of so many bytes; 0: into none.
    ///
    /// An option of the socket and not a part of each call, because a call that names an address or an option has
    /// the kernel look up the way again, although the socket is connected.
    fn cut_at(&mut self, bytes: usize) -> Result<(), CastError> {
        if self.cut_bytes == bytes {
            return Ok(());
        }
        let value = i32::try_from(bytes).unwrap_or(i32::MAX);
        let set = options::set(&self.socket, libc::SOL_UDP, libc::UDP_SEGMENT, &value);
        set.map_err(|reason| self.failed(reason))?;
        self.cut_bytes = bytes;
        Ok(())
    }
}

/// Whether it says that nobody received an earlier datagram, and no more.
fn is_refusal(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ECONNREFUSED)
}

/// The kernel's offload for a socket, which otherwise stays as it was: blocking, and with fragments allowed.
fn offload(socket: &Socket, to: SocketAddr) -> io::Result<UdpSocketState> {
    let state = UdpSocketState::new(socket.into())?;
    SockRef::from(socket).set_nonblocking(false)?;
    let (level, name, want) = match to {
        SocketAddr::V4(_) => (
            libc::IPPROTO_IP,
            libc::IP_MTU_DISCOVER,
            libc::IP_PMTUDISC_WANT,
        ),
        SocketAddr::V6(_) => (
            libc::IPPROTO_IPV6,
            libc::IPV6_MTU_DISCOVER,
            libc::IPV6_PMTUDISC_WANT,
        ),
    };
    options::set(socket, level, name, &want)?;
    if to.is_ipv6() {
        options::set(socket, libc::IPPROTO_IPV6, libc::IPV6_DONTFRAG, &0_i32)?;
    }
    Ok(state)
}

/// What joined segments may be together: a datagram's length field.
const JOINED_BYTES_MAX: usize = 65_507;
