//! Interprets what the command `doctor` finds in an installation.
//!
//! In: a client, and the responses of the endpoints and the redirect URI. Out: results as single words, numbers or
//! scopes; js/cli has the sentences. Never: a Key, a Secret or a URL in a result.

use crate::client_config::ClientConfig;
use crate::endpoints::WebUrl;
use crate::error::Code;
use crate::redis::Server;
use crate::retry_after::date;
use crate::scope::ScopeSet;

/// Bitbucket's two OAuth back ends, and the lengths of the Key and the Secret that each of them issues. The lengths were
/// observed and are not documented, so other lengths are not an error.
const LENGTHS: [(&str, usize, usize); 2] = [("older", 18, 32), ("newer", 32, 76)];

/// With a greater clock skew, tokens expire earlier or later here than at Bitbucket, and certificates may seem to be
/// invalid.
const MAX_CLOCK_SKEW_MS: f64 = 60_000.0;

/// Returns the length of the Secret in characters.
pub fn secret_length(client: &ClientConfig) -> usize {
    client.client_secret().map_or(0, |secret| secret.expose().chars().count())
}

/// Returns which of Bitbucket's two OAuth back ends issued the client, judging by the lengths of its Key and its Secret;
/// `None` if neither issues Keys and Secrets of these lengths.
pub fn generation(client: &ClientConfig) -> Option<&'static str> {
    let lengths = (client.client_id().chars().count(), secret_length(client));
    LENGTHS.iter().find(|(_, key, secret)| (*key, *secret) == lengths).map(|(name, ..)| *name)
}

/// Returns the requested scopes that Bitbucket no longer needs.
pub fn retired_scopes(client: &ClientConfig) -> ScopeSet {
    client.scopes().iter().filter(|scope| ScopeSet::is_retired(scope)).collect()
}

/// Whether the Redis URL `other` leads to the database with the number `database` of the Redis server at `address`. The
/// command passes the URL of NocoDB's cache, because NocoDB empties the database of its cache whenever it starts.
pub fn is_same_redis_database(address: &str, database: u32, other: &str) -> bool {
    let place = |server: Server| (server.host.to_ascii_lowercase(), server.port);
    let other = Server::parse(other).ok().filter(|other| other.database == database).map(place);
    other.is_some() && other == Server::parse(address).ok().map(place)
}

/// Returns what the error code of a failed token request says about the Key and the Secret. The command sends this
/// request with a made-up authorization code.
pub fn trial_exchange_outcome(code: Code) -> &'static str {
    match code {
        // Bitbucket accepted the client's credentials: otherwise it would not have checked the authorization code.
        Code::InvalidGrant => "accepted",
        Code::InvalidClient => "refused",
        Code::TokenRequestFailed => "failed",
        _ => "unknown",
    }
}

/// Returns the condition of an endpoint, judging by the status of its response to a request without a credential.
/// `is_for_users` is true for the authorization endpoint, which may redirect users who are not logged in. The other
/// endpoints do not redirect.
pub fn endpoint_status(is_for_users: bool, status: u16) -> &'static str {
    match status {
        500.. => "failing",
        // The response comes from a gateway that asks for a login, not from the endpoint.
        200..=399 if !is_for_users => "foreign",
        _ => "reached",
    }
}

/// Returns what kind of page or server is at the redirect URI. The command requests the redirect URI with the
/// parameters of an authorization response without a code (RFC 6749 section 4.1.2.1). The arguments describe the HTTP
/// response. `is_page` says whether its body is the callback page.
pub fn redirect_uri_status(
    redirect_uri: &WebUrl,
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

/// Classifies a redirect that the redirect URI returns. The browser follows the redirect, so the query of `location`
/// has to contain the authorization response.
fn judge_redirect(redirect_uri: &WebUrl, location: &str) -> &'static str {
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

/// Returns by how many seconds this machine's clock is ahead of a server's; a negative number when it is behind. The
/// server wrote the date between the times `earliest` and `latest` of this machine's clock, in milliseconds since
/// 1970. Returns 0 for a harmless difference, and `None` if the text is not a date.
pub fn clock_skew(written: &str, earliest: f64, latest: f64) -> Option<f64> {
    let date = date(written.trim(), latest)?;
    // The date contains no fractions of a second.
    let skew = if date > latest { latest - date } else { (earliest - date - 1000.0).max(0.0) };
    Some(if skew.abs() > MAX_CLOCK_SKEW_MS { (skew / 1000.0).round() } else { 0.0 })
}
