//! What the command `doctor` finds out about an installation: what its facts mean.
//!
//! In: a client, and what endpoints and the redirect URI answered. Out: verdicts in a word; js/cli has the sentences. What
//! never happens here: a value of the configuration in a verdict.

use crate::client_config::ClientConfig;
use crate::endpoints::Address;
use crate::error::Code;
use crate::redis::Server;
use crate::retry_after::date;
use crate::scope::ScopeSet;

/// The lengths of Key and Secret in Bitbucket's two OAuth back ends. They were seen, not documented, so others are no error.
const LENGTHS: [(&str, usize, usize); 2] = [("older", 18, 32), ("newer", 32, 76)];

/// A clock that is as far off has tokens expire at other times than Bitbucket, and certificates look invalid.
const MOST_CLOCK_SKEW_MS: f64 = 60_000.0;

/// How many characters the Secret has.
pub fn secret_length(client: &ClientConfig) -> usize {
    client.client_secret().map_or(0, |secret| secret.expose().chars().count())
}

/// Which of Bitbucket's kinds of clients has a Key and a Secret of these lengths.
pub fn generation(client: &ClientConfig) -> Option<&'static str> {
    let lengths = (client.client_id().chars().count(), secret_length(client));
    LENGTHS.iter().find(|(_, key, secret)| (*key, *secret) == lengths).map(|(name, ..)| *name)
}

/// The requested scopes that Bitbucket no longer asks for.
pub fn retired_scopes(client: &ClientConfig) -> ScopeSet {
    client.scopes().iter().filter(|scope| ScopeSet::is_retired(scope)).collect()
}

/// Whether an address of a Redis leads to this database of the Redis at another address: then NocoDB's cache, which empties its
/// own database at each start, empties that.
pub fn is_same_redis_database(address: &str, database: u32, other: &str) -> bool {
    let place = |server: Server| (server.host.to_ascii_lowercase(), server.port);
    let other = Server::parse(other).ok().filter(|other| other.database == database).map(place);
    other.is_some() && other == Server::parse(address).ok().map(place)
}

/// What it means for Key and Secret that the exchange of a code that never was one failed with this code.
pub fn trial_exchange_outcome(code: Code) -> &'static str {
    match code {
        // The client was believed, or its code would not have been looked at.
        Code::InvalidGrant => "accepted",
        Code::InvalidClient => "refused",
        Code::TokenRequestFailed => "failed",
        _ => "unknown",
    }
}

/// What an endpoint that was asked without a credential shows by its status. `is_for_users`: the authorization endpoint,
/// which may send whoever is not signed in elsewhere; the others answer by themselves.
pub fn endpoint_status(is_for_users: bool, status: u16) -> &'static str {
    match status {
        500.. => "failing",
        // A gateway's login page.
        200..=399 if !is_for_users => "foreign",
        _ => "reached",
    }
}

/// What is at the redirect URI, when it was asked with an authorization response without a code (RFC 6749 section 4.1.2.1).
/// `is_page`: whether the answer is the callback page.
pub fn redirect_uri_status(
    redirect_uri: &Address,
    status: u16,
    location: Option<&str>,
    is_page: bool,
) -> &'static str {
    match (status, location) {
        (200, _) if is_page => "page",
        (300..=399, Some(location)) => judge_redirect(redirect_uri, location),
        (401 | 403, _) => "guarded",
        (404 | 410, _) => "missing",
        (500.., _) => "failing",
        _ => "other-page",
    }
}

/// The browser goes on to the location, and with it what stands in its query.
fn judge_redirect(redirect_uri: &Address, location: &str) -> &'static str {
    let Some(target) = redirect_uri.resolve(location) else { return "elsewhere" };
    let origin = crate::endpoints::origin(&target);
    if origin != redirect_uri.origin() {
        let is_downgrade = redirect_uri
            .origin()
            .strip_prefix("https:")
            .is_some_and(|rest| origin.strip_prefix("http:") == Some(rest));
        return if is_downgrade { "downgrade" } else { "elsewhere" };
    }
    if target.query_pairs().any(|(name, _)| name == "state") { "moved" } else { "query-lost" }
}

/// By how many seconds this machine's clock is ahead of the server that wrote a date between two of its own times, in
/// milliseconds since the epoch; negative: it is behind. 0 as long as that does no harm; `None` for what is no date.
pub fn clock_skew(written: &str, earliest: f64, latest: f64) -> Option<f64> {
    let date = date(written.trim(), latest)?;
    // A date has no fractions of seconds.
    let skew = if date > latest { latest - date } else { (earliest - date - 1000.0).max(0.0) };
    Some(if skew.abs() > MOST_CLOCK_SKEW_MS { (skew / 1000.0).round() } else { 0.0 })
}
