//! The flags of the services for measuring: what they refuse, and what means nothing to them.

use crate::support::run;

/// Refused before anything is sent, with this in the message.
#[track_caller]
fn check_refused(args: &[&str], message: &str) {
    let ran = run(args);
    assert_eq!(ran.status, Some(3), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains(message), "{}", ran.stderr);
}

#[test]
fn a_wait_that_the_server_would_refuse_is_refused_at_once() {
    let message = "--wait: a request of `work` waits for 1 h at most; give less";
    check_refused(&["load", "work", "127.0.0.1:1", "--wait", "3601s"], message);
}

#[test]
fn steps_that_the_server_would_refuse_are_refused_at_once() {
    let args = ["load", "work", "127.0.0.1:1", "--steps", "1000000000001"];
    check_refused(&args, "0..=1000000000000");
}

#[test]
fn a_fixed_form_leaves_no_choice_of_greeting_and_line_end() {
    for service in ["resp", "http", "work", "primes"] {
        let args = [
            "load",
            service,
            "127.0.0.1:1",
            "--greeting",
            "a",
            "--terminator",
            "lf",
        ];
        let warning = format!("warning: --terminator, --greeting: without effect on {service}");
        check_refused(&args, &warning);
    }
    let args = [
        "load",
        "echo",
        "127.0.0.1:1",
        "--steps",
        "1",
        "--wait",
        "1s",
    ];
    check_refused(&args, "warning: --wait, --steps: without effect on echo");
}
