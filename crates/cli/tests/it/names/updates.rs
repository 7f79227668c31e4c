//! Dynamic updates by `nsupdate`, with and without a key.

use std::fs;

use super::service::Service;

#[test]
fn nsupdate_adds_and_removes_records() {
    let service = Service::start(&[]);
    let lines = "zone lab.test\nupdate add a.lab.test 60 A 10.0.0.1\nupdate add a.lab.test 60 AAAA 2001:db8::1\n\
                 update add _http._tcp.lab.test 60 SRV 0 5 80 a.lab.test\nupdate add a.lab.test 60 TXT \"k=v\"\nsend\n";
    let (succeeded, said) = service.nsupdate(&[], lines);
    assert!(succeeded, "{said}");
    assert_eq!(service.short(&["a.lab.test"]), "10.0.0.1\n");
    assert_eq!(service.short(&["a.lab.test", "AAAA"]), "2001:db8::1\n");
    assert_eq!(
        service.short(&["_http._tcp.lab.test", "SRV"]),
        "0 5 80 a.lab.test.\n"
    );
    assert!(service.told(&["list"]).contains("k=v"));
    // Without `zone` nsupdate asks for the SOA to find it.
    let (succeeded, said) = service.nsupdate(&[], "update delete a.lab.test A\nsend\n");
    assert!(succeeded, "{said}");
    assert_eq!(service.short(&["a.lab.test"]), "");
    assert_eq!(service.short(&["a.lab.test", "AAAA"]), "2001:db8::1\n");
    let (succeeded, said) = service.nsupdate(&["-v"], "update delete a.lab.test\nsend\n");
    assert!(succeeded, "{said}");
    assert!(service.dig(&["a.lab.test"]).contains("NXDOMAIN"));
}

#[test]
fn prerequisites_hold_or_nothing_is_done() {
    let service = Service::start(&[]);
    service.told(&["register", "a", "10.0.0.1"]);
    for (lines, code) in [
        ("prereq nxdomain a.lab.test", "YXDOMAIN"),
        ("prereq yxdomain b.lab.test", "NXDOMAIN"),
        ("prereq yxrrset a.lab.test AAAA", "NXRRSET"),
        ("prereq nxrrset a.lab.test A", "YXRRSET"),
        ("prereq yxrrset a.lab.test A 10.0.0.2", "NXRRSET"),
    ] {
        let lines =
            format!("zone lab.test\n{lines}\nupdate add new.lab.test 60 A 10.9.9.9\nsend\n");
        let (succeeded, said) = service.nsupdate(&[], &lines);
        assert!(!succeeded && said.contains(code), "{lines}{said}");
    }
    assert_eq!(service.short(&["new.lab.test"]), "");
    let lines = "zone lab.test\nprereq yxrrset a.lab.test A 10.0.0.1\nupdate add new.lab.test 60 A 10.9.9.9\nsend\n";
    let (succeeded, said) = service.nsupdate(&[], lines);
    assert!(succeeded, "{said}");
    let (succeeded, said) = service.nsupdate(
        &[],
        "zone lab.test\nupdate add x.example.org 60 A 1.2.3.4\nsend\n",
    );
    assert!(!succeeded && said.contains("NOTZONE"), "{said}");
}

#[test]
fn where_keys_are_asked_for_only_keys_count() {
    let made = |name: &str| {
        let ran = crate::support::run(&["name", "key", name]);
        assert_eq!(ran.status, Some(0), "{}", ran.stderr);
        ran.stdout
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (right, wrong, other) = (
        folder.path().join("right"),
        folder.path().join("wrong"),
        folder.path().join("other"),
    );
    fs::write(&right, made("laptop")).expect("written");
    fs::write(&wrong, made("laptop")).expect("written");
    fs::write(&other, made("stranger")).expect("written");
    let text = |path: &std::path::Path| path.display().to_string();
    let service = Service::start(&["--keys", &text(&right), "--signed-only"]);
    let lines = "update add a.lab.test 60 A 10.0.0.1\nsend\n";
    let (succeeded, said) = service.nsupdate(&[], lines);
    assert!(!succeeded && said.contains("REFUSED"), "{said}");
    let (succeeded, said) = service.nsupdate(&["-k", &text(&wrong)], lines);
    assert!(!succeeded && said.contains("BADSIG"), "{said}");
    let (succeeded, said) = service.nsupdate(&["-k", &text(&other)], lines);
    assert!(!succeeded && said.contains("BADKEY"), "{said}");
    assert_eq!(service.short(&["a.lab.test"]), "");
    let (succeeded, said) = service.nsupdate(&["-k", &text(&right)], lines);
    assert!(succeeded, "{said}");
    assert_eq!(service.short(&["a.lab.test"]), "10.0.0.1\n");
    let refused = service.dig(&["lab.test", "AXFR"]);
    assert!(refused.contains("Transfer failed"), "{refused}");
    let allowed = service.dig(&["-k", &text(&right), "lab.test", "AXFR"]);
    assert!(
        allowed.contains("a.lab.test.") && allowed.contains("TSIG"),
        "{allowed}"
    );
}

/// Signer and server are ten minutes apart.
#[test]
fn a_signature_of_another_time_does_not_count() {
    let ran = crate::support::run(&["name", "key", "laptop"]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = folder.path().join("key").display().to_string();
    fs::write(&key, ran.stdout).expect("written");
    let service = Service::start_at("+10m", folder, &["--keys", &key, "--signed-only"]);
    let lines = "zone lab.test\nupdate add b.lab.test 60 A 10.0.0.2\nsend\n";
    let (succeeded, said) = service.nsupdate(&["-k", &key], lines);
    assert!(!succeeded && said.contains("BADTIME"), "{said}");
    assert!(service.dig(&["b.lab.test"]).contains("NXDOMAIN"));
}

#[test]
fn a_key_changes_what_it_is_for_only() {
    let ran = crate::support::run(&["name", "key", "region1", "--within", "region1"]);
    assert_eq!(ran.status, Some(0), "{}", ran.stderr);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let key = folder.path().join("key").display().to_string();
    fs::write(&key, ran.stdout).expect("written");
    let service = Service::start(&["--keys", &key, "--signed-only"]);
    let (succeeded, said) = service.nsupdate(
        &["-k", &key],
        "update add a.region1.lab.test 60 A 10.0.0.1\nsend\n",
    );
    assert!(succeeded, "{said}");
    let (succeeded, said) = service.nsupdate(
        &["-k", &key],
        "update add a.region2.lab.test 60 A 10.0.0.1\nsend\n",
    );
    assert!(!succeeded && said.contains("REFUSED"), "{said}");
}
