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
#[derive(Debug, Clone)]
pub struct State(Secret);

impl State {
    /// Makes a state of random bytes.
    pub fn from_random(bytes: &[u8; STATE_BYTES]) -> Self {
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Takes the state that was remembered when the login was started. An empty one would make the check pass for
    /// anybody, so it is refused.
    pub fn remembered(value: &str) -> Result<Self> {
        if value.is_empty() {
            return Err(Error::argument(Phase::Callback, "state", "is empty. Pass the state that was sent"));
        }
        Ok(Self(Secret::new(value)))
    }

    /// Whether a callback's state is this one: the one comparison of states. The time taken depends on nothing but whether
    /// the lengths differ.
    pub fn matches(&self, candidate: &str) -> bool {
        self.expose().as_bytes().ct_eq(candidate.as_bytes()).into()
    }

    /// The value to send and to remember.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}
