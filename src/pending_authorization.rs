//! A pending login of a page: how long the page waits for the callback, and whether the URL of a loaded page is the
//! callback (RFC 6749 sections 4.1.1 and 4.1.2).
//!
//! In: times, the page's URL, and the stored login. Out: decisions, and the page's URL without the authorization
//! response. Never: trust in a response that src/authorization_response.rs has not validated.

use crate::authorization_response::{AuthorizationCode, RESPONSE_PARAMETERS, is_denial, validate_in_page};
use crate::client_config::ClientConfig;
use crate::error::{Code, Error, Phase, Result};
use crate::query;
use crate::state::State;

/// How long a login may take: the maximum lifetime of an authorization code (RFC 6749 section 4.1.2).
pub const LIFETIME_MS: u32 = 600_000;

/// How long a page waits for the callback, in milliseconds. The default is the time that a login may take.
pub fn login_timeout(requested: Option<f64>) -> Result<u32> {
    match requested {
        None => Ok(LIFETIME_MS),
        Some(requested) if (1.0..=f64::from(LIFETIME_MS)).contains(&requested) => Ok(requested as u32),
        Some(_) => Err(login_timeout_error()),
    }
}

/// The error for a time limit that is out of range.
pub fn login_timeout_error() -> Box<Error> {
    Error::argument(Phase::Authorize, "timeoutMs", "must be from 1 to 600000 milliseconds")
}

/// Whether a login that began at `started_at` has expired at `now`. The login also counts as expired if the clock was
/// set back by more than the lifetime, or if a time is not a number.
pub fn is_expired(started_at: f64, now: f64) -> bool {
    let lifetime = f64::from(LIFETIME_MS);
    !(-lifetime..lifetime).contains(&(now - started_at))
}

/// Validates the callback in a loaded page's URL against the pending login with this state. `None` if the user denied
/// access.
pub fn complete(
    client: &ClientConfig,
    url: &str,
    state: &State,
    started_at: f64,
    now: f64,
) -> Result<Option<AuthorizationCode>> {
    if is_expired(started_at, now) {
        return Err(Error::new(Code::AuthorizationTimeout, Phase::Callback));
    }
    validate_in_page(client, url, state)
}

/// Rejects a response whose state matches no pending login. The login of such a response has ended, or never started
/// here. A denial without a state is not an error.
pub fn check_unmatched(url: &str) -> Result<()> {
    match callback_state(url, true).as_deref() {
        None | Some("") if is_denial(query::split(url).1)? => Ok(()),
        None | Some("") => Err(Error::new(Code::StateMissing, Phase::Callback)),
        Some(_) => Err(Error::new(Code::StateMismatch, Phase::Callback)),
    }
}

/// Returns the state of the authorization response in a URL: `None` if the URL has no response, and an empty string if
/// the response has no state. Other programs also use parameters with the names `code` and `error`. So a URL with these
/// parameters and without a state counts as a response only while a login is pending.
pub fn callback_state(url: &str, is_login_pending: bool) -> Option<String> {
    let (mut is_response, mut state) = (false, None);
    for (name, value) in query::pairs(query::split(url).1).flatten() {
        match &*name {
            "code" | "error" | "response" => is_response = true,
            "state" => state = state.or(Some(value.into_owned())),
            _ => {}
        }
    }
    (is_response && (is_login_pending || state.is_some())).then(|| state.unwrap_or_default())
}

/// A URL without the parameters of an authorization response. All other parameters and the fragment stay as they are.
pub fn remove_callback_parameters(url: &str) -> String {
    let (base, query) = query::split(url);
    let others =
        query::written(query).filter(|(name, _)| !RESPONSE_PARAMETERS.contains(&&**name)).map(|(_, pair)| pair);
    let fragment = url.find('#').and_then(|at| url.get(at..)).unwrap_or_default();
    query::join(base, others) + fragment
}
