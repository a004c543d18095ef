//! Reads the bytes that an escaped text stands for: the escapes of URLs, JSON and HTML, also nested.
//!
//! The same text may have several readings: `%41` is an escaped `A`, or just these three characters. The module follows all of
//! them.
//!
//! In: a text, and the bytes that are expected at one position. Out: whether the text spells these bytes, and where they end.
//! Never: knowledge about secrets. Any bytes may be expected.

/// How many readings the module follows besides the first. The limit matters for a text of only backslashes, which has one
/// reading for each backslash.
const MAX_READINGS: usize = 16;

/// The maximum number of digits or letters in a character reference of HTML.
const MAX_REFERENCE_LENGTH: usize = 10;

/// The named character references of HTML for the characters of tokens, header fields and base64 other than letters and digits.
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

/// The positions up to which the readings of a text agree with the expected bytes. Nearly always, there is only one position.
#[derive(Default)]
struct Readings {
    first: Option<usize>,
    others: Vec<usize>,
}

impl Readings {
    fn add(&mut self, at: usize) {
        match self.first {
            None => self.first = Some(at),
            Some(first) if first == at || self.others.contains(&at) || self.others.len() >= MAX_READINGS => {}
            Some(_) => self.others.push(at),
        }
    }
}

/// Reads the bytes that a text stands for.
pub(super) struct Reader<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    /// Whether an escape, or the expected bytes, may continue beyond the end of the text.
    pub(super) ran_out: bool,
}

impl Reader<'_> {
    /// Returns whether these bytes follow, each inside up to `depth` nested escapes. The second result is whether a greater
    /// depth might give other bytes. A secret may itself contain characters that look like an escape but are none. Only the
    /// bytes after these characters show whether they are an escape, so this function follows all readings at once.
    pub(super) fn matches_bytes(&mut self, bytes: &[u8], depth: u8) -> (bool, bool) {
        let mut is_escaped = false;
        let mut readings = Readings { first: Some(self.at), others: Vec::new() };
        for (index, wanted) in bytes.iter().enumerate() {
            let mut continued = Readings::default();
            for start in readings.first.iter().chain(&readings.others) {
                is_escaped |= self.read_byte(*start, *wanted, depth, index == 0, &mut continued);
            }
            readings = continued;
            if readings.first.is_none() {
                return (false, is_escaped);
            }
        }
        self.at = readings.first.unwrap_or(self.at);
        (true, is_escaped)
    }

    /// Reads one byte at `start`. For each reading that gives the wanted byte, adds the position after it to `readings`; the
    /// reading with the most escapes comes first. Returns whether a greater depth might give other bytes.
    fn read_byte(&mut self, start: usize, wanted: u8, depth: u8, is_first: bool, readings: &mut Readings) -> bool {
        let (mut start, mut is_escaped, mut is_wanted) = (start, false, false);
        // Base64 and tokens may be broken into lines. A line break has one or two characters (CR, LF or CR LF).
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

    /// The next byte, decoded through up to `depth` nested escapes. Characters beyond ASCII are never part of a secret.
    pub(super) fn next(&mut self, depth: u8) -> Option<u8> {
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

    /// Like `next`, for a byte inside an escape. Sets `ran_out` if the text ends there.
    #[inline]
    fn inner(&mut self, depth: u8) -> Option<u8> {
        // Nearly all bytes stand for themselves.
        if let Some(byte) = self.text.get(self.at).filter(|byte| depth == 0 || !is_escape(**byte)) {
            self.at += 1;
            return Some(*byte);
        }
        let byte = self.next(depth);
        self.ran_out |= byte.is_none();
        byte
    }

    /// A number of `count` hexadecimal digits.
    fn digits(&mut self, depth: u8, count: usize) -> Option<u8> {
        let mut number = 0;
        for _ in 0..count {
            number = number * 16 + char::from(self.inner(depth)?).to_digit(16)?;
        }
        Some(byte_of(number))
    }

    /// The rest of a backslash escape, as in JSON (RFC 8259 section 7) and in most programming languages.
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

    /// The rest of a character reference of HTML (section 13.5): a number or a name, up to a semicolon.
    fn reference(&mut self, depth: u8) -> Option<u8> {
        let mut name = Vec::new();
        loop {
            let before = self.at;
            let byte = self.inner(depth).unwrap_or(b';');
            let continues_number = match name.as_slice() {
                [b'#'] => byte.is_ascii_digit() || matches!(byte, b'x' | b'X'),
                [b'#', b'x' | b'X', ..] => byte.is_ascii_hexdigit(),
                [b'#', ..] => byte.is_ascii_digit(),
                _ => true,
            };
            if byte == b';' {
                break;
            }
            // Any other character ends a number.
            if !continues_number {
                self.at = before;
                break;
            }
            // A name contains no other characters. Reading on would take quadratic time in a text of only ampersands.
            if !byte.is_ascii_alphanumeric() && byte != b'#' {
                return None;
            }
            name.push(byte);
            if name.len() > MAX_REFERENCE_LENGTH {
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

/// An ASCII character as a byte; for other characters, a byte that occurs in no UTF-8 text.
fn byte_of(character: u32) -> u8 {
    u8::try_from(character).ok().filter(u8::is_ascii).unwrap_or(0xff)
}

pub(super) fn is_escape(byte: u8) -> bool {
    matches!(byte, b'%' | b'\\' | b'&')
}
