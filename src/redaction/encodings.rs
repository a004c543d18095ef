//! The encodings in which a secret may appear: as it is, in base64 of either alphabet, or in hexadecimal digits.
//!
//! In: a secret, and a position in a text. Out: the byte strings to search for, and whether one of them begins at that
//! position. Never: the decoding of an escape, which src/redaction/unescape.rs does.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::unescape::{Reader, is_escape};
use super::{KEPT_BACK, MAX_DEPTH};

/// A shorter secret is searched for only as it is. Its base64 has few characters that depend on no byte next to the secret,
/// and a string of so few characters occurs in many texts by chance.
const MIN_ENCODED_LENGTH: usize = 6;

/// Base64 encodes groups of three bytes in four characters. If 0, 1 or 2 bytes of a group precede the secret, this many
/// characters of the group also depend on those bytes. Such characters cannot be searched for, but may contain bits of the
/// secret.
const BORDERS: [usize; 3] = [0, 2, 3];

/// How many characters at most belong to the secret after the characters that are searched for: one character with the last
/// bits of the secret, and the padding.
const BORDER_AFTER: usize = 3;

/// One encoding of a secret, before any escaping.
#[derive(Clone)]
pub(super) struct Form {
    pub(super) bytes: Vec<u8>,
    /// For base64: how many characters before `bytes` may contain bits of the secret.
    border: Option<usize>,
}

/// The result of searching one position of a text.
pub(super) enum Match {
    /// The form begins at the searched position. The value is the position of its end.
    Found(usize),
    NotFound,
    /// The text ends too early to tell.
    TooShort,
}

impl Form {
    /// Compares the form with the text at one position: first without escapes, then with one level of escapes, and then with
    /// several levels.
    pub(super) fn find(&self, text: &[u8], at: usize, is_whole: bool) -> Match {
        for depth in 0..=MAX_DEPTH {
            let mut reader = Reader { text, at, ran_out: false };
            let (is_found, is_escaped) = reader.matches_bytes(&self.bytes, depth);
            match is_found {
                _ if reader.ran_out && !is_whole => return Match::TooShort,
                true if self.border.is_some() => {
                    let rest = text.get(reader.at..).unwrap_or_default();
                    let run = rest.iter().take(BORDER_AFTER).take_while(|byte| is_base64(**byte)).count();
                    return match run == rest.len() && run < BORDER_AFTER && !is_whole {
                        true => Match::TooShort,
                        false => Match::Found(reader.at + run),
                    };
                }
                true => return Match::Found(reader.at),
                false if !is_escaped => return Match::NotFound,
                false => {}
            }
        }
        Match::NotFound
    }

    /// Where the replacement of a form that was found at `at` begins: before the base64 characters that may contain bits of the
    /// secret, unless those characters may belong to an escape.
    pub(super) fn start(&self, text: &[u8], from: usize, at: usize) -> usize {
        let before = text.get(from.max(at.saturating_sub(KEPT_BACK))..at).unwrap_or_default();
        if before.iter().copied().any(is_escape) {
            return at;
        }
        at - before.iter().rev().take(self.border.unwrap_or_default()).take_while(|byte| is_base64(**byte)).count()
    }
}

/// All forms of a secret.
pub(super) fn forms_of(secret: &[u8]) -> Vec<Form> {
    let plain = |bytes: Vec<u8>| Form { bytes, border: None };
    let mut forms = Vec::new();
    if !secret.is_empty() {
        forms.push(plain(secret.to_vec()));
    }
    if secret.len() < MIN_ENCODED_LENGTH {
        return forms;
    }
    for (before, border) in BORDERS.into_iter().enumerate() {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(secret);
        // The number of characters that depend on no byte after the secret.
        let whole = bytes.len() * 8 / 6;
        let encoded = STANDARD_NO_PAD.encode(&bytes).into_bytes();
        let core = encoded.get(border..whole).unwrap_or_default().to_vec();
        let url_safe = core.iter().map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        });
        forms.push(Form { bytes: url_safe.collect(), border: Some(border) });
        forms.push(Form { bytes: core, border: Some(border) });
    }
    let digits = |digit: fn(u32) -> Option<char>| -> Vec<u8> {
        let nibbles = secret.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        nibbles.filter_map(|nibble| digit(nibble.into()).and_then(|digit| u8::try_from(digit).ok())).collect()
    };
    forms.push(plain(digits(|nibble| char::from_digit(nibble, 16))));
    forms.push(plain(digits(|nibble| char::from_digit(nibble, 16).map(|digit| digit.to_ascii_uppercase()))));
    forms
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}
