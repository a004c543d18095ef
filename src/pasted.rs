//! What happens to a value on its way from a page to a configuration: it is copied with the quotation marks of a shell, of a
//! `.env` file or of a chat, and with characters that nobody sees.
//!
//! In: a value as somebody entered it, without the white space around it. Out: why it cannot be the value that was meant.
//! What never happens here: a value being mended in silence, or shown.

use crate::Reason;
use crate::secret::is_invisible;

/// The quotation marks of shells, of JSON and of word processors.
const QUOTATION_MARKS: [char; 20] =
    ['"', '\'', '`', '´', '“', '”', '„', '‟', '‘', '’', '‚', '‛', '«', '»', '‹', '›', '′', '″', '＂', '＇'];

/// What NocoDB, and whoever else shows a config, puts in the place of a credential.
const MASK: &str = "********";

/// Why that is refused.
pub const MASKED: Reason = "is a mask, not a credential. Enter the real value, or authenticate again";

/// Refuses what stands for a credential and is none.
pub fn check_mask(value: &str) -> core::result::Result<(), Reason> {
    if value == MASK { Err(MASKED) } else { Ok(()) }
}

/// Refuses what no value of a configuration has.
pub fn check(value: &str) -> core::result::Result<(), Reason> {
    if value.chars().any(is_invisible) {
        return Err(
            "contains an invisible character, probably from copying. Type the value, or copy it from another source",
        );
    }
    if is_in_quotes(value) {
        return Err("is in quotes, which would become part of the value. Remove them");
    }
    Ok(())
}

/// What guides, NocoDB's own for instance, have in the place of a value, from its first character on.
const PLACEHOLDERS: [&str; 4] = ["<", "your_", "your-", "https://your-nocodb-instance"];

/// Refuses what stands for a value in a guide.
pub fn check_placeholder(value: &str) -> core::result::Result<(), Reason> {
    if PLACEHOLDERS.iter().any(|placeholder| value.starts_with(placeholder)) {
        return Err("is a placeholder from a guide. Replace it with your own value");
    }
    Ok(())
}

/// Refuses what neither an address nor a credential has, beside: a quotation mark at one end.
pub fn check_without_quotes(value: &str) -> core::result::Result<(), Reason> {
    check(value)?;
    // A straight one inside may be meant (RFC 6749 appendix A).
    let is_typographic = |c: char| !c.is_ascii() && QUOTATION_MARKS.contains(&c);
    if value.starts_with(QUOTATION_MARKS) || value.ends_with(QUOTATION_MARKS) || value.contains(is_typographic) {
        return Err("contains a quotation mark, which would become part of the value. Remove it");
    }
    Ok(())
}

/// Refuses what neither a key, a secret nor a token has.
pub fn check_credential(value: &str) -> core::result::Result<(), Reason> {
    check_mask(value)?;
    check_without_quotes(value)?;
    if value.chars().any(|c| c.is_whitespace() && !c.is_control()) {
        return Err("contains a space. Copy it again, without anything around it");
    }
    Ok(())
}

/// Whether a text consists of printable ASCII without spaces.
pub fn is_graphic(text: &str) -> bool {
    text.as_bytes().iter().all(u8::is_ascii_graphic)
}

/// Whether a text holds a control character (Unicode's category Cc). Nearly all texts are printable ASCII, of which bytes tell
/// that several times as fast as characters do.
pub fn has_control(text: &str) -> bool {
    !text.as_bytes().iter().all(|byte| matches!(byte, b' '..=b'~')) && text.contains(char::is_control)
}

/// Refuses what is neither a code nor a token.
pub fn check_confidential(value: &str, longest: usize) -> core::result::Result<(), Reason> {
    if value.is_empty() {
        Err("is empty")
    } else if value.len() > longest {
        Err("is too long")
    } else if has_control(value) {
        Err("contains control characters")
    } else {
        check_mask(value)
    }
}

fn is_in_quotes(value: &str) -> bool {
    let mut inside = value.chars();
    let (first, last) = (inside.next(), inside.next_back());
    [first, last].into_iter().all(|end| end.is_some_and(|end| QUOTATION_MARKS.contains(&end)))
}
