//! `wharf clock export`: logs in another tool's form.

use std::fs::OpenOptions;
use std::io::Write as _;

use anyhow::{Context as _, Result, bail};
use history::Verdict;

use super::{
    judged::{self, Judged},
    logs,
};
use crate::{args::ExportArgs, lists, say};

/// Runs the command.
///
/// # Errors
/// When a log cannot be read, the form is one that is only read, or the file is there.
pub fn run(args: &ExportArgs) -> Result<Verdict> {
    let form = lists::form(&args.written_as)?;
    let Some(write) = form.write else {
        bail!(
            "logs of the form {} are read and not written; try --as shiviz",
            form.name
        );
    };
    let executions = logs::read(&args.logs)?.executions;
    let judged: Vec<Judged> = executions.into_iter().map(Judged::new).collect();
    let text = judged::written(&judged.iter().collect::<Vec<_>>(), write);
    let Some(path) = &args.out else {
        say::result(&text);
        return Ok(Verdict::Valid);
    };
    let mut options = OpenOptions::new();
    options.write(true);
    match args.force {
        true => options.create(true).truncate(true),
        false => options.create_new(true),
    };
    let shown = path.display();
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written
        .with_context(|| format!("cannot write {shown}; --force replaces a file that is there"))?;
    say::talk(&format!("written: {shown}"));
    Ok(Verdict::Valid)
}
