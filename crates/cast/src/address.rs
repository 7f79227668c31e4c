//! Addresses as people write them: `127.0.0.1:5007`, `localhost:5007`, `[ff02::114%eth0]:5007`.

use std::net::{Ipv6Addr, SocketAddr, SocketAddrV6, ToSocketAddrs as _};

use crate::{CastError, find};

/// The address that a text names; an interface's name after `%` becomes its number, a host's name its first
/// address.
///
/// # Errors
/// When it names none, or an interface that is not there.
pub fn address(text: &str) -> Result<SocketAddr, CastError> {
    let no_address = || CastError::Address {
        address: text.to_owned(),
        expected: "address with a port",
        example: "127.0.0.1:5007, [::1]:5007 or [ff02::114%eth0]:5007",
    };
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let scoped = text.strip_prefix('[').and_then(|rest| {
        let (inside, port) = rest.rsplit_once("]:")?;
        let (ip, scope) = inside.split_once('%')?;
        Some((ip, scope, port))
    });
    if let Some((ip, scope, port)) = scoped {
        let ip: Ipv6Addr = ip.parse().map_err(|_| no_address())?;
        let port = port.parse().map_err(|_| no_address())?;
        let index = find(scope)?.index;
        return Ok(SocketAddrV6::new(ip, port, 0, index).into());
    }
    let port = text.rsplit_once(':').map_or(text, |(_, port)| port);
    let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && port.parse::<u16>().is_err() {
        return Err(CastError::Settings {
            what: format!("`{text}`: {port} is no port"),
            instead: "a port is a number from 1 to 65535",
        });
    }
    let named = text.to_socket_addrs().map_err(|_| no_address())?;
    let mut named = named.filter(|one| one.port() != 0);
    named.next().ok_or_else(no_address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interfaces;

    #[test]
    fn an_interfaces_name_after_the_address_is_its_number() {
        let all = interfaces().expect("interfaces");
        let lo = all.iter().find(|one| one.is_loopback).expect("a loopback");
        let text = format!("[ff02::114%{}]:5007", lo.name);
        let SocketAddr::V6(v6) = address(&text).expect("an address") else {
            panic!("no IPv6 address");
        };
        assert_eq!((v6.scope_id(), v6.port()), (lo.index, 5007));
        let error = address("[ff02::114%nowhere0]:5007").expect_err("none");
        assert!(error.to_string().contains("`nowhere0`"), "{error}");
    }

    #[test]
    fn what_is_no_address_is_named_with_one_that_is() {
        for text in ["", "5007", "127.0.0.1", "[::1%]:x", "[x%lo]:1"] {
            let error = address(text).expect_err(text).to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
        assert!(address("127.0.0.1:5007").is_ok() && address("[::1]:5007").is_ok());
    }

    #[test]
    fn a_number_that_is_too_large_for_a_port_is_named() {
        for text in ["127.0.0.1:70000", "[::1]:70000", "70000"] {
            let error = address(text).expect_err(text).to_string();
            assert!(error.contains("70000 is no port"), "{error}");
            assert!(error.contains("1 to 65535"), "{error}");
        }
    }
}
