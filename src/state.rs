//! The `state` of an authorization request, which ties a callback to the login that started here (RFC 6749 section
//! 10.12, RFC 9700 section 2.1).
//!
//! In: random bytes, or the stored state. Out: a value to send, or whether the value in a callback equals the stored
//! state. Never: a comparison whose duration reveals how much of a guess is right.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

use crate::error::{Error, Phase, Result};
use crate::secret::Secret;

/// How many random bytes a state encodes: 256 bits, twice what RFC 6749 section 10.10 requires.
pub const STATE_BYTES: usize = 32;

/// The state of an authorization request.
#[derive(Debug, Clone)]
pub struct State(Secret);

impl State {
    /// Creates a state from random bytes.
    pub fn from_random(bytes: &[u8; STATE_BYTES]) -> Self {
        Self(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Takes the state that was stored when the login started. Rejects an empty state, with which anybody's callback
    /// could pass the check.
    pub fn remembered(value: &str) -> Result<Self> {
        if value.is_empty() {
            return Err(Error::argument(Phase::Callback, "state", "is empty. Pass the state that was sent"));
        }
        Ok(Self(Secret::new(value)))
    }

    /// Whether a callback's state equals this one. This is the only comparison of states. Its duration depends only
    /// on whether the lengths differ.
    pub fn matches(&self, candidate: &str) -> bool {
        self.expose().as_bytes().ct_eq(candidate.as_bytes()).into()
    }

    /// The value to send and to store.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}
