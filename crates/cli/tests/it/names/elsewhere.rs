//! Who asks from another machine: what signatures, tokens and limits are for.

use std::{fs, process::Command};

use super::service::Service;
use crate::support::{
    self,
    netns::{Net, Routes, address},
};

#[test]
fn from_elsewhere_names_are_read_and_changed_with_a_key_or_a_token_only() {
    let net = Net::joined(2, Routes::Subnet);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("key"), support::run(&["name", "key", "laptop"]).stdout).expect("written");
    fs::write(path("token"), "a token of some length\n".replace(' ', "-")).expect("written");
    let (key, token, here) = (path("key"), path("token"), address(1));
    let lines = |name: &str| {
        let file = path(name);
        let text = format!(
            "server {here} 5300\nzone lab.test\nupdate add {name}.lab.test 60 A 10.0.0.1\nsend\n"
        );
        fs::write(&file, text).expect("written");
        file
    };
    let (unsigned, signed) = (lines("unsigned"), lines("signed"));
    let mut command = net.wharf(1, &folder);
    let (dns, http) = (format!("{here}:5300"), format!("{here}:5380"));
    command.args(["name", "serve", "--dns", &dns, "--http", &http]);
    let more = ["--keys", &key, "--token-file", &token, "--rate-limit", "5"];
    let _service = Service::begin(command, tempfile::tempdir().expect("a folder"), &more);
    let run = |program: &str, args: &[&str]| {
        let mut command: Command = net.command(2, program);
        let output = command.args(args).output().expect("it starts");
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    };
    let (succeeded, said) = run("nsupdate", &[&unsigned]);
    assert!(!succeeded && said.contains("REFUSED"), "{said}");
    let (succeeded, said) = run("nsupdate", &["-k", &key, &signed]);
    assert!(succeeded, "{said}");
    let at = format!("@{here}");
    let dig = |args: &[&str]| run("dig", &[&[&at, "-p", "5300"], args].concat()).1;
    assert!(dig(&["+tcp", "unsigned.lab.test"]).contains("NXDOMAIN"));
    assert!(dig(&["+tcp", "+short", "signed.lab.test"]).contains("10.0.0.1"));
    assert!(dig(&["lab.test", "AXFR"]).contains("Transfer failed"));
    assert!(dig(&["-k", &key, "lab.test", "AXFR"]).contains("signed.lab.test."));
    let url = format!("http://{http}/v1/names/web");
    let put = [
        "-s",
        "-X",
        "PUT",
        "-H",
        "Content-Type: application/json",
        "-d",
        "{\"value\":{\"addresses\":[\"10.0.0.2\"]}}",
        "-w",
        "%{http_code}",
        &url,
    ];
    assert!(run("curl", &put).1.ends_with("401"));
    let bearer = ["-H", "Authorization: Bearer a-token-of-some-length"];
    let (_, said) = run("curl", &[&bearer[..], &put[..]].concat());
    assert!(said.ends_with("200"), "{said}");
    // More than the limit allows at once: some are answered, the others cut or dropped.
    let many = "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do \
                dig @HERE -p 5300 +ignore +tries=1 +time=1 signed.lab.test & done; wait";
    let (_, said) = run("sh", &["-c", &many.replace("HERE", &here.to_string())]);
    let answered = said.matches("\tA\t10.0.0.1").count();
    assert!(
        (1..20).contains(&answered),
        "{answered} of 20 were answered: {said}"
    );
}
