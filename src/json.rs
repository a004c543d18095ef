//! A strict reader of one JSON object (RFC 8259), made for answers of at most a mebibyte.
//!
//! In: text. Out: the names of the top-level members, decoded, with the JSON of their values; the values that are
//! read are decoded on demand. What never happens here: a tree of what nobody reads, a number turned into a float,
//! or a second member of a name being overlooked.
//!
//! A general JSON library with its error texts and float formatting would be a quarter of the WebAssembly, and would
//! not tell duplicate names. The tests hold this reader against `serde_json`.

use core::fmt;
use std::borrow::Cow;

use crate::text::{cut, plain_graphic_json, plain_json, same};

/// How deep values may be nested; a token response has one level.
const DEEPEST: u8 = 64;

/// The most top-level members; each is compared with every other. Bitbucket's answers have about six.
const MOST_MEMBERS: usize = 1000;

/// Why a text was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Not JSON.
    Syntax,
    /// JSON, but not an object.
    NotAnObject,
    /// More members than any answer has.
    TooManyMembers,
    /// A member's name stands twice (RFC 8259 section 4 leaves open which one counts).
    DuplicateName,
}

/// The members of an object, as the JSON they are written in.
pub struct Object<'a> {
    members: Vec<(Cow<'a, str>, Value<'a>)>,
}

/// The JSON of a value, and what the reader saw of it.
#[derive(Clone, Copy)]
pub struct Value<'a> {
    json: &'a str,
    /// It has no backslash.
    is_plain: bool,
    is_graphic: bool,
}

impl<'a> Value<'a> {
    /// The JSON itself.
    pub fn json(self) -> &'a str {
        self.json
    }

    /// The string that the value stands for, if it is one.
    pub fn string(self) -> Option<Cow<'a, str>> {
        if self.is_plain { inner(self.json).map(Cow::Borrowed) } else { string(self.json) }
    }

    /// Whether it is a string of nothing but printable ASCII without spaces, without an escape.
    pub fn is_graphic(self) -> bool {
        self.is_graphic
    }
}

impl fmt::Debug for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Object([redacted])")
    }
}

impl<'a> Object<'a> {
    /// Reads a text that must be one object.
    pub fn parse(text: &'a str) -> Result<Self, Problem> {
        let mut reader = Reader::new(text);
        reader.skip_space();
        let members = if reader.next() == Some(b'{') {
            let mut members = Vec::with_capacity(8);
            reader.object(DEEPEST, |name, value| members.push((name, value))).ok_or(Problem::Syntax)?;
            Some(members)
        } else {
            reader.value(DEEPEST).ok_or(Problem::Syntax)?;
            None
        };
        reader.skip_space();
        if reader.next().is_some() {
            return Err(Problem::Syntax);
        }
        let members = members.ok_or(Problem::NotAnObject)?;
        if members.len() > MOST_MEMBERS {
            return Err(Problem::TooManyMembers);
        }
        let mut rest = members.iter();
        while let Some((name, _)) = rest.next() {
            if rest.clone().any(|(other, _)| same(other, name)) {
                return Err(Problem::DuplicateName);
            }
        }
        Ok(Self { members })
    }

    /// The JSON of a member's value.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.value(name).map(Value::json)
    }

    /// The names of the members, and the JSON of their values.
    pub fn members(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.members.iter().map(|(name, value)| (&**name, value.json))
    }

    /// A member's value.
    pub fn value(&self, name: &str) -> Option<Value<'a>> {
        self.members.iter().find(|(known, _)| same(known, name)).map(|(_, value)| *value)
    }
}

/// The string that a value's JSON stands for, if it is one.
pub fn string(json: &str) -> Option<Cow<'_, str>> {
    inner(json).map(decode)
}

/// What stands between the quotes of a string. What begins with a quote was read to the quote where it ends.
fn inner(json: &str) -> Option<&str> {
    match json.as_bytes() {
        [b'"', .., b'"'] => json.get(1..json.len() - 1),
        _ => None,
    }
}

/// The strings of an array, if the value's JSON is an array of nothing else.
pub fn strings(json: &str) -> Option<Vec<Cow<'_, str>>> {
    let mut reader = Reader::new(json);
    let mut found = Some(Vec::new());
    reader.array(DEEPEST, |item| {
        found = found.take().zip(string(item)).map(|(mut found, text)| {
            found.push(text);
            found
        });
    })?;
    found
}

/// A non-negative decimal number (in JSON's notation, or as the text of a string) times a thousand, rounded down;
/// `None` for anything else. What is too large for the result is `u64::MAX`.
pub fn thousandths(text: &str) -> Option<u64> {
    // As nearly all are written: digits that fit for sure, the first of which is not zero.
    if (1..=15).contains(&text.len()) && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.bytes().fold(0, |number, digit| number * 10 + u64::from(digit & 0xf)) * 1000);
    }
    let mut reader = Reader::new(text);
    reader.number()?;
    if reader.next().is_some() {
        return None;
    }
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let negative = whole.starts_with('-');
    let digits = || whole.bytes().chain(fraction.bytes()).filter(u8::is_ascii_digit);
    if digits().all(|digit| digit == b'0') {
        return Some(0);
    }
    if negative {
        return None;
    }
    // An exponent that does not fit decides by its sign alone.
    let exponent = match exponent.parse::<i32>() {
        Ok(exponent) => i64::from(exponent),
        Err(_) if exponent.starts_with('-') => return Some(0),
        Err(_) => return Some(u64::MAX),
    };
    let kept = i64::try_from(whole.len()).ok()?.saturating_add(exponent).saturating_add(3);
    let mut result: u64 = 0;
    let mut digits = digits();
    for _ in 0..kept {
        let digit = digits.next().map_or(0, |digit| u64::from(digit.wrapping_sub(b'0')));
        result = result.saturating_mul(10).saturating_add(digit);
        if result == u64::MAX {
            break;
        }
    }
    Some(result)
}

/// A text that is being read. Every method gives `None` for a syntax error.
struct Reader<'a> {
    text: &'a str,
    /// How much of it was read.
    at: usize,
    /// Whether there was a backslash, since somebody looked.
    escaped: bool,
    /// Whether the last string that was read was of nothing but printable ASCII without spaces, written as it is.
    graphic: bool,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, escaped: false, graphic: false }
    }

    #[inline(always)]
    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[inline(always)]
    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.next() {
            self.at += 1;
        }
    }

    #[inline(always)]
    fn byte(&mut self, byte: u8) -> Option<()> {
        if self.next()? != byte {
            return None;
        }
        self.at += 1;
        Some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        word.bytes().try_for_each(|byte| self.byte(byte))
    }

    fn value(&mut self, depth: u8) -> Option<&'a str> {
        let depth = depth.checked_sub(1)?;
        let start = self.at;
        match self.next()? {
            b'{' => self.object(depth, |_, _| {})?,
            b'[' => self.array(depth, |_| {})?,
            b'"' => {
                self.string()?;
            }
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'n' => self.word("null")?,
            _ => self.number()?,
        }
        self.since(start)
    }

    /// What was read since `start`.
    #[inline(always)]
    fn since(&self, start: usize) -> Option<&'a str> {
        self.text.get(start..self.at)
    }

    fn object(&mut self, depth: u8, mut member: impl FnMut(Cow<'a, str>, Value<'a>)) -> Option<()> {
        self.list(b'{', b'}', |reader| {
            reader.escaped = false;
            let name = reader.string()?;
            let name = if reader.escaped { decode(name) } else { Cow::Borrowed(name) };
            reader.skip_space();
            reader.byte(b':')?;
            reader.skip_space();
            (reader.escaped, reader.graphic) = (false, false);
            let is_string = reader.next() == Some(b'"');
            let json = reader.value(depth)?;
            member(name, Value { json, is_plain: !reader.escaped, is_graphic: is_string && reader.graphic });
            Some(())
        })
    }

    fn array(&mut self, depth: u8, mut item: impl FnMut(&'a str)) -> Option<()> {
        self.list(b'[', b']', |reader| {
            item(reader.value(depth)?);
            Some(())
        })
    }

    fn list(&mut self, open: u8, close: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.byte(open)?;
        self.skip_space();
        if self.byte(close).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            self.skip_space();
            if self.byte(close).is_some() {
                return Some(());
            }
            self.byte(b',')?;
            self.skip_space();
        }
    }

    /// A string; gives what stands between the quotes, which is known to decode.
    fn string(&mut self) -> Option<&'a str> {
        self.byte(b'"')?;
        let start = self.at;
        self.at += plain_graphic_json(self.text.as_bytes().get(self.at..)?);
        self.graphic = self.next()? == b'"';
        while !self.graphic {
            self.at += plain_json(self.text.as_bytes().get(self.at..)?);
            match self.next()? {
                b'"' => break,
                b'\\' => {
                    self.at += 1;
                    self.escaped = true;
                    self.escape()?;
                }
                0..b' ' => return None,
                _ => self.at += 1,
            }
        }
        let text = self.since(start);
        self.at += 1;
        text
    }

    /// What follows a backslash. Half of a surrogate pair is not a character, so it is refused (RFC 8259 section 8.2).
    fn escape(&mut self) -> Option<char> {
        let escaped = self.next()?;
        self.at += 1;
        Some(match escaped {
            b'"' | b'\\' | b'/' => char::from(escaped),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.code_unit()?;
                match unit {
                    0xd800..=0xdbff => {
                        self.word("\\u")?;
                        let low = self.code_unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                        char::from_u32(0x10000 + ((unit - 0xd800) << 10) + low)?
                    }
                    _ => char::from_u32(unit)?,
                }
            }
            _ => return None,
        })
    }

    fn code_unit(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit * 16 + char::from(self.next()?).to_digit(16)?;
            self.at += 1;
        }
        Some(unit)
    }

    fn number(&mut self) -> Option<()> {
        let _ = self.byte(b'-');
        if self.byte(b'0').is_none() {
            self.digits()?;
        }
        if self.byte(b'.').is_some() {
            self.digits()?;
        }
        if self.byte(b'e').or_else(|| self.byte(b'E')).is_some() {
            let _ = self.byte(b'-').or_else(|| self.byte(b'+'));
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.next().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

/// Decodes what a [`Reader`] found between two quotes.
fn decode(text: &str) -> Cow<'_, str> {
    if cut(text, b'\\').1.is_none() {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        decoded.push_str(plain);
        let mut reader = Reader::new(escaped);
        decoded.extend(reader.escape());
        rest = escaped.get(reader.at..).unwrap_or_default();
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}
