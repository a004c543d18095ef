//! Secrets in what came from outside: found in every way in which they may be written there, and replaced.
//!
//! In: the secrets that were sent, and texts or bytes of an answer, in pieces if they are many. Out: the same without the
//! secrets. What never happens here: a guess at what might be a secret; what is cut out was sent.
//!
//! An answer may repeat a request as it is, with the escapes of JSON, HTML or an address, of several of them one in the
//! other, in base64 of either alphabet, alone or within other bytes, or in hexadecimal digits.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// What replaces a secret.
pub const REDACTED: &str = "[redacted]";

/// How many escapes may be one in the other: JSON in JSON in a page of HTML.
const DEEPEST: u8 = 3;

/// How many readings of one place are followed beside the first: a text of nothing but backslashes has one for each.
const MOST_READINGS: usize = 16;

/// Of shorter secrets only the text itself is looked for: what is left of their base64 is in many texts.
const SHORTEST_ENCODED: usize = 6;

/// The most digits or letters of a character reference of HTML.
const LONGEST_REFERENCE: usize = 10;

/// How much in front of a piece's end is kept back, as a secret may begin there: more than [`BORDERS`].
const KEPT_BACK: usize = 8;

/// Base64 has three characters for two bytes: so many before a secret hold bits of it, by its place in the encoded bytes.
const BORDERS: [usize; 3] = [0, 2, 3];

/// As many may follow it: the last bits, and what fills up.
const BORDER_AFTER: usize = 3;

/// The references of HTML by name to what tokens, header fields and base64 consist of, beside letters and digits.
const REFERENCES: [(&[u8], u8); 28] = [
    (b"amp", b'&'),
    (b"apos", b'\''),
    (b"ast", b'*'),
    (b"bsol", b'\\'),
    (b"colon", b':'),
    (b"comma", b','),
    (b"commat", b'@'),
    (b"dollar", b'$'),
    (b"equals", b'='),
    (b"excl", b'!'),
    (b"grave", b'`'),
    (b"gt", b'>'),
    (b"Hat", b'^'),
    (b"lowbar", b'_'),
    (b"lpar", b'('),
    (b"lsqb", b'['),
    (b"lt", b'<'),
    (b"lcub", b'{'),
    (b"num", b'#'),
    (b"percnt", b'%'),
    (b"period", b'.'),
    (b"plus", b'+'),
    (b"quest", b'?'),
    (b"quot", b'"'),
    (b"rpar", b')'),
    (b"semi", b';'),
    (b"sol", b'/'),
    (b"vert", b'|'),
];

/// One way in which a secret may be written, escapes apart.
#[derive(Clone)]
struct Form {
    bytes: Vec<u8>,
    /// How many characters of base64 before it hold bits of the secret, if it is base64.
    border: Option<usize>,
}

/// Which forms may begin with a byte, or have it second: a bit for each form, the last for all that are left.
type Table = [u64; 256];

/// Cuts secrets out.
#[derive(Clone)]
pub struct Redaction {
    /// The longest first: what is left of one that holds another would be shown.
    forms: Vec<Form>,
    first: Table,
    second: Table,
    /// Those with an escape's first character second, which may stand for itself.
    escape_second: u64,
    /// Whether one may begin with a backslash and this byte.
    after_backslash: [bool; 256],
    /// What was kept back of the pieces so far.
    rest: Vec<u8>,
}

impl core::fmt::Debug for Redaction {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Redaction([redacted])")
    }
}

/// What a look at one place of a text gave.
enum Look {
    /// The secret ends here.
    Found(usize),
    NotFound,
    /// The text ends before that is known.
    TooShort,
}

impl Redaction {
    /// Of these secrets; empty ones are none.
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
        // What is escaped may be any byte, and lines may be broken anywhere but before the first.
        for byte in *b"%\\&+\r\n" {
            mark(&mut second, Some(byte), u64::MAX);
        }
        Self { forms, first, second, escape_second, after_backslash, rest: Vec::new() }
    }

    /// Of what a header field `Authorization` tells: the credential, and the password in that of Basic (RFC 7617).
    pub fn of_authorization(authorization: &str) -> Self {
        let (scheme, credential) = authorization.split_once(' ').unwrap_or(("", authorization));
        let pair = Some(credential)
            .filter(|_| scheme.eq_ignore_ascii_case("basic"))
            .and_then(|credential| STANDARD.decode(credential).ok())
            .unwrap_or_default();
        let password = pair.splitn(2, |byte| *byte == b':').nth(1).unwrap_or_default();
        Self::new([credential.as_bytes(), password])
    }

    /// A text without the secrets.
    pub fn text(&self, text: &str) -> String {
        let mut cleaned = Vec::with_capacity(text.len());
        self.scan(text.as_bytes(), true, &mut cleaned);
        String::from_utf8(cleaned).unwrap_or_else(|_| REDACTED.to_owned())
    }

    /// Whether a text holds one of the secrets.
    pub fn is_in(&self, text: &str) -> bool {
        self.next(text.as_bytes(), 0, true).is_ok_and(|found| found.is_some())
    }

    /// Takes the next piece of a body, and gives what is sure not to be part of a secret that goes on.
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut text = core::mem::take(&mut self.rest);
        text.extend_from_slice(piece);
        let mut cleaned = Vec::with_capacity(text.len());
        let done = self.scan(&text, false, &mut cleaned);
        self.rest = text.get(done..).unwrap_or_default().to_vec();
        cleaned
    }

    /// What is left after the last piece.
    pub fn end(&mut self) -> Vec<u8> {
        let text = core::mem::take(&mut self.rest);
        let mut cleaned = Vec::with_capacity(text.len());
        self.scan(&text, true, &mut cleaned);
        cleaned
    }

    /// Appends a text without the secrets, as far as it is sure. Gives how far that is.
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

    /// Where the next secret begins and ends, not before `from`; `Err`: where one begins that may go on beyond the text.
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
                match form.look(text, at, is_whole) {
                    Look::Found(end) => return Ok(Some((form.start(text, from, at), end))),
                    Look::TooShort => return Err(at),
                    Look::NotFound => {}
                }
            }
            at += 1;
        }
        Ok(None)
    }

    /// How many bytes are no beginning for sure. Most are not: this decides how long it takes.
    #[inline]
    fn skip(&self, text: &[u8]) -> usize {
        let may_begin = |pair: &[u8]| match pair {
            [b'\\', two] => self.after_backslash.get(usize::from(*two)).copied().unwrap_or(true),
            [one, two] => is_escape(*one) || entry(&self.first, *one) & entry(&self.second, *two) != 0,
            _ => true,
        };
        text.windows(2).position(may_begin).unwrap_or(text.len().saturating_sub(1))
    }

    /// The forms that may begin here; `None` where that is not known before the text goes on.
    fn mask(&self, text: &[u8], at: usize, is_whole: bool) -> Option<u64> {
        let mut forms = 0;
        for depth in 0..=DEEPEST {
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
            // What is no escape is the same at every depth.
            if !is_escape(byte) {
                break;
            }
        }
        Some(forms)
    }
}

impl Form {
    /// Looks for the form at one place, through no escapes, one kind, or several.
    fn look(&self, text: &[u8], at: usize, is_whole: bool) -> Look {
        for depth in 0..=DEEPEST {
            let mut reader = Reader { text, at, ran_out: false };
            let (is_found, is_escaped) = reader.reads(&self.bytes, depth);
            match is_found {
                _ if reader.ran_out && !is_whole => return Look::TooShort,
                true if self.border.is_some() => {
                    let rest = text.get(reader.at..).unwrap_or_default();
                    let run = rest.iter().take(BORDER_AFTER).take_while(|byte| is_base64(**byte)).count();
                    return match run == rest.len() && run < BORDER_AFTER && !is_whole {
                        true => Look::TooShort,
                        false => Look::Found(reader.at + run),
                    };
                }
                true => return Look::Found(reader.at),
                false if !is_escaped => return Look::NotFound,
                false => {}
            }
        }
        Look::NotFound
    }

    /// Where to cut a form that begins at `at`: before the base64 that tells of it, unless that may be of an escape.
    fn start(&self, text: &[u8], from: usize, at: usize) -> usize {
        let before = text.get(from.max(at.saturating_sub(KEPT_BACK))..at).unwrap_or_default();
        if before.iter().copied().any(is_escape) {
            return at;
        }
        at - before.iter().rev().take(self.border.unwrap_or_default()).take_while(|byte| is_base64(**byte)).count()
    }
}

fn forms_of(secret: &[u8]) -> Vec<Form> {
    let plain = |bytes: Vec<u8>| Form { bytes, border: None };
    let mut forms = Vec::new();
    if !secret.is_empty() {
        forms.push(plain(secret.to_vec()));
    }
    if secret.len() < SHORTEST_ENCODED {
        return forms;
    }
    for (before, border) in BORDERS.into_iter().enumerate() {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(secret);
        // The last character has bits of what follows, unless nothing is left over.
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

/// Where the readings of a text have come to. Nearly always there is one.
#[derive(Default)]
struct Readings {
    first: Option<usize>,
    others: Vec<usize>,
}

impl Readings {
    fn add(&mut self, at: usize) {
        match self.first {
            None => self.first = Some(at),
            Some(first) if first == at || self.others.contains(&at) || self.others.len() >= MOST_READINGS => {}
            Some(_) => self.others.push(at),
        }
    }
}

/// Reads the bytes that a text stands for.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether an escape, or what is looked for, might go on beyond the end.
    ran_out: bool,
}

impl Reader<'_> {
    /// Whether these bytes follow, each within up to so many escapes, and whether with more there might be others. A secret
    /// may hold itself what looks like an escape: then fewer are undone. Which of them is one shows only further on, so all
    /// readings are followed at once.
    fn reads(&mut self, bytes: &[u8], depth: u8) -> (bool, bool) {
        let mut is_escaped = false;
        let mut readings = Readings { first: Some(self.at), others: Vec::new() };
        for (index, wanted) in bytes.iter().enumerate() {
            let mut longer = Readings::default();
            for start in readings.first.iter().chain(&readings.others) {
                is_escaped |= self.read(*start, *wanted, depth, index == 0, &mut longer);
            }
            readings = longer;
            if readings.first.is_none() {
                return (false, is_escaped);
            }
        }
        self.at = readings.first.unwrap_or(self.at);
        (true, is_escaped)
    }

    /// Adds where a byte that begins at `start` may end, the one with the most escapes first. Gives whether with more there
    /// might be others.
    fn read(&mut self, start: usize, wanted: u8, depth: u8, is_first: bool, readings: &mut Readings) -> bool {
        let (mut start, mut is_escaped, mut is_wanted) = (start, false, false);
        // Base64 and tokens may be broken into lines, of which each has one end.
        for breaks in 0..=if is_first { 0 } else { 2 } {
            if breaks > 0 {
                self.at = start;
                if !matches!(self.next(depth), Some(b'\r' | b'\n')) {
                    break;
                }
                start = self.at;
            }
            let is_escape = self.text.get(start).copied().is_some_and(is_escape);
            let mut is_break = false;
            for tried in (0..=if is_escape { depth } else { 0 }).rev() {
                self.at = start;
                let byte = self.next(tried);
                self.ran_out |= byte.is_none();
                is_escaped |= tried == depth && byte.is_some_and(self::is_escape);
                is_break |= matches!(byte, Some(b'\r' | b'\n'));
                if byte == Some(wanted) || byte == Some(b'+') && wanted == b' ' {
                    is_wanted = true;
                    readings.add(self.at);
                }
            }
            if is_wanted || !is_break {
                break;
            }
        }
        is_escaped
    }

    /// The next byte, with up to so many escapes, one in the other, undone. What is beyond ASCII is no byte of a secret.
    fn next(&mut self, depth: u8) -> Option<u8> {
        let raw = *self.text.get(self.at)?;
        if depth == 0 || !is_escape(raw) {
            self.at += 1;
            return Some(raw);
        }
        let byte = self.next(depth - 1)?;
        let after = self.at;
        let escaped = match byte {
            b'%' => self.digits(depth - 1, 2),
            b'\\' => self.backslash(depth - 1),
            b'&' => self.reference(depth - 1),
            other => return Some(other),
        };
        if escaped.is_none() {
            self.at = after;
        }
        escaped.or(Some(byte))
    }

    /// The same within an escape.
    #[inline]
    fn inner(&mut self, depth: u8) -> Option<u8> {
        // Nearly all are what they are.
        if let Some(byte) = self.text.get(self.at).filter(|byte| depth == 0 || !is_escape(**byte)) {
            self.at += 1;
            return Some(*byte);
        }
        let byte = self.next(depth);
        self.ran_out |= byte.is_none();
        byte
    }

    /// So many hexadecimal digits.
    fn digits(&mut self, depth: u8, count: usize) -> Option<u8> {
        let mut number = 0;
        for _ in 0..count {
            number = number * 16 + char::from(self.inner(depth)?).to_digit(16)?;
        }
        Some(byte_of(number))
    }

    /// What follows a backslash in JSON (RFC 8259 section 7) and in most languages.
    fn backslash(&mut self, depth: u8) -> Option<u8> {
        match self.inner(depth)? {
            b'u' => self.digits(depth, 4),
            b'x' => self.digits(depth, 2),
            b'n' => Some(b'\n'),
            b'r' => Some(b'\r'),
            byte @ (b'/' | b'"' | b'\'' | b'\\') => Some(byte),
            _ => None,
        }
    }

    /// What follows an ampersand in HTML (section 13.5): a number, or a name, up to a semicolon.
    fn reference(&mut self, depth: u8) -> Option<u8> {
        let mut name = Vec::new();
        loop {
            let before = self.at;
            let byte = self.inner(depth).unwrap_or(b';');
            let is_of_number = match name.as_slice() {
                [b'#'] => byte.is_ascii_digit() || matches!(byte, b'x' | b'X'),
                [b'#', b'x' | b'X', ..] => byte.is_ascii_hexdigit(),
                [b'#', ..] => byte.is_ascii_digit(),
                _ => true,
            };
            if byte == b';' {
                break;
            }
            // A number ends with whatever is no digit.
            if !is_of_number {
                self.at = before;
                break;
            }
            // Nothing else is in a name; and what is would be read over and over in a text of nothing but ampersands.
            if !byte.is_ascii_alphanumeric() && byte != b'#' {
                return None;
            }
            name.push(byte);
            if name.len() > LONGEST_REFERENCE {
                return None;
            }
        }
        let number = |digits: &[u8], radix| u32::from_str_radix(core::str::from_utf8(digits).ok()?, radix).ok();
        match name.as_slice() {
            [b'#', b'x' | b'X', digits @ ..] => number(digits, 16).map(byte_of),
            [b'#', digits @ ..] => number(digits, 10).map(byte_of),
            name => REFERENCES.iter().find(|(known, _)| *known == name).map(|(_, byte)| *byte),
        }
    }
}

/// A character of ASCII as a byte; for others one that is in no text.
fn byte_of(character: u32) -> u8 {
    u8::try_from(character).ok().filter(u8::is_ascii).unwrap_or(0xff)
}

fn is_escape(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&')
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
}

fn bit(at: usize) -> u64 {
    1 << at.min(63)
}

#[inline(always)]
fn entry(table: &Table, byte: u8) -> u64 {
    table.get(usize::from(byte)).copied().unwrap_or_default()
}

/// A form of a single byte has any second.
fn mark(table: &mut Table, byte: Option<u8>, bit: u64) {
    match byte {
        Some(byte) => table.iter_mut().skip(byte.into()).take(1).for_each(|forms| *forms |= bit),
        None => table.iter_mut().for_each(|forms| *forms |= bit),
    }
}
