//! The experiment `names`: one zone, served by wharf, knot and nsd with a thread each.

use std::fs;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::experiments::Experiment;
use super::generator::{self, number};
use super::options::Options;
use super::processes::processor_seconds;
use super::server::{Server, free_port};
use super::subjects::{Launch, Ready, Subject};
use super::table::Column;
use super::workplace::Workplace;
use super::zone_files::{Asked, ZoneFiles};

/// A server of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameServer {
    /// `wharf name serve`; its names are imported once, and each round opens its store anew.
    Wharf,
    /// `knotd` with one worker.
    Knot,
    /// `nsd` with one server.
    Nsd,
}

/// The experiment with a zone of so many names.
pub fn experiment(options: &Options, names: usize) -> Experiment {
    let (seconds, rate) = (options.seconds, options.rate);
    let subject = |name: &str, server| Subject {
        name: name.to_owned(),
        yardstick: "knot".to_owned(),
        launch: Launch::Names {
            server,
            names,
            http_port: 0,
        },
    };
    Experiment {
        title: format!(
            "DNS by UDP, a zone of {names} names; 256 questions under way, p50 and p99 at {rate} questions/s"
        ),
        columns: &COLUMNS,
        subjects: vec![
            subject("wharf name serve", NameServer::Wharf),
            subject("nsd", NameServer::Nsd),
            subject("knot", NameServer::Knot),
        ],
        measure: Box::new(move |place, server| {
            let files = ZoneFiles::prepare(&place.scratch, names)?;
            let run = Run {
                place,
                server,
                files,
                seconds,
            };
            run.figures(rate)
        }),
    }
}

/// The command of a server, and how to know that it is ready.
///
/// # Errors
/// When a file cannot be written, or wharf does not take the zone.
pub fn command(
    place: &Workplace,
    server: NameServer,
    names: usize,
    ports: (u16, u16),
) -> Result<(Vec<String>, Ready), String> {
    let (port, http_port) = ports;
    let files = ZoneFiles::prepare(&place.scratch, names)?;
    let folder = files.folder().display().to_string();
    let configured = |template: &str| {
        let text = template
            .replace("PORT", &port.to_string())
            .replace("FOLDER", &folder);
        let file = files.folder().join("server.conf");
        fs::write(&file, text)
            .map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        Ok::<_, String>(file.display().to_string())
    };
    let command = match server {
        NameServer::Wharf => {
            let data = files.folder().join("wharf");
            if !data.exists() {
                fs::create_dir(&data)
                    .map_err(|error| format!("cannot make {}: {error}", data.display()))?;
                import(place, &files, names).inspect_err(|_| drop(fs::remove_dir_all(&data)))?;
            }
            wharf(&place.wharf, &data, port, http_port)
        }
        NameServer::Knot => vec!["knotd".to_owned(), "-c".to_owned(), configured(KNOT)?],
        NameServer::Nsd => {
            let words = ["nsd", "-d", "-c"].map(str::to_owned).to_vec();
            [words, vec![configured(NSD)?]].concat()
        }
    };
    Ok((command, Ready::Answers(port)))
}

/// Whether a name server answers there, from the zone.
pub fn answers(port: u16) -> bool {
    let ask = || {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(("127.0.0.1", port))?;
        socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        socket.send(READY_QUESTION)?;
        let mut answer = [0; 512];
        let count = socket.recv(&mut answer)?;
        // No error, and an answer is there.
        Ok::<_, std::io::Error>(count > 12 && answer[3] & 15 == 0 && answer[7] > 0)
    };
    ask().unwrap_or(false)
}

fn wharf(program: &Path, data: &Path, port: u16, http_port: u16) -> Vec<String> {
    let (program, data) = (program.display(), data.display());
    let words = format!(
        "{program} name serve --dns 127.0.0.1:{port} --http 127.0.0.1:{http_port} --no-folder -q --data"
    );
    let mut words: Vec<String> = words.split(' ').map(str::to_owned).collect();
    words.push(data.to_string());
    words
}

/// Has a server of wharf's take the zone, and ends it.
fn import(place: &Workplace, files: &ZoneFiles, names: usize) -> Result<(), String> {
    let http_port = free_port().map_err(|error| format!("no free port: {error}"))?;
    let launch = Launch::Names {
        server: NameServer::Wharf,
        names,
        http_port,
    };
    let server = Server::start_empty(place, &launch, &Ready::Port(http_port))?;
    let (program, zone) = (
        place.wharf.display().to_string(),
        files.zone().display().to_string(),
    );
    let service = format!("127.0.0.1:{http_port}");
    let command = [
        &program,
        "name",
        "import",
        &zone,
        "--names",
        &service,
        "--timeout",
        "300s",
    ];
    let imported = generator::run(&command);
    server.stop();
    imported.map(drop)
}

/// One run against a server.
struct Run<'a> {
    place: &'a Workplace,
    server: &'a Server,
    files: ZoneFiles,
    seconds: u64,
}

impl Run<'_> {
    /// A figure for each of [`COLUMNS`].
    fn figures(&self, rate: u32) -> Result<Vec<f64>, String> {
        let mut figures = Vec::new();
        let (mut lost, mut busy) = (0.0, 0.0_f64);
        for asked in [Asked::Hits, Asked::NoName, Asked::NoData] {
            let result = self.ask(asked, &[])?;
            figures.push(number(&result, "answers_per_second")? / 1e3);
            lost += number(&result, "lost")?;
            busy = busy.max(number(&result, "own_processor_share")?);
        }
        let result = self.ask(Asked::Hits, &["--rate", &rate.to_string()])?;
        figures.push(number(&result, "latency_us_p50")?);
        figures.push(number(&result, "latency_us_p99")?);
        lost += number(&result, "lost")?;
        figures.extend(self.dnsperf()?);
        figures.extend([lost, busy * 100.0]);
        Ok(figures)
    }

    fn ask(&self, asked: Asked, more: &[&str]) -> Result<String, String> {
        let program = self.place.yardsticks.display().to_string();
        let questions = self.path(asked);
        let duration = format!("{}s", self.seconds);
        let words = [
            &program,
            "dns-client",
            "--address",
            &self.server.address,
            "--questions",
            &questions,
            "--duration",
            &duration,
        ];
        let result = generator::run(&[&words[..], more].concat())?;
        match number(&result, "wrong")? {
            0.0 => Ok(result),
            wrong => Err(format!("{wrong} answers were wrong ({asked:?})")),
        }
    }

    /// Thousands of answers a second, and the server's processor for each in microseconds: dnsperf is the limit itself.
    fn dnsperf(&self) -> Result<[f64; 2], String> {
        let (_, port) = self.server.address.rsplit_once(':').unwrap_or_default();
        let (questions, seconds) = (self.path(Asked::Hits), self.seconds.to_string());
        let words = [
            "dnsperf",
            "-s",
            "127.0.0.1",
            "-p",
            port,
            "-d",
            &questions,
            "-l",
            &seconds,
        ];
        let before = processor_seconds(self.server.pid())?;
        let text = generator::run(&[&words[..], &["-c", "10", "-q", "256", "-T", "1"]].concat())?;
        let used = processor_seconds(self.server.pid())? - before;
        let completed = dnsperf_number(&text, "Queries completed:")?;
        let rate = dnsperf_number(&text, "Queries per second:")?;
        Ok([rate / 1e3, used * 1e6 / completed.max(1.0)])
    }

    fn path(&self, asked: Asked) -> String {
        let path: PathBuf = self.files.questions(asked);
        path.display().to_string()
    }
}

/// The first number behind `name` in what dnsperf prints.
fn dnsperf_number(text: &str, name: &str) -> Result<f64, String> {
    let found = text.split_once(name);
    let word = found.and_then(|(_, rest)| rest.split_whitespace().next());
    word.and_then(|word| word.parse().ok())
        .ok_or_else(|| format!("no `{name}` in what dnsperf printed"))
}

const fn column(title: &'static str, decimals: usize, is_compared: bool) -> Column {
    Column {
        title,
        decimals,
        is_compared,
    }
}

const COLUMNS: [Column; 9] = [
    column("A, thousands/s", 1, true),
    column("NXDOMAIN, thousands/s", 1, true),
    column("NODATA, thousands/s", 1, true),
    column("p50, us", 1, true),
    column("p99, us", 1, true),
    column("A by dnsperf, thousands/s", 1, true),
    column("then the server's processor, us an answer", 2, true),
    column("lost", 0, false),
    column("generator's processor at most, %", 0, false),
];

/// `ns.lab.test A`, with the id 7.
const READY_QUESTION: &[u8] =
    b"\x00\x07\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02ns\x03lab\x04test\x00\x00\x01\x00\x01";

/// One thread for datagrams, nothing written back, no journal.
const KNOT: &str = "\
server:
    rundir: FOLDER
    listen: 127.0.0.1@PORT
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: error
database:
    storage: FOLDER
zone:
  - domain: lab.test
    storage: FOLDER
    file: lab.test.zone
    zonefile-load: whole
    zonefile-sync: -1
    journal-content: none
    semantic-checks: off
";
/// One process that answers, no limit on the rate of answers, files below the zone's folder.
const NSD: &str = "\
server:
    server-count: 1
    ip-address: 127.0.0.1@PORT
    zonesdir: \"FOLDER\"
    username: \"\"
    chroot: \"\"
    pidfile: \"FOLDER/nsd.pid\"
    xfrdfile: \"FOLDER/xfrd.state\"
    zonelistfile: \"FOLDER/zone.list\"
    xfrdir: \"FOLDER\"
    cookie-secret-file: \"FOLDER/cookies\"
    rrl-ratelimit: 0
    verbosity: 0
remote-control:
    control-enable: no
zone:
    name: lab.test
    zonefile: lab.test.zone
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_dnsperf_are_found_by_their_names() {
        let text = "  Queries completed:    7469 (100.00%)\n  Queries per second:   7383.389598\n";
        assert_eq!(dnsperf_number(text, "Queries completed:"), Ok(7_469.0));
        assert_eq!(
            dnsperf_number(text, "Queries per second:"),
            Ok(7_383.389_598)
        );
        assert!(dnsperf_number(text, "Queries lost:").is_err());
    }
}
