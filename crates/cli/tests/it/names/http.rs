//! HTTP by curl: what programs in any language can do.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use super::service::Service;
use crate::support::Guarded;

/// What curl says to these options and a path: status and body.
fn curl(service: &Service, options: &[&str], path: &str) -> (String, String) {
    let output = Command::new("curl")
        .args(["-s", "-g", "--max-time", "20", "-w", "\n%{http_code}"])
        .args(options)
        .arg(format!("http://{}{path}", service.http))
        .output()
        .expect("curl starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let (body, status) = said.rsplit_once('\n').expect("a status");
    (status.to_owned(), body.to_owned())
}

fn put(body: &str) -> Vec<&str> {
    vec![
        "-X",
        "PUT",
        "-H",
        "Content-Type: application/json",
        "-d",
        body,
    ]
}

#[test]
fn curl_registers_resolves_and_compares_and_sets() {
    let service = Service::start(&[]);
    let (status, body) = curl(
        &service,
        &put("{\"value\":{\"addresses\":[\"10.0.0.1\"],\"port\":80}}"),
        "/v1/names/region1/web",
    );
    assert_eq!(status, "200", "{body}");
    let changed: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let revision = changed["revision"].as_u64().expect("a number");
    let (status, body) = curl(&service, &[], "/v1/names/region1/web");
    assert!(status == "200" && body.contains("\"10.0.0.1\""), "{body}");
    assert_eq!(service.short(&["web.region1.lab.test"]), "10.0.0.1\n");
    let (status, body) = curl(
        &service,
        &put("{\"value\":{\"addresses\":[\"10.0.0.2\"]}}"),
        "/v1/names/region1/web",
    );
    assert!(status == "409" && body.contains("taken"), "{body}");
    let stale = format!(
        "{{\"value\":{{\"addresses\":[\"10.0.0.2\"]}},\"if_revision\":{}}}",
        revision + 7
    );
    let (status, body) = curl(&service, &put(&stale), "/v1/names/region1/web");
    assert_eq!(status, "409", "{body}");
    let right =
        format!("{{\"value\":{{\"addresses\":[\"10.0.0.2\"]}},\"if_revision\":{revision}}}");
    let (status, body) = curl(&service, &put(&right), "/v1/names/region1/web");
    assert_eq!(status, "200", "{body}");
    let (status, body) = curl(&service, &["-X", "DELETE"], "/v1/names/region1/web");
    assert_eq!(status, "200", "{body}");
    let (status, body) = curl(&service, &[], "/v1/names/region1/web");
    assert_eq!(status, "404", "{body}");
}

#[test]
fn a_page_of_another_origin_cannot_change_names() {
    let service = Service::start(&[]);
    let body = "{\"value\":{\"addresses\":[\"10.0.0.1\"]}}";
    let mut foreign = put(body);
    foreign.extend(["-H", "Origin: http://evil.example"]);
    assert_eq!(curl(&service, &foreign, "/v1/names/a").0, "403");
    let mut rebound = put(body);
    rebound.extend(["-H", "Host: evil.example"]);
    assert_eq!(curl(&service, &rebound, "/v1/names/a").0, "421");
    let form = ["-X", "PUT", "-d", body];
    assert_eq!(curl(&service, &form, "/v1/names/a").0, "415");
    assert_eq!(curl(&service, &[], "/v1/names/a").0, "404");
    let (status, page) = curl(&service, &[], "/");
    assert!(status == "200" && page.contains("<title>"), "{page}");
}

#[test]
fn curl_watches_an_event_stream() {
    let service = Service::start(&[]);
    let child = Command::new("curl")
        .args(["-s", "-N", "--max-time", "30"])
        .arg(format!("http://{}/v1/watch?within=region1", service.http))
        .stdout(Stdio::piped())
        .spawn()
        .expect("curl starts");
    let mut child = Guarded(child);
    let mut lines = BufReader::new(child.0.stdout.take().expect("piped"))
        .lines()
        .map_while(Result::ok);
    lines
        .find(|line| line == "event: watching")
        .expect("it says that it watches");
    service.told(&["register", "region2/other", "10.0.0.9"]);
    service.told(&["register", "region1/web", "10.0.0.1"]);
    lines
        .find(|line| line == "event: change")
        .expect("a change");
    let data = lines
        .find(|line| line.starts_with("data: "))
        .expect("its data");
    assert!(
        data.contains("region1/web") && data.contains("10.0.0.1"),
        "{data}"
    );
}
