//! Which names are meant: by prefix and by attribute.

use crate::value::is_key;
use crate::{Name, Refusal, Value, ValueError, Zone};

/// Which names are meant: those within a name that have all these attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The name, and what stands below it; the apex is all.
    pub within: Name,
    /// Attributes: `role=mean` (equal), `role` (there, whatever it says).
    pub attributes: Vec<(String, Option<String>)>,
}

impl Filter {
    /// Reads what people write: a name in any form (none: all names), and conditions `role=mean` or `role`.
    ///
    /// # Errors
    /// When the name is none, or a condition has no key that an attribute could have.
    pub fn parse(zone: &Zone, within: Option<&str>, conditions: &[String]) -> Result<Self, Refusal> {
        let attribute = |condition: &String| {
            let (key, value) = match condition.split_once('=') {
                Some((key, value)) => (key, Some(value.to_owned())),
                None => (&**condition, None),
            };
            match is_key(key) {
                true => Ok((key.to_owned(), value)),
                false => Err(ValueError::Attribute(key.chars().take(64).collect())),
            }
        };
        let within = within.map_or_else(|| Ok(Name::apex()), |name| zone.name(name))?;
        let attributes: Result<_, ValueError> = conditions.iter().map(attribute).collect();
        Ok(Self {
            within,
            attributes: attributes?,
        })
    }

    /// Whether a name with that value is meant. Whoever has many names asks [`Name::is_within`] before making values.
    pub fn takes(&self, name: &Name, value: &Value) -> bool {
        let has = |(key, expected): &(String, Option<String>)| {
            let found = value.attributes.get(key);
            found.is_some_and(|found| expected.as_ref().is_none_or(|expected| found == expected))
        };
        name.is_within(&self.within) && self.attributes.iter().all(has)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(within: Option<&str>, conditions: &[&str]) -> Result<Filter, Refusal> {
        let zone = Zone::parse("lab.test").expect("a zone");
        let conditions: Vec<String> = conditions.iter().map(|one| (*one).to_owned()).collect();
        Filter::parse(&zone, within, &conditions)
    }

    #[track_caller]
    fn check(within: Option<&str>, conditions: &[&str], is_taken: bool) {
        let name = Name::parse("region1/mean").expect("a name");
        let attributes = [("role", "mean"), ("seen", ""), ("sum", "a=b")];
        let attributes = attributes.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let value = Value {
            attributes: attributes.into(),
            ..Value::default()
        };
        let filter = filter(within, conditions).expect("a filter");
        assert_eq!(filter.takes(&name, &value), is_taken, "{filter:?}");
    }

    #[test]
    fn names_are_taken_by_where_they_stand_and_what_they_say() {
        check(None, &[], true);
        check(Some("/"), &["role"], true);
        check(Some("region1"), &["role=mean", "seen", "seen=", "sum=a=b"], true);
        check(Some("mean.region1.lab.test."), &[], true);
        check(Some("region2"), &[], false);
        check(Some("region1/mean/deeper"), &[], false);
        check(None, &["role=echo"], false);
        check(None, &["role=mean", "port"], false);
        check(None, &["Role"], false);
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        assert!(filter(Some("a b"), &[]).is_err());
        assert!(filter(Some("a.example.org."), &[]).is_err());
        assert!(filter(None, &["=mean"]).is_err());
        assert!(filter(None, &["rôle"]).is_err());
    }
}
