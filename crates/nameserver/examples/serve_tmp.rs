//! temp
use nameserver::*;
fn main() {
    let folder = std::env::args().nth(1).unwrap();
    let http = std::env::args().nth(2).unwrap();
    let plan = Plan {
        zone: naming::Zone::parse("lab.test.").unwrap(),
        folder: folder.into(),
        dns: vec!["127.0.0.1:0".parse().unwrap()],
        http: vec![http.parse().unwrap()],
        token: None,
        keys: dns::Keys::default(),
        is_signed_only: false,
        secondaries: Vec::new(),
        workers: 1,
        answers_per_s: None,
        log_max: 100_000,
    };
    let server = start(plan).unwrap();
    println!("{}", server.http[0]);
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    server.stop();
}
