//! Socket options that neither std nor socket2 has.

use std::{io, os::fd::AsRawFd};

/// Sets an option to a value in the kernel's form.
pub(crate) fn set<T: Plain>(
    socket: &impl AsRawFd,
    level: i32,
    name: i32,
    value: &T,
) -> io::Result<()> {
    // SAFETY: the kernel reads `size_of::<T>()` bytes at `value`, a reference to as many; whoever makes a
    // type `Plain` keeps that it has no padding.
    let status = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            name,
            std::ptr::from_ref(value).cast(),
            size_of::<T>() as libc::socklen_t,
        )
    };
    match status {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// What an option is set to; what the kernel leaves out of `T` stays zero.
pub(crate) fn value<T: Plain + Default>(
    socket: &impl AsRawFd,
    level: i32,
    name: i32,
) -> io::Result<T> {
    let mut value = T::default();
    let mut length = size_of::<T>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes at `value`, and any bytes are a `Plain` value.
    let status = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            level,
            name,
            std::ptr::from_mut(&mut value).cast(),
            &mut length,
        )
    };
    match status {
        0 => Ok(value),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Numbers side by side, without padding and without forbidden values.
pub(crate) trait Plain: Copy {}

impl Plain for i32 {}
impl Plain for [u32; MEMORY_COUNTS] {}

/// What `SO_MEMINFO` tells of a socket's memory, as numbers (`sk_meminfo` in Linux, include/uapi/linux/sock_diag.h).
pub(crate) const MEMORY_COUNTS: usize = 9;
/// Which of them counts the datagrams that found the receive buffer full.
pub(crate) const DROPS: usize = 8;
/// `SO_MEMINFO` (include/uapi/asm-generic/socket.h).
pub(crate) const SO_MEMINFO: i32 = 55;
/// `SO_RCVBUFFORCE`: a receive buffer beyond `net.core.rmem_max`, for the administrator.
pub(crate) const SO_RCVBUFFORCE: i32 = 33;

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    #[test]
    fn an_option_reads_back_as_it_was_set() {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        set(&socket, libc::IPPROTO_IP, libc::IP_MULTICAST_ALL, &0_i32).expect("set");
        let all: i32 = value(&socket, libc::IPPROTO_IP, libc::IP_MULTICAST_ALL).expect("told");
        assert_eq!(all, 0);
        let memory: [u32; MEMORY_COUNTS] =
            value(&socket, libc::SOL_SOCKET, SO_MEMINFO).expect("told");
        assert_eq!(memory[DROPS], 0);
        assert!(memory[1] > 0, "a receive buffer: {memory:?}");
    }

    #[test]
    fn what_the_kernel_refuses_is_an_error() {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
        assert!(set(&socket, libc::IPPROTO_IP, libc::IP_MULTICAST_TTL, &256_i32).is_err());
        assert!(value::<i32>(&socket, libc::IPPROTO_IP, libc::IP_MTU).is_err());
    }
}
