//! Reading `application/x-www-form-urlencoded` (RFC 6749 appendix B), strictly.
//!
//! In: a query or a form. Out: its names and values. What never happens here: a malformed escape, or bytes that are
//! not UTF-8, being replaced by something else; two parsers must not read two values in one text.

use crate::text::is_plain_form;

/// What is wrong with a text: an escape without two hexadecimal digits, or bytes that are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The pairs of a query or a form, in order.
pub fn pairs(text: &str) -> impl Iterator<Item = Result<(String, String), Malformed>> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decode(name)?, decode(value)?))
    })
}

/// Decodes one name or value.
pub fn decode(encoded: &str) -> Result<String, Malformed> {
    if is_plain_form(encoded) {
        return Ok(encoded.to_owned());
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
    String::from_utf8(bytes).map_err(|_| Malformed)
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
