//! Finds known secrets in texts from outside, in every notation in which they may appear there, and replaces them.
//!
//! In: the secrets that the request contained, and a response's text or body, in chunks if it is long. Out: the same
//! text or body without the secrets. Never: guessing what might be a secret. Only secrets that the request contained
//! are removed.
//!
//! A response may repeat a secret as it is; in base64 of either alphabet, alone or among other bytes; or in hexadecimal
//! digits. Each of these byte strings is a *form* of the secret. The response may write any form with the escapes of
//! JSON, HTML or URLs, which may be nested.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use encodings::{Form, Match, forms_of};
use unescape::{Reader, is_escape};

mod encodings;
mod unescape;

/// The replacement for a secret.
pub const REDACTED: &str = "[redacted]";

/// The maximum depth of nested escapes: JSON in JSON in an HTML page.
const MAX_DEPTH: u8 = 3;

/// How many bytes at the end of a chunk are kept back until the next chunk arrives. If the next chunk begins with a
/// form in base64, the last characters of this chunk may contain bits of the secret. There are always fewer such
/// characters than this number.
const KEPT_BACK: usize = 8;

/// A table for one position in a form, either the first or the second. The entry of a byte is the set of forms that may have this
/// byte at that position. In the set, each of the first 63 forms has its own bit, and all further forms share the last bit.
type Table = [u64; 256];

/// Removes secrets.
#[derive(Clone)]
pub struct Redaction {
    /// The forms of the secrets, the longest first: if a shorter form were removed from inside a longer one, the rest
    /// of the longer one would be shown.
    forms: Vec<Form>,
    first: Table,
    second: Table,
    /// The forms whose second byte is a character that can begin an escape, such as `%`. In a text, this character may
    /// also stand for itself.
    escape_second: u64,
    /// Whether a form may begin with a backslash and this byte.
    after_backslash: [bool; 256],
    /// The bytes kept back from the chunks so far.
    rest: Vec<u8>,
}

impl core::fmt::Debug for Redaction {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Redaction([redacted])")
    }
}

impl Redaction {
    /// Searches for these secrets; empty ones are ignored.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self::of_forms(secrets.into_iter().flat_map(forms_of).collect())
    }

    fn of_forms(found: Vec<Form>) -> Self {
        let mut forms: Vec<Form> = Vec::new();
        for form in found {
            if forms.iter().all(|known| known.bytes != form.bytes) {
                let at = forms.partition_point(|known| known.bytes.len() >= form.bytes.len());
                forms.insert(at, form);
            }
        }
        let (mut first, mut second, mut escape_second) = ([0; 256], [0; 256], 0);
        for (at, form) in forms.iter().enumerate() {
            let bit = bit(at);
            let mut bytes = form.bytes.iter();
            mark(&mut first, bytes.next().copied(), bit);
            let next = bytes.next().copied();
            mark(&mut second, next, bit);
            if next.is_some_and(is_escape) {
                escape_second |= bit;
            }
        }
        let after_backslash = core::array::from_fn(|byte| {
            let byte = u8::try_from(byte).unwrap_or_default();
            matches!(byte, b'u' | b'x') || is_escape(byte) || entry(&first, byte) | entry(&first, b'\\') != 0
        });
        // The second byte of every form may be written as an escape or, if it is a space, as `+`. A line break may
        // precede it. So these characters may follow the first byte.
        for byte in *b"%\\&+\r\n" {
            mark(&mut second, Some(byte), u64::MAX);
        }
        Self { forms, first, second, escape_second, after_backslash, rest: Vec::new() }
    }

    /// Searches for the secrets in an `Authorization` header field: the credential, and the password of Basic (RFC 7617).
    pub fn of_authorization(authorization: &str) -> Self {
        let (scheme, credential) = authorization.split_once(' ').unwrap_or(("", authorization));
        let user_pass = Some(credential)
            .filter(|_| scheme.eq_ignore_ascii_case("basic"))
            .and_then(|credential| STANDARD.decode(credential).ok())
            .unwrap_or_default();
        let password = user_pass.splitn(2, |byte| *byte == b':').nth(1).unwrap_or_default();
        Self::new([credential.as_bytes(), password])
    }

    /// The text without the secrets.
    pub fn redact(&self, text: &str) -> String {
        let mut cleaned = Vec::with_capacity(text.len());
        self.scan(text.as_bytes(), true, &mut cleaned);
        String::from_utf8(cleaned).unwrap_or_else(|_| REDACTED.to_owned())
    }

    /// Whether a text contains one of the secrets.
    pub fn is_in(&self, text: &str) -> bool {
        self.next(text.as_bytes(), 0, true).is_ok_and(|found| found.is_some())
    }

    /// Takes the next chunk of a body. Returns the bytes so far that cannot belong to a secret which the next chunk
    /// continues.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        let mut text = core::mem::take(&mut self.rest);
        text.extend_from_slice(chunk);
        let mut cleaned = Vec::with_capacity(text.len());
        let done = self.scan(&text, false, &mut cleaned);
        self.rest = text.get(done..).unwrap_or_default().to_vec();
        cleaned
    }

    /// Returns the rest after the last chunk.
    pub fn end(&mut self) -> Vec<u8> {
        let text = core::mem::take(&mut self.rest);
        let mut cleaned = Vec::with_capacity(text.len());
        self.scan(&text, true, &mut cleaned);
        cleaned
    }

    /// Appends the text to `cleaned`, with the secrets replaced. Unless the text is whole, stops at the first byte that may
    /// belong to a secret which the next chunk continues. Returns the position of the first byte that was not appended.
    fn scan(&self, text: &[u8], is_whole: bool, cleaned: &mut Vec<u8>) -> usize {
        let mut done = 0;
        let sure = loop {
            match self.next(text, done, is_whole) {
                Ok(Some((start, end))) => {
                    cleaned.extend_from_slice(text.get(done..start).unwrap_or_default());
                    cleaned.extend_from_slice(REDACTED.as_bytes());
                    done = end;
                }
                Ok(None) => break text.len(),
                Err(at) => break at,
            }
        };
        let end = if is_whole { text.len() } else { done.max(sure.saturating_sub(KEPT_BACK)) };
        cleaned.extend_from_slice(text.get(done..end).unwrap_or_default());
        end
    }

    /// Finds the next secret that begins at `from` or later, and returns where it begins and ends. `Err` holds the
    /// position of a possible secret that may continue after the end of the text.
    fn next(&self, text: &[u8], from: usize, is_whole: bool) -> Result<Option<(usize, usize)>, usize> {
        let mut at = from;
        while let Some(ahead) = text.get(at..).filter(|ahead| !ahead.is_empty()) {
            at += self.skip(ahead);
            let Some(mask) = self.mask(text, at, is_whole) else { return Err(at) };
            if mask == 0 {
                at += 1;
                continue;
            }
            let forms = self.forms.iter().enumerate().filter(|(at, _)| mask & bit(*at) != 0);
            for (_, form) in forms {
                match form.find(text, at, is_whole) {
                    Match::Found(end) => return Ok(Some((form.start(text, from, at), end))),
                    Match::TooShort => return Err(at),
                    Match::NotFound => {}
                }
            }
            at += 1;
        }
        Ok(None)
    }

    /// How many bytes at the start of a text certainly begin no form. Most bytes begin none, so the speed of this function
    /// determines the speed of the search.
    #[inline]
    fn skip(&self, text: &[u8]) -> usize {
        let may_begin = |pair: &[u8]| match pair {
            [b'\\', two] => self.after_backslash.get(usize::from(*two)).copied().unwrap_or(true),
            [one, two] => is_escape(*one) || entry(&self.first, *one) & entry(&self.second, *two) != 0,
            _ => true,
        };
        text.windows(2).position(may_begin).unwrap_or(text.len().saturating_sub(1))
    }

    /// The forms that may begin here; `None` if the text ends too early to tell.
    fn mask(&self, text: &[u8], at: usize, is_whole: bool) -> Option<u64> {
        let mut forms = 0;
        for depth in 0..=MAX_DEPTH {
            let mut reader = Reader { text, at, ran_out: false };
            let byte = reader.next(depth)?;
            if reader.ran_out && !is_whole {
                return None;
            }
            let may_be = entry(&self.first, byte);
            if may_be & !forms != 0 {
                let is_escaped = text.get(reader.at).copied().is_some_and(is_escape);
                let second =
                    reader.next(depth).filter(|_| !reader.ran_out).map_or(u64::MAX, |byte| entry(&self.second, byte));
                forms |= may_be & (second | if is_escaped { self.escape_second } else { 0 });
            }
            // A byte outside an escape is the same at every depth.
            if !is_escape(byte) {
                break;
            }
        }
        Some(forms)
    }
}

fn bit(at: usize) -> u64 {
    1 << at.min(63)
}

#[inline(always)]
fn entry(table: &Table, byte: u8) -> u64 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Adds the form with this bit to the entry of a byte. A form of a single byte has no second byte (`None`), so any
/// byte may follow it.
fn mark(table: &mut Table, byte: Option<u8>, bit: u64) {
    match byte {
        Some(byte) => table.iter_mut().skip(byte.into()).take(1).for_each(|forms| *forms |= bit),
        None => table.iter_mut().for_each(|forms| *forms |= bit),
    }
}
