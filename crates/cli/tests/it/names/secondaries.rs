//! Zone transfers, and real secondaries that follow.

use std::{
    fs,
    net::UdpSocket,
    path::Path,
    process::{Command, Stdio},
};

use super::service::Service;
use crate::support::{Guarded, eventually};

#[test]
fn dig_transfers_the_whole_zone() {
    let service = Service::start(&[]);
    for host in 1..=200 {
        let (name, address) = (
            format!("rack{}/host{host}", host % 7),
            format!("10.0.0.{host}"),
        );
        service.told(&["register", &name, &address]);
    }
    let zone = service.dig(&["+noall", "+answer", "lab.test", "AXFR"]);
    assert_eq!(
        zone.lines()
            .filter(|line| line.contains("\tA\t10.0.0."))
            .count(),
        200,
        "{zone}"
    );
    let lines: Vec<&str> = zone.lines().filter(|line| !line.is_empty()).collect();
    assert!(
        lines[0].contains("SOA") && lines[lines.len() - 1].contains("SOA"),
        "{zone}"
    );
}

/// A free port for a server that cannot be told to take any; nobody else takes it in the moment between.
fn free_port() -> u16 {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("bound");
    socket.local_addr().expect("an address").port()
}

#[track_caller]
fn check_secondary(write: fn(folder: &Path, own: u16, primary: u16) -> Command) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let own = free_port();
    let service = Service::start(&["--notify", &format!("127.0.0.1:{own}")]);
    service.told(&["register", "region1/first", "10.0.0.1"]);
    let mut command = write(folder.path(), own, service.dns.port());
    let log = fs::File::create(folder.path().join("log")).expect("created");
    let child = command
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("cloned"))
        .stderr(log)
        .spawn();
    let mut secondary = Guarded(child.expect("the secondary starts"));
    let ask = |name: &str| {
        let output = Command::new("dig")
            .args([
                "@127.0.0.1",
                "-p",
                &own.to_string(),
                "+short",
                "+tries=1",
                "+time=1",
                name,
            ])
            .output()
            .expect("dig starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let said = || fs::read_to_string(folder.path().join("log")).unwrap_or_default();
    secondary.until_ready(said, || {
        (ask("first.region1.lab.test") == "10.0.0.1\n").then_some(())
    });
    service.told(&["register", "region1/second", "10.0.0.2"]);
    service.told(&["deregister", "region1/first"]);
    eventually("the secondary follows", || {
        (ask("second.region1.lab.test") == "10.0.0.2\n").then_some(())
    });
    eventually("it forgets, too", || {
        ask("first.region1.lab.test").is_empty().then_some(())
    });
}

#[test]
fn knot_follows() {
    check_secondary(|folder, own, primary| {
        let shown = folder.display();
        let conf = format!(
            "server:\n  listen: 127.0.0.1@{own}\n  rundir: {shown}\n\
             log:\n  - target: stderr\n    any: info\n\
             database:\n  storage: {shown}\n\
             remote:\n  - id: primary\n    address: 127.0.0.1@{primary}\n\
             acl:\n  - id: primary\n    address: 127.0.0.1\n    action: notify\n\
             zone:\n  - domain: lab.test\n    storage: {shown}\n    master: primary\n    acl: primary\n"
        );
        fs::write(folder.join("knot.conf"), conf).expect("written");
        let mut command = Command::new("knotd");
        command.arg("-c").arg(folder.join("knot.conf"));
        command
    });
}

#[test]
fn nsd_follows() {
    check_secondary(|folder, own, primary| {
        let shown = folder.display();
        let conf = format!(
            "server:\n  ip-address: 127.0.0.1@{own}\n  username: \"\"\n  zonesdir: \"{shown}\"\n  pidfile: \"\"\n\
             \x20 database: \"\"\n  xfrdfile: \"{shown}/xfrd.state\"\n  zonelistfile: \"{shown}/zone.list\"\n  xfrdir: \"{shown}\"\n\
             \x20 xfrd-reload-timeout: 0\n  server-count: 1\n  verbosity: 2\n\
             remote-control:\n  control-enable: no\n\
             zone:\n  name: lab.test\n  zonefile: lab.test.zone\n  request-xfr: AXFR 127.0.0.1@{primary} NOKEY\n\
             \x20 allow-notify: 127.0.0.1 NOKEY\n"
        );
        fs::write(folder.join("nsd.conf"), conf).expect("written");
        let mut command = Command::new("nsd");
        command.arg("-d").arg("-c").arg(folder.join("nsd.conf"));
        command
    });
}
