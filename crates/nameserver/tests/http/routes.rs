//! Each route: what it answers, and what it refuses.

use nameserver::api::{Changed, Entry, Granted, Listing, Problem, Put, Status};
use naming::{Resolution, Revision, Step};

use crate::house::{Answer, House, put, value};

fn changed(answer: &Answer) -> Changed {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

#[test]
fn a_name_is_registered_seen_changed_and_taken_away() {
    let house = House::new();
    let body = r#"{"value":{"addresses":["192.0.2.1"],"port":80}}"#;
    let first = changed(&house.ask("PUT", "/v1/names/region1/server1", Some(body)));
    assert_eq!(first.changed, 1);
    for form in [
        "region1/server1",
        "region1%2Fserver1",
        "server1.region1",
        "SERVER1.region1.lab.test.",
    ] {
        let entry: Entry = house.get(&format!("/v1/names/{form}")).json();
        assert_eq!(
            (&*entry.name, entry.revision),
            ("region1/server1", first.revision)
        );
        assert_eq!(entry.value, value(80));
        assert_eq!((entry.lease, entry.lease_left_ms), (None, None));
    }
    let again = house.ask("PUT", "/v1/names/region1/server1", Some(body));
    again.is_problem(409, "taken");
    assert_eq!(again.json::<Problem>().revision, Some(first.revision));
    let conditional = format!(
        r#"{{"value":{{"port":81}},"if_revision":{}}}"#,
        first.revision
    );
    let second = changed(&house.ask("PUT", "/v1/names/region1/server1", Some(&conditional)));
    assert!(second.revision > first.revision);
    let late = house.ask("PUT", "/v1/names/region1/server1", Some(&conditional));
    late.is_problem(409, "somebody changed it");
    assert_eq!(late.json::<Problem>().revision, Some(second.revision));
    let replaced = r#"{"value":{"port":82},"replace":true}"#;
    let third = changed(&house.ask("PUT", "/v1/names/region1/server1", Some(replaced)));
    let path = |revision| format!("/v1/names/region1/server1?if-revision={revision}");
    house
        .ask("DELETE", &path(second.revision), None)
        .is_problem(409, "");
    changed(&house.ask("DELETE", &path(third.revision), None));
    house
        .get("/v1/names/region1/server1")
        .is_problem(404, "not registered");
    house
        .ask("DELETE", "/v1/names/region1/server1", None)
        .is_problem(404, "not registered");
}

#[test]
fn what_is_asked_wrongly_is_refused_and_said_why() {
    let house = House::new();
    let wrong = |method: &str, path: &str, body: Option<&str>, status, part| {
        house.ask(method, path, body).is_problem(status, part);
    };
    wrong("GET", "/v1/nowhere", None, 404, "/v1/names");
    wrong("POST", "/v1/names/a", Some("{}"), 405, "PUT");
    wrong("GET", "/v1/changes", None, 405, "POST");
    wrong("OPTIONS", "/v1/names/a", None, 405, "PUT");
    wrong("GET", "/v1/names/", None, 400, "empty label");
    wrong("GET", "/v1/names/a..b", None, 400, "empty label");
    wrong("GET", "/v1/names/a%00b", None, 400, "labels are made of");
    wrong("GET", "/v1/names/%2e%2e%2fetc", None, 400, "");
    wrong("GET", "/v1/names/%", None, 400, "percent-encoded");
    wrong("GET", "/v1/names/%ff", None, 400, "percent-encoded");
    wrong("GET", "/v1/names/a%252fb", None, 400, "'%'");
    wrong(
        "GET",
        &format!("/v1/names/{}", "x".repeat(64)),
        None,
        400,
        "64 bytes",
    );
    wrong("GET", "/v1/names/a?other=1", None, 400, "no parameter");
    wrong("GET", "/v1/names?limit=0", None, 400, "from 1 to 10000");
    wrong("GET", "/v1/names?limit=10001", None, 400, "from 1 to 10000");
    wrong("GET", "/v1/names?limit=-1", None, 400, "whole number");
    wrong(
        "GET",
        "/v1/names?limit=1&limit=2",
        None,
        400,
        "more than once",
    );
    wrong("GET", "/v1/names/a", Some("{}"), 400, "no body");
    wrong("GET", "/v1/step?label=a/b", None, 400, "not one label");
    wrong("GET", "/v1/step", None, 400, "which label");
    wrong("GET", "/v1/watch?from=x", None, 400, "whole number");
    wrong("PUT", "/v1/names/a", Some("{"), 400, "not what is expected");
    wrong("PUT", "/v1/names/a", Some("{}"), 400, "");
    wrong(
        "PUT",
        "/v1/names/a",
        Some(r#"{"value":{"prt":1}}"#),
        400,
        "prt",
    );
    wrong(
        "PUT",
        "/v1/names/a",
        Some(r#"{"value":{"port":1},"lease":1,"lease_ms":2000}"#),
        400,
        "one of them",
    );
    wrong(
        "PUT",
        "/v1/names/a",
        Some(r#"{"value":{"port":1},"if_revision":1,"replace":true}"#),
        400,
        "contradict",
    );
    wrong(
        "PUT",
        "/v1/names/a",
        Some(r#"{"value":{"port":1},"lease_ms":1}"#),
        400,
        "a lease is from",
    );
    wrong(
        "PUT",
        "/v1/names/a",
        Some(r#"{"value":{"port":1},"lease":77}"#),
        404,
        "lease 77",
    );
    wrong("POST", "/v1/leases/77", None, 404, "lease 77");
    wrong("POST", "/v1/leases/seven", None, 400, "whole number");
    wrong("DELETE", "/v1/leases/77", None, 404, "lease 77");
}

#[test]
fn several_names_change_at_one_revision_or_none_does() {
    let house = House::new();
    let body = r#"{"names":[["a/x",{"port":1}],["a/y",{"port":2}]]}"#;
    let done = changed(&house.ask("POST", "/v1/changes", Some(body)));
    assert_eq!(done.changed, 2);
    for name in ["a/x", "a/y"] {
        let entry: Entry = house.get(&format!("/v1/names/{name}")).json();
        assert_eq!(entry.revision, done.revision);
    }
    let half = r#"{"names":[["a/z",{"port":3}],["a/x",{"port":4}]]}"#;
    house
        .ask("POST", "/v1/changes", Some(half))
        .is_problem(409, "a/x is taken");
    house.get("/v1/names/a/z").is_problem(404, "");
    let wrong = r#"{"names":[["a/z",{"port":3}],["a b",{"port":4}]]}"#;
    house
        .ask("POST", "/v1/changes", Some(wrong))
        .is_problem(400, "`a b`");
    let moved = r#"{"names":[["a/x",null],["a/z",{"port":1}]],"replace":true}"#;
    changed(&house.ask("POST", "/v1/changes", Some(moved)));
    house.get("/v1/names/a/x").is_problem(404, "");
}

#[test]
fn ten_thousand_names_go_at_once_and_one_more_does_not() {
    let house = House::new();
    let body = |count: usize| {
        let name = |at| format!(r#"["n/x{at}",{{"port":7}}]"#);
        let names: Vec<String> = (0..count).map(name).collect();
        format!(r#"{{"names":[{}]}}"#, names.join(","))
    };
    house
        .ask("POST", "/v1/changes", Some(&body(10_001)))
        .is_problem(413, "10001");
    let done = changed(&house.ask("POST", "/v1/changes", Some(&body(10_000))));
    assert_eq!(done.changed, 10_000);
    let status: Status = house.get("/v1/status").json();
    assert!(status.names >= 10_000);
}

#[test]
fn a_lease_keeps_its_name_until_it_is_given_back() {
    let house = House::new();
    let body = r#"{"value":{"port":80},"lease_ms":60000}"#;
    let done = changed(&house.ask("PUT", "/v1/names/kept", Some(body)));
    let lease = done.lease.expect("a lease");
    let entry: Entry = house.get("/v1/names/kept").json();
    assert_eq!(entry.lease, Some(lease));
    assert!(entry.lease_left_ms.is_some_and(|left| left <= 60_000));
    let alive: Granted = house
        .ask("POST", &format!("/v1/leases/{lease}"), None)
        .json();
    assert_eq!(
        alive,
        Granted {
            lease,
            ttl_ms: 60_000
        }
    );
    let status: Status = house.get("/v1/status").json();
    assert_eq!(status.leases, 1);
    assert_eq!(status.zone, "lab.test.");
    let gone = changed(&house.ask("DELETE", &format!("/v1/leases/{lease}"), None));
    assert_eq!(gone.changed, 1);
    house.get("/v1/names/kept").is_problem(404, "");
    let bare: Granted = house
        .ask("POST", "/v1/leases", Some(r#"{"ttl_ms":5000}"#))
        .json();
    assert!(bare.lease > lease, "no number is given twice");
}

#[test]
fn resolving_shows_each_step_also_of_what_is_not_there() {
    let house = House::new();
    let client = house.client();
    client.put("region1/server1", &put(80)).expect("it is put");
    let alias = naming::Value {
        alias: Some("region1/server1".to_owned()),
        ..naming::Value::default()
    };
    let alias = Put {
        value: alias,
        ..Put::default()
    };
    client.put("mean", &alias).expect("it is put");
    let found: Resolution = house.get("/v1/resolve/mean").json();
    assert_eq!(found.canonical, "region1/server1");
    assert_eq!(found.value, Some(value(80)));
    let nothing = house.get("/v1/resolve/region1/other");
    assert_eq!(nothing.status, 404);
    assert_eq!(nothing.json::<Resolution>().value, None);
    let step: Step = house.get("/v1/step?at=region1&label=Server1").json();
    assert!(matches!(step, Step::Found { .. }), "{step:?}");
    let step: Step = house.get("/v1/step?label=region2").json();
    assert!(matches!(step, Step::Missing { .. }), "{step:?}");
}

#[test]
fn lists_come_in_pages_in_the_order_of_the_tree() {
    let house = House::new();
    let client = house.client();
    for name in ["b/two", "a/one", "a", "b/one", "c", "ab"] {
        let mut put = put(80);
        if name.starts_with("b/") {
            put.value.attributes = [("role".to_owned(), "a mean".to_owned())].into();
        }
        client.put(name, &put).expect("it is put");
    }
    let names = |query: &str| {
        let listing: Listing = house.get(&format!("/v1/names?{query}")).json();
        let names: Vec<String> = listing
            .entries
            .into_iter()
            .map(|entry| entry.name)
            .collect();
        (names.join(" "), listing.next)
    };
    assert_eq!(names("within=a"), ("a a/one".to_owned(), None));
    assert_eq!(
        names("where=role%3Da+mean"),
        ("b/one b/two".to_owned(), None)
    );
    assert_eq!(names("where=role&where=other"), (String::new(), None));
    assert_eq!(names("within=nowhere"), (String::new(), None));
    let (all, _) = names("");
    let mut paged = Vec::new();
    let mut query = "limit=2".to_owned();
    loop {
        let (page, next) = names(&query);
        paged.push(page);
        let Some(next) = next else { break };
        query = format!("limit=2&after={next}");
    }
    assert_eq!(paged.join(" "), all);
    assert!(all.contains("a a/one ab b/one b/two c"), "{all}");
    assert_eq!(
        names("where=role&limit=1"),
        ("b/one".to_owned(), Some("b/one".to_owned()))
    );
    assert_eq!(
        names("where=role&limit=2"),
        ("b/one b/two".to_owned(), None)
    );
}

#[test]
fn a_page_is_of_one_revision_while_names_change_together() {
    let house = House::new();
    let client = house.client();
    let both = |port: u16| nameserver::api::Changes {
        names: vec![
            ("a".to_owned(), Some(value(port))),
            ("z".to_owned(), Some(value(port))),
        ],
        replace: true,
    };
    client.change(&both(1)).expect("it is done");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for port in 2..60 {
                client.change(&both(port)).expect("it is done");
            }
        });
        for _ in 0..60 {
            let listing: Listing = house.get("/v1/names").json();
            let of = |name| listing.entries.iter().find(|entry| entry.name == name);
            let (a, z) = (of("a").expect("a"), of("z").expect("z"));
            assert_eq!(a.value.port, z.value.port);
            assert_eq!(a.revision, z.revision);
            assert!(a.revision <= listing.revision);
        }
    });
}

#[test]
fn what_was_answered_is_there_after_a_restart() {
    let house = House::new();
    let done = house.client().put("kept", &put(9)).expect("it is put");
    let house = house.restart();
    let entry = house.client().entry("kept").expect("it is there");
    assert_eq!((entry.revision, entry.value), (done.revision, value(9)));
    let status = house.client().status().expect("a status");
    assert!(status.revision >= done.revision && status.revision != Revision(0));
}

#[test]
fn heads_alone_can_be_asked_for_and_the_page_is_shown() {
    let house = House::new();
    let head = house.ask("HEAD", "/v1/status", None);
    assert_eq!((head.status, &*head.body), (200, ""));
    let watch = house.ask("HEAD", "/v1/watch", None);
    assert_eq!(watch.status, 405, "a stream has no head alone");
    let page = house.get("/");
    assert_eq!(page.status, 200);
    assert!(page.head.contains("content-type: text/html"));
    assert!(page.head.contains("script-src 'sha256-"));
    assert!(page.head.contains("default-src 'none'"));
}
