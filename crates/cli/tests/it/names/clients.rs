//! What dig, nslookup and other clients get to hear.

use std::process::Command;

use super::service::{Service, example};

fn seeded() -> Service {
    let service = Service::start(&[]);
    service.told(&["import", &example("structured.toml")]);
    service.told(&["import", &example("flat.toml")]);
    service
}

#[test]
fn dig_resolves_what_was_registered() {
    let service = seeded();
    let mean = [
        "register",
        "region1/mean",
        "127.0.0.1:8081",
        "::1",
        "-a",
        "role=mean",
        "--ttl",
        "7s",
    ];
    service.told(&mean);
    service.told(&["register", "www", "--alias", "region1/mean"]);
    for (args, expected) in [
        (vec!["server1.lab.test"], "192.168.1.2"),
        (vec!["server4.region2.lab.test"], "192.168.2.2"),
        (vec!["SeRver4.REGION2.lab.TEST"], "192.168.2.2"),
        (vec!["+tcp", "server4.region2.lab.test"], "192.168.2.2"),
        (vec!["mean.region1.lab.test", "AAAA"], "::1"),
        (
            vec!["mean.region1.lab.test", "SRV"],
            "0 0 8081 mean.region1.lab.test.",
        ),
        (vec!["mean.region1.lab.test", "TXT"], "\"role=mean\""),
        (vec!["www.lab.test", "CNAME"], "mean.region1.lab.test."),
        (vec!["www.lab.test"], "mean.region1.lab.test.\n127.0.0.1"),
        (vec!["-x", "192.168.2.2"], "server4.region2.lab.test."),
        (vec!["lab.test", "NS"], "ns.lab.test."),
    ] {
        assert_eq!(service.short(&args).trim_end(), expected, "{args:?}");
    }
    assert!(
        service
            .short(&["lab.test", "SOA"])
            .starts_with("ns.lab.test. hostmaster.lab.test. ")
    );
    let full = service.dig(&["mean.region1.lab.test"]);
    assert!(
        full.contains(" aa") && full.contains("\t7\tIN\tA\t127.0.0.1"),
        "{full}"
    );
}

#[test]
fn what_is_not_there_is_denied_and_not_guessed() {
    let service = seeded();
    let status = |args: &[&str]| {
        let full = service.dig(args);
        let (_, rest) = full.split_once("status: ").expect("a status");
        let status = rest.split(',').next().expect("a word").to_owned();
        (status, full.contains("AUTHORITY: 1"))
    };
    let told = |status: &str, has_soa| (status.to_owned(), has_soa);
    assert_eq!(status(&["server9.lab.test"]), told("NXDOMAIN", true));
    assert_eq!(
        status(&["server9.region9.lab.test"]),
        told("NXDOMAIN", true)
    );
    assert_eq!(status(&["server1.lab.test", "AAAA"]), told("NOERROR", true));
    assert_eq!(status(&["region1.lab.test"]), told("NOERROR", true));
    assert_eq!(status(&["www.example.org"]), told("REFUSED", false));
    assert_eq!(
        status(&["server1.lab.test", "-c", "CH"]),
        told("REFUSED", false)
    );
    let any = service.dig(&["server1.lab.test", "ANY", "+notcp"]);
    assert!(any.contains("HINFO"), "{any}");
    let later = service.dig(&["+edns=1", "+noednsneg", "server1.lab.test"]);
    assert!(later.contains("BADVERS"), "{later}");
    let opcode = service.dig(&["+opcode=3", "server1.lab.test"]);
    assert!(opcode.contains("NOTIMP"), "{opcode}");
}

#[test]
fn an_answer_that_does_not_fit_comes_by_tcp() {
    let service = Service::start(&[]);
    let places: Vec<String> = (1..=60).map(|host| format!("10.1.2.{host}")).collect();
    let mut args = vec!["register", "many"];
    args.extend(places.iter().map(String::as_str));
    service.told(&args);
    let cut = service.dig(&["+ignore", "+noedns", "many.lab.test"]);
    assert!(cut.contains(" tc") && cut.contains("ANSWER: 0"), "{cut}");
    assert_eq!(
        service.short(&["+noedns", "many.lab.test"]).lines().count(),
        60
    );
    assert_eq!(
        service
            .short(&["+bufsize=1232", "many.lab.test"])
            .lines()
            .count(),
        60
    );
}

#[test]
fn nslookup_and_a_client_in_python_understand_the_answers() {
    let service = seeded();
    let output = Command::new("nslookup")
        .arg(format!("-port={}", service.dns.port()))
        .args(["server3.region2.lab.test", "127.0.0.1"])
        .output()
        .expect("nslookup starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("Address: 192.168.2.1"),
        "{said}"
    );
}

#[test]
fn the_seeds_four_names_have_the_seeds_answers() {
    let service = seeded();
    for (name, address) in [
        ("server1", "192.168.1.2"),
        ("server2", "192.168.1.3"),
        ("region1/server1", "192.168.1.2"),
        ("server1.region1", "192.168.1.2"),
        ("region1/server2", "192.168.1.3"),
        ("region2/server3", "192.168.2.1"),
        ("region2/server4", "192.168.2.2"),
    ] {
        assert_eq!(service.told(&["resolve", name]), format!("{address}\n"));
        let file = if name.contains(['/', '.']) {
            "structured.toml"
        } else {
            "flat.toml"
        };
        assert_eq!(
            service.told(&["resolve", name, "--from", &example(file)]),
            format!("{address}\n")
        );
    }
    let missing = service.name(&["resolve", "region9/server1"]);
    assert_eq!((missing.status, missing.stdout.as_str()), (Some(1), ""));
    assert!(
        missing.stderr.contains("in / there is no region9"),
        "{}",
        missing.stderr
    );
}
