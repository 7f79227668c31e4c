//! The commands themselves: lists, files, keys, what is kept of a run.

use std::{fs, process::Command};

use history::Verdict;

use super::service::{Service, example};
use crate::support::{check_refused, run};

#[test]
fn names_go_out_and_in_by_every_form() {
    let service = Service::start(&[]);
    service.told(&["import", &example("structured.toml")]);
    service.told(&[
        "register",
        "region1/mean",
        "127.0.0.1:8081",
        "::1",
        "-a",
        "role=mean",
        "-a",
        "flag",
    ]);
    service.told(&["register", "www", "--alias", "region1/mean"]);
    service.told(&[
        "register",
        "mail",
        "10.0.0.5",
        "--record",
        "MX 10 mail.lab.test.",
    ]);
    let listed = service.told(&["list"]);
    for form in ["zone", "toml", "json"] {
        let file = service
            .folder
            .path()
            .join(format!("names.{form}"))
            .display()
            .to_string();
        service.told(&["export", "--out", &file]);
        let other = Service::start(&[]);
        other.told(&["import", &file, "--replace"]);
        assert_eq!(other.told(&["list"]), listed, "by {form}");
    }
    let zone = service.folder.path().join("names.zone");
    let output = Command::new("named-checkzone")
        .arg("lab.test")
        .arg(&zone)
        .output()
        .expect("named-checkzone starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

#[test]
fn lists_go_by_region_and_by_attribute() {
    let service = Service::start(&[]);
    service.told(&[
        "register",
        "region1/mean",
        "127.0.0.1:8081",
        "-a",
        "role=mean",
    ]);
    service.told(&[
        "register",
        "region2/mean",
        "127.0.0.1:8082",
        "-a",
        "role=mean",
    ]);
    service.told(&[
        "register",
        "region2/echo",
        "127.0.0.1:8083",
        "-a",
        "role=echo",
    ]);
    let names = |args: &[&str]| {
        let listed = service.told(&[&["list"], args].concat());
        let first = |line: &str| {
            line.split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        listed.lines().map(first).collect::<Vec<_>>()
    };
    assert_eq!(names(&["region2"]), ["region2/echo", "region2/mean"]);
    assert_eq!(
        names(&["--where", "role=mean"]),
        ["region1/mean", "region2/mean"]
    );
    assert_eq!(
        names(&["region2", "--where", "role=mean"]),
        ["region2/mean"]
    );
    assert!(names(&["--where", "role=none"]).is_empty());
}

#[test]
fn each_step_of_a_resolution_is_shown() {
    let service = Service::start(&[]);
    service.told(&["register", "region1/rack2/server", "10.0.0.1"]);
    service.told(&["register", "www", "--alias", "region1/rack2/server"]);
    service.told(&["register", "one", "--alias", "two"]);
    service.told(&["register", "two", "--alias", "one"]);
    for how in ["--steps", "--iterative"] {
        let ran = service.name(&["resolve", "www", how]);
        assert_eq!(
            (ran.status, ran.stdout.as_str()),
            (Some(0), "10.0.0.1\n"),
            "{}",
            ran.stderr
        );
        for step in [
            "www is an alias of region1/rack2/server",
            "in /: region1 is a context",
            "in region1: rack2 is a context",
        ] {
            assert!(ran.stderr.contains(step), "{how}: {}", ran.stderr);
        }
        let ran = service.name(&["resolve", "one", how]);
        assert_eq!(ran.status, Some(1), "{}", ran.stderr);
        assert!(ran.stderr.contains("circle"), "{how}: {}", ran.stderr);
        let ran = service.name(&["resolve", "region1/rack9/server", how]);
        assert_eq!(ran.status, Some(1), "{}", ran.stderr);
        assert!(
            ran.stderr.contains("in region1 there is no rack9"),
            "{how}: {}",
            ran.stderr
        );
    }
}

#[test]
fn what_is_no_name_or_value_is_refused_with_what_to_do() {
    let service = Service::start(&[]);
    for (args, expected) in [
        (vec!["register", "a b", "10.0.0.1"], "letters, digits"),
        (vec!["register", "a..b", "10.0.0.1"], "empty label"),
        (vec!["register", &"x".repeat(64), "10.0.0.1"], "63"),
        (vec!["register", "a", "10.0.0"], "is no address"),
        (vec!["register", "a"], "a value needs"),
        (
            vec!["register", "a", "10.0.0.1", "--record", "MX ten mail"],
            "MX ten mail",
        ),
        (vec!["register", "a", "10.0.0.1", "--lease", "100ms"], "1 s"),
        (vec!["import", "names.txt"], "--form"),
    ] {
        let ran = service.name(&args);
        assert_eq!(ran.status, Some(3), "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(expected), "{args:?}: {}", ran.stderr);
    }
    let taken = service.name(&["register", "a", "10.0.0.1"]);
    assert_eq!(taken.status, Some(0), "{}", taken.stderr);
    let taken = service.name(&["register", "a", "10.0.0.1"]);
    assert_eq!(taken.status, Some(1), "{}", taken.stderr);
    assert!(taken.stderr.contains("--replace"), "{}", taken.stderr);
    check_refused(
        &["name", "resolve", "a", "--names", "127.0.0.1:1"],
        &["127.0.0.1:1", "wharf name serve"],
    );
    check_refused(
        &[
            "name",
            "serve",
            "--http",
            "0.0.0.0:0",
            "--dns",
            "127.0.0.1:0",
            "--data",
            "/nonexistent/names",
        ],
        &["--token-file"],
    );
}

#[test]
fn a_service_leaves_a_folder_that_says_what_it_did() {
    let service = Service::start(&[]);
    service.told(&["register", "a", "10.0.0.1"]);
    service.short(&["a.lab.test"]);
    service.short(&["b.lab.test"]);
    let (status, folder) = service.stop();
    assert_eq!(status, Some(0));
    let text = fs::read_to_string(folder.path().join("latest/summary.json")).expect("a summary");
    let summary: history::Summary = serde_json::from_str(&text).expect("in its form");
    assert_eq!(summary.verdict, Verdict::Valid, "{text}");
    let names = summary.names.expect("what it did");
    let count = |code: &str| -> u64 {
        let of_code = names
            .answers
            .iter()
            .filter(|one| one.code == code && one.question == "A");
        of_code.map(|one| one.count).sum()
    };
    assert_eq!((count("NOERROR"), count("NXDOMAIN")), (1, 1), "{text}");
    assert!(
        names.commits.count >= 1 && names.commits.latency_ns_p50.is_some(),
        "{text}"
    );
    assert!(folder.path().join("latest/report.html").exists());
}

#[test]
fn a_key_file_is_one_that_others_read() {
    let ran = run(&["name", "key", "laptop"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(
        ran.stdout.contains("key \"laptop\"") && ran.stdout.contains("hmac-sha256"),
        "{}",
        ran.stdout
    );
    let again = run(&["name", "key", "laptop"]);
    assert_ne!(ran.stdout, again.stdout, "two keys are never the same");
    check_refused(&["name", "key", "lap top"], &["lap top"]);
    let within = run(&["name", "key", "robot", "--within", "region1"]);
    assert!(within.stdout.starts_with("# within region1\n"));
    // The hint is the command that makes the same kind of key: without the flag the key may change everything.
    assert!(
        within
            .stderr
            .contains("wharf name key robot --within region1 >"),
        "{}",
        within.stderr
    );
}

#[test]
fn a_whole_export_goes_into_a_new_service_and_twice() {
    let service = Service::start(&[]);
    service.told(&["register", "web", "10.0.0.1"]);
    let file = service.folder.path().join("all.zone").display().to_string();
    service.told(&["export", "--out", &file]);
    let other = Service::start(&[]);
    for same in ["2 names stood so already", "3 names stood so already"] {
        let ran = other.name(&["import", &file]);
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        assert!(!ran.stderr.contains("refused"), "{}", ran.stderr);
        assert!(
            ran.stderr
                .contains(same.split(' ').next().expect("a number"))
        );
    }
    other.told(&["register", "web", "10.0.0.2", "--replace"]);
    assert_eq!(other.name(&["import", &file]).status, Some(1));
}

#[test]
fn a_file_adds_to_the_apex_and_leaves_its_name_servers() {
    let service = Service::start(&[]);
    let file = service.folder.path().join("old.zone");
    let text =
        "@ 60 IN NS ns1.elsewhere.example.\n@ 60 IN MX 10 mail.lab.test.\nweb 60 IN A 10.0.0.1\n";
    fs::write(&file, text).expect("written");
    let file = file.display().to_string();
    let ran = service.name(&["import", &file]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    assert!(ran.stderr.contains("keeps its own NS"), "{}", ran.stderr);
    assert_eq!(service.short(&["lab.test", "NS"]).trim(), "ns.lab.test.");
    assert_eq!(
        service.short(&["lab.test", "MX"]).trim(),
        "10 mail.lab.test."
    );
    let other = text.replace("MX 10", "MX 20");
    fs::write(&file, other).expect("written");
    assert_eq!(service.name(&["import", &file]).status, Some(1));
    service.told(&["import", &file, "--replace"]);
    assert_eq!(service.short(&["lab.test", "NS"]).trim(), "ns.lab.test.");
    assert_eq!(
        service.short(&["lab.test", "MX"]).trim(),
        "20 mail.lab.test."
    );
}
