//! Values that must never be seen: client secrets, codes, verifiers, states and tokens.
//!
//! In: a string. Out: the same string, but only through [`Secret::expose`], so that every place which lets one out
//! can be found by that name. What never happens here: a secret in `Debug` or `Display` output.

use core::fmt;

use serde::{Serialize, Serializer};
use subtle::ConstantTimeEq;

use crate::redaction::{REDACTED, Redaction};

/// A string that prints as `[redacted]` and is compared in constant time.
#[derive(Clone, Eq)]
pub struct Secret(String);

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

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

/// For the members of what leaves that hold a secret: a [`Secret`] cannot be serialized by accident.
pub fn exposed<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::expose).serialize(serializer)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The longest run of characters without a space that a foreign text may show. Natural words are shorter; tokens,
/// verifiers and this core's states are longer, and what is shorter is cut out where it is known.
const LONGEST_WORD: usize = 24;

/// Secrets shorter than this cannot be cut out of a text without leaving a readable hole, so the text goes instead.
const SHORTEST_CUTTABLE: usize = 8;

/// The longest description that is passed on, in characters.
const LONGEST_DESCRIPTION: usize = 200;

/// Makes a description from a server or a callback fit to be shown: control characters become spaces, invisible
/// formatting characters go, the given secrets (also as they stand in a form), addresses and every word too long to be
/// a word are replaced, and the rest is cut.
///
/// `None` when nothing is left, or when the text holds a secret too short to be cut out.
pub fn clean_description<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> Option<String> {
    clean(text, &mut secrets.into_iter())
}

fn clean(text: &str, secrets: &mut dyn Iterator<Item = &str>) -> Option<String> {
    // As they are, and as they are in a text in which white space was made single spaces.
    let known: Vec<String> = secrets.flat_map(|secret| [secret.to_owned(), normalise(secret)]).collect();
    let (short, long): (Vec<&str>, Vec<&str>) =
        known.iter().map(String::as_str).partition(|secret| secret.len() < SHORTEST_CUTTABLE);
    let text = normalise(text);
    if redaction(&short).is_in(&text) {
        return None;
    }
    let text = redaction(&long).redact(&text);
    let mut cleaned = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let shown = word.chars().count() < LONGEST_WORD && !word.contains("://");
        if !cleaned.is_empty() {
            cleaned.push(' ');
        }
        cleaned.push_str(if shown { word } else { REDACTED });
    }
    if cleaned.chars().count() > LONGEST_DESCRIPTION {
        cleaned = cleaned.chars().take(LONGEST_DESCRIPTION - 1).collect();
        cleaned.push('…');
    }
    (!cleaned.is_empty()).then_some(cleaned)
}

fn redaction(secrets: &[&str]) -> Redaction {
    Redaction::new(secrets.iter().map(|secret| secret.as_bytes()))
}

/// Single spaces for white space and control characters, and nothing that is not seen.
fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        let space = c.is_control() || c.is_whitespace();
        if !space {
            normal.push(c);
        } else if !normal.ends_with(' ') {
            normal.push(' ');
        }
    }
    normal
}

/// The formatting characters that reorder, join or hide text in a log or a dialog.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e01ef}')
}
