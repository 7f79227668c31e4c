//! The README's console blocks, run as they stand.

use std::{
    fs,
    process::{Child, Command, Output, Stdio},
};

use crate::support::{self, eventually, netns::Net};

#[test]
fn every_command_in_the_readme_is_one_that_a_test_runs_or_cargo_provides() {
    for command in commands() {
        let is_known = RUN.contains(&command.as_str()) || CARGO.contains(&command.as_str());
        assert!(
            is_known,
            "README.md shows `{command}`, which no test runs: add it to readme.rs"
        );
    }
    for known in RUN.iter().chain(CARGO) {
        assert!(
            commands().iter().any(|command| command == known),
            "README.md no longer has `{known}`"
        );
    }
}

#[test]
fn the_table_of_models_is_the_one_that_wharf_prints() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md"));
    let readme = readme.expect("a README");
    let (_, rest) = readme
        .split_once("<!-- models:begin -->\n")
        .expect("a mark");
    let (table, _) = rest.split_once("<!-- models:end -->").expect("a mark");
    let printed = support::run(&["models", "--markdown"]).stdout;
    assert_eq!(
        table, printed,
        "put in what `wharf models --markdown` prints"
    );
}

#[test]
fn the_lab_runs_as_it_is_printed() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let [serve, load] = [RUN[0], RUN[1]];
    let mut server = support::Guarded(serving(&runs, serve));
    let client = || shell(&runs, load).output().expect("a shell");
    // On a machine that does much else it may be late, and says so; hardly three times.
    let is_late = |client: &Output| client.status.code() == Some(2);
    let mut tries = std::iter::repeat_with(client).take(3);
    let client = tries.find(|client| !is_late(client)).expect("one in time");
    let printed = String::from_utf8_lossy(&client.stdout).into_owned();
    assert_eq!(client.status.code(), Some(0), "{printed}");
    assert!(printed.contains("All workers have finished."), "{printed}");
    support::signal(server.pid(), "INT");
    let status = server.wait();
    let printed = fs::read_to_string(runs.path().join("stdout.txt")).expect("its output");
    assert_eq!(status.code(), Some(0), "{printed}");
    for average in [
        "Average connection inter-arrival time: ",
        "Average data inter-arrival time: ",
    ] {
        assert!(printed.contains(average), "{printed}");
    }
}

#[test]
fn the_laboratorys_primes_are_compared_as_it_is_printed() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let output = shell(&runs, RUN[3]).output().expect("a shell");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{printed}");
    for name in ["primes_nonoptimized.txt", "primes_optimized.txt"] {
        let found = fs::metadata(runs.path().join(name)).expect("a file");
        assert_eq!(found.len(), 538_467, "{name}");
    }
}

/// In a namespace, where the ports are free.
#[test]
fn the_names_are_served_imported_and_resolved_as_they_are_printed() {
    let net = Net::lonely();
    let runs = tempfile::tempdir().expect("a temporary folder");
    let line = |text: &str| {
        let program = text.replacen("wharf", env!("CARGO_BIN_EXE_wharf"), 1);
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
        let mut command = net.command(1, "sh");
        command
            .args(["-c", &format!("ln -sfn {root} examples; exec {program}")])
            .env("WHARF_RUNS", runs.path())
            .current_dir(runs.path());
        command
    };
    let said = runs.path().join("stderr.txt");
    let mut server = line(RUN[7]);
    server.stderr(fs::File::create(&said).expect("created"));
    let mut server = support::Guarded(server.stdout(Stdio::null()).spawn().expect("a shell"));
    eventually("the service answers", || {
        let said = fs::read_to_string(&said).expect("what it says");
        said.contains("127.0.0.1:5300").then_some(())
    });
    let told = |text: &str| {
        let output = line(text).output().expect("a shell");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{text}: {said}");
        (String::from_utf8_lossy(&output.stdout).into_owned(), said)
    };
    told(RUN[8]);
    let (printed, steps) = told(RUN[9]);
    assert_eq!(printed, "192.168.1.2\n");
    assert!(steps.contains("in /: region1 is a context"), "{steps}");
    assert_eq!(told(RUN[10]).0, "192.168.1.2\n");
    support::signal(server.pid(), "INT");
    assert!(server.wait().success());
}

/// In a namespace: on the machine itself joining the group would be told to its network.
#[test]
fn the_group_gets_what_is_sent_to_it_as_it_is_printed() {
    let net = Net::lonely();
    let runs = tempfile::tempdir().expect("a temporary folder");
    let line = |line: &str| {
        let rest = line.strip_prefix("wharf").expect("a line of ours");
        let mut command = net.command(1, "sh");
        let line = format!("exec {}{rest}", env!("CARGO_BIN_EXE_wharf"));
        command.args(["-c", &line]).current_dir(runs.path());
        command
    };
    let printed = runs.path().join("stdout.txt");
    let said = runs.path().join("stderr.txt");
    let mut receiver = line(RUN[4]);
    receiver.stdout(fs::File::create(&printed).expect("created"));
    receiver.stderr(fs::File::create(&said).expect("created"));
    let mut receiver = support::Guarded(receiver.spawn().expect("a shell"));
    eventually("the receiver is ready", || {
        let said = fs::read_to_string(&said).expect("what it says");
        said.contains("224.1.1.1:5007").then_some(())
    });
    let sent = line(RUN[5]).output().expect("a shell");
    assert_eq!(
        sent.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&sent.stderr)
    );
    eventually("the datagram is printed", || {
        let printed = fs::read_to_string(&printed).expect("what it prints");
        (printed == "Received data: hello, all\n").then_some(())
    });
    support::signal(receiver.pid(), "INT");
    assert!(receiver.wait().success());
}

#[test]
fn what_is_simulated_runs_as_it_is_printed() {
    for line in &RUN[11..13] {
        let runs = tempfile::tempdir().expect("a temporary folder");
        let output = shell(&runs, line).output().expect("a shell");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{line}: {printed}");
    }
}

#[test]
fn the_list_names_every_service_and_model() {
    let runs = tempfile::tempdir().expect("a temporary folder");
    let output = shell(&runs, "wharf list").output().expect("a shell");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0));
    for entry in services::SERVICES {
        assert!(printed.contains(entry.name), "{printed}");
    }
    for model in support::models() {
        assert!(printed.contains(model), "{printed}");
    }
    let methods = primes::METHODS.iter().map(|method| method.name);
    let modes = parallel::MODES.iter().map(|mode| mode.name);
    let splits = parallel::SPLITS.iter().map(|split| split.name);
    for name in methods.chain(modes).chain(splits) {
        assert!(printed.contains(&format!("\n  {name} ")), "{printed}");
    }
}

#[test]
fn the_table_of_labs_names_services_and_flags_that_there_are() {
    for line in readme()
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains("`wharf "))
    {
        for command in line.split('`').filter(|part| part.starts_with("wharf ")) {
            let runs = tempfile::tempdir().expect("a temporary folder");
            // With a flag that is asked for first, the rest is parsed and nothing is run.
            let output = shell(&runs, &format!("{command} --no-such-flag"))
                .output()
                .expect("a shell");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(said.contains("--no-such-flag"), "{command}: {said}");
        }
    }
}

/// The lab's port is one that the kernel also hands out to clients, so somebody else may have it just
/// now. That the server itself has it is told by what it prints, into `stdout.txt`.
fn serving(runs: &tempfile::TempDir, line: &str) -> Child {
    let printed = runs.path().join("stdout.txt");
    eventually(
        "the lab's port is free and the server listens on it",
        || {
            let stdout = fs::File::create(&printed).expect("created");
            let mut server = shell(runs, line).stdout(stdout).spawn().expect("a shell");
            let is_ready = eventually("the server is ready or ends", || {
                if server.try_wait().expect("a child").is_some() {
                    return Some(false);
                }
                let printed = fs::read_to_string(&printed).expect("its output");
                printed.contains("is ready to receive").then_some(true)
            });
            is_ready.then_some(server)
        },
    )
}

/// A console line with this build's executable in the place of the installed one.
fn shell(runs: &tempfile::TempDir, line: &str) -> Command {
    let line = line.strip_prefix("wharf").expect("a line of ours");
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("exec {}{line}", env!("CARGO_BIN_EXE_wharf")))
        .env("WHARF_RUNS", runs.path())
        .current_dir(runs.path())
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    command
}

fn readme() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    fs::read_to_string(path).expect("the README")
}

/// The lines that begin with a prompt in the README's console blocks.
fn commands() -> Vec<String> {
    let readme = readme();
    let blocks = readme.split("```console\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap_or_default().lines());
    lines
        .filter_map(|line| Some(line.strip_prefix("$ ")?.to_owned()))
        .collect()
}

/// Run by the tests of this file, in order.
const RUN: &[&str] = &[
    "wharf serve timestamps --port 55000 --concurrency-mode thr --verbose",
    "wharf load timestamps --workers 3 --intervals 5 --dist u --param 2.0 --server 127.0.0.1 --port 55000 --verbose",
    "wharf list",
    "wharf primes --compare",
    "wharf cast recv --multicast 224.1.1.1:5007",
    "wharf cast send --multicast 224.1.1.1:5007 \"hello, all\"",
    ORDER,
    "wharf name serve",
    "wharf name import examples/names/structured.toml",
    "wharf name resolve region1/server1 --steps",
    "dig @127.0.0.1 -p 5300 +short server1.region1.lab.test",
    "wharf sim group --order total-lamport --members 5 --loss 0.1 --seeds 100",
    "wharf sim bench",
];

/// Run in `chat`, by members that have left their logs.
pub const ORDER: &str = "wharf clock order runs/*-chat-*";

/// Cargo's own commands around what the tests run: the main job is what `bench.rs` tests, and the test
/// command is what runs this.
const CARGO: &[&str] = &[
    "cargo run --release -- bench",
    "cargo install --path crates/cli --locked",
    "cargo xtask test",
];
