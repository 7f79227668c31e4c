//! The space-time diagram in a real browser: by keyboard, by mouse, on a desk and on a telephone.

use std::{fs, path::PathBuf};

use causality::Relation;
use history::{Finding, Verdict};
use report::{Drawing, Witnessed, space_time};
use trace::{Event, EventId, EventKind, HostId, Log, Place, Stamps, View};
use verdict::{GROUP_CONDITIONS, GroupJudgement, Order};

use crate::browser::Browser;

const HOSTILE: &str = "</script><img src=x onerror=window.caught=1>";

/// A browser, and a page in a folder of its own.
struct Shown {
    browser: Browser,
    page: PathBuf,
    _folder: tempfile::TempDir,
}

impl Shown {
    fn new(page: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let browser = Browser::start(folder.path());
        let file = folder.path().join("page.html");
        fs::write(&file, page).expect("written");
        Self {
            browser,
            page: file,
            _folder: folder,
        }
    }

    fn open(&mut self, size: (u32, u32), scheme: &str) {
        self.browser.show(&self.page, size, scheme);
    }

    /// Goes to the diagram by keyboard alone.
    #[track_caller]
    fn tab_to_diagram(&mut self) {
        for _ in 0..20 {
            self.browser.press("Tab");
            if self.browser.text("document.activeElement.id") == "sp-box" {
                return;
            }
        }
        panic!("the diagram cannot be reached by keyboard");
    }

    fn told(&mut self) -> String {
        self.browser
            .text("document.getElementById('sp-live').textContent")
    }

    /// Where the event of that lane and place in the lane is in the window.
    fn place(&mut self, lane: usize, at: usize) -> (f64, f64) {
        let expression = format!(
            "(() => {{ const t = JSON.parse(document.getElementById('sp-data').textContent);
              let first = 0; for (let i = 0; i < {lane}; i++) first += t.counts[i];
              let row = 0, y = 0; for (let i = 0; i <= {at}; i++) row += t.rows[first + i];
              for (let i = 0; i <= row; i++) y += t.y[i];
              const box = document.getElementById('sp-body').getBoundingClientRect();
              return [box.left + ({lane} + .5) / t.counts.length * box.width, box.top + y]; }})()"
        );
        let place = self.browser.value(&expression);
        (place[0].as_f64().expect("x"), place[1].as_f64().expect("y"))
    }

    #[track_caller]
    fn without_complaint(&self) {
        assert!(
            self.browser.complaints.is_empty(),
            "{:?}",
            self.browser.complaints
        );
    }
}

fn add(log: &mut Log, host: usize, kind: EventKind, message: &str, text: &str, at: i64) -> EventId {
    let message = (!message.is_empty()).then(|| log.message(message));
    let id = EventId(u32::try_from(log.events.len()).expect("few"));
    log.events.push(Event {
        host: HostId(u32::try_from(host).expect("few")),
        kind,
        message,
        text: text.to_owned(),
        stamps: Stamps {
            wall_ns: Some(at),
            ..Stamps::default()
        },
        place: Place {
            source: 0,
            line: id.0 + 1,
        },
    });
    id
}

/// Alice asks bob, who asks carol; carol counts something meanwhile; a message of alice's is lost.
fn small() -> Log {
    let mut log = Log::new();
    for host in ["alice", "bob", "carol"] {
        log.host(host);
    }
    let ms = 1_000_000;
    add(&mut log, 0, EventKind::Send, "m1", "asks", 2 * ms);
    add(&mut log, 2, EventKind::Local, "", "counts", 3 * ms);
    add(&mut log, 1, EventKind::Receive, "m1", "hears", 5 * ms);
    add(&mut log, 1, EventKind::Send, "m2", "asks on", 6 * ms);
    add(&mut log, 0, EventKind::Send, "m3", "hurries", 7 * ms);
    add(&mut log, 2, EventKind::Receive, "m2", "hears too", 9 * ms);
    log
}

/// Members that tell each other everything, some of it in vain.
fn chat(members: usize, messages: usize) -> Log {
    let mut log = Log::new();
    for member in 0..members {
        log.host(&format!("member-{member:02}"));
    }
    let mut state = 11u64;
    for message in 0..messages {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let sender = (state >> 33) as usize % members;
        let (name, now) = (format!("m{message}"), message as i64 * 1_000_000);
        add(
            &mut log,
            sender,
            EventKind::Send,
            &name,
            &format!("says {message}"),
            now,
        );
        for member in (0..members).filter(|member| *member != sender) {
            if (state >> (20 + member % 16)) & 3 > 0 {
                let later = now + 200_000 + member as i64 * 300_000;
                add(&mut log, member, EventKind::Receive, &name, "hears", later);
            }
        }
    }
    log
}

fn page(log: &Log) -> String {
    space_time(&Drawing::new(log, &Order::of(log), "a log"))
}

#[test]
fn the_diagram_fits_a_desk_and_a_telephone_in_light_and_dark() {
    for (log, is_wide) in [(small(), false), (chat(30, 20), true)] {
        let mut shown = Shown::new(&page(&log));
        let mut grounds = Vec::new();
        for (width, scheme) in [(390, "light"), (1280, "light"), (1280, "dark")] {
            shown.open((width, 900), scheme);
            let browser = &mut shown.browser;
            let root = "document.documentElement";
            let beyond = browser.text(&format!("{root}.scrollWidth - {root}.clientWidth"));
            assert_eq!(beyond, "0", "{width} {scheme}");
            let box_scrolls =
                "(b => b.scrollWidth > b.clientWidth)(document.getElementById('sp-box'))";
            assert_eq!(browser.value(box_scrolls), is_wide, "{width}");
            let ground =
                browser.text("getComputedStyle(document.querySelector('.sp-box')).backgroundColor");
            grounds.push(ground);
            let named = browser.text("document.querySelector('svg[role=img] > title').textContent");
            assert!(!named.is_empty());
        }
        assert_eq!(grounds[0], grounds[1]);
        assert_ne!(grounds[1], grounds[2]);
        shown.without_complaint();
    }
}

#[test]
fn an_event_is_chosen_by_keyboard_and_told_in_words() {
    let mut shown = Shown::new(&page(&small()));
    shown.open((1280, 900), "light");
    shown.tab_to_diagram();
    let steps = [
        (
            "ArrowDown",
            "alice:1 sent m1, received as bob:1: “asks”; 0 events before it, 4 after, 1 concurrent.",
        ),
        (
            "m",
            "bob:1 received m1 from alice:1: “hears”; 1 event before it, 2 after, 2 concurrent.",
        ),
        ("ArrowDown", "bob:2 sent m2, received as carol:2"),
        ("Enter", "carol:2 received m2 from bob:2"),
        (
            "Home",
            "carol:1 did something of its own: “counts”; 0 events before it, 1 after, 4 concurrent.",
        ),
        ("ArrowLeft", "bob:1 "),
        ("ArrowLeft", "alice:2 "),
        ("Home", "alice:1 "),
        ("w", "alice:1 is held"),
        ("End", "alice:1 happened before alice:2: alice:1 → alice:2."),
        (
            "ArrowRight",
            "alice:1 happened before bob:2: alice:1 → bob:1 → bob:2.",
        ),
        (
            "ArrowRight",
            "alice:1 happened before carol:2: alice:1 → bob:1 → bob:2 → carol:2.",
        ),
        (
            "ArrowUp",
            "alice:1 and carol:1 are concurrent: no path leads from either to the other.",
        ),
        ("Escape", "Nothing is chosen."),
    ];
    for (key, expected) in steps {
        shown.browser.press(key);
        let told = shown.told();
        assert!(told.contains(expected), "{key}: {told}");
    }
    assert_eq!(
        shown
            .browser
            .value("document.querySelectorAll('.sp-some').length"),
        0
    );
    shown.without_complaint();
}

/// Alice and bob deliver two messages in two orders in a view with carol, who crashes; then bob leaves.
fn group() -> Log {
    let mut log = Log::new();
    let hosts: Vec<HostId> = ["alice", "bob", "carol"].map(|name| log.host(name)).into();
    let ms = 1_000_000;
    for host in 0..3 {
        let event = add(&mut log, host, EventKind::View, "", "", 0);
        let (name, members) = ("1 by alice".to_owned(), hosts.clone());
        log.set_view(event, View { name, members });
    }
    add(&mut log, 0, EventKind::Send, "alice:1", "", ms);
    add(&mut log, 1, EventKind::Send, "bob:1", "", ms);
    for (host, messages) in [(0, ["alice:1", "bob:1"]), (1, ["bob:1", "alice:1"])] {
        for (at, message) in (2..).zip(messages) {
            add(&mut log, host, EventKind::Deliver, message, "", at * ms);
        }
    }
    add(&mut log, 2, EventKind::Crash, "", "", 4 * ms);
    add(&mut log, 1, EventKind::Leave, "", "", 9 * ms);
    log
}

#[test]
fn views_and_ends_of_hosts_are_told_and_a_broken_promise_has_its_own_picture() {
    let log = group();
    let judged = GroupJudgement::all(&log, &GROUP_CONDITIONS.iter().collect::<Vec<_>>());
    let broken = judged.iter().filter(|one| one.verdict == Verdict::Invalid);
    let broken: Vec<&GroupJudgement> = broken.collect();
    let order = Order::of(&log);
    let drawing = Drawing {
        broken: &broken,
        ..Drawing::new(&log, &order, "a group")
    };
    let mut shown = Shown::new(&space_time(&drawing));
    for (width, scheme) in [(390, "dark"), (1280, "light")] {
        shown.open((width, 900), scheme);
        let root = "document.documentElement";
        let beyond = shown
            .browser
            .text(&format!("{root}.scrollWidth - {root}.clientWidth"));
        assert_eq!(beyond, "0", "{width} {scheme}");
    }
    // Of a lane, how far down it reaches; only of alice the log ends without a word.
    let ends = "JSON.stringify([...document.querySelectorAll('#sp-body .sp-host')].map(
        line => document.getElementById('sp-body').clientHeight - line.getBBox().y - line.getBBox().height))";
    let ends = shown.browser.text(ends);
    let ends: Vec<f64> = serde_json::from_str(&ends).expect("numbers");
    assert!(ends.iter().all(|end| *end > 20.0), "{ends:?}");
    let marks = "document.querySelectorAll('#sp-body .sp-ends').length";
    assert_eq!(shown.browser.value(marks), 1);
    let cards = "[...document.querySelectorAll('figure')].filter(one => one.querySelector('.sp-small .sp-witness')).length";
    assert_eq!(shown.browser.value(cards), broken.len());
    shown.tab_to_diagram();
    for (key, expected) in [
        (
            "ArrowDown",
            "alice:1 installed view A, “1 by alice”: alice, bob, carol;",
        ),
        ("ArrowRight", "bob:1 installed view A"),
        ("End", "bob:5 left in order, and did nothing more;"),
        ("ArrowRight", "carol:2 crashed, and did nothing more;"),
    ] {
        shown.browser.press(key);
        let told = shown.told();
        assert!(told.contains(expected), "{key}: {told}");
    }
    shown.without_complaint();
}

#[test]
fn an_event_is_chosen_by_mouse_and_another_asked_why() {
    let mut shown = Shown::new(&page(&small()));
    shown.open((1280, 900), "light");
    let heading = "(document.querySelector('.sp-panel h3') || {textContent: 'none'}).textContent";
    let alice = shown.place(0, 0);
    shown.browser.point(alice);
    assert_eq!(shown.browser.text(heading), "alice:1");
    shown.browser.point((alice.0 + 90.0, alice.1 + 60.0));
    assert_eq!(shown.browser.text(heading), "none");
    shown.browser.click(alice, false);
    let carol = shown.place(2, 1);
    shown.browser.point(carol);
    assert_eq!(shown.browser.text(heading), "alice:1");
    shown.browser.click(carol, true);
    assert!(
        shown.told().contains("alice:1 → bob:1 → bob:2 → carol:2."),
        "{}",
        shown.told()
    );
    shown.without_complaint();
}

#[test]
fn a_rebuilt_stamp_is_in_brackets_and_labels_lie_above_all_lines() {
    let mut log = small();
    log.events[0].stamps.lamport = Some(7);
    log.events[3].text = "asks on the telephone, again".to_owned();
    let mut shown = Shown::new(&page(&log));
    shown.open((1280, 900), "light");
    let labels = |kind: &str| {
        format!(
            "[...document.querySelectorAll('.sp-beside {kind}')].map(label => label.textContent).join(' ')"
        )
    };
    let stamps = shown.browser.text(&labels(".sp-stamp:not(.sp-rebuilt)"));
    assert_eq!(stamps, "7");
    let rebuilt = shown.browser.text(&labels(".sp-rebuilt"));
    assert_eq!(rebuilt, "(2) (2) (3) (1) (4)");
    shown.tab_to_diagram();
    shown.browser.press("ArrowDown");
    let last = "document.getElementById('sp-body').lastElementChild.getAttribute('class')";
    assert_eq!(shown.browser.text(last), "sp-beside");
    let pale = "[...document.querySelectorAll('.sp-beside text')].every(label => getComputedStyle(label).opacity === '1')";
    assert_eq!(shown.browser.value(pale), true);
    shown.without_complaint();
}

#[test]
fn texts_that_begin_alike_are_shown_from_where_they_differ() {
    let mut log = Log::new();
    log.host("server");
    log.host("other");
    for path in ["alpha", "beta", "gamma"] {
        let text =
            format!("24.22.130.14 5/27/2011 10:00:00 GET /a/long/way/to/{path} answered {path}");
        add(&mut log, 0, EventKind::Local, "", &text, 1);
    }
    let mut shown = Shown::new(&page(&log));
    shown.open((700, 900), "light");
    let labels = "[...document.querySelectorAll('.sp-beside .sp-text')].map(label => label.textContent).join(' ')";
    let texts = shown.browser.text(labels);
    assert!(texts.contains("…/a/long/way/to/alpha"), "{texts}");
    shown.without_complaint();
}

#[test]
fn every_event_is_told_the_past_and_future_that_the_order_gives_it() {
    let log = chat(4, 16);
    let order = Order::of(&log);
    let mut shown = Shown::new(&page(&log));
    shown.open((1280, 900), "dark");
    shown.tab_to_diagram();
    shown.browser.press("ArrowDown");
    for host in 0..4 {
        shown.browser.press("Home");
        for event in log
            .ids()
            .filter(|event| log.event(*event).host == HostId(host))
        {
            let count = |wanted: Relation| {
                let others = log
                    .ids()
                    .filter(|other| order.relation(&log, *other, event) == wanted);
                others.count()
            };
            let told = shown.told();
            let name = format!("member-{host:02}:{} ", order.index(event));
            let counted = format!(
                "{} after, {} concurrent.",
                count(Relation::After),
                count(Relation::Concurrent)
            );
            assert!(
                told.starts_with(&name) && told.contains(&counted),
                "{name} {counted}: {told}"
            );
            assert!(
                told.contains(&format!("; {} event", count(Relation::Before))),
                "{told}"
            );
            shown.browser.press("ArrowDown");
        }
        shown.browser.press("ArrowRight");
    }
    shown.without_complaint();
}

#[test]
fn a_window_of_a_large_log_knows_what_came_before_it() {
    let log = chat(4, 3000);
    let order = Order::of(&log);
    let chosen = EventId(5000);
    let drawing = Drawing {
        around: Some(chosen),
        most: 300,
        ..Drawing::new(&log, &order, "a log")
    };
    let mut shown = Shown::new(&space_time(&drawing));
    shown.open((1280, 900), "light");
    let host = log.host_name(log.event(chosen).host);
    assert!(
        shown
            .told()
            .starts_with(&format!("{host}:{} ", order.index(chosen)))
    );
    let expected: Vec<String> = (order.vector(chosen).iter().enumerate())
        .map(|(host, count)| format!("{}:{count}", log.hosts[host]))
        .collect();
    let numbers = shown
        .browser
        .text("document.querySelector('.sp-panel dl').textContent");
    assert!(
        numbers.contains(&expected.join(" ")),
        "{numbers}: {expected:?}"
    );
    shown.without_complaint();
}

#[test]
fn ten_thousand_events_are_drawn_searched_and_walked() {
    let log = chat(3, 4200);
    assert!(log.events.len() >= 10_000, "{}", log.events.len());
    let page = page(&log);
    assert!(page.len() < 1_000_000, "{}", page.len());
    let mut shown = Shown::new(&page);
    shown.open((390, 800), "dark");
    let nodes = shown.browser.value("document.querySelectorAll('*').length");
    assert!(nodes.as_u64().expect("a count") < 6000, "{nodes}");
    shown.browser.value("document.getElementById('sp-find').value = 'says 4100'; document.getElementById('sp-next').click()");
    assert!(shown.told().contains("“says 4100”"), "{}", shown.told());
    let is_in_sight = "(() => { const b = document.getElementById('sp-box').getBoundingClientRect(), \
        c = document.querySelector('.sp-chosen').getBoundingClientRect(); return c.top > b.top && c.bottom < b.bottom; })()";
    assert_eq!(shown.browser.value(is_in_sight), true);
    shown
        .browser
        .value("document.getElementById('sp-box').focus()");
    shown.browser.press("End");
    shown.browser.press("ArrowUp");
    assert!(shown.told().contains(" before it, "), "{}", shown.told());
    shown.without_complaint();
}

#[test]
fn a_finding_shows_its_witness_and_a_hostile_text_stays_a_text() {
    let mut log = small();
    log.events[3].text = HOSTILE.to_owned();
    let findings = [Witnessed {
        finding: Finding::new(Verdict::Invalid, HOSTILE),
        pair: Some((EventId(0), EventId(3))),
        is_kept: false,
    }];
    let order = Order::of(&log);
    let drawing = Drawing {
        findings: &findings,
        ..Drawing::new(&log, &order, HOSTILE)
    };
    let mut shown = Shown::new(&space_time(&drawing));
    shown.open((1280, 900), "light");
    shown
        .browser
        .value("document.querySelector('.sp-show').click()");
    let told = shown.told();
    assert!(
        told.contains("alice:1 happened before bob:2") && told.contains(HOSTILE),
        "{told}"
    );
    assert_eq!(
        shown
            .browser
            .value("document.images.length + (window.caught || 0)"),
        0
    );
    shown.without_complaint();
}
