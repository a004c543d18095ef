//! JSON objects that others wrote (RFC 8259), read by `serde_json`: token answers, the API's errors, stored configs.
//!
//! In: JSON. Out: the values of the members that somebody reads. What never happens here: a second member of a name that
//! is read being overlooked, an array being taken for an object, or a text of the library's errors getting out, since
//! those hold values.

use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Why an object was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem<'n> {
    /// Not JSON.
    Syntax,
    /// JSON, but not an object.
    NotAnObject,
    /// A member that is read stands twice (RFC 8259 section 4 leaves open which one counts).
    DuplicateName,
    /// The member that is read with this name is JSON which nobody can use: half of a character, a number beyond all others,
    /// or more than a hundred levels.
    Unusable(&'n str),
}

/// Members in the order in which they stand there.
pub type Entries = Vec<(String, Value)>;

/// The value of a member. It may be a secret, so it has no `Debug`.
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
    /// The string that it is, if it is one.
    pub fn text(self) -> Option<String> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The strings of the list that it is, if it is a list of nothing else.
    pub fn texts(self) -> Option<Vec<String>> {
        if let Self::List(values) = self { values.into_iter().map(Self::text).collect() } else { None }
    }

    /// The members of the object that it is, if it is one.
    pub fn entries(self) -> Option<Entries> {
        if let Self::Object(entries) = self { Some(entries) } else { None }
    }

    /// The members with these names, if it is an object.
    pub fn members<const N: usize>(self, names: [&str; N]) -> Option<[Option<Self>; N]> {
        pick(self.entries()?, names)
    }

    /// The number that it is, or that its string is: some servers write numbers so.
    pub fn number(self) -> Option<f64> {
        match self {
            // JSON may stand between blanks, a number in a string may not.
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

/// The values of the members with these names, in the order of the names. `null` is as good as no member.
pub fn members<'n, const N: usize>(json: &[u8], names: [&'n str; N]) -> Result<[Option<Value>; N], Problem<'n>> {
    let Some(value) = read(json, Some(&names)) else {
        // The library does not tell which one it was.
        let is_json = read(json, Some(&[])).is_some();
        let unusable = names.into_iter().find(|name| is_json && read(json, Some(&[name])).is_none());
        return Err(unusable.map_or(Problem::Syntax, Problem::Unusable));
    };
    pick(value.entries().ok_or(Problem::NotAnObject)?, names).ok_or(Problem::DuplicateName)
}

/// All members of an object.
pub fn entries(json: &[u8]) -> Option<Entries> {
    read(json, None)?.entries()
}

/// `None` where one of the names stands twice.
fn pick<const N: usize>(entries: Entries, names: [&str; N]) -> Option<[Option<Value>; N]> {
    let mut values = [const { None }; N];
    for (name, value) in entries {
        let room = names.iter().position(|known| *known == name).and_then(|at| values.get_mut(at));
        if room.is_some_and(|room| room.replace(value).is_some()) {
            return None;
        }
    }
    Some(values.map(|value| value.filter(|value| !matches!(value, Value::Null))))
}

/// `wanted`: the names of the members that are read, unless all are.
fn read(json: &[u8], wanted: Option<&[&str]>) -> Option<Value> {
    // The library does not look at the characters of what it skips.
    let mut reader = serde_json::Deserializer::from_str(core::str::from_utf8(json).ok()?);
    let value = Reading { wanted }.deserialize(&mut reader).ok()?;
    reader.end().ok().map(|()| value)
}

/// Takes values of every type: to refuse one in words, the library would bring its printing of numbers along, twenty
/// kilobytes of WebAssembly.
struct Reading<'n> {
    wanted: Option<&'n [&'n str]>,
}

impl<'a> DeserializeSeed<'a> for Reading<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'a>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Reading<'_> {
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
        while let Some(value) = list.next_element_seed(Reading { wanted: None })? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<M: MapAccess<'a>>(self, mut members: M) -> Result<Value, M::Error> {
        let mut entries = Vec::with_capacity(8);
        while let Some(name) = members.next_key::<String>()? {
            if self.wanted.is_none_or(|wanted| wanted.contains(&name.as_str())) {
                entries.push((name, members.next_value_seed(Reading { wanted: None })?));
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Value::Object(entries))
    }
}
