//! The servers that are measured: wharf's models, the bare ones, and those of others.

use std::fs;
use std::path::Path;

use super::names::{self, NameServer};
use super::workplace::Workplace;

/// One server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What the table calls it.
    pub name: String,
    /// The name of the subject that it is measured against; its own when it is the yardstick.
    pub yardstick: String,
    /// How it is started.
    pub launch: Launch,
}

/// How a server is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Launch {
    /// `wharf serve`, with these words after it.
    Wharf(Vec<String>),
    /// `yardsticks serve`, with these words after it.
    Bare(Vec<String>),
    /// `redis-server`, keeping nothing on the disk.
    Redis,
    /// `nginx` with one worker and one fixed answer.
    Nginx,
    /// A server of names with a zone of so many; wharf answers HTTP at that port (0: any free one).
    Names {
        /// Which.
        server: NameServer,
        /// How many names.
        names: usize,
        /// For wharf.
        http_port: u16,
    },
}

/// How a starter knows that a server listens, and where.
pub enum Ready {
    /// It writes its address as JSON into the file that it was told.
    File,
    /// It was told this port, and is there when it accepts.
    Port(u16),
    /// It was told this port, and is there when it answers a question of DNS from its zone.
    Answers(u16),
}

/// `wharf serve SERVICE … -m MODEL` for each model, next to the bare server of the same technique.
pub fn models_and_bare(models: &[String], service: &[&str], bare: &[&str]) -> Vec<Subject> {
    let mut subjects: Vec<Subject> = Vec::new();
    for (index, (model, technique)) in MODELS.iter().enumerate() {
        let name = format!("bare {technique}");
        if models.iter().any(|asked| asked == model) {
            subjects.push(wharf(model, service, &name));
        }
        let is_last = MODELS
            .get(index + 1)
            .is_none_or(|(_, next)| next != technique);
        let is_wanted = subjects.iter().any(|subject| subject.yardstick == name);
        if is_last && is_wanted {
            let words = [&[*technique], bare].concat();
            subjects.push(Subject {
                yardstick: name.clone(),
                name,
                launch: Launch::Bare(words.into_iter().map(str::to_owned).collect()),
            });
        }
    }
    subjects
}

/// `wharf serve SERVICE -m MODEL` for each model, and somebody else's server.
pub fn models_and_peer(models: &[String], service: &str, name: &str, peer: Launch) -> Vec<Subject> {
    let known = MODELS.iter().map(|(model, _)| *model);
    let asked = known.filter(|model| models.iter().any(|asked| asked == model));
    let mut subjects: Vec<Subject> = asked.map(|model| wharf(model, &[service], name)).collect();
    subjects.push(Subject {
        name: name.to_owned(),
        yardstick: name.to_owned(),
        launch: peer,
    });
    subjects
}

fn wharf(model: &str, service: &[&str], yardstick: &str) -> Subject {
    let words = [service, &["-m", model]].concat();
    Subject {
        name: format!("wharf {model}"),
        yardstick: yardstick.to_owned(),
        launch: Launch::Wharf(words.into_iter().map(str::to_owned).collect()),
    }
}

impl Launch {
    /// The command, and how to know that it is ready. `port` is one that is free right now.
    ///
    /// # Errors
    /// When a file that it needs cannot be written.
    pub fn command(&self, place: &Workplace, port: u16) -> Result<(Vec<String>, Ready), String> {
        let ready_file = place.ready_file().display().to_string();
        let own = |program: &Path, words: &[String], more: &[&str]| {
            let mut command = vec![program.display().to_string(), "serve".to_owned()];
            command.extend(words.iter().cloned());
            command.extend(more.iter().map(|word| (*word).to_owned()));
            command.extend(["--ready-file".to_owned(), ready_file.clone()]);
            command
        };
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        Ok(match self {
            Launch::Wharf(service) => (own(&place.wharf, service, &WHARF_FLAGS), Ready::File),
            Launch::Bare(service) => (own(&place.yardsticks, service, &[]), Ready::File),
            Launch::Redis => {
                let flags = format!("redis-server --port {port} {REDIS_FLAGS}");
                let mut command = words(&flags);
                command.extend(["--save".to_owned(), String::new()]);
                (command, Ready::Port(port))
            }
            Launch::Nginx => {
                let folder = place.scratch.display();
                let file = place.scratch.join("nginx.conf");
                let text = NGINX.replace("PORT", &port.to_string());
                fs::write(&file, text)
                    .map_err(|e| format!("cannot write {}: {e}", file.display()))?;
                let file = file.display();
                let command = words("nginx -e stderr -p");
                let rest = [folder.to_string(), "-c".to_owned(), file.to_string()];
                ([command, rest.to_vec()].concat(), Ready::Port(port))
            }
            Launch::Names {
                server,
                names,
                http_port,
            } => names::command(place, *server, *names, (port, *http_port))?,
        })
    }
}

/// wharf's models, each with the bare server of its technique; those of one technique stand together.
pub const MODELS: [(&str, &str); 6] = [
    ("reactor", "epoll"),
    ("percore", "epoll"),
    ("uring", "uring"),
    ("async", "tokio"),
    ("thr", "thread"),
    ("proc", "fork"),
];

/// No limit of wharf's may be what is measured; nothing is printed or kept.
const WHARF_FLAGS: [&str; 10] = [
    "-a",
    "127.0.0.1",
    "-p",
    "0",
    "--no-folder",
    "-q",
    "--max-connections",
    "65535",
    "--max-workers",
    "65535",
];
const REDIS_FLAGS: &str = "--bind 127.0.0.1 --appendonly no --maxclients 10000 --loglevel warning";
/// One worker, no log, connections kept open for as long as the generator likes.
const NGINX: &str = "\
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {
        listen 127.0.0.1:PORT backlog=65535;
        location / {
            default_type text/plain;
            return 200 \"Hello, World!\\n\";
        }
    }
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(models: &[&str], expected: &[&str]) {
        let models: Vec<String> = models.iter().map(|model| (*model).to_owned()).collect();
        let subjects = models_and_bare(&models, &["echo"], &[]);
        let names: Vec<&str> = subjects
            .iter()
            .map(|subject| subject.name.as_str())
            .collect();
        assert_eq!(names, expected);
    }

    #[test]
    fn every_model_stands_before_its_yardstick() {
        check(
            &["proc", "thr"],
            &["wharf thr", "bare thread", "wharf proc", "bare fork"],
        );
        check(
            &["reactor", "percore"],
            &["wharf reactor", "wharf percore", "bare epoll"],
        );
        check(&["reactor"], &["wharf reactor", "bare epoll"]);
    }

    #[test]
    fn a_model_of_wharf_is_started_by_its_name() {
        let subject = wharf("thr", &["slow-reverse", "--task", "3s"], "bare thread");
        let words = ["slow-reverse", "--task", "3s", "-m", "thr"].map(str::to_owned);
        assert_eq!(subject.launch, Launch::Wharf(words.to_vec()));
    }
}
