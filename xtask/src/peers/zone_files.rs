//! A zone for name servers, and questions about it.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// The files of a zone with so many names that have an address each. The lists of questions are in an order that has nothing
/// to do with that of the zone, and are read by dnsperf too, which does not look at the third word of a line.
pub struct ZoneFiles {
    folder: PathBuf,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Addresses that are there.
    Hits,
    /// Names that are not there.
    NoName,
    /// Addresses of another kind, of names that are there.
    NoData,
}

impl ZoneFiles {
    /// Those below `folder`; they are written if they are not there.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn prepare(folder: &Path, names: usize) -> Result<Self, String> {
        let folder = folder.join(format!("zone-{names}"));
        let files = ZoneFiles { folder };
        if !files.folder.exists() {
            files
                .write(names)
                .map_err(|error| format!("cannot write a zone of {names} names: {error}"))?;
        }
        Ok(files)
    }

    /// Where they lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The zone.
    pub fn zone(&self) -> PathBuf {
        self.folder.join("lab.test.zone")
    }

    /// The questions of one kind.
    pub fn questions(&self, asked: Asked) -> PathBuf {
        self.folder.join(match asked {
            Asked::Hits => "hits.txt",
            Asked::NoName => "no-name.txt",
            Asked::NoData => "no-data.txt",
        })
    }

    fn write(&self, names: usize) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let create = |path: PathBuf| File::create(path).map(BufWriter::new);
        let mut zone = create(self.zone())?;
        zone.write_all(ZONE_HEAD.as_bytes())?;
        for number in 0..names {
            writeln!(zone, "{} A {}", host(number, names), address(number))?;
        }
        zone.flush()?;
        let mut hits = create(self.questions(Asked::Hits))?;
        let mut no_name = create(self.questions(Asked::NoName))?;
        let mut no_data = create(self.questions(Asked::NoData))?;
        for number in shuffled(names) {
            let (host, address) = (host(number, names), address(number));
            writeln!(hits, "{host}.lab.test A {address}")?;
            writeln!(no_name, "no-{host}.lab.test A NXDOMAIN")?;
            writeln!(no_data, "{host}.lab.test AAAA NODATA")?;
        }
        [hits, no_name, no_data]
            .iter_mut()
            .try_for_each(Write::flush)
    }
}

/// All of the same length.
fn host(number: usize, names: usize) -> String {
    let width = names.saturating_sub(1).to_string().len();
    format!("host{number:0width$}")
}

fn address(number: usize) -> Ipv4Addr {
    let [_, a, b, c] = (number as u32).to_be_bytes();
    Ipv4Addr::new(10, a, b, c)
}

/// The numbers below `count` in an order that is the same each time (Fisher and Yates, with xorshift).
fn shuffled(count: usize) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..count).collect();
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    for last in (1..count).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        numbers.swap(last, (state % (last as u64 + 1)) as usize);
    }
    numbers
}

const ZONE_HEAD: &str = "\
$ORIGIN lab.test.
$TTL 30
@ 5 SOA ns hostmaster 1 60 10 86400 5
@ NS ns
ns A 127.0.0.1
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_loses_no_number() {
        let mut numbers = shuffled(1_000);
        assert_ne!(numbers[..3], [0, 1, 2]);
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(0..1_000));
        assert_eq!(shuffled(0), [0; 0]);
    }

    #[test]
    fn names_have_one_length() {
        assert_eq!(host(7, 10_000), "host0007");
        assert_eq!(host(9_999, 10_000), "host9999");
        assert_eq!(address(0x0001_0203), Ipv4Addr::new(10, 1, 2, 3));
    }
}
