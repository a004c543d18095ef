//! Detects mistakes in pasted values: people copy values with the quotation marks of a shell, a `.env` file or a chat, and with
//! invisible characters.
//!
//! In: a value as somebody entered it, without surrounding white space. Out: why it cannot be the intended value.
//! Never: a corrected value, or a text that shows the value.

use crate::Reason;
use crate::secret::is_invisible;

/// The quotation marks of shells, of JSON and of word processors.
const QUOTATION_MARKS: [char; 20] =
    ['"', '\'', '`', '´', '“', '”', '„', '‟', '‘', '’', '‚', '‛', '«', '»', '‹', '›', '′', '″', '＂', '＇'];

/// The mask that NocoDB, and other programs that show a config, put in place of a credential.
const MASK: &str = "********";

/// Why the mask is rejected.
pub const MASKED: Reason = "is a mask, not a credential. Enter the real value, or authenticate again";

/// Rejects the mask.
pub fn check_mask(value: &str) -> core::result::Result<(), Reason> {
    if value == MASK { Err(MASKED) } else { Ok(()) }
}

/// Rejects mistakes that are possible in every value of a configuration.
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

/// The beginnings of placeholders in guides, for instance in NocoDB's own guides.
const PLACEHOLDERS: [&str; 4] = ["<", "your_", "your-", "https://your-nocodb-instance"];

/// Rejects a placeholder from a guide.
pub fn check_placeholder(value: &str) -> core::result::Result<(), Reason> {
    if PLACEHOLDERS.iter().any(|placeholder| value.starts_with(placeholder)) {
        return Err("is a placeholder from a guide. Replace it with your own value");
    }
    Ok(())
}

/// Rejects the same mistakes as [`check`], and stray quotation marks: any at the beginning or at the end of the value, and
/// typographic ones anywhere in it.
pub fn check_without_quotes(value: &str) -> core::result::Result<(), Reason> {
    check(value)?;
    // A straight quotation mark inside the value may be intended (RFC 6749 appendix A).
    let is_typographic = |c: char| !c.is_ascii() && QUOTATION_MARKS.contains(&c);
    if value.starts_with(QUOTATION_MARKS) || value.ends_with(QUOTATION_MARKS) || value.contains(is_typographic) {
        return Err("contains a quotation mark, which would become part of the value. Remove it");
    }
    Ok(())
}

/// Rejects mistakes in a key, a secret or a token.
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

/// Whether a text contains a control character (Unicode category Cc). Nearly all texts are printable ASCII, for which checking
/// bytes is several times as fast as checking characters.
pub fn has_control(text: &str) -> bool {
    !text.as_bytes().iter().all(|byte| matches!(byte, b' '..=b'~')) && text.contains(char::is_control)
}

/// Rejects a text that cannot be an authorization code or a token.
pub fn check_confidential(value: &str, max_length: usize) -> core::result::Result<(), Reason> {
    if value.is_empty() {
        Err("is empty")
    } else if value.len() > max_length {
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
