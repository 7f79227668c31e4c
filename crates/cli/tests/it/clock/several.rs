//! A log of several executions: the page that is opened first is that of the one that is wrong, and it leads to all.

use std::fs;

use super::{Desk, judged};

/// Execution `one` is right; in `two` a receipt is stamped before its send; `Execution #3` is right.
const THREE: &str = "(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})\n^=== (?<trace>.*) ===$\n\
    === one ===\n\
    asks kind=send message=m lamport=1\na {\"a\":1}\n\
    hears kind=receive message=m lamport=2\nb {\"a\":1, \"b\":1}\n\
    === two ===\n\
    asks kind=send message=m lamport=5\na {\"a\":1}\n\
    hears kind=receive message=m lamport=2\nb {\"a\":1, \"b\":1}\n\
    === Execution #3 ===\n\
    asks kind=send message=m lamport=1\na {\"a\":1}\n\
    hears kind=receive message=m lamport=2\nb {\"a\":1, \"b\":1}\n";

#[test]
fn the_broken_execution_is_drawn_first_and_all_are_linked() {
    let ran = judged(
        THREE,
        1,
        &[
            "execution one: 2 events of 2 hosts",
            "execution two: lamport: a:1 is stamped 5",
            "Execution #3: 2 events",
            "report.html draws execution two, and leads to the other 2 executions; `--execution`",
        ],
    );
    assert!(
        !ran.stdout.contains("execution Execution"),
        "{}",
        ran.stdout
    );
    let page = |name: &str| fs::read_to_string(ran.folder().join(name)).expect("a page");
    let main = page("report.html");
    assert!(main.contains("<h1>order of the.log, execution two</h1>"));
    let links = [
        "<b>✓ valid</b> <a href=\"report-1.html\">execution one</a>",
        "<b>✗ invalid</b> <strong>execution two</strong>, drawn here",
        "<b>✓ valid</b> <a href=\"report-3.html\">Execution #3</a>",
    ];
    for link in links {
        assert!(main.contains(link), "no {link}");
    }
    let first = page("report-1.html");
    assert!(first.contains("<a href=\"report.html\">execution two</a>"));
    assert!(first.contains("<p class=\"verdict valid\">"));
    let names = page("report-3.html");
    assert!(names.contains("<strong>Execution #3</strong>"));
}

#[test]
fn the_pages_are_drawn_again_under_their_names() {
    let ran = judged(THREE, 1, &[]);
    let folder = ran.folder();
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("a page");
    let names = ["report.html", "report-1.html", "report-3.html"];
    let before = names.map(read);
    let again = crate::support::run(&["report", &folder.display().to_string()]);
    assert_eq!(again.status, Some(1), "{}", again.stderr);
    let title = |page: &str| {
        page.lines()
            .find(|line| line.contains("<h1>"))
            .map(str::to_owned)
    };
    for (name, before) in names.into_iter().zip(before) {
        assert_eq!(title(&read(name)), title(&before), "{name}");
    }
}

#[test]
fn one_is_chosen_by_name() {
    let desk = Desk::new();
    desk.file("the.log", THREE);
    let ran = desk.clock(&["order", "the.log", "--execution", "Execution #3"]);
    assert_eq!(ran.status, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stdout.contains("report.html draws"), "{}", ran.stdout);
}
