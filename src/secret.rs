//! Values that must never be seen: client secrets, codes, verifiers, states and tokens.
//!
//! In: a string. Out: the same string, but only through [`Secret::expose`], so that every place which lets one out
//! can be found by that name. What never happens here: a secret in `Debug` or `Display` output.

use core::fmt;

/// A string that prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value; nothing is checked.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the request or the caller it is meant for.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What replaces a secret in text that came from outside.
pub const REDACTED: &str = "[redacted]";

/// The longest run of characters without a space that a foreign text may show. Natural words and OAuth error codes
/// are shorter; codes, tokens, secrets, verifiers and addresses with a query are longer.
const LONGEST_WORD: usize = 24;

/// Secrets shorter than this cannot be cut out of a text without leaving a readable hole, so the text goes instead.
const SHORTEST_CUTTABLE: usize = 8;

/// The longest description that is passed on, in characters.
const LONGEST_DESCRIPTION: usize = 200;

/// Makes a description from a server or a callback fit to be shown: control and invisible formatting characters
/// become spaces, the given secrets and every word too long to be a word are replaced, and the rest is cut.
///
/// `None` when nothing is left, or when the text holds a secret too short to be cut out.
pub fn clean_description<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut text = text.to_owned();
    for secret in secrets {
        if secret.is_empty() || !text.contains(secret) {
            continue;
        }
        if secret.len() < SHORTEST_CUTTABLE {
            return None;
        }
        text = text.replace(secret, REDACTED);
    }
    let visible: String = text.chars().map(|c| if is_invisible(c) { ' ' } else { c }).collect();
    let mut cleaned = String::new();
    for word in visible.split_whitespace() {
        let word = if word.chars().count() >= LONGEST_WORD { REDACTED } else { word };
        if !cleaned.is_empty() {
            cleaned.push(' ');
        }
        cleaned.push_str(word);
    }
    if cleaned.chars().count() > LONGEST_DESCRIPTION {
        cleaned = cleaned.chars().take(LONGEST_DESCRIPTION - 1).collect();
        cleaned.push('…');
    }
    (!cleaned.is_empty()).then_some(cleaned)
}

/// Control characters, and the formatting characters that reorder or hide text in a log or a dialog.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}
