//! What each fuzz target does with the bytes from the fuzzer. The native tests run the same functions with the corpus.
//!
//! A function fails if the core panics, if an error contains a secret, or if the core accepts an invalid value.

#![allow(dead_code, reason = "each fuzz target calls only one of these functions")]

use nocodb_bitbucket_auth::api_response::{ApiResponse, ResponseFields, to_error};
use nocodb_bitbucket_auth::authorization_request::{AuthorizationRequest, RANDOM_BYTES, authorization_url};
use nocodb_bitbucket_auth::authorization_response::{MAX_CODE_LENGTH, validate};
use nocodb_bitbucket_auth::client_config::ClientConfig;
use nocodb_bitbucket_auth::connection_test::{ConnectionTest, TestContext};
use nocodb_bitbucket_auth::credential::AuthType;
use nocodb_bitbucket_auth::endpoints::Endpoints;
use nocodb_bitbucket_auth::environment::{Environment, variable};
use nocodb_bitbucket_auth::error::{Code, Error, NOCODB_REFRESH_PHRASES};
use nocodb_bitbucket_auth::grant_type::GrantType;
use nocodb_bitbucket_auth::scope::ScopeSet;
use nocodb_bitbucket_auth::secret::Secret;
use nocodb_bitbucket_auth::state::State;
use nocodb_bitbucket_auth::token_request::MAX_TOKEN_LENGTH;
use nocodb_bitbucket_auth::token_response::{TokenResponse, parse};
use nocodb_bitbucket_auth::token_set::Previous;
use url::Url;

const STATE: &str = "af0ifjsldkj";
const SECRET: &str = "s3cr3t-of-the-client";
const REFRESH_TOKEN: &str = "OLD-REFRESH-TOKEN";

fn client() -> ClientConfig {
    let endpoints = Endpoints::new(None, None, None).expect("Bitbucket's addresses");
    ClientConfig::new("Key", Some(SECRET), "https://nocodb.example/dashboard/", None, endpoints).expect("a client")
}

fn tells(error: &Error, secret: &str) -> bool {
    format!("{error} {error:?}").contains(secret)
}

/// The bytes are a callback.
pub fn callback(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let client = client();
    let state = State::remembered(STATE).expect("a state");
    for callback in [&*text, &format!("?{text}")] {
        match validate(&client, callback, &state) {
            Ok(code) => {
                let code = code.expose();
                assert!(!code.is_empty() && code.len() <= MAX_CODE_LENGTH && !code.chars().any(char::is_control));
                let other = State::remembered("another").expect("a state");
                assert!(validate(&client, callback, &other).is_err());
            }
            Err(error) => assert!(!tells(&error, STATE) && !tells(&error, SECRET)),
        }
    }
}

/// The first three bytes select the grant type, the status and the media type. The rest of the first line is the value
/// of two header fields. The body follows.
pub fn token_response(data: &[u8]) {
    let [grant, status, media_type, rest @ ..] = data else { return };
    let statuses = [200, 200, 200, 400, 401, 403, 429, 500, 302, 204];
    let media_types = [Some("application/json"), None, Some("text/html")];
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (header, body) = rest.split_at(end);
    let header = core::str::from_utf8(header).ok().filter(|text| !text.is_empty());
    let response = TokenResponse {
        status: statuses[usize::from(*status) % statuses.len()],
        content_type: media_types[usize::from(*media_type) % media_types.len()],
        www_authenticate: header,
        retry_after: header,
        body,
        received_at: 1.7e12,
        grant_type: GrantType::ALL[usize::from(*grant) % GrantType::ALL.len()],
        request_body: Some("grant_type=authorization_code&code=SplxlOBeZQQYbYS6"),
    };
    let previous = Previous { refresh_token: Some(Secret::new(REFRESH_TOKEN)), scopes: None };
    match parse(&client(), &response, &previous) {
        Ok(tokens) => {
            for token in [Some(&tokens.access_token), tokens.refresh_token.as_ref()].into_iter().flatten() {
                let token = token.expose();
                assert!((1..=MAX_TOKEN_LENGTH).contains(&token.len()));
                assert!(token.bytes().all(|byte| byte.is_ascii_graphic()));
            }
            assert!(tokens.expires_at.is_none_or(|time| (1.7e12..=1.7e12 + 315_360_000_000.0).contains(&time)));
        }
        Err(error) => {
            for secret in [SECRET, REFRESH_TOKEN, "SplxlOBeZQQYbYS6"] {
                assert!(!tells(&error, secret));
            }
        }
    }
}

/// The first two bytes select the type of the credential and the status. The rest of the first line is the value of
/// `Retry-After`. The body follows.
pub fn api_response(data: &[u8]) {
    let [auth_type, status, rest @ ..] = data else { return };
    let statuses = [200, 400, 401, 403, 403, 404, 407, 410, 410, 429, 500, 503];
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (header, body) = rest.split_at(end);
    let retry_after = core::str::from_utf8(header).ok().filter(|text| !text.is_empty());
    let status = statuses[usize::from(*status) % statuses.len()];
    let auth_type = AuthType::ALL[usize::from(*auth_type) % AuthType::ALL.len()];
    let body = body.get(1..).unwrap_or_default();
    let field = |name: &str| retry_after.filter(|_| name == "retry-after").map(str::to_owned);
    let Ok(fields) = ResponseFields::read(|name| Ok::<_, core::convert::Infallible>(field(name)));
    let response = ApiResponse {
        status,
        fields: &fields,
        body,
        received_at: 1.7e12,
        auth_type,
        path: None,
        is_foreign_origin: false,
    };
    let error = to_error(&response);
    check_api_error(&error);
    let known = TestContext {
        auth_type,
        workspace: Some("acme"),
        repository: None,
        hint: None,
        requested: Some(ScopeSet::defaults()),
        granted: None,
    };
    let mut test = ConnectionTest::new(&known).expect("a test");
    // The connection test must end after three responses at most.
    for _ in 0..3 {
        test.on_response(status, &fields, body, 1.7e12);
    }
    let result = test.result().expect("a result");
    assert!(!result.message.is_empty() && !result.message.chars().any(char::is_control));
    assert!(!result.success || status == 200 || status == 403);
}

fn check_api_error(error: &Error) {
    assert_eq!(error.code == Code::ApiUnauthenticated, error.status == Some(401));
    assert_eq!(error.code == Code::ApiInsufficientScope, !error.required.is_empty());
    assert!(error.retry_after.is_none_or(|wait| wait <= 86_400_000));
    let message = error.message();
    assert!(!message.chars().any(char::is_control));
    assert!(!NOCODB_REFRESH_PHRASES.iter().any(|phrase| message.to_lowercase().contains(phrase)), "{message}");
    let scopes = error.required.iter().chain(error.granted.iter().flatten());
    assert!(scopes.clone().count() <= 100);
    assert!(scopes.into_iter().all(|name| (1..=64).contains(&name.len()) && name.is_ascii()));
    if let Some(address) = &error.announcement_url {
        let url = Url::parse(address).expect("a valid address");
        let host = url.host_str().expect("a host");
        assert!(["atlassian.com", "bitbucket.org"].iter().any(|domain| host.ends_with(domain)), "{host}");
        assert!(url.scheme() == "https" && url.username().is_empty() && url.query().is_none(), "{address}");
    }
}

/// The bytes are the required scopes and, after a line break, the granted scopes.
pub fn scope(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (required, granted) = text.split_once('\n').unwrap_or((&text, ""));
    let (Ok(required), Ok(granted)) = (ScopeSet::parse(required), ScopeSet::parse(granted)) else { return };
    let missing = required.missing_from(&granted);
    assert!(missing.iter().all(|scope| required.contains(scope) && !granted.contains(scope)));
    let expanded = granted.expand();
    assert_eq!(expanded.expand(), expanded);
    assert!(granted.iter().all(|scope| expanded.contains(scope)));
    assert_eq!(ScopeSet::parse(&required.to_string()), Ok(required));
}

/// The bytes are the values of the variables, one per line.
pub fn config(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let values: Vec<&str> = text.split('\n').collect();
    let environment = Environment::read(|name| {
        let at = variable::ALL.iter().position(|known| *known == name)?;
        values.get(at).map(|value| (*value).to_owned())
    });
    assert!(environment.client.is_some() || !environment.problems.is_empty());
    let Some(client) = environment.client else { return };
    let request =
        AuthorizationRequest::new(&client, &authorization_url(&client), &[7; RANDOM_BYTES], &[]).expect("a request");
    let url = Url::parse(&request.url).expect("a valid address");
    let redirect_uri = url.query_pairs().find(|(name, _)| name == "redirect_uri");
    assert_eq!(redirect_uri.expect("a redirect URI").1, client.redirect_uri().as_str());
}
