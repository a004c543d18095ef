//! The authorization request (RFC 6749 section 4.1.1): the URL that the user's browser opens.
//!
//! In: the client, random bytes, extra parameters. Out: the URL, and the values to keep until the callback. Never: an
//! extra parameter in place of one of the core's own.

use core::fmt;
use std::borrow::Cow;

use crate::client_config::ClientConfig;
use crate::endpoints::RESERVED_PARAMETERS;
use crate::error::{Error, Phase, Result};
use crate::pkce::{CodeVerifier, VERIFIER_BYTES};
use crate::query;
use crate::state::{STATE_BYTES, State};

/// The only challenge method that this client supports (RFC 7636 section 4.2).
const CHALLENGE_METHOD_PARAMETER: &str = "&code_challenge_method=S256";

/// How many random bytes an authorization request needs.
pub const RANDOM_BYTES: usize = STATE_BYTES + VERIFIER_BYTES;

/// An authorization request, and the values to keep until the callback.
#[derive(Clone)]
pub struct AuthorizationRequest {
    /// The URL to open. It contains the state, so it must be kept as confidential as the state.
    pub url: String,
    /// The state to compare with the callback's.
    pub state: State,
    /// The verifier to send with the code.
    pub code_verifier: CodeVerifier,
    /// The challenge in the URL, derived from the verifier.
    pub code_challenge: String,
}

impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthorizationRequest([redacted])")
    }
}

impl AuthorizationRequest {
    /// Builds a request with state and PKCE. `base` is the result of [`authorization_url`], which is always the same for one
    /// client.
    pub fn new(
        client: &ClientConfig,
        base: &str,
        random: &[u8; RANDOM_BYTES],
        extra: &[(String, String)],
    ) -> Result<Self> {
        if extra.iter().any(|(name, _)| RESERVED_PARAMETERS.contains(&name.as_str())) {
            let reason = "sets an OAuth parameter, which only the client may set";
            return Err(Error::argument(Phase::Authorize, "extraParams", reason));
        }
        if extra.iter().any(|(name, _)| name.is_empty()) {
            return Err(Error::argument(Phase::Authorize, "extraParams", "has a parameter without a name"));
        }
        if let Some(reason) = repeated(client, extra) {
            return Err(Error::argument(Phase::Authorize, "extraParams", reason));
        }
        let (for_state, for_verifier) = split_random(random);
        let state = State::from_random(&for_state);
        let code_verifier = CodeVerifier::from_random(&for_verifier);
        let code_challenge = code_verifier.challenge();
        // Base64url needs no encoding.
        let own = ["&state=", state.expose(), "&code_challenge=", &code_challenge, CHALLENGE_METHOD_PARAMETER];
        let extra = extra.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let url = query::append(base.to_owned() + &own.concat(), extra);
        Ok(Self { url, state, code_verifier, code_challenge })
    }
}

/// Returns why the extra parameters are rejected: one of them would repeat a parameter in the URL, which RFC 6749 section 3.1
/// forbids. Returns `None` if there is no repetition.
fn repeated(client: &ClientConfig, extra: &[(String, String)]) -> Option<&'static str> {
    let (_, query) = query::split(client.endpoints().authorize.as_str());
    let mut seen: Vec<Cow<'_, str>> = query::pairs(query).flatten().map(|(name, _)| name).collect();
    for (name, _) in extra {
        if seen.iter().any(|known| known == name) {
            return Some("repeats a parameter");
        }
        seen.push(Cow::Borrowed(name));
    }
    None
}

/// The authorization URL without state and PKCE, for NocoDB. NocoDB's GUI appends its own state and PKCE parameters to the
/// string, so the URL has a query and no fragment.
pub fn authorization_url(client: &ClientConfig) -> String {
    let scopes = client.scopes().to_string();
    let parameters = [
        ("response_type", "code"),
        ("client_id", client.client_id()),
        ("redirect_uri", client.redirect_uri().as_str()),
        ("scope", &scopes),
    ];
    let present = parameters.into_iter().filter(|(_, value)| !value.is_empty());
    query::append(client.endpoints().authorize.as_str().to_owned(), present)
}

/// Separate bytes for the state and for the verifier, so that neither reveals the other.
fn split_random(random: &[u8; RANDOM_BYTES]) -> ([u8; STATE_BYTES], [u8; VERIFIER_BYTES]) {
    let mut state = [0; STATE_BYTES];
    let mut verifier = [0; VERIFIER_BYTES];
    let (first, second) = random.split_at(STATE_BYTES);
    state.copy_from_slice(first);
    verifier.copy_from_slice(second);
    (state, verifier)
}
