//! A file that a flag names: whole or not there. A full disk must not leave the beginning of one under its name, nor
//! take away what stood there before.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
    process,
};

use anyhow::{Context as _, Result, ensure};

/// Writes a file. What is no file but a pipe or a device is written to as it is.
///
/// # Errors
/// When it cannot be written, or is there and must not be replaced. Nothing is left then.
pub fn write(path: &Path, text: &str, may_replace: bool) -> Result<()> {
    let shown = path.display();
    match fs::metadata(path) {
        Ok(found) => {
            ensure!(
                !found.is_dir(),
                "{shown} is a folder; name a file in it, for example {}",
                path.join("out").display()
            );
            ensure!(
                may_replace,
                "{shown} is there; --force replaces it, or choose another name"
            );
            if !found.is_file() {
                let device = File::options().write(true).open(path);
                return device
                    .and_then(|mut device| device.write_all(text.as_bytes()))
                    .with_context(|| format!("cannot write to {shown}"));
            }
        }
        Err(_) => {
            let folder = folder_of(path);
            ensure!(
                folder.is_dir(),
                "cannot write {shown}: there is no folder {0}; make it first with `mkdir -p {0}`",
                folder.display()
            );
        }
    }
    beside_and_renamed(path, text).with_context(|| format!("cannot write {shown}"))
}

fn beside_and_renamed(path: &Path, text: &str) -> io::Result<()> {
    // Of a link the file that it leads to is replaced, not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let part = folder_of(&path).join(format!(".wharf-{}.part", process::id()));
    let written = fs::write(&part, text).and_then(|()| fs::rename(&part, &path));
    if written.is_err() {
        let _ = fs::remove_file(&part);
    }
    written
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(path: &Path, may_replace: bool, expected: &str) {
        let error = write(path, "new", may_replace).expect_err("refused");
        let told = format!("{error:#}");
        assert!(told.contains(expected), "{told}");
    }

    #[test]
    fn a_file_is_whole_and_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.log");
        write(&path, "old", false).expect("written");
        check_refused(&path, false, "--force replaces it");
        assert_eq!(fs::read_to_string(&path).expect("there"), "old");
        write(&path, "new", true).expect("replaced");
        assert_eq!(fs::read_to_string(&path).expect("there"), "new");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_told_with_its_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        check_refused(&folder.path().join("no/a.log"), false, "mkdir -p");
        check_refused(folder.path(), true, "is a folder");
        check_refused(Path::new("/dev/full"), true, "No space left");
        check_refused(Path::new("/dev/full"), false, "--force");
    }

    #[test]
    fn a_link_stays_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("a.log"), folder.path().join("b.log"));
        fs::write(&path, "old").expect("written");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        write(&link, "new", true).expect("written");
        assert_eq!(fs::read_to_string(&path).expect("there"), "new");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    }
}
