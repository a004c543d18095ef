//! Where requests to the API may go: its own origin, and where its answers redirect to.

use nocodb_bitbucket_auth::api_request::{Redirect, Redirected, path, redirect};
use nocodb_bitbucket_auth::endpoints::{API_URL, Address};
use nocodb_bitbucket_auth::error::Code;

fn api() -> Address {
    Address::parse(API_URL).expect("an address")
}

#[test]
fn requests_to_the_api_have_a_path() {
    for (url, expected) in [
        ("https://api.bitbucket.org/2.0/user", "/user"),
        ("https://API.bitbucket.org/2.0/user?q=https://evil.example/", "/user"),
        ("https://api.bitbucket.org:443/2.0/repositories/acme?page=2", "/repositories/acme"),
        ("https://api.bitbucket.org/2.0/user#evil.example", "/user"),
        ("https://api.bitbucket.org/1.0/user", "/1.0/user"),
        ("https://api.bitbucket.org", "/"),
    ] {
        assert_eq!(path(&api(), url).as_deref(), Ok(expected), "{url}");
    }
}

#[test]
fn nothing_else_is_the_api() {
    for url in [
        "https://evil.example/2.0/user",
        "http://api.bitbucket.org/2.0/user",
        "https://api.bitbucket.org:8443/2.0/user",
        "https://api.bitbucket.org.evil.example/2.0/user",
        "https://api.bitbucket.org@evil.example/2.0/user",
        "https://dana:secret@api.bitbucket.org/2.0/user",
        "https://api.bitbucket.org\\@evil.example/2.0/user",
        "https://bitbucket.org/2.0/user",
        "https:///api.bitbucket.org/2.0/user",
        "//api.bitbucket.org/2.0/user",
        "/2.0/user",
        "data:text/plain,https://api.bitbucket.org/",
        "file:///etc/passwd",
        "",
    ] {
        let error = path(&api(), url).expect_err(url);
        assert_eq!(error.code, Code::ForeignOrigin, "{url}");
        assert!(!error.message().contains("evil") && !error.message().contains("secret"), "{url}");
    }
}

const OWN: &str = "https://api.bitbucket.org/2.0/user";
const FOREIGN: &str = "https://uploads.example/file";

fn redirected<'a>(method: &'a str, status: u16, location: &'a str) -> Redirected<'a> {
    Redirected { method, url: OWN, with_credential: true, status, location }
}

#[test]
fn the_credential_follows_within_the_api_only() {
    let judge = |method, status, location| redirect(&api(), &redirected(method, status, location));
    for status in [301, 302, 303, 307, 308] {
        let own = Redirect { with_credential: true, becomes_get: false };
        assert_eq!(judge("GET", status, OWN), Ok(own), "{status}");
        let foreign = Redirect { with_credential: false, becomes_get: false };
        assert_eq!(judge("GET", status, FOREIGN), Ok(foreign), "{status}");
        assert_eq!(judge("HEAD", status, FOREIGN), Ok(foreign), "{status}");
    }
}

#[test]
fn the_method_changes_as_fetch_says() {
    for (method, status, becomes_get) in [
        ("POST", 301, true),
        ("POST", 302, true),
        ("POST", 303, true),
        ("POST", 307, false),
        ("POST", 308, false),
        ("PUT", 301, false),
        ("PUT", 302, false),
        ("PUT", 303, true),
        ("DELETE", 308, false),
        ("HEAD", 303, false),
    ] {
        let judged = redirect(&api(), &redirected(method, status, OWN)).expect("own");
        assert_eq!(judged, Redirect { with_credential: true, becomes_get }, "{method} {status}");
        // A body goes nowhere else.
        let judged = redirect(&api(), &redirected(method, status, FOREIGN));
        match judged {
            Ok(judged) => {
                assert!(becomes_get || method == "HEAD", "{method} {status}");
                assert!(!judged.with_credential);
            }
            Err(error) => {
                assert!(!becomes_get && method != "HEAD", "{method} {status}");
                assert_eq!(error.code, Code::ForeignOrigin);
            }
        }
    }
}

#[test]
fn nothing_goes_from_https_to_http() {
    for location in ["http://api.bitbucket.org/2.0/user", "http://localhost/", "http://uploads.example/", "ftp://x/"]
    {
        for method in ["GET", "POST"] {
            let error = redirect(&api(), &redirected(method, 302, location)).expect_err(location);
            assert_eq!(error.code, Code::ForeignOrigin, "{location}");
        }
    }
}

#[test]
fn a_simulator_on_this_machine_may_redirect_within_http() {
    let api = Address::parse("http://127.0.0.1:8080/2.0").expect("an address");
    let url = "http://127.0.0.1:8080/2.0/user";
    let away =
        Redirected { method: "GET", url, with_credential: true, status: 302, location: "http://127.0.0.1:9090/" };
    assert_eq!(redirect(&api, &away), Ok(Redirect { with_credential: false, becomes_get: false }));
}

#[test]
fn a_credential_that_was_left_behind_does_not_come_back() {
    let back = Redirected { method: "GET", url: FOREIGN, with_credential: false, status: 302, location: OWN };
    assert_eq!(redirect(&api(), &back), Ok(Redirect { with_credential: false, becomes_get: false }));
}
