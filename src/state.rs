//! The `state` of an authorization request: what ties a callback to the login that was started here
//! (RFC 6749 section 10.12, RFC 9700 section 2.1).
//!
//! In: random bytes, or the state that was remembered. Out: a value to send, or whether a callback's value is that
//! one. What never happens here: a comparison whose time tells how much of a guess was right.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::error::{Error, Phase, Result};
use crate::secret::Secret;

/// How many random bytes a state is made of: 256 bits, twice what RFC 6749 section 10.10 asks for.
pub const STATE_BYTES: usize = 32;

/// A state that was sent, or is about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State(Secret);

impl State {
    /// Makes a state of random bytes.
    pub fn from_random(bytes: &[u8; STATE_BYTES]) -> Self {
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// What [`Self::from_random`] gives, written where it is to stand. `None`: that has another length.
    pub fn write(random: &[u8], state: &mut [u8]) -> Option<()> {
        (URL_SAFE_NO_PAD.encode_slice(random, state).ok()? == state.len()).then_some(())
    }

    /// Takes the state that was remembered when the login was started. An empty one would make the check pass for
    /// anybody, so it is refused.
    pub fn remembered(value: &str) -> Result<Self> {
        if value.is_empty() {
            return Err(Error::argument(Phase::Callback, "state", "is empty: give the state that was sent"));
        }
        Ok(Self(Secret::new(value)))
    }

    /// Whether a callback's state is this one. The time taken depends on nothing but whether the lengths differ.
    pub fn matches(&self, candidate: &str) -> bool {
        is_same(self.expose(), candidate)
    }

    /// The value to send and to remember.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Whether two states are one, in the time of [`State::matches`].
pub(crate) fn is_same(state: &str, candidate: &str) -> bool {
    let (words, rest) = state.as_bytes().as_chunks();
    let (other_words, other_rest) = candidate.as_bytes().as_chunks();
    if words.len() != other_words.len() {
        return false;
    }
    // Each comparison is guarded against being optimised, which costs more than itself: eight bytes at once.
    let mut same = rest.ct_eq(other_rest);
    for (word, other) in words.iter().zip(other_words) {
        same &= u64::from_le_bytes(*word).ct_eq(&u64::from_le_bytes(*other));
    }
    same.into()
}
