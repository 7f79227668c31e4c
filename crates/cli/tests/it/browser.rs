//! A headless Chromium that is told what to do over a pipe (the DevTools protocol), with real keys and a
//! real mouse. It reads no address but the file that it is shown.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::{Value, json};

/// A browser with one page. It ends with its value.
pub struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    session: Option<String>,
    asked: u64,
    loads: usize,
    /// What the page complained of: errors thrown and written, and what its policy refused.
    pub complaints: Vec<String>,
}

impl Browser {
    /// Starts a browser that keeps what it must keep below `folder`.
    pub fn start(folder: &Path) -> Self {
        // Chromium reads commands from descriptor 3 and answers on 4.
        let mut child = Command::new("sh")
            .args([
                "-c",
                "exec chromium \"$@\" 3<&0 4>&1 0</dev/null 1>/dev/null 2>&1",
                "sh",
            ])
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
            ])
            .args(["--no-first-run", "--disable-background-networking"])
            .args([
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
            ])
            .arg("--remote-debugging-pipe")
            .arg(format!(
                "--user-data-dir={}",
                folder.join("browser").display()
            ))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromium starts; `apt-get install chromium` brings it");
        let to = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let (sender, from) = channel();
        thread::spawn(move || {
            for message in answers.split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("an answer is JSON");
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self {
            child,
            to,
            from,
            session: None,
            asked: 0,
            loads: 0,
            complaints: Vec::new(),
        };
        browser.attach();
        browser
    }

    /// Shows a file in a window of this size, `light` or `dark`, and waits until it is loaded.
    pub fn show(&mut self, file: &Path, (width, height): (u32, u32), scheme: &str) {
        self.show_at(file, "", (width, height), scheme);
    }

    /// The same, with a fragment such as `#alice:2` behind the address.
    pub fn show_at(&mut self, file: &Path, fragment: &str, size: (u32, u32), scheme: &str) {
        let metrics =
            json!({"width": size.0, "height": size.1, "deviceScaleFactor": 1, "mobile": false});
        self.ask("Emulation.setDeviceMetricsOverride", metrics);
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.ask("Emulation.setEmulatedMedia", features);
        // Without this a change of the fragment alone would load nothing.
        self.load("about:blank");
        self.load(&format!("file://{}{fragment}", file.display()));
    }

    /// What an expression is in the page.
    #[track_caller]
    pub fn value(&mut self, expression: &str) -> Value {
        let wanted = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.ask("Runtime.evaluate", wanted);
        assert!(
            answer.get("exceptionDetails").is_none(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// What an expression is in the page, as a text.
    #[track_caller]
    pub fn text(&mut self, expression: &str) -> String {
        let value = self.value(expression);
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    }

    /// Presses and releases a key, by its name in the DOM.
    pub fn press(&mut self, key: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "Escape" => 27,
            "End" => 35,
            "Home" => 36,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            letter => u32::from(letter.to_ascii_uppercase().as_bytes()[0]),
        };
        for kind in ["rawKeyDown", "keyUp"] {
            let event = json!({"type": kind, "key": key, "windowsVirtualKeyCode": code});
            self.ask("Input.dispatchKeyEvent", event);
        }
    }

    /// Moves the mouse.
    pub fn point(&mut self, at: (f64, f64)) {
        self.mouse("mouseMoved", at, 0);
    }

    /// Clicks, with Shift held down or not.
    pub fn click(&mut self, at: (f64, f64), shift: bool) {
        let modifiers = if shift { 8 } else { 0 };
        self.mouse("mousePressed", at, modifiers);
        self.mouse("mouseReleased", at, modifiers);
    }

    fn mouse(&mut self, kind: &str, (x, y): (f64, f64), modifiers: u32) {
        let button = if kind == "mouseMoved" { "none" } else { "left" };
        let event = json!({
            "type": kind, "x": x, "y": y, "button": button, "clickCount": 1, "modifiers": modifiers
        });
        self.ask("Input.dispatchMouseEvent", event);
    }

    fn attach(&mut self) {
        let target = self.ask("Target.createTarget", json!({"url": "about:blank"}));
        let wanted = json!({"targetId": target["targetId"], "flatten": true});
        let answer = self.ask("Target.attachToTarget", wanted);
        self.session = answer["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            self.ask(&format!("{domain}.enable"), json!({}));
        }
    }

    fn load(&mut self, address: &str) {
        let before = self.loads;
        self.ask("Page.navigate", json!({"url": address}));
        while self.loads == before {
            self.next();
        }
    }

    #[track_caller]
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let mut message = json!({"id": self.asked, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let text = format!("{message}\0");
        self.to
            .write_all(text.as_bytes())
            .expect("the browser reads");
        loop {
            let mut answer = self.next();
            if answer["id"] == self.asked {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].take();
            }
        }
    }

    #[track_caller]
    fn next(&mut self) -> Value {
        let message = self
            .from
            .recv_timeout(PATIENCE)
            .expect("the browser answers");
        let params = &message["params"];
        match message["method"].as_str().unwrap_or("") {
            "Page.loadEventFired" => self.loads += 1,
            "Runtime.exceptionThrown" | "Log.entryAdded" => {
                self.complaints.push(params.to_string())
            }
            "Runtime.consoleAPICalled" => self.complaints.push(params.to_string()),
            _ => {}
        }
        message
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nobody to tell.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser that has not answered by then will not.
const PATIENCE: Duration = Duration::from_secs(60);
