//! JSON objects that others wrote (RFC 8259), read by `serde_json`: token answers, the API's errors, stored configs.
//!
//! In: JSON. Out: the values of the members that somebody reads. What never happens here: a second member of a name that
//! is read being overlooked, an array being taken for an object, or a text of the library's errors getting out, since
//! those hold values.

use core::fmt;

use serde::de::{DeserializeOwned, Deserializer as _, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;

/// Why an object was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Not JSON.
    Syntax,
    /// JSON, but not an object.
    NotAnObject,
    /// A member that is read stands twice (RFC 8259 section 4 leaves open which one counts).
    DuplicateName,
}

/// The value of a member. It is not decoded before somebody asks, and it may be a secret, so it has no `Debug`.
#[derive(Clone, Copy)]
pub struct Value<'a>(&'a RawValue);

impl<'a> Value<'a> {
    /// As it is written.
    pub fn json(self) -> &'a [u8] {
        self.0.get().as_bytes()
    }

    /// The string that it is, if it is one.
    pub fn text(self) -> Option<String> {
        decode(self.json())
    }

    /// The strings of the list that it is, if it is a list of nothing else.
    pub fn texts(self) -> Option<Vec<String>> {
        decode(self.json())
    }

    /// The members of the object that it is, if it is one.
    pub fn members<const N: usize>(self, names: [&str; N]) -> Option<[Option<Self>; N]> {
        members(self.json(), names).ok()
    }

    /// The number that it is, or that its string is: some servers write numbers so.
    pub fn number(self) -> Option<f64> {
        match self.text() {
            // JSON may stand between blanks, a number in a string may not.
            Some(text) if text.contains(|c: char| c.is_ascii_whitespace()) => None,
            Some(text) => decode(text.as_bytes()),
            None => decode(self.json()),
        }
    }
}

fn decode<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    serde_json::from_slice(json).ok()
}

/// The values of the members with these names, in the order of the names. `null` is as good as no member.
pub fn members<'a, const N: usize>(json: &'a [u8], names: [&str; N]) -> Result<[Option<Value<'a>>; N], Problem> {
    let mut values = [None; N];
    for (name, value) in entries(json)? {
        let room = names.iter().position(|known| *known == name).and_then(|at| values.get_mut(at));
        if room.is_some_and(|room| room.replace(value).is_some()) {
            return Err(Problem::DuplicateName);
        }
    }
    Ok(values.map(|value| value.filter(|value| value.json() != b"null")))
}

/// All members, in the order in which they stand there.
pub fn entries(json: &[u8]) -> Result<Vec<(String, Value<'_>)>, Problem> {
    if !json.trim_ascii_start().starts_with(b"{") {
        let is_json = serde_json::from_slice::<&RawValue>(json).is_ok();
        return Err(if is_json { Problem::NotAnObject } else { Problem::Syntax });
    }
    let mut reader = Deserializer::from_slice(json);
    let entries = reader.deserialize_map(Entries);
    entries.and_then(|entries| reader.end().map(|()| entries)).map_err(|_| Problem::Syntax)
}

struct Entries;

impl<'a> Visitor<'a> for Entries {
    type Value = Vec<(String, Value<'a>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut members: M) -> Result<Self::Value, M::Error> {
        let mut entries = Vec::with_capacity(8);
        while let Some((name, value)) = members.next_entry()? {
            entries.push((name, Value(value)));
        }
        Ok(entries)
    }
}
