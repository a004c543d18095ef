//! Confidential values: client secrets, authorization codes, verifiers, states and tokens.
//!
//! In: a string. Out: the same string, but only through [`Secret::expose`], so that a search for this name finds every place that
//! exposes a secret. Never: a secret in the output of `Debug` or `Display`.

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
    /// Wraps a value without checking it.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value, for the request or the caller that it is meant for.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Serializes a member that deliberately exposes a secret: a [`Secret`] cannot be serialized by accident.
pub fn exposed<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(Secret::expose).serialize(serializer)
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A word of this length or more in a text from outside is replaced: natural words are shorter, but tokens, verifiers and this
/// core's states are not. A shorter secret is removed only if the caller names it.
const MIN_REPLACED_LENGTH: usize = 24;

/// The minimum length of a secret that is removed from a text. Removing a shorter secret would leave a gap that reveals too
/// much, so the whole text is dropped.
const MIN_REMOVABLE_LENGTH: usize = 8;

/// The maximum length of a description that is passed on, in characters.
const MAX_DESCRIPTION_LENGTH: usize = 200;

/// Sanitizes a description from a server or a callback. Control characters become spaces, and invisible formatting characters
/// are removed. The given secrets (also in form encoding), URLs and overlong words are replaced, and the rest is shortened.
///
/// `None` if nothing is left, or if the text contains a secret that is too short to be removed.
pub fn clean_description<'a>(text: &str, secrets: impl IntoIterator<Item = &'a str>) -> Option<String> {
    clean(text, &mut secrets.into_iter())
}

fn clean(text: &str, secrets: &mut dyn Iterator<Item = &str>) -> Option<String> {
    // Each secret as it is, and with its white space normalised as in the text.
    let known: Vec<String> = secrets.flat_map(|secret| [secret.to_owned(), normalise(secret)]).collect();
    let (short, long): (Vec<&str>, Vec<&str>) =
        known.iter().map(String::as_str).partition(|secret| secret.len() < MIN_REMOVABLE_LENGTH);
    let text = normalise(text);
    if redaction(&short).is_in(&text) {
        return None;
    }
    let text = redaction(&long).redact(&text);
    let mut cleaned = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let shown = word.chars().count() < MIN_REPLACED_LENGTH && !word.contains("://");
        if !cleaned.is_empty() {
            cleaned.push(' ');
        }
        cleaned.push_str(if shown { word } else { REDACTED });
    }
    if cleaned.chars().count() > MAX_DESCRIPTION_LENGTH {
        cleaned = cleaned.chars().take(MAX_DESCRIPTION_LENGTH - 1).collect();
        cleaned.push('…');
    }
    (!cleaned.is_empty()).then_some(cleaned)
}

fn redaction(secrets: &[&str]) -> Redaction {
    Redaction::new(secrets.iter().map(|secret| secret.as_bytes()))
}

/// Replaces white space and control characters by single spaces, and removes invisible characters.
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

/// Whether a character is a formatting character that reorders, joins or hides text in a log or a dialog.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e01ef}')
}
