//! The C library's resolver: what every program of a machine uses that knows nothing of DNS.
//!
//! It asks port 53 of the server that `/etc/resolv.conf` names, so all of it happens in a network namespace with a
//! mount namespace of its own.

use std::{fs, process::Command};

use super::service::Service;
use crate::support::netns::Net;

/// A service at port 53 of a namespace of its own, and how commands there resolve names.
fn resolving(net: &Net) -> (Service, impl Fn(&str) -> (bool, String) + '_) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("resolv.conf");
    fs::write(
        &path,
        "nameserver 127.0.0.1\nsearch lab.test\noptions timeout:2 attempts:2\n",
    )
    .expect("written");
    let conf = path.display().to_string();
    let mut command = net.wharf(1, &folder);
    command.args([
        "name",
        "serve",
        "--dns",
        "127.0.0.1:53",
        "--http",
        "127.0.0.1:5380",
    ]);
    let service = Service::begin(command, folder, &[]);
    let run = move |script: &str| {
        let mounted = format!("mount --bind {conf} /etc/resolv.conf && {script}");
        let mut command: Command = net.command(1, "unshare");
        let output = command
            .args(["-m", "sh", "-c", &mounted])
            .output()
            .expect("unshare starts");
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    };
    (service, run)
}

#[test]
fn programs_that_know_nothing_of_dns_resolve_the_names() {
    let net = Net::lonely();
    // The C library asks for addresses of a family only where the machine has one beside the loopback's.
    net.sh(
        1,
        "ip addr add 198.51.100.1/32 dev lo; ip addr add 2001:db8::1/128 dev lo",
    );
    let (service, run) = resolving(&net);
    let wharf = env!("CARGO_BIN_EXE_wharf");
    let register = |args: &str| {
        let (succeeded, said) = run(&format!("{wharf} name register {args}"));
        assert!(succeeded, "{said}");
    };
    register("server1 192.168.1.2");
    register("region1/server2 192.168.1.3 2001:db8::3");
    register("www --alias region1/server2");
    for (script, expected) in [
        ("getent hosts server1", "192.168.1.2"),
        ("getent hosts server1.lab.test", "192.168.1.2"),
        ("getent ahostsv4 server2.region1", "192.168.1.3"),
        ("getent ahostsv6 server2.region1.lab.test", "2001:db8::3"),
        ("getent ahostsv4 www", "192.168.1.3"),
        ("getent hosts 192.168.1.2", "server1.lab.test"),
        (
            "python3 -c 'import socket; print(socket.getaddrinfo(\"server2.region1\", 80, type=socket.SOCK_STREAM))'",
            "192.168.1.3",
        ),
        (
            "python3 -c 'import socket; print(socket.gethostbyname(\"server1\"))'",
            "192.168.1.2",
        ),
        (
            "python3 -c 'import socket; print(socket.gethostbyaddr(\"192.168.1.2\")[0])'",
            "server1.lab.test",
        ),
    ] {
        let (succeeded, said) = run(script);
        assert!(
            succeeded && said.contains(expected),
            "{script}: {said}{}",
            service.said()
        );
    }
    let (succeeded, said) = run("getent hosts server9");
    assert!(!succeeded && said.is_empty(), "{said}");
}
