//! `wharf primes --compare`: one worker against several.
//!
//! All ways make the same search in turns, round after round, so that the machine's moods are spread over
//! all, and a way's speed-up is the median of quotients of runs of one round. What each wrote must be what
//! the first wrote, to the byte: a difference makes the run invalid, and times are then of no interest.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result};
use history::{
    Finding, Kind, PrimesFile, PrimesRun, PrimesStint, PrimesSummary, PrimesVariant, Verdict,
};
use parallel::Want;
use run::{Stop, stop_on_signals};
use timing::SystemClock;

use super::{
    contest::{Contest, Draft, Turn, difference, same_count},
    divider::Meter,
    keeper::Mark,
    quest::{Quest, Way},
    runs,
    watch::Watch,
};
use crate::{
    args::{self, PrimesArgs},
    run_folder::Begun,
    say,
};

/// Makes the comparison.
///
/// # Errors
/// When it cannot begin, and when what is found cannot be written.
pub fn run(args: &PrimesArgs) -> Result<Verdict> {
    let quest = Quest::new(args)?;
    let ways = possible(Way::all(args)?, &quest)?;
    let rounds = args.repeats.unwrap_or(ROUNDS);
    let drafts = match quest.want {
        Want::Count => {
            let files = &args.files;
            let idle = [
                (files.out_folder.is_some(), "--out-folder"),
                (files.force, "--force"),
            ];
            say::without_effect("--count", &args::those(idle));
            None
        }
        Want::Primes => {
            let folder = args.files.out_folder.as_deref().unwrap_or(Path::new("."));
            let draft = |name| Draft::new(folder, name, args.files.force);
            Some([draft(ALONE)?, draft(TOGETHER)?])
        }
    };
    let stop = Arc::new(Stop::new().context("no descriptors left")?);
    stop_on_signals(&stop).context("cannot listen for ^C")?;
    let clock = SystemClock::start();
    let name = format!("primes compare {}", quest.method.name);
    let mut begun = Begun::new(Kind::Primes, &name, &args.folder, &clock)?;
    let mut settings = quest.settings("primes --compare", &ways);
    settings["repeats"] = rounds.into();
    begun.write_plan(&settings)?;
    say::talk(&announcement(&quest, &ways, rounds));
    let contest = Contest {
        quest,
        clock: &clock,
        stop: &stop,
    };
    let mut entries = Entries {
        divider: Meter::new(&quest),
        entries: ways.into_iter().map(Entry::new).collect(),
        drafts,
        first: None,
        file: None,
        witness: None,
        rounds,
    };
    let done = entries.go(&contest).and_then(|is_whole| {
        let findings = entries.findings(&quest, is_whole);
        begun.summary.primes = Some(entries.summary(&quest, is_whole));
        entries.finish(is_whole)?;
        Ok(findings)
    });
    match done {
        Ok(findings) => Ok(begun.conclude(findings, &[], &clock)),
        Err(error) => {
            let why = Finding::new(Verdict::Unknown, format!("{error:#}"));
            begun.keep(vec![why], &clock);
            Err(error)
        }
    }
}

fn announcement(quest: &Quest, ways: &[Way], rounds: u32) -> String {
    let names: Vec<String> = ways.iter().map(Way::in_words).collect();
    let against = match names.as_slice() {
        [alone, few @ ..] if few.len() <= 3 => format!("{alone} against {}", few.join(" against ")),
        [alone, many @ ..] => format!("{alone} against {} others", many.len()),
        [] => String::new(),
    };
    let (range, method) = (quest.range_in_words(), quest.method.name);
    let rounds = match rounds {
        1 => "a round".to_owned(),
        rounds => format!("{rounds} rounds"),
    };
    format!("{range} by {method}: {against}; {rounds}")
}

/// The ways without those that cannot be; of no others than the baseline, nothing can be compared.
fn possible(ways: Vec<Way>, quest: &Quest) -> Result<Vec<Way>> {
    let (mut possible, mut refused) = (Vec::new(), None);
    for way in ways {
        match way.check(quest.method) {
            Ok(()) => possible.push(way),
            Err(error) => {
                say::talk(&format!("{} is left out: {error}", way.in_words()));
                refused = Some(error);
            }
        }
    }
    match refused.filter(|_| possible.len() < 2) {
        Some(error) => Err(error),
        None => Ok(possible),
    }
}

/// All that is compared.
struct Entries {
    /// The baseline first.
    entries: Vec<Entry>,
    divider: Option<Meter>,
    /// What the baseline writes, and what each other writes after the one before it.
    drafts: Option<[Draft; 2]>,
    /// What the first run found, and wrote.
    first: Option<Mark>,
    file: Option<PrimesFile>,
    /// What was wrong, if something was.
    witness: Option<String>,
    rounds: u32,
}

/// One way, and what came of it.
struct Entry {
    way: Way,
    runs: Vec<PrimesRun>,
    /// Of each run.
    stints: Vec<Vec<PrimesStint>>,
    file: Option<PrimesFile>,
}

impl Entries {
    /// All rounds; false when it was stopped, or ended by a wrong file.
    fn go(&mut self, contest: &Contest<'_>) -> Result<bool> {
        let mut watch = Watch::new(None, 0, contest.clock);
        let ways = self.entries.len();
        let all = u64::from(self.rounds) * ways as u64;
        for turn in 0..all {
            let index = (turn % ways as u64) as usize;
            let round = turn / ways as u64 + 1;
            let what = format!("round {round}, {}", self.entries[index].way.in_words());
            watch.next((turn, all), &what);
            if let Some(divider) = self.divider.as_mut().filter(|_| index == 0) {
                divider.measure(contest.clock);
            }
            let drafts = self.drafts.as_mut();
            let draft = drafts.map(|drafts| &mut drafts[usize::from(index > 0)]);
            let made = contest.turn(&self.entries[index].way, draft, &watch)?;
            if !made.is_whole {
                watch.end();
                return Ok(false);
            }
            self.witness = self.check(index, &made, contest.quest.want)?;
            // A run that was wrong is kept with the others: its time is part of the story.
            let entry = &mut self.entries[index];
            entry.runs.push(made.run);
            entry.stints.push(made.stints);
            if self.witness.is_some() {
                watch.end();
                return Ok(false);
            }
        }
        watch.end();
        Ok(true)
    }

    /// What is wrong with what was found, if something is.
    fn check(&mut self, index: usize, made: &Turn, want: Want) -> Result<Option<String>> {
        let way = self.entries[index].way.in_words();
        let first = self.first.get_or_insert(made.mark);
        if !same_count(want, first, &made.mark) {
            let (found, first) = (report::count(made.mark.primes), report::count(first.primes));
            return Ok(Some(format!(
                "{way} found {found} primes, the first run {first}"
            )));
        }
        let Some([one, other]) = &mut self.drafts else {
            return Ok(None);
        };
        let file = if index == 0 { &mut *one } else { &mut *other }.described()?;
        let first = self.file.get_or_insert(file.clone());
        if index == 0 {
            let is_same = file.sha256 == first.sha256;
            return Ok((!is_same).then(|| {
                let (one, other) = (&first.sha256, &file.sha256);
                format!("{way} wrote sha256 {one} and then sha256 {other}")
            }));
        }
        // The digests tell; of the file that stays the bytes themselves are compared as well.
        let is_last = index + 1 == self.entries.len();
        let differs = match file.sha256 != first.sha256 || is_last {
            true => difference(one, other)?,
            false => None,
        };
        self.entries[index].file = is_last.then_some(file);
        Ok(differs.map(|(line, [one, other])| {
            let baseline = self.entries[0].way.in_words();
            format!("{baseline} and {way} wrote different files: line {line} is {one} in one and {other} in the other")
        }))
    }

    /// Gives the files their names: those that are the same, and those that are not, to be looked at.
    fn finish(&mut self, is_whole: bool) -> Result<()> {
        match self.drafts.take() {
            Some(drafts) if is_whole || self.witness.is_some() => {
                drafts.into_iter().try_for_each(Draft::finish)
            }
            _ => Ok(()),
        }
    }

    fn summary(&mut self, quest: &Quest, is_whole: bool) -> PrimesSummary {
        self.entries[0].file = self.file.clone();
        if !is_whole && self.witness.is_none() {
            // No file stays.
            self.entries.iter_mut().for_each(|entry| entry.file = None);
        }
        let baseline = self.entries[0].runs.clone();
        let variants = self.entries.iter_mut().enumerate();
        let variants: Vec<PrimesVariant> = variants
            .map(|(index, entry)| entry.variant((index > 0).then_some(&baseline)))
            .collect();
        let mark = self.first.unwrap_or_default();
        PrimesSummary {
            first: quest.range.first(),
            last: quest.range.last(),
            method: quest.method.name.to_owned(),
            step: quest.method.step.to_owned(),
            is_count: quest.want == Want::Count,
            count: is_whole.then_some(mark.primes),
            greatest: mark.greatest.filter(|_| is_whole),
            cores: run::cores() as u64,
            divider: (self.divider.as_ref()).and_then(|meter| meter.limit(&baseline)),
            variants,
        }
    }

    fn findings(&self, quest: &Quest, is_whole: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut say = |verdict, text: String| findings.push(Finding::new(verdict, text));
        match &self.witness {
            Some(witness) => say(Verdict::Invalid, witness.clone()),
            None if !is_whole => say(
                Verdict::Unknown,
                "stopped before all rounds were made; no file was written".to_owned(),
            ),
            None => {}
        }
        if let (Some(file), true) = (&self.file, is_whole) {
            let (bytes, sha256) = (report::count(file.bytes), &file.sha256);
            say(
                Verdict::Valid,
                format!("{ALONE} and {TOGETHER} are the same {bytes} bytes, sha256 {sha256}"),
            );
        }
        let walls = self.entries[0].runs.iter().map(|run| run.wall_ns as f64);
        let wall = stats::median(&walls.collect::<Vec<_>>());
        if let Some(wall) = wall.filter(|wall| *wall < SHORT_NS) {
            let wall = report::duration(wall);
            let text = format!(
                "one worker needs {wall}: too little to share out, and to tell a speed-up by; raise --up-to"
            );
            say(Verdict::Valid, text);
        }
        for entry in &self.entries {
            for text in entry.remarks() {
                say(Verdict::Valid, text);
            }
        }
        if let Some(text) = quest.is_no_brute_force() {
            say(Verdict::Valid, text);
        }
        findings
    }
}

impl Entry {
    fn new(way: Way) -> Self {
        Self {
            way,
            runs: Vec::new(),
            stints: Vec::new(),
            file: None,
        }
    }

    /// As the run's folder keeps it; `baseline` are the runs that it is compared with.
    fn variant(&mut self, baseline: Option<&Vec<PrimesRun>>) -> PrimesVariant {
        let walls: Vec<f64> = self.runs.iter().map(|run| run.wall_ns as f64).collect();
        let speed_ups = baseline.map(|baseline| {
            let pairs = baseline.iter().zip(&self.runs);
            pairs.map(|(one, other)| one.wall_ns as f64 / other.wall_ns.max(1) as f64)
        });
        let median = runs::median_run(&self.runs);
        PrimesVariant {
            mode: self.way.mode.name.to_owned(),
            split: (self.way.mode.is_parallel).then(|| self.way.split.name.to_owned()),
            workers: self.way.workers as u64,
            wall_ns_median: stats::median(&walls).map_or(0, |median| median as u64),
            speed_up: speed_ups.and_then(|all| runs::spread(&all.collect::<Vec<_>>())),
            output: self.file.clone(),
            stints: median.map_or_else(Vec::new, |index| std::mem::take(&mut self.stints[index])),
            runs: self.runs.clone(),
        }
    }

    /// What a reader of its times should know.
    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let (way, cores) = (self.way.in_words(), run::cores());
        let shares: Vec<f64> = self.runs.iter().filter_map(runs::cpu_over_wall).collect();
        if let Some(share) = stats::median(&shares).filter(|_| self.way.workers > 1)
            && share < BARELY_PARALLEL
        {
            remarks.push(format!(
                "{way}: {:.2} s of processor time in a second, so it did not run in parallel; did other programs have \
                 the processors?",
                share
            ));
        }
        if self.way.workers > cores {
            remarks.push(format!(
                "{way}: more workers than the {cores} processors, which cannot be quicker than {cores} workers"
            ));
        }
        let redone: u64 = self.runs.iter().map(|run| run.redone).sum();
        if redone > 0 {
            remarks.push(format!(
                "{way}: pieces done again because their worker died: {redone}; the result is exact all \
                 the same"
            ));
        }
        remarks
    }
}

/// As many as a median and a range need.
const ROUNDS: u32 = 5;
/// To make workers takes about a millisecond.
const SHORT_NS: f64 = 10e6;
/// The laboratory's names.
const ALONE: &str = "primes_nonoptimized.txt";
const TOGETHER: &str = "primes_optimized.txt";
/// Of two workers that are side by side all the time it would be 2.
const BARELY_PARALLEL: f64 = 1.2;

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use parallel::{MODES, SPLITS};
    use primes::Range;

    use super::*;

    fn way(workers: usize) -> Way {
        Way {
            mode: &MODES[0],
            split: &SPLITS[0],
            workers,
        }
    }

    fn entries(folder: &Path, texts: [&str; 2]) -> Entries {
        let draft = |(name, text): (&str, &str)| {
            let mut draft = Draft::new(folder, name, false).expect("made");
            draft
                .cleared()
                .expect("made")
                .write_all(text.as_bytes())
                .expect("written");
            draft
        };
        Entries {
            entries: vec![Entry::new(way(1)), Entry::new(way(2))],
            divider: None,
            drafts: Some([(ALONE, texts[0]), (TOGETHER, texts[1])].map(draft)),
            first: None,
            file: None,
            witness: None,
            rounds: 1,
        }
    }

    fn made(primes: u64) -> Turn {
        Turn {
            run: PrimesRun::default(),
            stints: Vec::new(),
            mark: Mark {
                primes,
                greatest: Some(5),
                ..Mark::default()
            },
            is_whole: true,
        }
    }

    #[track_caller]
    fn check(texts: [&str; 2], counts: [u64; 2], expected: Option<&str>) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut entries = entries(folder.path(), texts);
        let first = entries.check(0, &made(counts[0]), Want::Primes);
        assert_eq!(first.expect("readable"), None);
        entries.witness = entries
            .check(1, &made(counts[1]), Want::Primes)
            .expect("readable");
        assert_eq!(entries.witness.is_some(), expected.is_some());
        let witness = entries.witness.clone().unwrap_or_default();
        assert!(witness.contains(expected.unwrap_or_default()), "{witness}");
        let range = Range::new(1, 6).expect("numbers");
        let quest = Quest {
            range,
            method: &primes::METHODS[0],
            want: Want::Primes,
            nth: None,
        };
        let findings = entries.findings(&quest, expected.is_none());
        let is_invalid = findings
            .iter()
            .any(|finding| finding.verdict == Verdict::Invalid);
        assert_eq!(is_invalid, expected.is_some());
        entries.finish(expected.is_none()).expect("named");
        assert!(folder.path().join(ALONE).exists() && folder.path().join(TOGETHER).exists());
    }

    #[test]
    fn the_same_bytes_are_right() {
        check(["2\n3\n5", "2\n3\n5"], [3, 3], None);
    }

    #[test]
    fn other_bytes_or_another_number_make_it_invalid_and_both_files_can_be_looked_at() {
        check(
            ["2\n3\n5", "2\n4\n5"],
            [3, 3],
            Some("line 2 is \"3\\n\" in one and \"4\\n\""),
        );
        check(["2\n3\n5", "2\n3\n5\n"], [3, 3], Some("line 3"));
        check(
            ["2\n3\n5", "2\n3"],
            [3, 2],
            Some("found 2 primes, the first run 3"),
        );
    }

    #[test]
    fn what_was_stopped_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut entries = entries(folder.path(), ["2", "2"]);
        entries.finish(false).expect("nothing to name");
        drop(entries);
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("a folder").count(),
            0
        );
    }
}
