//! What texts consist of, asked of their bytes, eight at a time.
//!
//! In: texts. Out: whether, or where, they hold something. What never happens here: a text being taken apart into
//! characters as long as it is ASCII. The compiler optimises this crate for size; then a character takes ten times as
//! long as a byte, and a byte seven times as long as an eighth of a word.

/// A one, and the highest bit, in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = 0x8080_8080_8080_8080;

/// Whether a word has a byte below `limit`, which is at most 128. A borrow may only come from such a byte.
#[inline(always)]
fn has_below(word: u64, limit: u8) -> bool {
    word.wrapping_sub(ONES * u64::from(limit)) & !word & TOPS != 0
}

/// Whether a word has this byte.
#[inline(always)]
fn has(word: u64, byte: u8) -> bool {
    has_below(word ^ (ONES * u64::from(byte)), 1)
}

/// How many bytes at the start of a text are in words that are all `plain`.
#[inline(always)]
fn plain_words(bytes: &[u8], plain: impl Fn(u64) -> bool) -> usize {
    let mut length = 0;
    while let Some(word) = bytes.get(length..).and_then(<[u8]>::first_chunk) {
        if !plain(u64::from_le_bytes(*word)) {
            break;
        }
        length += 8;
    }
    length
}

/// Whether a text holds a control character (Unicode's category Cc: U+0000 to U+001F, U+007F to U+009F).
pub fn has_control(text: &str) -> bool {
    !is_ascii_from(text, b' ') && text.chars().any(char::is_control)
}

/// Whether a text holds a control character or a space.
pub fn has_control_or_space(text: &str) -> bool {
    !is_ascii_from(text, b'!') && text.chars().any(|c| c.is_control() || c == ' ')
}

/// Whether a text is of ASCII without DEL and without anything below `limit`.
fn is_ascii_from(text: &str, limit: u8) -> bool {
    let plain = |word| !has_below(word, limit) && !has(word, 0x7f) && word & TOPS == 0;
    let rest = text.as_bytes().get(plain_words(text.as_bytes(), plain)..).unwrap_or_default();
    rest.iter().all(|byte| (limit..0x7f).contains(byte))
}

/// Whether a text in a form stands for itself (RFC 6749 appendix B).
pub fn is_plain_form(text: &str) -> bool {
    let plain = |word| !has(word, b'%') && !has(word, b'+');
    let rest = text.as_bytes().get(plain_words(text.as_bytes(), plain)..).unwrap_or_default();
    rest.iter().all(|byte| !matches!(byte, b'%' | b'+'))
}

/// Whether a text consists of printable ASCII other than the space.
pub fn is_graphic(text: &str) -> bool {
    let plain = |word: u64| !has_below(word, b'!') && (word.wrapping_add(ONES) | word) & TOPS == 0;
    let rest = text.as_bytes().get(plain_words(text.as_bytes(), plain)..).unwrap_or_default();
    rest.iter().all(u8::is_ascii_graphic)
}

/// How many bytes at the start of a text need no second look in a string of JSON (RFC 8259 section 7).
pub fn plain_json(bytes: &[u8]) -> usize {
    plain_words(bytes, |word| !has_below(word, b' ') && !has(word, b'"') && !has(word, b'\\'))
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
