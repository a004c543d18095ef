//! What texts consist of, asked of their bytes, eight at a time.
//!
//! In: texts. Out: whether, or where, they hold something. What never happens here: a text being taken apart into
//! characters as long as it is ASCII. The compiler optimises this crate for size; then a character takes ten times as
//! long as a byte, and a byte seven times as long as an eighth of a word.

/// A one, and the highest bit, in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = 0x8080_8080_8080_8080;

/// Marks the bytes of a word that are below `limit`, which is at most 128, by their highest bits. What follows a marked
/// byte may be marked, too: a borrow may come from it. Bytes above 127 may be marked: see [`in_ascii`].
#[inline(always)]
fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit))
}

/// The same for the bytes that are this one, which is below 128.
#[inline(always)]
fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * u64::from(byte)), 1)
}

/// The same for the bytes above 126.
#[inline(always)]
fn above_tilde(word: u64) -> u64 {
    word.wrapping_add(ONES) | word
}

/// Takes the marks of bytes above 127 back.
#[inline(always)]
fn in_ascii(word: u64, marks: u64) -> u64 {
    marks & !word
}

/// The marks of bytes that are not printable ASCII other than the space.
#[inline(always)]
fn not_graphic(word: u64) -> u64 {
    below(word, b'!') | above_tilde(word)
}

/// Where the first byte of a text is that is marked in its word, or the length. The letter `a` must not be. A macro,
/// because of two places the compiler would call a closure, once for each word.
macro_rules! first {
    ($bytes:expr, $word:ident => $marks:expr) => {{
        let bytes: &[u8] = $bytes;
        let (words, rest) = bytes.as_chunks();
        let mut at = 0;
        for word in words {
            let $word = u64::from_le_bytes(*word);
            if ($marks) & TOPS != 0 {
                break;
            }
            at += 8;
        }
        let $word = u64::from_le_bytes(words.get(at / 8).copied().unwrap_or_else(|| padded(rest)));
        // Beyond the last byte nothing is marked but by a borrow.
        bytes.len().min(at + (($marks) & TOPS).trailing_zeros() as usize / 8)
    }};
}

/// The same for codes and tokens, which are most of what is looked at: sixteen bytes at a time.
macro_rules! first_of_long {
    ($bytes:expr, $word:ident => $marks:expr) => {{
        let bytes: &[u8] = $bytes;
        let mut at = 0;
        for pair in bytes.as_chunks().0 {
            let pair = u128::from_le_bytes(*pair);
            let $word = pair as u64;
            let one = $marks;
            let $word = (pair >> 64) as u64;
            if (one | $marks) & TOPS != 0 {
                break;
            }
            at += 16;
        }
        at + first!(bytes.get(at..).unwrap_or_default(), $word => $marks)
    }};
}

/// Less than a word, made one.
fn padded(bytes: &[u8]) -> [u8; 8] {
    let mut word = *b"aaaaaaaa";
    for (room, byte) in word.iter_mut().zip(bytes) {
        *room = *byte;
    }
    word
}

/// Whether two texts are the same, asked where most are of different lengths.
#[inline(always)]
pub fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one == other
}

/// Whether a text holds a control character (Unicode's category Cc: U+0000 to U+001F, U+007F to U+009F).
pub fn has_control(text: &str) -> bool {
    first!(text.as_bytes(), word => below(word, b' ') | above_tilde(word)) < text.len()
        && text.chars().any(char::is_control)
}

/// Whether a text holds a control character or a space.
pub fn has_control_or_space(text: &str) -> bool {
    !is_graphic(text) && text.chars().any(|c| c.is_control() || c == ' ')
}

/// Whether a text consists of printable ASCII other than the space.
pub fn is_graphic(text: &str) -> bool {
    first!(text.as_bytes(), word => not_graphic(word)) == text.len()
}

/// The same, and whether this byte is not among it.
pub fn is_graphic_without(text: &str, byte: u8) -> bool {
    first!(text.as_bytes(), word => not_graphic(word) | equal(word, byte)) == text.len()
}

/// How many bytes at the start of a form are one pair, as far as they are printable ASCII that stands for itself (RFC 6749
/// appendix B) and does not end an address.
pub fn plain_pair(form: &str) -> usize {
    first_of_long!(form.as_bytes(), word => {
        not_graphic(word) | equal(word, b'&') | equal(word, b'%') | equal(word, b'+') | equal(word, b'#')
    })
}

/// How many bytes at the start of a text a form has as they are.
pub fn unescaped(bytes: &[u8]) -> usize {
    first!(bytes, word => {
        // The sum of two bytes below 128 does not reach the next one.
        let from = |word: u64, limit: u8| word.wrapping_add(ONES * u64::from(0x80 - limit));
        let within = |word, first: u8, last: u8| from(word, first) & !from(word, last + 1);
        let letter = within(word | (ONES * 0x20), b'a', b'z');
        let other = within(word, b'0', b'9') | within(word, b'-', b'.') | within(word, b'*', b'*') | within(word, b'_', b'_');
        !(letter | other) | word
    })
}

/// How many bytes at the start of a text need no second look in a string of JSON (RFC 8259 section 7).
pub fn plain_json(bytes: &[u8]) -> usize {
    first!(bytes, word => in_ascii(word, below(word, b' ') | equal(word, b'"') | equal(word, b'\\')))
}

/// How many of them are printable ASCII other than the space and the exclamation mark, which is a neighbour of both the
/// space and the quotation mark.
pub fn plain_graphic_json(bytes: &[u8]) -> usize {
    first_of_long!(bytes, word => not_of_token(word))
}

#[inline(always)]
fn not_of_token(word: u64) -> u64 {
    below(word, b'#') | above_tilde(word) | equal(word, b'\\')
}

/// What stands before the first such byte of a text, which must be ASCII, and what stands after it, if there is one.
pub fn cut(text: &str, byte: u8) -> (&str, Option<&str>) {
    let at = first!(text.as_bytes(), word => in_ascii(word, equal(word, byte)));
    (text.get(..at).unwrap_or_default(), text.get(at + 1..))
}

/// The parts of a text between bytes that `separates` accepts, which must be ASCII, without empty ones.
pub fn split(text: &str, separates: impl Fn(u8) -> bool) -> impl Iterator<Item = &str> {
    let mut at = 0;
    core::iter::from_fn(move || {
        let bytes = text.as_bytes();
        while separates(*bytes.get(at)?) {
            at += 1;
        }
        let start = at;
        while bytes.get(at).is_some_and(|byte| !separates(*byte)) {
            at += 1;
        }
        text.get(start..at)
    })
}

/// Where a text has a part, which is not empty. The standard library's own search is quicker where much of the part
/// matches again and again, and brings eight kilobytes of WebAssembly.
pub fn find(text: &str, part: &str) -> Option<usize> {
    text.as_bytes().windows(part.len().max(1)).position(|window| window == part.as_bytes())
}

/// What stands before and after the first such part of a text.
pub fn split_once<'a>(text: &'a str, part: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text, part)?;
    text.get(..at).zip(text.get(at + part.len()..))
}

/// A text with something else in place of each such part.
pub fn replace(text: &str, part: &str, substitute: &str) -> String {
    let mut replaced = String::new();
    let mut rest = text;
    while let Some((before, after)) = split_once(rest, part) {
        replaced.push_str(before);
        replaced.push_str(substitute);
        rest = after;
    }
    replaced.push_str(rest);
    replaced
}
