//! JSON: the dictionaries of the naming exercise, as they stand there.
//!
//! ```text
//!   {"region1": {"server1": "192.168.1.2", "server2": "192.168.1.3"}}
//! ```

use std::io;

use crate::dictionary::{Dictionary, Reader};
use crate::form::Names;
use crate::{Form, FormError, Import, Revision, Zone};

/// JSON.
pub static FORM: Form = Form {
    name: "json",
    about: "JSON: names and their addresses, {\"server1\": \"192.168.1.2\"}, in objects of contexts",
    extensions: &["json"],
    read,
    write,
};

fn read(zone: &Zone, text: &str) -> Result<Import, FormError> {
    let wrong = |error: serde_json::Error| FormError::Syntax(error.to_string());
    let mut document = serde_json::Deserializer::from_str(text);
    let import = Reader::read(zone, &mut document).map_err(wrong)?;
    document.end().map_err(wrong)?;
    Ok(import)
}

fn write(
    zone: &Zone,
    _revision: Revision,
    names: Names<'_>,
    out: &mut dyn io::Write,
) -> Result<(), FormError> {
    serde_json::to_writer_pretty(&mut *out, &Dictionary::new(zone, names))
        .map_err(io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Name, Value};

    fn zone() -> Zone {
        Zone::parse("lab.test").expect("a zone")
    }

    #[test]
    fn the_dictionary_of_the_exercise_is_json() {
        let text = include_str!("../../../../examples/names/structured.json");
        let import = FORM.read(&zone(), text.as_bytes()).expect("names");
        let lines = import.names.iter().map(|(name, sets)| {
            let value = Value::from_sets(&zone(), name, sets);
            format!("{name} {}", value.addresses[0])
        });
        let expected = [
            "region1/server1 192.168.1.2",
            "region1/server2 192.168.1.3",
            "region2/server3 192.168.2.1",
            "region2/server4 192.168.2.2",
        ];
        assert_eq!(lines.collect::<Vec<_>>(), expected);
        assert!(import.names.iter().all(|(name, _)| *name != Name::apex()));
    }

    #[track_caller]
    fn refused(text: &str, expected: &[&str]) {
        let error = FORM
            .read(&zone(), text.as_bytes())
            .expect_err("refused")
            .to_string();
        for expected in expected {
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        refused("", &["line 1"]);
        refused("[]", &["a dictionary of names"]);
        refused("\"192.168.1.2\"", &["a dictionary of names"]);
        refused("{} {}", &["trailing", "line 1"]);
        refused("{\n\"a\": \"b\"}", &["a: `b` is no address", "line 2"]);
        refused("{\"a\": null}", &["for a"]);
        refused(
            "{\"a\": {\"b\": \"1.2.3.4\"},\n \"a\": {}}",
            &["a is there twice", "line 2"],
        );
        refused(
            "{\"a\": {\"port\": 1, \"port\": 2}}",
            &["port is there twice"],
        );
        refused("{\"a\": {\"port\": 65536}}", &["a: `port` is a number"]);
        refused("{\"a\": {\"records\": [\"A 1\"]}}", &["a: record `A 1`"]);
        refused("{\"\": \"1.2.3.4\"}", &["empty label"]);
        refused(&"{\"a\":".repeat(1_000), &["255"]);
        refused(
            &format!("{{\"a\": {{\"records\": {}", "[".repeat(1_000)),
            &["a list of texts"],
        );
        refused(&"[".repeat(100_000), &["a dictionary of names"]);
    }
}
