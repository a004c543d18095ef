//! Reading `application/x-www-form-urlencoded` (RFC 6749 appendix B), strictly, and writing it.
//!
//! In: a query or a form, or names and values. Out: the other. What never happens here: a malformed escape, or bytes that are
//! not UTF-8, being replaced by something else; two parsers must not read two values in one text.

use std::borrow::Cow;

use crate::text::{cut, plain_pair, unescaped};

/// What is wrong with a text: an escape without two hexadecimal digits, or bytes that are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The pairs of a query or a form, in order.
pub fn pairs(text: &str) -> impl Iterator<Item = Result<(String, String), Malformed>> {
    read(text).map(|pair| pair.map(|(name, value)| (name.into_owned(), value.into_owned())))
}

/// The same, with what stands for itself left where it stands.
pub fn read(text: &str) -> impl Iterator<Item = Result<(Cow<'_, str>, Cow<'_, str>), Malformed>> {
    Pairs(Some(text)).map(|pair| match pair {
        Pair::Plain(name, value) => Ok((Cow::Borrowed(name), Cow::Borrowed(value))),
        Pair::Encoded(name, value) => Ok((read_one(name)?, read_one(value)?)),
    })
}

/// A name and a value, as they are written.
enum Pair<'a> {
    /// They stand for themselves, for sure.
    Plain(&'a str, &'a str),
    Encoded(&'a str, &'a str),
}

/// The pairs of what is left of a text.
struct Pairs<'a>(Option<&'a str>);

impl<'a> Iterator for Pairs<'a> {
    type Item = Pair<'a>;

    fn next(&mut self) -> Option<Pair<'a>> {
        loop {
            let form = self.0?;
            let at = plain_pair(form);
            let is_plain = matches!(form.as_bytes().get(at), None | Some(b'&'));
            let (pair, rest) = if is_plain { (form.get(..at)?, form.get(at + 1..)) } else { cut(form, b'&') };
            self.0 = rest;
            if !pair.is_empty() {
                let (name, value) = cut(pair, b'=');
                let kind = if is_plain { Pair::Plain } else { Pair::Encoded };
                return Some(kind(name, value.unwrap_or_default()));
            }
        }
    }
}

/// Decodes one name or value.
pub fn decode(encoded: &str) -> Result<String, Malformed> {
    read_one(encoded).map(Cow::into_owned)
}

fn read_one(encoded: &str) -> Result<Cow<'_, str>, Malformed> {
    if !encoded.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return Ok(Cow::Borrowed(encoded));
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(hex_digit).ok_or(Malformed);
                digit()? * 16 + digit()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| Malformed)
}

/// Appends a pair to a form, or to an address that has a question mark.
pub fn append_pair(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() && !form.ends_with(['?', '&']) {
        form.push('&');
    }
    append(form, name);
    form.push('=');
    append(form, value);
}

/// Encodes one name or value.
pub fn encode(text: &str) -> String {
    let mut form = String::new();
    append(&mut form, text);
    form
}

/// Encodes one name or value to the end of a form.
pub fn append(form: &mut String, text: &str) {
    let mut at = 0;
    loop {
        let plain = at;
        at += unescaped(text.as_bytes().get(at..).unwrap_or_default());
        // Between two bytes of a character nothing stands for itself.
        form.push_str(text.get(plain..at).unwrap_or_default());
        let Some(byte) = text.as_bytes().get(at) else { return };
        at += 1;
        if *byte == b' ' {
            form.push('+');
        } else {
            form.push('%');
            for digit in [byte >> 4, byte & 0xf] {
                form.extend(char::from_digit(digit.into(), 16).map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
