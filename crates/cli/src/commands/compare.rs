//! `wharf compare`: what changed from one run to another.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};
use bench::Kept;
use history::{RunFolder, Verdict};

use crate::{args::CompareArgs, say};

/// Runs the command.
///
/// # Errors
/// When a folder is no run's, and when the two runs are not of one kind.
pub fn run(args: &CompareArgs) -> Result<Verdict> {
    let (before, after) = (kept(&args.before)?, kept(&args.after)?);
    let comparison = bench::compare(&before, &after, args.fail_if)?;
    let text = match args.json {
        true => serde_json::to_string_pretty(&comparison)? + "\n",
        false => report::comparison_text(&comparison),
    };
    say::result(&text);
    Ok(comparison.verdict)
}

fn kept(path: &Path) -> Result<Kept> {
    let name = path.display().to_string();
    let folder = RunFolder::open(path).with_context(|| {
        format!("{name} is no run's folder; `wharf bench` or `wharf load` makes one")
    })?;
    let plan = fs::read_to_string(folder.file("plan.json")).ok();
    Ok(Kept {
        summary: folder.summary()?,
        plan: plan
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default(),
        name,
    })
}
