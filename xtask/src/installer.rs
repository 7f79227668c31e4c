//! Installing packages, where this process may: root on Debian.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::needs::Need;

/// A way to install packages on this machine.
#[derive(Debug)]
pub struct Installer {
    apt_get: PathBuf,
}

impl Installer {
    /// Finds one.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn find() -> Result<Self, String> {
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let apt_get = std::env::split_paths(&paths)
            .map(|folder| folder.join("apt-get"))
            .find(|path| path.is_file());
        let apt_get = apt_get.ok_or("this machine has no apt-get")?;
        if !is_root() {
            return Err("only root can install packages".to_owned());
        }
        Ok(Installer { apt_get })
    }

    /// Runs one command of `apt-get`, its output shown.
    fn run(&self, args: &[&str]) -> Result<(), String> {
        let shown = format!("apt-get {}", args.join(" "));
        println!("+ {shown}");
        let mut command = Command::new(&self.apt_get);
        // No question may wait for an answer that nobody gives. A package that brings a server, as
        // those of the peers do, does not start it in runlevel 1 (invoke-rc.d(8)).
        command
            .args(args)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("RUNLEVEL", "1")
            .stdin(std::process::Stdio::null());
        match command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("`{shown}` ended with {status}")),
            Err(error) => Err(format!("`{shown}` could not be started: {error}")),
        }
    }
}

/// Installs the packages of all that is lacking. What has no package is left to the caller.
///
/// # Errors
/// What `apt-get` failed at. Nothing is known then about what is installed: look again.
pub fn install(installer: &Installer, lacking: &[Need]) -> Result<(), String> {
    // A failing update does not stop: the package lists that are there may still do.
    let updated = installer.run(&["update"]);
    let mut args = vec!["install", "-y", "--no-install-recommends", LOCK_TIMEOUT];
    args.extend(lacking.iter().flat_map(|need| need.packages));
    installer.run(&args).map_err(|reason| match updated {
        Ok(()) => reason,
        Err(earlier) => format!("{earlier}, and {reason}; is this machine offline?"),
    })
}

/// Another `apt-get` may hold the lock, as on a machine that has just been started: wait 300 s for it.
const LOCK_TIMEOUT: &str = "-oDPkg::Lock::Timeout=300";

/// `/proc/self` belongs to the effective user of the process (proc(5)).
fn is_root() -> bool {
    Path::new("/proc/self")
        .metadata()
        .is_ok_and(|metadata| metadata.uid() == 0)
}
