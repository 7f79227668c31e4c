//! A temporary file without a name: it is gone with the process that has it, however that ends.

use std::{env, ffi::OsString, fs::File, io, os::unix::fs::FileExt as _};

use rustix::fs::{Mode, OFlags, open};

/// A file in `TMPDIR`, or else in `/var/tmp` because `/tmp` often is memory; made when it is first needed.
#[derive(Debug, Default)]
pub(crate) struct Spill {
    file: Option<File>,
    /// Where the next bytes go.
    end: u64,
    /// Bytes that have not been read back.
    waiting: u64,
    /// It could not be made or written.
    is_given_up: bool,
}

impl Spill {
    /// Whether so many more bytes may be written, of at most `bound`.
    pub(crate) fn has_room(&self, bytes: usize, bound: u64) -> bool {
        !self.is_given_up && self.end + bytes as u64 <= bound
    }

    /// Where they lie.
    ///
    /// # Errors
    /// When there can be no such file, or the disk is full.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(make()?),
        };
        file.write_all_at(bytes, self.end)?;
        let from = self.end;
        self.end += bytes.len() as u64;
        self.waiting += bytes.len() as u64;
        Ok(from)
    }

    /// What was written; once only.
    ///
    /// # Errors
    /// When the disk does not give it back.
    pub(crate) fn read(&mut self, from: u64, bytes: usize) -> io::Result<Vec<u8>> {
        let mut back = vec![0; bytes];
        let file = self.file.as_ref().expect("it has been written to");
        file.read_exact_at(&mut back, from)?;
        self.waiting -= bytes as u64;
        if self.waiting == 0 {
            // Nobody wants any of it: the disk has it back.
            file.set_len(0)?;
            self.end = 0;
        }
        Ok(back)
    }

    /// There is no room here from now on.
    pub(crate) fn give_up(&mut self) {
        self.is_given_up = true;
    }
}

fn make() -> io::Result<File> {
    let folder = env::var_os("TMPDIR").unwrap_or_else(|| OsString::from("/var/tmp"));
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
    Ok(File::from(open(folder, flags, Mode::RUSR | Mode::WUSR)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_comes_back_and_the_room_is_used_again() {
        let mut spill = Spill::default();
        assert!(spill.has_room(5, 8));
        let first = spill.write(b"12345").expect("a disk");
        assert!(!spill.has_room(5, 8));
        let second = spill.write(b"678").expect("a disk");
        assert_eq!(spill.read(second, 3).expect("it is there"), b"678");
        assert_eq!(spill.read(first, 5).expect("it is there"), b"12345");
        assert!(spill.has_room(8, 8));
    }

    #[test]
    fn a_spill_that_was_given_up_has_no_room() {
        let mut spill = Spill::default();
        spill.give_up();
        assert!(!spill.has_room(0, 8));
    }
}
