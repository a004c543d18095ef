//! How the command `doctor` interprets what it finds.

use nocodb_bitbucket_auth::client_config::ClientConfig;
use nocodb_bitbucket_auth::doctor::{
    clock_skew, endpoint_status, generation, is_same_redis_database, redirect_uri_status, retired_scopes,
    secret_length, trial_exchange_outcome,
};
use nocodb_bitbucket_auth::endpoints::{Endpoints, WebUrl};
use nocodb_bitbucket_auth::error::Code;
use nocodb_bitbucket_auth::scope::ScopeSet;

fn client(key: &str, secret: Option<&str>, scopes: &str) -> ClientConfig {
    let scopes = ScopeSet::parse(scopes).unwrap();
    ClientConfig::new(key, secret, "https://nocodb.example/", Some(scopes), Endpoints::new(None, None, None).unwrap())
        .unwrap()
}

#[test]
fn the_lengths_of_key_and_secret_show_which_back_end_of_bitbucket_issued_them() {
    for (key, secret, expected) in [
        (18, 32, Some("older")),
        (32, 76, Some("newer")),
        (18, 76, None),
        (32, 32, None),
        (17, 32, None),
        (18, 33, None),
        (32, 75, None),
    ] {
        let client = client(&"k".repeat(key), Some(&"s".repeat(secret)), "account");
        assert_eq!((secret_length(&client), generation(&client)), (secret, expected));
    }
    assert_eq!(secret_length(&client("key", None, "account")), 0);
}

#[test]
fn requested_scopes_that_bitbucket_no_longer_needs_are_listed() {
    let retired = |scopes: &str| retired_scopes(&client("key", None, scopes)).to_string();
    assert_eq!(retired("repository issue account issue:write wiki"), "issue issue:write wiki");
    assert_eq!(retired("repository account issues"), "");
    assert_eq!(retired(""), "");
}

#[test]
fn a_rejected_authorization_code_shows_that_key_and_secret_were_accepted() {
    for code in Code::ALL {
        let expected = match code {
            Code::InvalidGrant => "accepted",
            Code::InvalidClient => "refused",
            Code::TokenRequestFailed => "failed",
            _ => "unknown",
        };
        assert_eq!(trial_exchange_outcome(*code), expected, "{}", code.as_str());
    }
}

#[test]
fn only_the_authorization_endpoint_may_return_a_page_or_a_redirect() {
    for (status, for_users, for_programs) in [
        (200, "reached", "foreign"),
        (302, "reached", "foreign"),
        (399, "reached", "foreign"),
        (400, "reached", "reached"),
        (401, "reached", "reached"),
        (405, "reached", "reached"),
        (429, "reached", "reached"),
        (499, "reached", "reached"),
        (500, "failing", "failing"),
        (503, "failing", "failing"),
    ] {
        assert_eq!(
            (endpoint_status(true, status), endpoint_status(false, status)),
            (for_users, for_programs),
            "{status}"
        );
    }
}

#[test]
fn the_response_at_the_redirect_uri_determines_the_reported_status() {
    let root = WebUrl::parse("https://nocodb.example/").unwrap();
    let below = WebUrl::parse("https://nocodb.example/noco/cb?tenant=7").unwrap();
    let local = WebUrl::parse("http://localhost:8080/").unwrap();
    for (address, status, location, is_page, expected) in [
        (&local, 302, Some("https://login.example/"), false, "elsewhere"),
        (&local, 302, Some("https://localhost:8080/"), false, "elsewhere"),
        (&local, 302, Some("http://localhost/"), false, "elsewhere"),
        (&root, 200, None, true, "page"),
        (&root, 200, None, false, "other-page"),
        (&root, 200, Some("/dashboard"), false, "other-page"),
        (&root, 204, None, false, "other-page"),
        (&root, 304, None, false, "other-page"),
        // The plugin's page always has the status 200.
        (&root, 404, None, true, "missing"),
        (&root, 410, None, false, "missing"),
        (&root, 401, None, false, "guarded"),
        (&root, 403, None, false, "guarded"),
        (&root, 502, None, false, "failing"),
        (&root, 302, Some("/dashboard"), false, "query-lost"),
        (&root, 302, Some("dashboard?x=1"), false, "query-lost"),
        (&root, 301, Some("/dashboard/?error=access_denied&state=x"), false, "moved"),
        (&root, 302, Some("https://nocodb.example:443/?state=x"), false, "moved"),
        (&root, 302, Some("https://login.example/?state=x"), false, "elsewhere"),
        (&root, 302, Some("https://nocodb.example:8443/?state=x"), false, "elsewhere"),
        (&root, 302, Some("https://nocodb.example.evil/"), false, "elsewhere"),
        (&root, 302, Some("http://nocodb.example/?state=x"), false, "downgrade"),
        (&root, 302, Some("http://login.example/"), false, "elsewhere"),
        (&root, 302, Some("//["), false, "elsewhere"),
        (&below, 308, Some("?state=x"), false, "moved"),
        (&below, 308, Some("/noco/?tenant=7"), false, "query-lost"),
    ] {
        assert_eq!(redirect_uri_status(address, status, location, is_page), expected, "{status} {location:?}");
    }
}

#[test]
fn a_clock_skew_of_at_most_a_minute_is_ignored() {
    // 2026-11-28T12:00:00Z
    let written = "Sat, 28 Nov 2026 12:00:00 GMT";
    let noon = 1_795_867_200_000.0;
    for (earliest, latest, seconds) in [
        (noon, noon + 200.0, Some(0.0)),
        (noon - 60_000.0, noon - 60_000.0, Some(0.0)),
        (noon - 61_000.0, noon - 60_001.0, Some(-60.0)),
        (noon - 3_600_000.0, noon - 3_600_000.0, Some(-3600.0)),
        // A date has no fractions of a second, so the server may have written it up to a second later than it says.
        (noon + 61_000.0, noon + 62_000.0, Some(0.0)),
        (noon + 63_000.0, noon + 64_000.0, Some(62.0)),
        // The response took so long that the difference is unknown.
        (noon - 1000.0, noon + 300_000.0, Some(0.0)),
    ] {
        assert_eq!(clock_skew(written, earliest, latest), seconds, "{earliest}");
    }
    for other in ["", "yesterday", "2026-11-28T12:00:00Z"] {
        assert_eq!(clock_skew(other, noon, noon), None);
    }
}

#[test]
fn two_redis_urls_with_the_same_database_are_recognized() {
    let own = "redis://user:marked@redis.example:6379/5";
    for (database, other, expected) in [
        (5, "redis://redis.example/5", true),
        (5, "rediss://:other@REDIS.example:6379?db=5", true),
        (5, "redis://redis.example/4", false),
        (0, "redis://redis.example", true),
        (5, "redis://redis.example:6380/5", false),
        (5, "redis://other.example/5", false),
        (5, "", false),
        (5, "nonsense", false),
    ] {
        assert_eq!(is_same_redis_database(own, database, other), expected, "{database} {other}");
    }
    assert!(!is_same_redis_database("nonsense", 0, "nonsense"));
}
