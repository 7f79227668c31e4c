//! Where the measuring happens: the programs that were built, a folder for scratch, the machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::thread::available_parallelism;

use super::options::{Kind, Options};
use crate::installer::{Installer, install};
use crate::needs::{HTTP, NAMES, Need, PINNING, REDIS, missing};

/// The programs, and a folder that is deleted in the end.
pub struct Workplace {
    /// The command line that is measured.
    pub wharf: PathBuf,
    /// The bare servers and generators.
    pub yardsticks: PathBuf,
    /// A copy of the latter: pages of one file that a server and its generator share would count as
    /// half a page for each, and the server's memory would shrink when its clients come.
    pub idle_client: PathBuf,
    /// For ready files, configurations and error output.
    pub scratch: PathBuf,
}

impl Workplace {
    /// Builds wharf and the yardsticks, and installs the peers where that is possible.
    ///
    /// # Errors
    /// When something does not build, or the machine has no second processor for the generator.
    pub fn prepare(root: &Path, options: &Options) -> Result<Self, String> {
        let processors = available_parallelism().map_or(1, usize::from);
        if processors < 2 {
            return Err("server and generator need a processor each, and here is one".to_owned());
        }
        bring_servers(options)?;
        let target = build(root, &["wharf", "yardsticks"])?;
        let scratch = std::env::temp_dir().join(format!("wharf-peers-{}", process::id()));
        fs::create_dir_all(&scratch)
            .map_err(|error| format!("cannot make {}: {error}", scratch.display()))?;
        let place = Workplace {
            wharf: target.join("wharf"),
            yardsticks: target.join("yardsticks"),
            idle_client: scratch.join("idle-client"),
            scratch,
        };
        fs::copy(&place.yardsticks, &place.idle_client)
            .map_err(|error| format!("cannot copy the idle client: {error}"))?;
        Ok(place)
    }

    /// Where a server writes its address.
    pub fn ready_file(&self) -> PathBuf {
        self.scratch.join("ready.json")
    }

    /// Where a server's error output goes.
    pub fn error_file(&self) -> PathBuf {
        self.scratch.join("stderr.txt")
    }

    /// What a reader of the tables must know: machine and command.
    pub fn about(&self, args: &[&str]) -> String {
        format!(
            "{}: server on processor {SERVER_PROCESSOR}, generator on processor {GENERATOR_PROCESSOR}.",
            machine(args)
        )
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // What cannot be deleted lies in the folder for temporary files.
        let _ = fs::remove_dir_all(&self.scratch);
    }
}

/// The command and the machine.
pub fn machine(args: &[&str]) -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let processor = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let processor = processor
        .unwrap_or("unknown")
        .trim_start_matches([' ', '\t', ':']);
    let count = available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let command = ["cargo xtask peers"].iter().chain(args).copied();
    let command = command.collect::<Vec<_>>().join(" ");
    let kernel = kernel.trim();
    format!("`{command}` on {count} processors ({processor}, Linux {kernel})")
}

/// Installs what the experiments with servers need; without `taskset` nothing can be measured.
fn bring_servers(options: &Options) -> Result<(), String> {
    let mut needs = PINNING.to_vec();
    let wants = |kind: Kind| options.kinds.contains(&kind);
    needs.extend(REDIS.iter().filter(|_| wants(Kind::Redis)));
    needs.extend(HTTP.iter().filter(|_| wants(Kind::Http)));
    needs.extend(NAMES.iter().filter(|_| wants(Kind::Names)));
    match bring(&needs)
        .iter()
        .any(|need| need.name == PINNING[0].name)
    {
        true => Err("without taskset nothing can be measured".to_owned()),
        false => Ok(()),
    }
}

/// Installs what is needed. What stays missing is said and returned, and leaves its subjects out.
pub fn bring(needs: &[Need]) -> Vec<Need> {
    let lacking = missing(needs);
    if lacking.is_empty() {
        return lacking;
    }
    let installed = Installer::find().and_then(|installer| install(&installer, &lacking));
    let note = installed
        .err()
        .map_or(String::new(), |reason| format!(" ({reason})"));
    let lacking = missing(needs);
    for need in &lacking {
        let Need {
            name,
            needed_by,
            packages,
            ..
        } = need;
        let packages = packages.join(" ");
        eprintln!("missing: {name}, for {needed_by}; Debian package {packages}{note}");
    }
    lacking
}

/// Builds wharf alone, in release, and returns it.
///
/// # Errors
/// When it does not build.
pub fn wharf(root: &Path) -> Result<PathBuf, String> {
    Ok(build(root, &["wharf"])?.join("wharf"))
}

/// Builds these packages in release, and returns the folder where they lie.
fn build(root: &Path, packages: &[&str]) -> Result<PathBuf, String> {
    // This program lies in TARGET/debug: cargo knows where, whatever its settings are.
    let own = std::env::current_exe().map_err(|error| format!("where am I? {error}"))?;
    let target = own.ancestors().nth(2).unwrap_or(root);
    let mut command = Command::new("cargo");
    command
        .args(["build", "--release", "--locked"])
        .args(packages.iter().flat_map(|package| ["-p", package]))
        .arg("--target-dir")
        .arg(target)
        .current_dir(root);
    match command.status() {
        Ok(status) if status.success() => Ok(target.join("release")),
        Ok(status) => Err(format!("the release build ended with {status}")),
        Err(error) => Err(format!("cargo could not be started: {error}")),
    }
}

/// Where the server runs, and nothing else that is measured.
pub const SERVER_PROCESSOR: &str = "0";
/// Where the generator runs.
pub const GENERATOR_PROCESSOR: &str = "1";
