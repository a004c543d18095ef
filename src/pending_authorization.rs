//! A login that a page has started and whose callback has not come: how long it is waited for, and whether the address
//! of a page that was loaded is its callback (RFC 6749 sections 4.1.1 and 4.1.2).
//!
//! In: times, the page's address, what was remembered. Out: verdicts, and the address without the response. What never
//! happens here: a response being believed; authorization_response.rs judges it.

use crate::authorization_response::{AuthorizationCode, READ, is_denial, validate_in_page};
use crate::client_config::ClientConfig;
use crate::error::{Code, Error, Phase, Result};
use crate::query;
use crate::state::State;

/// How long a login may take: as long as a code may live at most (RFC 6749 section 4.1.2).
pub const LIFETIME_MS: u32 = 600_000;

/// How long a page waits: what its caller says, in milliseconds, or as long as a login may take.
pub fn login_timeout(wanted: Option<f64>) -> Result<u32> {
    match wanted {
        None => Ok(LIFETIME_MS),
        Some(wanted) if (1.0..=f64::from(LIFETIME_MS)).contains(&wanted) => Ok(wanted as u32),
        Some(_) => Err(login_timeout_error()),
    }
}

/// The error for a time that nobody may wait.
pub fn login_timeout_error() -> Box<Error> {
    Error::argument(Phase::Authorize, "timeoutMs", "must be from 1 to 600000 milliseconds")
}

/// Whether a login that began at `started_at` is over at `now`. A clock that was set back far is as good as one that
/// went on, and so is a time that is none.
pub fn is_expired(started_at: f64, now: f64) -> bool {
    let lifetime = f64::from(LIFETIME_MS);
    !(-lifetime..lifetime).contains(&(now - started_at))
}

/// Judges the address of a page that was loaded, against the one login that its state names: who sent the user away, with
/// which state, and when. `None` when the user said no.
pub fn complete(
    client: &ClientConfig,
    address: &str,
    state: &State,
    started_at: f64,
    now: f64,
) -> Result<Option<AuthorizationCode>> {
    if is_expired(started_at, now) {
        return Err(Error::new(Code::AuthorizationTimeout, Phase::Callback));
    }
    validate_in_page(client, address, state)
}

/// Refuses a response whose state names no login: it was used before, or was never asked for here. That the user said no may
/// have been said without a state.
pub fn check_unmatched(address: &str) -> Result<()> {
    match callback_state(address, true).as_deref() {
        None | Some("") if is_denial(query::split(address).1)? => Ok(()),
        None | Some("") => Err(Error::new(Code::StateMissing, Phase::Callback)),
        Some(_) => Err(Error::new(Code::StateMismatch, Phase::Callback)),
    }
}

/// The state of the response that an address carries, empty when it has none; `None` when there is no response. Other
/// programs use the names `code` and `error`, too: without a state they count only while a login is pending.
pub fn callback_state(address: &str, is_pending: bool) -> Option<String> {
    let (mut is_response, mut state) = (false, None);
    for (name, value) in query::pairs(query::split(address).1).flatten() {
        match &*name {
            "code" | "error" | "response" => is_response = true,
            "state" => state = state.or(Some(value.into_owned())),
            _ => {}
        }
    }
    (is_response && (is_pending || state.is_some())).then(|| state.unwrap_or_default())
}

/// An address without the parameters of a response. All others stay as they are, and so does the fragment.
pub fn remove_callback_parameters(address: &str) -> String {
    let (place, query) = query::split(address);
    let others = query::written(query).filter(|(name, _)| !READ.contains(&&**name)).map(|(_, pair)| pair);
    let fragment = address.find('#').and_then(|at| address.get(at..)).unwrap_or_default();
    query::join(place, others) + fragment
}
