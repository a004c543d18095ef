//! What holds for any input at all.

use nocodb_bitbucket_auth::authorization_request::{AuthorizationRequest, RANDOM_BYTES, authorization_url};
use nocodb_bitbucket_auth::authorization_response::{Callback, validate};
use nocodb_bitbucket_auth::client_config::{ClientConfig, Environment, variable};
use nocodb_bitbucket_auth::endpoints::{Address, Endpoints};
use nocodb_bitbucket_auth::error::Error;
use nocodb_bitbucket_auth::form;
use nocodb_bitbucket_auth::json::{Object, Problem, string, strings, thousandths};
use nocodb_bitbucket_auth::pkce::CodeVerifier;
use nocodb_bitbucket_auth::scope::ScopeSet;
use nocodb_bitbucket_auth::secret::{Secret, clean_description};
use nocodb_bitbucket_auth::state::State;
use nocodb_bitbucket_auth::token_request::{Grant, TokenRequest};
use nocodb_bitbucket_auth::token_response::{TokenResponse, parse};
use nocodb_bitbucket_auth::token_set::Previous;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::HashMap;
use url::Url;

const REDIRECT_URI: &str = "https://nocodb.example/dashboard/";

fn client(id: &str, secret: Option<&str>, redirect_uri: &str, scopes: Option<ScopeSet>) -> ClientConfig {
    ClientConfig::new(id, secret, redirect_uri, scopes, Endpoints::new(None, None, None).unwrap()).unwrap()
}

fn response<'a>(status: u16, body: &'a [u8], grant: Grant, request_body: Option<&'a str>) -> TokenResponse<'a> {
    TokenResponse {
        status,
        content_type: Some("application/json"),
        www_authenticate: None,
        retry_after: None,
        body,
        received_at: 0.0,
        grant,
        request_body,
    }
}

fn grant() -> impl Strategy<Value = Grant> {
    prop::sample::select(Grant::ALL.to_vec())
}

/// Text without control characters, as a Key, a Secret or the value of an extra parameter.
fn printable() -> impl Strategy<Value = String> {
    "[^\\p{Cc}]{1,40}"
}

/// A secret as long as the shortest one that is cut out of a text rather than dropping the text.
fn secret() -> impl Strategy<Value = String> {
    "[!-~]{8,60}"
}

/// JSON of any shape, as text with the members in any order.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(member_name(), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Names that are read, and others.
fn member_name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "access_token", "token_type", "expires_in", "refresh_token", "scope", "scopes", "error",
            "error_description",
        ]).prop_map(str::to_owned),
        1 => ".{0,8}",
    ]
}

/// A query of parameters that are read, with values that are sometimes malformed.
fn any_callback() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "code",
        "state",
        "error",
        "error_description",
        "error_uri",
        "iss",
        "response",
        "id_token",
        "token",
        "access_token",
        "other",
    ]);
    let value = prop_oneof![Just("right".to_owned()), "[a-z0-9%+=&?#]{0,12}", ".{0,12}"];
    let place =
        prop::sample::select(vec!["", "?", REDIRECT_URI, "https://nocodb.example/dashboard/?", "/dashboard/?"]);
    (place, prop::collection::vec((name, value), 0..6)).prop_map(|(place, pairs)| {
        let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{place}{}", pairs.join("&"))
    })
}

proptest! {
    #[test]
    fn a_built_request_is_read_back_as_it_was_meant(
        id in printable(),
        path in "[a-z/]{0,12}",
        scopes in prop::collection::vec("[a-z:]{1,8}", 0..4),
        random in prop::array::uniform32(any::<u8>()),
        extra in prop::collection::hash_map("x_[a-z]{1,6}", printable(), 0..3),
    ) {
        let redirect_uri = format!("https://nocodb.example/{path}");
        let scopes: ScopeSet = scopes.iter().map(String::as_str).collect();
        let client = client(&id, None, &redirect_uri, Some(scopes.clone()));
        let mut bytes = [0; RANDOM_BYTES];
        bytes[..32].copy_from_slice(&random);
        let extra: Vec<(String, String)> = extra.into_iter().collect();
        let request = AuthorizationRequest::new(&client, &bytes, &extra).unwrap();

        let url = Url::parse(&request.url).unwrap();
        prop_assert_eq!(url.as_str(), &request.url);
        let mut expected = vec![
            ("response_type".to_owned(), "code".to_owned()),
            ("client_id".to_owned(), id),
            ("redirect_uri".to_owned(), redirect_uri),
        ];
        if !scopes.is_empty() {
            expected.push(("scope".to_owned(), scopes.to_string()));
        }
        expected.push(("state".to_owned(), request.state.expose().to_owned()));
        expected.push(("code_challenge".to_owned(), request.code_verifier.challenge()));
        expected.push(("code_challenge_method".to_owned(), "S256".to_owned()));
        expected.extend(extra);
        let read: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        prop_assert_eq!(read, expected);
        prop_assert!(request.url.starts_with(&authorization_url(&client)));
        prop_assert!(CodeVerifier::parse(request.code_verifier.expose()).is_ok());

        let code = format!("code={}&state={}", "abc", request.state.expose());
        prop_assert!(validate(&client, Callback::Query(&code), &request.state).is_ok());
    }

    #[test]
    fn any_text_as_a_callback_gives_a_code_or_an_error(text in ".*", state in ".{1,20}") {
        let client = client("Key", None, REDIRECT_URI, None);
        let state = State::remembered(&state).unwrap();
        let _ = validate(&client, Callback::Text(&text), &state);
        let _ = validate(&client, Callback::Query(&text), &state);
    }

    #[test]
    fn a_code_comes_only_with_the_right_state_and_once(text in any_callback()) {
        let client = client("Key", None, REDIRECT_URI, None);
        let right = State::remembered("right").unwrap();
        if let Ok(code) = validate(&client, Callback::Text(&text), &right) {
            let text = text.split('#').next().unwrap();
            let places = ["https://nocodb.example/dashboard/?", "/dashboard/?", "?"];
            let query = places.iter().find_map(|place| text.strip_prefix(place)).unwrap_or(text);
            let read: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            let values = |wanted: &str| -> Vec<&str> {
                read.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_str()).collect()
            };
            prop_assert_eq!(values("state"), vec!["right"]);
            prop_assert_eq!(values("code"), vec![code.expose()]);
            for unwanted in ["response", "id_token", "token", "access_token"] {
                prop_assert!(values(unwanted).is_empty());
            }
            prop_assert!(values("error").iter().all(|error| error.is_empty()));
            let wrong = State::remembered("wrong").unwrap();
            prop_assert!(validate(&client, Callback::Text(text), &wrong).is_err());
        }
    }

    #[test]
    fn any_bytes_as_a_token_answer_give_tokens_or_an_error(
        body in prop::collection::vec(any::<u8>(), 0..200),
        status in 100u16..600,
        grant in grant(),
    ) {
        let client = client("Key", Some("Secret"), REDIRECT_URI, None);
        let _ = parse(&client, &response(status, &body, grant, None), &Previous::default());
    }

    #[test]
    fn any_json_as_a_token_answer_gives_checked_tokens_or_an_error(
        mut body in prop::collection::hash_map(member_name(), any_json(), 0..8),
        complete in any::<bool>(),
        grant in grant(),
    ) {
        if complete {
            body.insert("access_token".to_owned(), "AT".into());
            body.insert("token_type".to_owned(), "bearer".into());
        }
        let client = client("Key", Some("Secret"), REDIRECT_URI, None);
        let text = Value::Object(body.clone().into_iter().collect()).to_string();
        if let Ok(tokens) = parse(&client, &response(200, text.as_bytes(), grant, None), &Previous::default()) {
            prop_assert_eq!(Some(tokens.access_token.expose()), body["access_token"].as_str());
            prop_assert_eq!(
                tokens.refresh_token.as_ref().map(Secret::expose),
                body.get("refresh_token").map(|token| token.as_str().unwrap())
            );
            prop_assert!(tokens.expires_at.is_none_or(|time| (0.0..=315_360_000_000.0).contains(&time)));
        }
    }

    #[test]
    fn any_environment_gives_a_client_or_problems(
        values in prop::collection::hash_map(prop::sample::select(variable::ALL.to_vec()), ".{0,30}", 0..9),
    ) {
        let environment = Environment::read(|name| values.get(name).cloned());
        prop_assert!(environment.client.is_some() || !environment.problems.is_empty());
        prop_assert!((1..=300_000).contains(&environment.timeout_ms));
    }

    #[test]
    fn no_secret_is_in_what_is_told_about_a_refused_token_request(
        secret in secret(), code in secret(), verifier in "[A-Za-z0-9._~-]{43,128}", refresh in secret(),
        before in ".{0,10}", after in ".{0,10}", status in 400u16..500, grant in grant(),
    ) {
        let client = client("Key", Some(&secret), REDIRECT_URI, None);
        let verifier = CodeVerifier::parse(&verifier).unwrap();
        let request = TokenRequest::authorization_code(&client, &code, Some(&verifier), None).unwrap();
        let previous = Previous { refresh_token: Some(Secret::new(refresh.as_str())), scopes: None };
        for marked in [secret.as_str(), code.as_str(), verifier.expose(), refresh.as_str()] {
            let error = if before.len() % 2 == 0 { "invalid_scope".to_owned() } else { format!("{before}{marked}") };
            let body = json!({ "error": error, "error_description": format!("{before}{marked}{after}") }).to_string();
            let answer = response(status, body.as_bytes(), grant, Some(request.body.expose()));
            let failure = parse(&client, &answer, &previous).unwrap_err();
            prop_assert!(!told(&failure).contains(marked), "{}", told(&failure));
        }
    }

    #[test]
    fn no_state_and_no_code_is_in_what_is_told_about_a_refused_callback(
        state in secret(), code in secret(), before in "[ -~]{0,10}", after in "[ -~]{0,10}",
    ) {
        let client = client("Key", None, REDIRECT_URI, None);
        let remembered = State::remembered(&state).unwrap();
        for marked in [&state, &code] {
            let text = format!("{before}{marked}{after}");
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("error", &text)
                .append_pair("error_description", &text)
                .append_pair("state", &state)
                .append_pair("code", &code)
                .finish();
            let failure = validate(&client, Callback::Query(&query), &remembered).unwrap_err();
            prop_assert!(!told(&failure).contains(marked.as_str()), "{}", told(&failure));
        }
    }

    #[test]
    fn a_cleaned_description_is_short_plain_and_without_the_secret(text in ".*", secret in secret()) {
        let text = format!("{text}{secret}{text}");
        if let Some(cleaned) = clean_description(&text, [secret.as_str()]) {
            prop_assert!(!cleaned.contains(&secret));
            prop_assert!(cleaned.chars().count() <= 200);
            prop_assert!(!cleaned.chars().any(char::is_control));
            prop_assert_eq!(cleaned.trim(), &cleaned);
        }
    }

    #[test]
    fn the_json_reader_agrees_with_serde_json(members in prop::collection::hash_map(".{0,8}", any_json(), 0..6)) {
        let value = Value::Object(members.into_iter().collect());
        for text in [value.to_string(), format!(" {value:#}\n")] {
            let object = Object::parse(&text).unwrap();
            for (name, member) in value.as_object().unwrap() {
                let json = object.get(name).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Value>(json).unwrap(), member);
                let text = string(json);
                prop_assert_eq!(text.as_deref(), member.as_str());
                let list: Option<Vec<&str>> = member.as_array().and_then(|l| l.iter().map(Value::as_str).collect());
                prop_assert_eq!(strings(json), list.map(|l| l.into_iter().map(Into::into).collect()));
            }
        }
    }

    #[test]
    fn the_json_reader_accepts_nothing_that_serde_json_refuses(
        value in any_json(), at in any::<prop::sample::Index>(), put in prop_oneof!["[{}\\[\\]\",:0-9eE.+-]", ".", Just(String::new())],
    ) {
        let mut text = json!({ "x": value }).to_string();
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = ends[at.index(ends.len())];
        let next = text[at..].chars().next().unwrap().len_utf8();
        text.replace_range(at..at + next, &put);
        let reference: Result<&serde_json::value::RawValue, _> = serde_json::from_str(&text);
        match Object::parse(&text) {
            Ok(_) | Err(Problem::NotAnObject | Problem::DuplicateName | Problem::TooManyMembers) => prop_assert!(reference.is_ok(), "{}", text),
            Err(Problem::Syntax) => prop_assert!(reference.is_err() || text.contains("\\u"), "{}", text),
        }
    }

    #[test]
    fn a_number_is_read_as_a_float_would_be(number in 0.0f64..1e12) {
        for text in [number.to_string(), format!("{number:e}"), format!("{number:E}")] {
            let exact = thousandths(&text).unwrap() as f64;
            prop_assert!((exact - (number * 1000.0).floor()).abs() <= 1.0 + number * 1e-9, "{}: {}", text, exact);
        }
    }

    #[test]
    fn any_text_as_a_number_is_a_number_or_none(text in "[0-9.eE+-]{0,30}") {
        let reference = serde_json::from_str::<&serde_json::value::RawValue>(&text).is_ok();
        let negative = text.starts_with('-') && thousandths(&text) != Some(0);
        prop_assert_eq!(thousandths(&text).is_some(), reference && !negative, "{}", text);
    }

    #[test]
    fn a_form_is_read_back_as_it_was_written(pairs in prop::collection::vec((".{1,10}", ".{0,20}"), 0..5)) {
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let read: Result<Vec<(String, String)>, form::Malformed> = form::pairs(&text).collect();
        prop_assert_eq!(read.unwrap(), pairs);
    }

    #[test]
    fn a_form_that_is_read_is_read_as_everybody_reads_it(text in "[a-z%0-9A-F+&=é]{0,30}") {
        let read: Result<Vec<(String, String)>, form::Malformed> = form::pairs(&text).collect();
        let lenient: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        if let Ok(read) = read {
            prop_assert_eq!(read, lenient);
        }
    }

    #[test]
    fn an_address_is_kept_byte_for_byte_and_is_safe(text in "(https?|HTTPS|ftp)(:|:/|://|:///)[a-z0-9@:./?#\\\\%\\[\\] é-]{0,30}") {
        if let Ok(address) = Address::parse(&text) {
            prop_assert_eq!(address.as_str(), &text);
            let url = Url::parse(&text).unwrap();
            prop_assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
            let host = url.host_str().unwrap();
            let loopback = host == "localhost" || host.starts_with("127.") || host == "[::1]";
            prop_assert!(url.scheme() == "https" || url.scheme() == "http" && loopback, "{}", text);
        }
    }

    #[test]
    fn scopes_keep_their_order_and_expand_once(scopes in prop::collection::vec(prop::sample::select(vec![
        "repository", "repository:write", "pullrequest", "pullrequest:write", "issue", "issue:write", "account",
        "project", "snippet", "snippet:write", "teleport",
    ]), 0..8)) {
        let set: ScopeSet = scopes.iter().copied().collect();
        let expanded = set.expand();
        prop_assert_eq!(expanded.expand(), expanded.clone());
        prop_assert_eq!(expanded.iter().take(set.to_vec().len()).collect::<Vec<_>>(), set.iter().collect::<Vec<_>>());
        prop_assert!(set.missing_from(&set).is_empty());
        prop_assert!(expanded.missing_from(&set).is_empty());
        let mut seen = HashMap::new();
        prop_assert!(expanded.iter().all(|scope| seen.insert(scope, ()).is_none()));
        prop_assert_eq!(ScopeSet::parse(&set.to_string()), set);
    }
}

/// All that an error can tell.
fn told(error: &Error) -> String {
    format!("{error} {error:?} {}", error.message())
}
