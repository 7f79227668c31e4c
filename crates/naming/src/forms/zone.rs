//! Zone files (RFC 1035, section 5), as other name servers read and write them.
//!
//! ```text
//!   $ORIGIN lab.test.
//!   $TTL 30
//!   @               5   IN  SOA  ns.lab.test. hostmaster.lab.test. 17 60 10 86400 5
//!   server1.region1 30  IN  A    192.168.1.2
//! ```
//!
//! Read are `$ORIGIN`, `$TTL`, parentheses, quotes and records of class IN, one text a zone. The SOA is the server's own
//! and is left out, and so are the records of DNSSEC: they sign a zone that this one will not be any more.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use domain::base::iana::Class;
use domain::base::name::ToLabelIter;
use domain::base::{Name as DnsName, ToName};
use domain::zonefile::inplace::{Entry, ScannedRecord, Zonefile};
use foldhash::fast::RandomState;

use crate::data::{problem, scanned_data};
use crate::form::Names;
use crate::value::{TTL_S_MAX, checked};
use crate::zone_text::prepare;
use crate::{
    Form, FormError, Import, Name, Node, RecordSet, RecordType, Revision, Value, Zone, data_to_text,
};

/// Zone files.
pub static FORM: Form = Form {
    name: "zone",
    about: "a zone file, as name servers have it (RFC 1035): `server1.region1 30 IN A 192.168.1.2`",
    extensions: &["zone", "db"],
    read,
    write,
};

fn read(zone: &Zone, text: &str) -> Result<Import, FormError> {
    let ready = prepare(text).map_err(|(line, problem)| wrong(line, problem.to_owned()))?;
    let mut file = Zonefile::with_capacity(ready.len() + 64);
    file.set_origin(
        DnsName::from_octets(zone.wire().to_vec().into()).expect("a zone's name has its root"),
    );
    file.set_default_class(Class::IN);
    // A record without a TTL has that of the one before it, where no $TTL was said. So the first has one before it.
    let before = format!("@ {} IN TXT \"\"\n", Value::TTL_S);
    file.extend_from_slice(before.as_bytes());
    file.next_entry().expect("this is a record");
    file.extend_from_slice(&ready);
    let mut lines = Lines {
        text: &ready,
        at: 0,
        line: 1,
    };
    let mut gathered = Gathered::default();
    loop {
        let entry = file.next_entry();
        // The reader has a byte of its own before the text.
        let offset = file.current_offset().saturating_sub(1 + before.len());
        let line = lines.of(offset);
        let taken = match &entry {
            Ok(None) => break,
            Ok(Some(Entry::Record(record))) => gathered.take(zone, record),
            Ok(Some(Entry::Include { path, .. })) => Err(format!(
                "$INCLUDE {path} is not followed: put all records into one file"
            )),
            Err(error) => Err(problem(error)),
        };
        taken.map_err(|problem| wrong(line, problem))?;
    }
    gathered.finish()
}

fn wrong(line: usize, problem: String) -> FormError {
    FormError::Line { line, problem }
}

/// Which line a place in the text is on; places come in order.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn of(&mut self, offset: usize) -> usize {
        let offset = offset.clamp(self.at, self.text.len());
        let passed = &self.text[self.at..offset];
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.at = offset;
        self.line
    }
}

/// What was read so far.
#[derive(Default)]
struct Gathered {
    names: HashMap<Name, Vec<RecordSet>, RandomState>,
    owner: Vec<u8>,
    soa_count: u64,
    dnssec_count: u64,
    ttl_count: u64,
}

impl Gathered {
    fn take(&mut self, zone: &Zone, record: &ScannedRecord) -> Result<(), String> {
        let record_type = RecordType(record.rtype().to_int());
        if record.class() != Class::IN {
            return Err(format!("only class IN is known, not {}", record.class()));
        }
        self.owner.clear();
        for label in record.owner().iter_labels() {
            self.owner.push(label.len() as u8);
            self.owner
                .extend(label.as_slice().iter().map(u8::to_ascii_lowercase));
        }
        let Some(wire) = zone.relative(&self.owner) else {
            let owner = record.owner().to_bytes();
            return Err(format!(
                "{} is not in the zone {zone}",
                owner.fmt_with_dot()
            ));
        };
        match record_type {
            RecordType::SOA => {
                self.soa_count += 1;
                return Ok(());
            }
            kind if DNSSEC.contains(&kind.0) => {
                self.dnssec_count += 1;
                return Ok(());
            }
            kind if !kind.is_data() => {
                return Err(format!("{kind}: no such records stand under a name"));
            }
            _ => (),
        }
        let name = Name::from_wire(wire).map_err(|error| error.to_string())?;
        let ttl_s = record.ttl().as_secs();
        if ttl_s > TTL_S_MAX {
            return Err(format!(
                "TTL {ttl_s}: at most {TTL_S_MAX} seconds (RFC 2181)"
            ));
        }
        let data = scanned_data(record_type, record.data())
            .ok_or_else(|| format!("these are no data of the type {record_type}"))?;
        self.push(name, record_type, ttl_s, data.into());
        Ok(())
    }

    fn push(&mut self, name: Name, record_type: RecordType, ttl_s: u32, data: Box<[u8]>) {
        let sets = self.names.entry(name).or_default();
        let same_type = sets.iter_mut().find(|set| set.record_type == record_type);
        match same_type {
            Some(set) => {
                self.ttl_count += u64::from(set.ttl_s != ttl_s);
                set.ttl_s = set.ttl_s.min(ttl_s);
                set.data.push(data);
            }
            None => sets.push(RecordSet {
                record_type,
                ttl_s,
                data: vec![data],
            }),
        }
    }

    fn finish(self) -> Result<Import, FormError> {
        let counts = [
            (self.soa_count, "SOA left out (the server makes its own)"),
            (
                self.dnssec_count,
                "DNSSEC left out (this zone is not signed)",
            ),
            (
                self.ttl_count,
                "another TTL than those beside them (the least is taken)",
            ),
        ];
        let notes = counts.iter().filter(|(count, _)| *count > 0);
        let notes = notes.map(|(count, what)| format!("records of {what}: {count}"));
        let notes = notes.collect();
        let mut names = Vec::with_capacity(self.names.len());
        for (name, mut sets) in self.names {
            for set in &mut sets {
                set.data.sort_unstable();
                set.data.dedup();
            }
            sets.sort_unstable_by_key(|set| set.record_type);
            let sets = checked(sets).map_err(|problem| FormError::Name {
                name: name.to_string(),
                problem,
            })?;
            names.push((name, sets));
        }
        names.sort_by_cached_key(|(name, _)| name.sort_key());
        Ok(Import { names, notes })
    }
}

fn write(
    zone: &Zone,
    revision: Revision,
    names: Names<'_>,
    out: &mut dyn io::Write,
) -> Result<(), FormError> {
    let default = Value::TTL_S;
    let serial = revision.0 as u32;
    writeln!(out, "; {zone} at revision {revision}")?;
    writeln!(out, "$ORIGIN {zone}\n$TTL {default}")?;
    // As the server itself answers; the serial is the revision's low 32 bits (RFC 1982).
    writeln!(
        out,
        "@\t5\tIN\tSOA\tns.{zone} hostmaster.{zone} {serial} 60 10 86400 5"
    )?;
    let mut lines = String::new();
    for (name, node) in names {
        lines.clear();
        write_name(&name, &node, &mut lines);
        out.write_all(lines.as_bytes())?;
    }
    Ok(())
}

fn write_name(name: &Name, node: &Node, lines: &mut String) {
    for set in &node.sets {
        for data in &set.data {
            match name.is_apex() {
                true => lines.push('@'),
                false => {
                    for (at, label) in name.labels().enumerate() {
                        lines.push_str(if at == 0 { "" } else { "." });
                        lines.push_str(label);
                    }
                }
            }
            let (ttl_s, kind) = (set.ttl_s, set.record_type);
            let text = data_to_text(kind, data);
            writeln!(lines, "\t{ttl_s}\tIN\t{kind}\t{text}").expect("a string takes all");
        }
    }
}

/// SIG, KEY, DS, RRSIG, NSEC, DNSKEY, NSEC3, NSEC3PARAM, CDS, CDNSKEY, ZONEMD.
const DNSSEC: [u16; 11] = [24, 25, 43, 46, 47, 48, 50, 51, 59, 60, 63];

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Zone {
        Zone::parse("lab.test").expect("a zone")
    }

    #[track_caller]
    fn check(text: &str, records: &[&str], notes: &[&str]) {
        let import = FORM.read(&zone(), text.as_bytes()).expect("a zone file");
        let mut out = Vec::new();
        let mut names = import.names.into_iter().map(|(name, sets)| {
            let modified = Revision(3);
            let lease = None;
            (
                name,
                Node {
                    modified,
                    lease,
                    sets,
                },
            )
        });
        FORM.write(&zone(), Revision(3), &mut names, &mut out)
            .expect("memory takes all");
        let out = String::from_utf8(out).expect("text");
        let lines: Vec<String> = out
            .lines()
            .skip(4)
            .map(|line| line.replace('\t', " "))
            .collect();
        assert_eq!(lines, records);
        assert_eq!(import.notes, notes);
    }

    #[test]
    fn a_zone_file_is_read_as_servers_read_it() {
        let text = "
$TTL 1h
@ IN SOA ns hostmaster ( 2026112200 ; serial
    1h 15m 1w 5m )
     NS ns
     MX 10 @
ns   A 127.0.0.1
$ORIGIN region1.lab.test.
Server1 60 IN A 192.168.1.2
        60    TXT \"role=mean\" ; the mean
server2 IN 60 A 192.168.1.3
a.b 1 SRV 0 0 80 server1
$ORIGIN lab.test.
server1.region1 30 A 192.168.1.9
@ RRSIG NS 8 2 3600 20261231000000 20261101000000 1 lab.test. AAAA
any TYPE65280 \\# 2 abcd
1h 2d CNAME server1.region1.lab.test.";
        let records = [
            "@ 3600 IN NS ns.lab.test.",
            "@ 3600 IN MX 10 lab.test.",
            "1h 172800 IN CNAME server1.region1.lab.test.",
            "any 3600 IN TYPE65280 \\# 2 abcd",
            "ns 3600 IN A 127.0.0.1",
            "a.b.region1 1 IN SRV 0 0 80 server1.region1.lab.test.",
            "server1.region1 30 IN A 192.168.1.2",
            "server1.region1 30 IN A 192.168.1.9",
            "server1.region1 60 IN TXT \"role=mean\"",
            "server2.region1 60 IN A 192.168.1.3",
        ];
        let notes = [
            "records of SOA left out (the server makes its own): 1",
            "records of DNSSEC left out (this zone is not signed): 1",
            "records of another TTL than those beside them (the least is taken): 1",
        ];
        check(text, &records, &notes);
    }

    #[test]
    fn without_any_ttl_it_is_the_one_of_all_names_here() {
        check(
            "a A 1.2.3.4\nb 7 A 1.2.3.4\nc A 1.2.3.4",
            &["a 30 IN A 1.2.3.4", "b 7 IN A 1.2.3.4", "c 7 IN A 1.2.3.4"],
            &[],
        );
        check("", &[], &[]);
        check("; nothing", &[], &[]);
    }

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        let error = FORM
            .read(&zone(), text.as_bytes())
            .expect_err("refused")
            .to_string();
        assert!(error.starts_with(expected), "{error}");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        refused(
            "\n\na.example.org. A 1.2.3.4",
            "line 3: a.example.org. is not in the zone lab.test.",
        );
        refused(
            "a A 1.2.3.4\n$INCLUDE other.zone\n",
            "line 2: $INCLUDE other.zone is not followed",
        );
        refused("a A 1.2.3.4\nb A 1.2.3\n", "line 2: ");
        refused("a A 1.2.3.4\nb CH A 1.2.3.4\n", "line 2: ");
        refused("a A 1.2.3.4\na\\.b A 1.2.3.4\n", "line 2: `a.b` has a '.'");
        refused(
            "a A 1.2.3.4\n\n\nb TXT \"x\ny\"",
            "line 4: a quote is not closed",
        );
        refused("a TXT (\n\"x\"\n", "line 1: a parenthesis is not closed");
        refused("\n 30 A 1.2.3.4\n", "line 2: this record has no name");
        refused("a 2147483648 A 1.2.3.4\n", "line 1: TTL 2147483648");
        refused("a A 1.2.3.4\nb..c A 1.2.3.4\n", "line 2: ");
        refused("a A 1.2.3.4\n b.. A 1.2.3.4\n", "line 2: ");
        refused("a A 1.2.3.4\na ANY \\# 0\n", "line 2: ANY");
        refused(
            "a A \\# 3 010203\n",
            "line 1: these are no data of the type A",
        );
        refused("a A 1.2.3.4\na CNAME b\n", "a: an alias stands alone");
        refused("a CNAME c\na CNAME b\n", "a: there are 2 aliases");
    }
}
