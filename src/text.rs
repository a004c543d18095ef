//! What texts consist of, asked of their bytes, eight at a time.
//!
//! In: texts. Out: whether, or where, they hold something. What never happens here: a text being taken apart into
//! characters as long as it is ASCII. The compiler optimises this crate for size; then a character takes ten times as
//! long as a byte, and a byte seven times as long as an eighth of a word.

/// A one, and the highest bit, in each byte of a word.
const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = 0x8080_8080_8080_8080;

/// Whether a word has a byte below `limit`, which is at most 128. A borrow may only come from such a byte.
fn has_below(word: u64, limit: u8) -> bool {
    word.wrapping_sub(ONES * u64::from(limit)) & !word & TOPS != 0
}

/// Whether a word has this byte.
fn has(word: u64, byte: u8) -> bool {
    has_below(word ^ (ONES * u64::from(byte)), 1)
}

/// How many bytes at the start of a text are in words that are all `plain`.
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
    let plain = |word| !has_below(word, b' ') && !has(word, 0x7f) && word & TOPS == 0;
    let mut rest = text.get(plain_words(text.as_bytes(), plain)..).unwrap_or(text).chars();
    rest.any(char::is_control)
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
pub fn split(text: &str, separates: fn(u8) -> bool) -> impl Iterator<Item = &str> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let start = rest.bytes().position(|byte| !separates(byte))?;
        rest = rest.get(start..)?;
        let end = rest.bytes().position(separates).unwrap_or(rest.len());
        let (part, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(part)
    })
}
