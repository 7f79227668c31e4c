//! Rounds over all servers of an experiment: A B C …, A B C …, each started anew.

use super::experiments::Experiment;
use super::server::Server;
use super::subjects::Subject;
use super::table::{Row, Table};
use super::workplace::Workplace;

/// Makes the experiment and returns its table.
///
/// # Errors
/// When no server could be started, or no run succeeded.
pub fn run(place: &Workplace, experiment: &Experiment, runs: usize) -> Result<Table, String> {
    eprintln!("== {}", experiment.title);
    let (subjects, mut notes) = present(place, &experiment.subjects);
    if subjects.is_empty() {
        return Err(notes.join("; "));
    }
    let mut rows: Vec<Row> = subjects.iter().map(|subject| Row::of(subject)).collect();
    for round in 1..=runs {
        for (subject, row) in subjects.iter().zip(&mut rows) {
            let measured = Server::start(place, &subject.launch).and_then(|server| {
                let measured = (experiment.measure)(place, &server);
                server.stop();
                measured
            });
            eprintln!("round {round} of {runs}: {}: {measured:?}", subject.name);
            if let Err(reason) = &measured {
                notes.push(format!("{}, round {round}, failed: {reason}", subject.name));
            }
            row.rounds.push(measured.ok());
        }
    }
    if rows
        .iter()
        .all(|row| row.rounds.iter().all(Option::is_none))
    {
        return Err(notes.join("; "));
    }
    Ok(Table {
        title: experiment.title.clone(),
        columns: experiment.columns,
        rows,
        notes,
    })
}

/// Those that start, and a line for each reason why others do not.
fn present<'a>(place: &Workplace, subjects: &'a [Subject]) -> (Vec<&'a Subject>, Vec<String>) {
    let mut present = Vec::new();
    let mut absent: Vec<(String, Vec<&str>)> = Vec::new();
    for subject in subjects {
        match Server::start(place, &subject.launch) {
            Ok(server) => {
                server.stop();
                present.push(subject);
            }
            Err(reason) => match absent.iter_mut().find(|(other, _)| *other == reason) {
                Some((_, names)) => names.push(&subject.name),
                None => absent.push((reason, vec![&subject.name])),
            },
        }
    }
    let note =
        |(reason, names): (String, Vec<&str>)| format!("left out: {}: {reason}", names.join(", "));
    (present, absent.into_iter().map(note).collect())
}
