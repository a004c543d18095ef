//! Reading `application/x-www-form-urlencoded` (RFC 6749 appendix B), strictly, and writing it.
//!
//! In: a query or a form, or names and values. Out: the other. What never happens here: a malformed escape, or bytes that are
//! not UTF-8, being replaced by something else; two parsers must not read two values in one text.

use std::borrow::Cow;

use crate::text::is_plain_form;

/// What is wrong with a text: an escape without two hexadecimal digits, or bytes that are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The pairs of a query or a form, in order.
pub fn pairs(text: &str) -> impl Iterator<Item = Result<(String, String), Malformed>> {
    read(text).map(|pair| pair.map(|(name, value)| (name.into_owned(), value.into_owned())))
}

/// The same, with what stands for itself left where it stands.
pub fn read(text: &str) -> impl Iterator<Item = Result<(Cow<'_, str>, Cow<'_, str>), Malformed>> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((read_one(name)?, read_one(value)?))
    })
}

/// Decodes one name or value.
pub fn decode(encoded: &str) -> Result<String, Malformed> {
    read_one(encoded).map(Cow::into_owned)
}

fn read_one(encoded: &str) -> Result<Cow<'_, str>, Malformed> {
    if is_plain_form(encoded) {
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
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'*' | b'-' | b'.' | b'_') {
            continue;
        }
        // Between two bytes of a character nothing is plain.
        form.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + 1;
        if byte == b' ' {
            form.push('+');
        } else {
            form.push('%');
            for digit in [byte >> 4, byte & 0xf] {
                form.extend(char::from_digit(digit.into(), 16).map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
    form.push_str(text.get(plain..).unwrap_or_default());
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
