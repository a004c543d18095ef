//! Logins that a page starts: their redirect URI, how their callback is recognized, and how they end.

use nocodb_bitbucket_auth::authorization_response::{is_callback_url, validate_in_page};
use nocodb_bitbucket_auth::client_config::{ClientConfig, check_page_origin, missing_feature};
use nocodb_bitbucket_auth::endpoints::Endpoints;
use nocodb_bitbucket_auth::error::{Code, Error, Phase};
use nocodb_bitbucket_auth::pending_authorization::{
    LIFETIME_MS, callback_state, check_unmatched, complete, is_expired, login_timeout, remove_callback_parameters,
};
use nocodb_bitbucket_auth::state::State;

use crate::errors::assert_listed;

const ORIGIN: &str = "http://nocodb.test:8080";
const REDIRECT_URI: &str = "http://nocodb.test:8080/callback.html";
const NOW: f64 = 1_800_000_000_000.0;

fn client_on(origin: &str, redirect_uri: &str) -> Result<ClientConfig, Box<nocodb_bitbucket_auth::error::Error>> {
    ClientConfig::in_page("Key", redirect_uri, None, Endpoints::new(None, None, None).unwrap(), origin)
}

fn client() -> ClientConfig {
    client_on(ORIGIN, REDIRECT_URI).unwrap()
}

fn state() -> State {
    State::remembered("right").unwrap()
}

#[test]
fn the_redirect_uri_of_a_page_must_have_the_origin_of_the_page() {
    for (origin, redirect_uri) in [
        ("https://nocodb.example", "https://nocodb.test:8080/callback.html"),
        ("http://nocodb.example", "https://nocodb.example/"),
        ("https://nocodb.example", "http://nocodb.example/"),
        ("http://localhost:8080", "http://127.0.0.1:8080/"),
        ("http://localhost:8080", "http://localhost:8081/"),
        ("http://localhost", "http://localhost.evil.example/"),
        ("null", "http://localhost/"),
        ("", "http://localhost/"),
    ] {
        let error = client_on(origin, redirect_uri).unwrap_err();
        assert_listed(&error);
        assert_eq!((error.code, error.field.as_deref()), (Code::InvalidArgument, Some("redirectUri")), "{origin}");
        assert!(error.to_string().contains("not on the origin of this page"), "{error}");
    }
    for (origin, redirect_uri) in [
        (ORIGIN, REDIRECT_URI),
        ("http://nocodb.test", "http://NOCODB.test:80/dashboard/?tab=1"),
        ("https://nocodb.example", "https://nocodb.example:443/"),
        ("http://192.168.0.1:8080", "http://192.168.0.1:8080/"),
    ] {
        let client = client_on(origin, redirect_uri).unwrap();
        assert_eq!(client.redirect_uri().as_str(), redirect_uri);
        assert!(client.client_secret().is_none());
    }
    // The other rules for redirect URIs apply to pages, too.
    for redirect_uri in
        ["http://nocodb.test:8080/#f", "http://u@nocodb.test:8080/", "http://nocodb.test:8080/?state=1"]
    {
        assert!(client_on(ORIGIN, redirect_uri).is_err(), "{redirect_uri}");
    }
}

#[test]
fn the_error_for_a_missing_browser_feature_names_the_feature() {
    let error = check_page_origin("null").unwrap_err();
    assert_listed(&error);
    assert_eq!((error.code, error.phase), (Code::InvalidConfig, Phase::Authorize));
    assert_eq!(error.field.as_deref(), Some("origin"));
    assert!(error.to_string().contains("sandboxed frame"), "{error}");
    for origin in [ORIGIN, "https://null", "http://localhost"] {
        check_page_origin(origin).unwrap();
    }
    for (feature, words) in
        [("window", "A login can start only in a page"), ("sessionStorage", "missing, blocked or full")]
    {
        let error = missing_feature(feature);
        assert_listed(&error);
        assert_eq!((error.code, error.phase), (Code::InvalidConfig, Phase::Authorize));
        assert_eq!(error.field.as_deref(), Some(feature));
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_callback_is_recognized_by_its_origin_and_path() {
    for address in [
        "http://nocodb.test:8080/callback.html",
        "http://nocodb.test:8080/callback.html?",
        "http://nocodb.test:8080/callback.html?code=a&state=b#fragment",
        "http://nocodb.test:8080/callback.html?a=\\b",
        "HTTP://NOCODB.TEST:8080/./callback.html",
    ] {
        assert!(is_callback_url(&client(), address), "{address}");
    }
    for address in [
        "",
        "about:blank",
        "callback.html",
        "/callback.html",
        "?code=a",
        "https://nocodb.test:8080/callback.html",
        "http://nocodb.test/callback.html",
        "http://nocodb.test:8080/callback.html/",
        "http://nocodb.test:8080/callback.html.old",
        "http://nocodb.test:8080/CALLBACK.html",
        "http://nocodb.test:8080/elsewhere?http://nocodb.test:8080/callback.html",
        "http://evil.example/http://nocodb.test:8080/callback.html",
        "http://nocodb.test:8080@evil.example/callback.html",
        "http://evil.example#http://nocodb.test:8080/callback.html",
    ] {
        assert!(!is_callback_url(&client(), address), "{address}");
    }
}

#[test]
fn a_denied_login_is_not_an_error_unless_its_callback_is_invalid() {
    let result_of = |query: &str| {
        let address = format!("{REDIRECT_URI}?{query}");
        validate_in_page(&client(), &address, &state()).map(|code| code.map(|code| code.expose().to_owned())).map_err(
            |error| {
                assert_listed(&error);
                error.code
            },
        )
    };
    assert_eq!(result_of("code=abc&state=right"), Ok(Some("abc".to_owned())));
    assert_eq!(result_of("error=access_denied&state=right"), Ok(None));
    assert_eq!(result_of("error=access_denied"), Ok(None));
    assert_eq!(result_of("error=access_denied&state="), Ok(None));
    assert_eq!(result_of("error=access_denied&state=wrong"), Err(Code::StateMismatch));
    assert_eq!(result_of("error=invalid_scope"), Err(Code::StateMissing));
    assert_eq!(result_of("error=invalid_scope&state=right"), Err(Code::AuthorizationFailed));
    assert_eq!(result_of("code=abc"), Err(Code::StateMissing));
    assert_eq!(result_of("error=access_denied&iss=https://evil.example"), Err(Code::IssuerMismatch));
    assert_eq!(result_of("error=access_denied&error=x"), Err(Code::CallbackDuplicateParameter));
    assert_eq!(result_of("error=access_denied&response=x"), Err(Code::CallbackUnsupportedResponse));
}

#[test]
fn a_login_expires_after_ten_minutes() {
    assert_eq!(LIFETIME_MS, 600_000);
    assert_eq!(login_timeout(None).unwrap(), 600_000);
    assert_eq!(login_timeout(Some(1.0)).unwrap(), 1);
    assert_eq!(login_timeout(Some(600_000.0)).unwrap(), 600_000);
    for wrong in [0.0, 0.9, -1.0, 600_000.5, f64::INFINITY, f64::NAN] {
        let error = login_timeout(Some(wrong)).unwrap_err();
        assert_listed(&error);
        assert_eq!((error.phase, error.field.as_deref()), (Phase::Authorize, Some("timeoutMs")), "{wrong}");
    }
    for (started_at, over) in [
        (NOW, false),
        (NOW - 599_999.0, false),
        (NOW - 600_000.0, true),
        (NOW + 599_999.0, false),
        (NOW + 600_001.0, true),
        (0.0, true),
        (f64::NAN, true),
    ] {
        assert_eq!(is_expired(started_at, NOW), over, "{started_at}");
    }
}

#[test]
fn a_callback_in_the_url_of_a_loaded_page_is_validated_against_the_pending_login() {
    let code_and_phase = |error: Box<Error>| {
        assert_listed(&error);
        (error.code, error.phase)
    };
    let at = |query: &str| format!("{REDIRECT_URI}?{query}");
    let result_of = |query: &str, started_at: f64| {
        complete(&client(), &at(query), &state(), started_at, NOW)
            .map(|code| code.map(|code| code.expose().to_owned()))
            .map_err(code_and_phase)
    };
    let (fresh, old) = (NOW - 1.0, NOW - 600_000.0);
    assert_eq!(result_of("code=abc&state=right", fresh), Ok(Some("abc".to_owned())));
    assert_eq!(result_of("error=access_denied&state=right", fresh), Ok(None));
    assert_eq!(result_of("code=abc&state=right", old), Err((Code::AuthorizationTimeout, Phase::Callback)));
    let result_without_login = |query: &str| check_unmatched(&at(query)).map_err(code_and_phase);
    assert_eq!(result_without_login("code=abc&state=right"), Err((Code::StateMismatch, Phase::Callback)));
    assert_eq!(result_without_login("error=access_denied&state=right"), Err((Code::StateMismatch, Phase::Callback)));
    assert_eq!(result_without_login("code=abc"), Err((Code::StateMissing, Phase::Callback)));
    assert_eq!(result_without_login("error=access_denied"), Ok(()));
    let address = "http://nocodb.test:8080/?code=abc&state=right";
    let elsewhere = complete(&client(), address, &state(), fresh, NOW).unwrap_err();
    assert_eq!(elsewhere.code, Code::CallbackInvalid);
}

#[test]
fn an_authorization_response_is_distinguished_from_parameters_of_other_programs() {
    for (address, is_pending, state) in [
        ("https://a.example/?code=c&state=s", false, Some("s")),
        ("https://a.example/?state=s&error=e#f", false, Some("s")),
        ("https://a.example/?code=c&state=%73", false, Some("s")),
        ("https://a.example/?code=c&state=", false, Some("")),
        ("https://a.example/?code=c&state=a&state=b", false, Some("a")),
        ("https://a.example/?response=jwt", true, Some("")),
        ("https://a.example/?code=c", true, Some("")),
        ("https://a.example/?code=c", false, None),
        ("https://a.example/?error=not-found", false, None),
        ("https://a.example/?state=s", true, None),
        ("https://a.example/?tab=1", true, None),
        ("https://a.example/#code=c&state=s", true, None),
        ("https://a.example/", true, None),
    ] {
        assert_eq!(callback_state(address, is_pending).as_deref(), state, "{address}");
    }
}

#[test]
fn only_the_parameters_of_the_response_are_removed_from_a_url() {
    for (address, rest) in [
        ("https://a.example/p?code=c&state=s", "https://a.example/p"),
        ("https://a.example/p?tab=1&code=c&x=%zz&state=s&y#f?code=1", "https://a.example/p?tab=1&x=%zz&y#f?code=1"),
        ("https://a.example/p?code=%zz&c%6Fde=1&st%61te=2", "https://a.example/p"),
        ("https://a.example/p?error=e&error_description=d&error_uri=u&iss=i", "https://a.example/p"),
        ("https://a.example/p?&&codex=1&", "https://a.example/p?codex=1"),
        ("https://a.example/p#f", "https://a.example/p#f"),
        ("https://a.example/p", "https://a.example/p"),
        ("", ""),
    ] {
        assert_eq!(remove_callback_parameters(address), rest, "{address}");
    }
}
