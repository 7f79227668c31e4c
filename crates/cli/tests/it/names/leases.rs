//! Leases: over restarts, with the date set, and by `serve --name`.

use std::process::Stdio;

use super::service::Service;
use crate::support::{Guarded, Ran, Server, eventually, run, signal, wharf};

fn is_there(service: &Service, name: &str) -> bool {
    service.name(&["resolve", name]).status == Some(0)
}

#[test]
fn a_name_goes_with_its_lease_and_stays_while_it_is_kept() {
    let service = Service::start(&[]);
    service.told(&["register", "short", "10.0.0.1", "--lease", "1s"]);
    let runs = tempfile::tempdir().expect("a temporary folder");
    let kept = wharf(&runs)
        .env("WHARF_NAMES", service.http.to_string())
        .args([
            "name", "register", "kept", "10.0.0.2", "--lease", "1s", "--keep",
        ])
        .stderr(Stdio::null())
        .spawn()
        .expect("wharf starts");
    let mut kept = Guarded(kept);
    eventually("it is registered", || {
        is_there(&service, "kept").then_some(())
    });
    let watched = service.told(&["watch", "short", "--since", "0", "-n", "2"]);
    assert!(
        watched.contains("registered") && watched.contains("expired"),
        "{watched}"
    );
    assert!(!is_there(&service, "short") && is_there(&service, "kept"));
    assert!(service.dig(&["short.lab.test"]).contains("NXDOMAIN"));
    signal(kept.pid(), "INT");
    assert!(kept.wait().success());
    assert!(!is_there(&service, "kept"));
}

#[test]
fn a_lease_that_ran_out_while_the_server_was_down_is_gone() {
    let mut service = Service::start(&[]);
    service.told(&["register", "short", "10.0.0.1", "--lease", "1s"]);
    service.told(&["register", "long", "10.0.0.2", "--lease", "1h"]);
    service.kill();
    // Another service's lease of the same length has run out: so has that one.
    let clock = Service::start(&[]);
    clock.told(&["register", "clock", "10.0.0.1", "--lease", "2s"]);
    clock.told(&["watch", "clock", "--since", "0", "-n", "2"]);
    let service = service.started_again(&[]);
    assert!(!is_there(&service, "short") && is_there(&service, "long"));
    let watched = service.told(&["watch", "short", "--since", "0", "-n", "2"]);
    assert!(watched.contains("expired"), "{watched}");
}

/// The date is a day earlier or later at each start.
#[test]
fn setting_the_date_neither_kills_leases_nor_resurrects_them() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let service = Service::start_at("+0", folder, &[]);
    service.told(&["register", "long", "10.0.0.2", "--lease", "1h"]);
    service.told(&["register", "short", "10.0.0.1", "--lease", "1s"]);
    service.told(&["watch", "short", "--since", "0", "-n", "2"]);
    let mut folder = ended(service);
    for date in ["-1d", "+2d", "-3d"] {
        let service = Service::start_at(date, folder, &[]);
        assert!(is_there(&service, "long"), "with the date {date}");
        assert!(!is_there(&service, "short"), "with the date {date}");
        folder = ended(service);
    }
}

fn ended(service: Service) -> tempfile::TempDir {
    let (status, folder) = service.stop();
    assert_eq!(status, Some(0));
    folder
}

#[test]
fn a_server_with_a_name_is_found_by_it() {
    let service = Service::start(&[]);
    let named = format!("region1/mean@{}", service.http);
    for model in ["thread", "process"] {
        let server = Server::start("mean", model, &["--name", &named]);
        assert_eq!(
            service.told(&["resolve", "region1/mean"]),
            format!("{}\n", server.address)
        );
        let listed = service.told(&["list", "--where", "service=mean"]);
        assert!(listed.contains(&format!("model={model}")), "{listed}");
        let loaded = run(&[
            "load",
            "mean",
            "--server",
            &format!("name:{named}"),
            "--values",
            "3,5",
            "-n",
            "2",
            "-p",
            "0.01",
            "--wait",
            "10ms",
        ]);
        // On a busy machine the generator may have been late, which it says; but it was answered.
        assert!(matches!(loaded.status, Some(0 | 2)), "{}", loaded.stderr);
        let load = loaded.summary().load.expect("its results");
        assert_eq!(load.outcomes["ok"], 2, "{}", loaded.stdout);
        assert!(
            loaded.stderr.contains("region1/mean is 127.0.0.1"),
            "{}",
            loaded.stderr
        );
        server.stop();
        assert!(!is_there(&service, "region1/mean"), "under {model}");
    }
}

#[test]
fn a_killed_servers_name_goes_at_once() {
    let service = Service::start(&[]);
    let named = format!("region1/mean@{}", service.http);
    let server = Server::start("mean", "thread", &["--name", &named]);
    server.signal("KILL");
    server.wait();
    eventually("the name is gone", || {
        (!is_there(&service, "region1/mean")).then_some(())
    });
}

#[test]
fn a_name_that_somebody_has_keeps_a_server_from_starting() {
    let service = Service::start(&[]);
    service.told(&["register", "region1/mean", "10.0.0.1"]);
    let ran: Ran = run(&[
        "serve",
        "mean",
        "-p",
        "0",
        "--name",
        &format!("region1/mean@{}", service.http),
    ]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("taken"), "{}", ran.stderr);
    let ran = run(&[
        "load",
        "mean",
        "--server",
        &format!("name:nobody@{}", service.http),
    ]);
    assert_eq!(ran.status, Some(3), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("nobody is not registered"),
        "{}",
        ran.stderr
    );
}
