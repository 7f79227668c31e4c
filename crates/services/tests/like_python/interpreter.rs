//! One run of the real Python: a script, its input and the lines it prints.

use std::io::Write;
use std::process::{Command, Stdio};
use std::thread;

/// Runs `script` with `input` on its standard input and returns the lines of its output.
///
/// # Panics
///
/// When there is no `python3`, when the script fails, or when it prints no UTF-8.
#[track_caller]
pub fn answers(script: &str, input: String) -> Vec<String> {
    let mut python = Command::new("python3")
        // Python warns about `1if 1else 2`; UTF-8 mode makes the locale irrelevant.
        .args(["-W", "ignore", "-X", "utf8", "-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            panic!("cannot start python3 ({error}); install it: apt-get install python3")
        });
    let mut stdin = python.stdin.take().expect("standard input is piped");
    // A second thread writes, or both sides would wait for each other once the pipes are full.
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = python
        .wait_with_output()
        .expect("python3 can be waited for");
    assert!(output.status.success(), "python3 ended: {}", output.status);
    writer
        .join()
        .expect("the writer does not panic")
        .expect("python3 reads all of its input");
    let text = String::from_utf8(output.stdout).expect("python3 prints UTF-8");
    text.split_terminator('\n').map(str::to_owned).collect()
}
