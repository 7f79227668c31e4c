//! TOML: the dictionaries of the naming exercise.
//!
//! ```text
//!   server1 = "192.168.1.2"
//!
//!   [region1]
//!   server1 = "192.168.1.2"
//! ```

use std::io;

use crate::dictionary::{Dictionary, Reader};
use crate::form::Names;
use crate::{Form, FormError, Import, Revision, Zone};

/// TOML.
pub static FORM: Form = Form {
    name: "toml",
    about: "TOML: names and their addresses, `server1 = \"192.168.1.2\"`, in tables of contexts",
    extensions: &["toml"],
    read,
    write,
};

fn read(zone: &Zone, text: &str) -> Result<Import, FormError> {
    let wrong = |error: toml::de::Error| FormError::Syntax(error.to_string().trim_end().to_owned());
    let document = toml::Deserializer::parse(text).map_err(wrong)?;
    Reader::read(zone, document).map_err(wrong)
}

fn write(
    zone: &Zone,
    _revision: Revision,
    names: Names<'_>,
    out: &mut dyn io::Write,
) -> Result<(), FormError> {
    let text = toml::to_string(&Dictionary::new(zone, names)).map_err(io::Error::other)?;
    Ok(out.write_all(text.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Name, Node, Registry, Value};

    fn zone() -> Zone {
        Zone::parse("lab.test").expect("a zone")
    }

    fn addresses(text: &str, name: &str) -> Vec<String> {
        let import = FORM.read(&zone(), text.as_bytes()).expect("names");
        let name = Name::parse(name).expect("a name");
        let found = import.names.iter().find(|(other, _)| *other == name);
        let value = found.map(|(name, sets)| Value::from_sets(&zone(), name, sets));
        let addresses = value.unwrap_or_default().addresses;
        addresses.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_dictionaries_of_the_exercise_say_what_they_say_there() {
        let flat = include_str!("../../../../examples/names/flat.toml");
        assert_eq!(addresses(flat, "server1"), ["192.168.1.2"]);
        assert_eq!(addresses(flat, "server2"), ["192.168.1.3"]);
        let structured = include_str!("../../../../examples/names/structured.toml");
        for (name, address) in [
            ("region1/server1", "192.168.1.2"),
            ("region1/server2", "192.168.1.3"),
            ("region2/server3", "192.168.2.1"),
            ("server4.region2", "192.168.2.2"),
        ] {
            assert_eq!(addresses(structured, name), [address]);
        }
        assert!(addresses(structured, "region3/server1").is_empty());
    }

    #[track_caller]
    fn check(text: &str, written: &str) {
        let import = FORM.read(&zone(), text.as_bytes()).expect("names");
        let mut names = import.names.into_iter().map(|(name, sets)| {
            let node = Node {
                sets,
                ..Node::default()
            };
            (name, node)
        });
        let revision = Registry::new(zone()).revision();
        let mut out = Vec::new();
        FORM.write(&zone(), revision, &mut names, &mut out)
            .expect("memory takes all");
        assert_eq!(String::from_utf8(out).expect("text"), written);
    }

    #[test]
    fn all_that_a_value_has_can_be_written() {
        let text = r#"
"near" = { alias = "server1.region1" }
"server3.region2" = "192.168.2.1"
"region1/server1" = ["2001:db8::2", "192.168.1.2"]
"server9.lab.test." = "192.168.1.9"
"/port" = "192.168.1.8"

[region1]
addresses = ["192.168.1.1"]
ttl_s = 60

[region1.mean]
port = 8080
attributes = { role = "mean" }
records = ["MX 10 mail"]
"#;
        let written = r#""/port" = "192.168.1.8"
server9 = "192.168.1.9"

[near]
alias = "region1/server1"

[region1]
addresses = ["192.168.1.1"]
ttl_s = 60
server1 = ["192.168.1.2", "2001:db8::2"]

[region1.mean]
port = 8080
records = ["MX 10 mail.lab.test."]

[region1.mean.attributes]
role = "mean"

[region2]
server3 = "192.168.2.1"
"#;
        check(text, written);
        check(written, written);
        check("[empty]\n[empty.below]\n", "");
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
        refused("a = \n", &["line 1"]);
        refused(
            "\nserver1 = \"192.168.1\"",
            &["line 2", "server1: `192.168.1` is no address", "alias"],
        );
        refused("[region1]\nserver1 = 7", &["line 2", "region1/server1"]);
        refused(
            "[region1]\nserver1 = []",
            &["region1/server1: a value needs"],
        );
        refused(
            "port = \"192.168.1.2\"",
            &["`port` is a number", "\"/port\"", "zone file"],
        );
        refused(
            "[a.addresses]\nb = \"192.168.1.2\"",
            &["a: `addresses` is a list", "\"/addresses\""],
        );
        refused(
            "[a]\n\"b c\" = \"192.168.1.2\"",
            &["line 2", "in a: `b c` has a ' '"],
        );
        refused(
            "[a]\nb = \"192.168.1.2\"\n\"/b\" = \"192.168.1.2\"",
            &["a/b: it is there twice"],
        );
        refused(
            "a = { alias = \"b\", port = 1 }",
            &["a: an alias stands alone"],
        );
        refused("a = 1979-05-27", &["line 1"]);
        refused("\"a.example.org.\" = \"192.168.1.2\"", &["not in the zone"]);
        refused(
            &format!("{}a = \"1.2.3.4\"", "long-label.".repeat(30)),
            &["255"],
        );
        refused(
            &format!("{}a = \"1.2.3.4\"", "a.".repeat(200)),
            &["recursion"],
        );
        refused(&format!("a = {}", "[".repeat(100_000)), &["line 1"]);
    }
}
