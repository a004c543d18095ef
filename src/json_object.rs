//! Reads JSON objects (RFC 8259) from outside the package, with `serde_json`: token responses, the API's errors,
//! stored configs.
//!
//! In: JSON. Out: the values of the requested members. Never: a requested member that has a duplicate, an array in
//! place of an object, or the text of a `serde_json` error. That text contains values.

use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Why an object was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem<'n> {
    /// Not JSON.
    Syntax,
    /// JSON, but not an object.
    NotAnObject,
    /// A requested member appears more than once (RFC 8259 section 4 leaves open which one counts).
    DuplicateName,
    /// The requested member with this name has a value that cannot be read: an unpaired surrogate, a number out of range, or more
    /// than a hundred levels of nesting.
    Unreadable(&'n str),
}

/// Members in their original order.
pub type Entries = Vec<(String, Value)>;

/// The value of a member. It may be a secret, so it does not implement `Debug`.
pub enum Value {
    /// A string.
    Text(String),
    /// A number.
    Number(f64),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Object(Entries),
    /// `true` or `false`.
    Flag,
    /// `null`
    Null,
}

impl Value {
    /// The string, if the value is one.
    pub fn text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The strings of the array, if the value is an array of strings.
    pub fn texts(self) -> Option<Vec<String>> {
        if let Self::List(values) = self { values.into_iter().map(Self::text).collect() } else { None }
    }

    /// The members of the object, if the value is one.
    pub fn entries(self) -> Option<Entries> {
        if let Self::Object(entries) = self { Some(entries) } else { None }
    }

    /// The members with these names, if the value is an object.
    pub fn members<const N: usize>(self, names: [&str; N]) -> Option<[Option<Self>; N]> {
        pick(self.entries()?, names)
    }

    /// The number, if the value is one or is a string that contains only a number: some servers write numbers as strings.
    pub fn number(self) -> Option<f64> {
        match self {
            // JSON allows white space around a number; a string must contain only the number.
            Self::Text(text) if !text.contains(|c: char| c.is_ascii_whitespace()) => {
                match read(text.as_bytes(), None)? {
                    Self::Number(number) => Some(number),
                    _ => None,
                }
            }
            Self::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// The values of the members with these names, in the order of the names. `null` counts as absent.
pub fn members<'n, const N: usize>(json: &[u8], names: [&'n str; N]) -> Result<[Option<Value>; N], Problem<'n>> {
    let Some(value) = read(json, Some(&names)) else {
        // `serde_json` does not tell which member it could not read.
        let is_json = read(json, Some(&[])).is_some();
        let unreadable = names.into_iter().find(|name| is_json && read(json, Some(&[name])).is_none());
        return Err(unreadable.map_or(Problem::Syntax, Problem::Unreadable));
    };
    pick(value.entries().ok_or(Problem::NotAnObject)?, names).ok_or(Problem::DuplicateName)
}

/// All members of an object.
pub fn entries(json: &[u8]) -> Option<Entries> {
    read(json, None)?.entries()
}

/// Returns the values of the members with these names; `None` if one of the names appears more than once.
fn pick<const N: usize>(entries: Entries, names: [&str; N]) -> Option<[Option<Value>; N]> {
    let mut values = [const { None }; N];
    for (name, value) in entries {
        let slot = names.iter().position(|known| *known == name).and_then(|at| values.get_mut(at));
        if slot.is_some_and(|slot| slot.replace(value).is_some()) {
            return None;
        }
    }
    Some(values.map(|value| value.filter(|value| !matches!(value, Value::Null))))
}

/// Reads the members with the requested names, or all members.
fn read(json: &[u8], requested: Option<&[&str]>) -> Option<Value> {
    // `serde_json` does not check the encoding of values that it skips, so the encoding of the whole text is checked here.
    let mut reader = serde_json::Deserializer::from_str(core::str::from_utf8(json).ok()?);
    let value = ValueSeed { requested }.deserialize(&mut reader).ok()?;
    reader.end().ok().map(|()| value)
}

/// Accepts values of every type. If it rejected a type, `serde_json` would have to describe the rejected value. The
/// code for that formats numbers, and would add twenty kilobytes of WebAssembly.
struct ValueSeed<'n> {
    requested: Option<&'n [&'n str]>,
}

impl<'a> DeserializeSeed<'a> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'a>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value::Flag)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<S: SeqAccess<'a>>(self, mut list: S) -> Result<Value, S::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(ValueSeed { requested: None })? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<M: MapAccess<'a>>(self, mut members: M) -> Result<Value, M::Error> {
        let mut entries = Vec::with_capacity(8);
        while let Some(name) = members.next_key::<String>()? {
            if self.requested.is_none_or(|requested| requested.contains(&name.as_str())) {
                entries.push((name, members.next_value_seed(ValueSeed { requested: None })?));
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Value::Object(entries))
    }
}
