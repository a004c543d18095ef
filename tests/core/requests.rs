//! Which requests may be retried or prefetched, and how connections get new tokens.

use nocodb_bitbucket_auth::authorization_response::is_from_another_login;
use nocodb_bitbucket_auth::client_config::ClientConfig;
use nocodb_bitbucket_auth::endpoints::Endpoints;
use nocodb_bitbucket_auth::error::{Code, Phase};
use nocodb_bitbucket_auth::grant_type::GrantType;
use nocodb_bitbucket_auth::pages_ahead::is_usable;
use nocodb_bitbucket_auth::retry::{is_safe, may_repeat};
use nocodb_bitbucket_auth::token_request::TokenRequest;

#[test]
fn a_prefetch_is_usable_only_if_its_result_is_a_page_or_a_429_or_a_timeout() {
    for status in [200, 429] {
        assert!(is_usable(Some(status), None), "{status}");
    }
    for status in [202, 301, 401, 403, 404, 500, 503] {
        assert!(!is_usable(Some(status), None), "{status}");
    }
    assert!(is_usable(None, Some(Code::RequestTimeout)));
    for code in [Code::RequestFailed, Code::RequestAborted, Code::ApiRateLimited, Code::ResponseInvalid] {
        assert!(!is_usable(None, Some(code)), "{code:?}");
    }
    assert!(!is_usable(None, None));
}

#[test]
fn only_a_request_with_an_idempotent_method_may_be_repeated() {
    let repeated = |method| may_repeat(method, Code::RequestFailed, None, Phase::Api);
    for (method, safe, repeatable) in [
        ("GET", true, true),
        ("HEAD", true, true),
        ("OPTIONS", true, true),
        ("TRACE", true, true),
        ("PUT", false, true),
        ("DELETE", false, true),
        ("POST", false, false),
        ("PATCH", false, false),
        ("get", false, false),
    ] {
        assert_eq!((is_safe(method), repeated(method)), (safe, repeatable), "{method}");
    }
}

#[test]
fn a_callback_of_another_login_does_not_end_the_pending_login() {
    for code in [Code::StateMissing, Code::StateMismatch, Code::CallbackInvalid] {
        assert!(is_from_another_login(code), "{code:?}");
    }
    for code in [Code::AccessDenied, Code::AuthorizationFailed, Code::CodeMissing, Code::IssuerMismatch] {
        assert!(!is_from_another_login(code), "{code:?}");
    }
}

#[test]
fn a_connection_gets_new_tokens_with_its_refresh_token_or_with_client_credentials() {
    let endpoints = Endpoints::new(None, None, None).unwrap();
    let client = ClientConfig::new("Key", Some("Secret"), "https://nocodb.example/", None, endpoints).unwrap();
    let body = |grant| TokenRequest::for_grant_type(&client, grant, "RT").unwrap().body.expose().to_owned();
    assert_eq!(body(GrantType::RefreshToken), "grant_type=refresh_token&refresh_token=RT");
    assert_eq!(body(GrantType::AuthorizationCode), "grant_type=refresh_token&refresh_token=RT");
    assert_eq!(body(GrantType::ClientCredentials), "grant_type=client_credentials");
    assert!(TokenRequest::for_grant_type(&client, GrantType::RefreshToken, "").is_err());
}
