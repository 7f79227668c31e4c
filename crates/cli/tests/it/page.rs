//! The report in a real browser: headless Chromium, both themes, a desk and a telephone.

use std::{fs, path::Path, process::Command};

use crate::support::run;

#[test]
fn the_page_fits_a_desk_and_a_telephone_and_nothing_is_refused_or_thrown() {
    check_fits(
        &["bench", "--clients", "2,4", "--task", "20ms", "-r", "1"],
        8,
    );
}

#[test]
fn the_page_of_datagrams_fits_as_well() {
    check_fits(
        &["cast", "bench", "--for", "10ms", "-r", "1", "--rate", "500"],
        4,
    );
}

#[track_caller]
fn check_fits(args: &[&str], least: usize) {
    let ran = run(args);
    let page = fs::read_to_string(ran.folder().join("report.html")).expect("a page");
    let seen = dump(ran.runs.path(), &frames(&page));
    let pictures = page.matches("<svg").count();
    assert!(pictures >= least, "{pictures} pictures");
    for width in [390, 1280] {
        let expected = format!("width {width} beyond 0 pictures {pictures} titled {pictures}");
        assert!(
            seen.dom.contains(&expected),
            "{expected} is not in {}",
            seen.results()
        );
    }
    assert!(!seen.log.contains("CONSOLE"), "{}", seen.log);
}

#[test]
fn the_button_changes_the_theme_and_the_colours_with_it() {
    let ran = run(&[
        "bench",
        "--clients",
        "2",
        "--task",
        "20ms",
        "-r",
        "1",
        "--no-gaps",
    ]);
    let page = fs::read_to_string(ran.folder().join("report.html")).expect("a page");
    let seen = dump(ran.runs.path(), &frames(&page));
    let colours: Vec<&str> = seen.results().split("theme ").skip(1).collect();
    let (before, after) = colours[0].split_once(" then ").expect("both colours");
    let after = after.split(" end").next().expect("an end");
    assert!(
        before.starts_with("rgb") && after.starts_with("rgb"),
        "{before} {after}"
    );
    assert_ne!(before, after);
}

/// What the browser made of a page, and what it said about it.
struct Seen {
    dom: String,
    log: String,
}

impl Seen {
    fn results(&self) -> &str {
        let start = self.dom.find("<output").expect("the frame's script ran");
        &self.dom[start..]
    }
}

/// A document that shows the page in a wide and in a narrow frame and writes down what it measures.
fn frames(page: &str) -> String {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        r#"<!doctype html><meta charset=utf-8>
<iframe style="width:390px;height:800px;border:0" srcdoc="{page}"></iframe>
<iframe style="width:1280px;height:800px;border:0" srcdoc="{page}"></iframe>
<output></output>
<script>onload = () => {{
  const output = document.querySelector('output');
  for (const frame of document.querySelectorAll('iframe')) {{
    const inner = frame.contentDocument, body = inner.body, root = inner.documentElement;
    const svgs = [...inner.querySelectorAll('svg')];
    const titled = svgs.filter(svg => svg.querySelector('title')).length;
    output.textContent += `width ${{frame.clientWidth}} beyond ${{root.scrollWidth - root.clientWidth}} ` +
      `pictures ${{svgs.length}} titled ${{titled}}\n`;
    const colour = () => frame.contentWindow.getComputedStyle(body).backgroundColor;
    const before = colour();
    inner.querySelector('button').click();
    output.textContent += `theme ${{before}} then ${{colour()}} end\n`;
  }}
}}</script>"#
    )
}

fn dump(folder: &Path, document: &str) -> Seen {
    let path = folder.join("frames.html");
    fs::write(&path, document).expect("written");
    let output = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .args(["--enable-logging=stderr", "--timeout=20000", "--dump-dom"])
        .arg(format!(
            "--user-data-dir={}",
            folder.join("browser").display()
        ))
        .arg(format!("file://{}", path.display()))
        .output()
        .expect("chromium starts; `apt-get install chromium` brings it");
    Seen {
        dom: String::from_utf8_lossy(&output.stdout).into_owned(),
        log: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
