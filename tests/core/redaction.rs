//! Secrets do not appear in `Debug` output, messages or descriptions.

use crate::fixtures;
use nocodb_bitbucket_auth::api_response::{ApiResponse, ResponseFields, to_error};
use nocodb_bitbucket_auth::authorization_request::{AuthorizationRequest, RANDOM_BYTES, authorization_url};
use nocodb_bitbucket_auth::authorization_response::validate;
use nocodb_bitbucket_auth::client_config::ClientConfig;
use nocodb_bitbucket_auth::connection_test::{ConnectionTest, TestContext};
use nocodb_bitbucket_auth::credential::{AuthType, Credential};
use nocodb_bitbucket_auth::endpoints::Endpoints;
use nocodb_bitbucket_auth::environment::{ClientCredentials, Environment, variable};
use nocodb_bitbucket_auth::grant_type::GrantType;
use nocodb_bitbucket_auth::secret::{Secret, clean_description};
use nocodb_bitbucket_auth::state::State;
use nocodb_bitbucket_auth::token_request::TokenRequest;
use nocodb_bitbucket_auth::token_response::{TokenResponse, parse};
use nocodb_bitbucket_auth::token_set::Previous;
use serde_json::json;

const MARK: &str = "MARKED-SECRET";

fn client() -> ClientConfig {
    let endpoints = Endpoints::new(None, None, None).unwrap();
    ClientConfig::new("Key", Some(MARK), "https://nocodb.example/", None, endpoints).unwrap()
}

#[test]
fn a_secret_prints_as_redacted() {
    let secret = Secret::new(MARK);
    assert_eq!(format!("{secret:?} {secret:#?}"), "[redacted] [redacted]");
    assert_eq!(secret.expose(), MARK);
}

#[test]
fn debug_output_shows_no_secret() {
    let client = client();
    let state = State::remembered(MARK).unwrap();
    let query = format!("code={MARK}&state={MARK}");
    let code = validate(&client, &query, &state).unwrap();
    let exchange = TokenRequest::authorization_code(&client, &code, None, None).unwrap();
    let refresh = TokenRequest::refresh_token(&client, MARK).unwrap();
    let body = format!(r#"{{"access_token":"{MARK}","refresh_token":"{MARK}","token_type":"bearer"}}"#);
    let response = TokenResponse {
        request_body: Some(refresh.body.expose()),
        ..fixtures::token_response(GrantType::RefreshToken, &body)
    };
    let tokens = parse(&client, &response, &Previous::default()).unwrap();
    let previous = Previous { refresh_token: Some(Secret::new(MARK)), scopes: None };
    let request = AuthorizationRequest::new(&client, &authorization_url(&client), &[7; RANDOM_BYTES], &[]).unwrap();
    let shown = format!("{client:?}{state:?}{code:?}{exchange:?}{refresh:?}{tokens:?}{previous:?}");
    assert_eq!(format!("{request:?}"), "AuthorizationRequest([redacted])");
    assert!(!shown.contains(MARK) && !shown.contains("TUFSS0VE"), "{shown}");
    assert!(shown.contains("[redacted]"));
}

#[test]
fn only_the_authorization_header_exposes_the_token_of_a_credential() {
    for (kind, header) in [("oauth", "Bearer"), ("api_key", "Bearer"), ("basic", "Basic")] {
        let config = json!({
            "type": kind, "token": MARK, "oauth_token": MARK, "refresh_token": MARK, "email": "dana@example.com",
        });
        let credential = Credential::read(&config.to_string(), ClientCredentials::Refused).unwrap();
        let authorization = credential.authorization().unwrap();
        assert!(authorization.expose().starts_with(header));
        let shown = format!("{credential:?} {authorization:?} {:?}", credential.hint());
        assert!(!shown.contains(MARK) && !shown.contains(authorization.expose()), "{shown}");
        assert!(shown.contains("[redacted]"));
    }
}

#[test]
fn the_error_for_an_invalid_credential_does_not_show_the_credential() {
    let unusable = format!("{MARK} {MARK}");
    let read = |kind: &str, token: &str| {
        let config = json!({ "type": kind, "token": token, "oauth_token": unusable, "email": unusable });
        Credential::read(&config.to_string(), ClientCredentials::Refused).unwrap_err()
    };
    for kind in ["basic", "api_key", "oauth", MARK] {
        let error = read(kind, &unusable);
        assert!(!format!("{error} {error:?}").contains(MARK), "{error}");
    }
    let error = read("basic", "token");
    assert_eq!(error.field.as_deref(), Some("email"));
    assert!(!format!("{error} {error:?}").contains(MARK), "{error}");
    for config in [MARK.to_owned(), format!("[\"{MARK}\"]"), format!("{{\"type\":\"{MARK}\",\"type\":1}}")] {
        let error = Credential::read(&config, ClientCredentials::Refused).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(MARK), "{error}");
    }
    for (workspace, repository) in [(Some(unusable.as_str()), None), (None, Some(unusable.as_str()))] {
        let error = ConnectionTest::new(&TestContext {
            auth_type: AuthType::ApiKey,
            workspace,
            repository,
            hint: None,
            requested: None,
            granted: None,
        });
        assert!(!format!("{error:?}").contains(MARK), "{error:?}");
    }
}

/// The shim removes the credential that it sent. This test covers other secrets in a response.
#[test]
fn an_error_does_not_show_text_that_looks_like_a_token() {
    let token = format!("ATATT3xFfGF0-{MARK}-FAKE");
    let address = format!("https://evil.example/{MARK}");
    for status in [400, 401, 403, 404, 410, 429, 500] {
        for text in [&token, &address] {
            let body = format!(
                r#"{{"type":"error","error":{{"message":"{text}","detail":"Bearer {text}","data":{{"announcement_url":"{text}"}}}}}}"#
            );
            let scopes = format!(
                r#"{{"type":"error","error":{{"message":"{text}","detail":{{"required":["account","{text}"],"granted":["{text}"]}}}}}}"#
            );
            for body in [&body, &scopes, text] {
                let error = to_error(&ApiResponse {
                    status,
                    // Every header field contains the text.
                    fields: &ResponseFields::read(|_| Ok::<_, ()>(Some(text.clone()))).unwrap(),
                    body: body.as_bytes(),
                    received_at: 0.0,
                    auth_type: AuthType::OAuth,
                    path: Some(text),
                    is_foreign_origin: false,
                });
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains(MARK), "{shown}");
            }
        }
    }
}

#[test]
fn state_and_verifier_come_from_different_random_bytes() {
    let mut random = [0; RANDOM_BYTES];
    random.iter_mut().zip(0..).for_each(|(byte, at)| *byte = at);
    let request = AuthorizationRequest::new(&client(), &authorization_url(&client()), &random, &[]).unwrap();
    assert_ne!(request.state.expose(), request.code_verifier.expose());
    assert!(!request.url.contains(request.code_verifier.expose()));
    assert_eq!(
        format!("{:?}{:?}", request.state, request.code_verifier),
        "State([redacted])CodeVerifier([redacted])"
    );
}

#[test]
fn a_problem_of_the_environment_names_the_variable_and_never_its_value() {
    // The core accepts every value of these variables: each value counts as on or off, or NocoDB validates the value.
    let takes_anything = |name: &str| variable::NOCODB_WORKERS.contains(&name) || name == variable::NOCODB_PUBLIC_URL;
    for name in variable::ALL.into_iter().filter(|name| !takes_anything(name)) {
        let value = format!("{MARK} \u{7} \" http://{MARK}");
        let environment = Environment::read(|asked| (asked == name).then(|| value.clone()));
        let problem = environment.problems.iter().find(|problem| problem.field.as_deref() == Some(name)).unwrap();
        assert!(!format!("{problem:?} {problem}").contains(MARK), "{problem}");
        assert!(problem.to_string().contains(name));
    }
}

#[test]
fn a_description_is_sanitized() {
    let clean = |text: &str| clean_description(text, ["", "12345678", "secret"]);
    assert_eq!(clean("a  b\tc"), Some("a b c".to_owned()));
    assert_eq!(clean("a 12345678 b"), Some("a [redacted] b".to_owned()));
    assert_eq!(clean("a secret b"), None);
    assert_eq!(clean(""), None);
    assert_eq!(clean("\u{0}\u{200b}\u{feff}"), None);
    let (long, longer) = ("x".repeat(23), "x".repeat(24));
    assert_eq!(clean(&long), Some(long));
    assert_eq!(clean(&longer), Some("[redacted]".to_owned()));
    let words = "word ".repeat(40);
    assert_eq!(clean(words.trim()).unwrap().chars().count(), 199);
    assert_eq!(clean(&format!("w{}", words.trim())).unwrap().chars().count(), 200);
    assert!(!clean(&format!("w{}", words.trim())).unwrap().ends_with('…'));
    let more = "word ".repeat(41);
    assert_eq!(clean(&more).unwrap().chars().count(), 200);
    assert!(clean(&more).unwrap().ends_with('…'));
}

#[test]
fn control_characters_become_spaces_and_invisible_ones_are_removed() {
    for c in "\u{0}\u{1f}\u{7f}\u{80}\u{85}\u{9f}\u{a0}\u{3000}".chars() {
        assert_eq!(clean_description(&format!("a{c}b"), []), Some("a b".to_owned()), "{}", c.escape_unicode());
    }
    let invisible = "\u{ad}\u{61c}\u{115f}\u{180e}\u{200b}\u{200f}\u{2028}\u{202e}\u{2060}\u{206f}\u{3164}\u{fe00}\u{fe0f}\u{feff}\u{fff9}\u{fffb}\u{e0001}\u{e01ef}";
    for c in invisible.chars() {
        assert_eq!(clean_description(&format!("a{c}b"), []), Some("ab".to_owned()), "{}", c.escape_unicode());
    }
    for c in "é€😀ـ".chars() {
        assert_eq!(clean_description(&format!("a{c}b"), []), Some(format!("a{c}b")));
    }
}

#[test]
fn secrets_are_compared_by_value() {
    assert_eq!(Secret::new("same"), Secret::new("same"));
    assert_ne!(Secret::new("same"), Secret::new("sama"));
    assert_ne!(Secret::new("same"), Secret::new("sam"));
}
