//! The laboratory's program, beside ours.

use std::process::Command;

use crate::support;

#[test]
fn it_prints_what_the_laboratorys_program_prints() {
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clock/lamport.py");
    let python = Command::new(support::python3()).arg(program).output();
    let ours = support::run(&["clock", "demo"]);
    assert_eq!(ours.stdout.as_bytes(), python.expect("python3").stdout);
    assert_eq!((ours.status, ours.stderr.as_str()), (Some(0), ""));
}
