//! The bindings in a real browser, called from Rust. The tests cover the random source of the browser, and values that the shim
//! never passes to the bindings. In browsers, the shared cases of tests/vectors run through the shim
//! (tests/browser/engines/vectors.test.js).

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use js_sys::{Function, JSON, Object, Reflect};
use nocodb_bitbucket_auth::arguments::ArgumentProblem;
use nocodb_bitbucket_auth::bindings::{
    ApiBaseUrl, ApiResponse, OAuthCore, Test, api_error_from_response, default_scopes, environment_variables,
    error_details, is_expired, throw_argument_error, workspace_segment,
};
use nocodb_bitbucket_auth::environment::variable;
use nocodb_bitbucket_auth::scope::DEFAULT_SCOPES;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const REDIRECT_URI: &str = "https://nocodb.example/dashboard/";

fn json_of(value: &JsValue) -> Value {
    serde_json::from_str(&JSON::stringify(value).unwrap().as_string().unwrap()).unwrap()
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    assert!(Reflect::set(object, &name.into(), value).unwrap());
}

/// Fails unless `actual` has the members of `expected`. In `expected`, `null` means that the member is absent.
fn assert_members(actual: &Value, expected: &Value) {
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(actual.get(name).unwrap_or(&Value::Null), value, "{name}");
    }
}

fn client(secret: Option<&str>) -> OAuthCore {
    OAuthCore::new("Key", REDIRECT_URI, secret.map(str::to_owned), None, None, None, None).unwrap()
}

#[wasm_bindgen_test]
fn the_error_for_an_invalid_argument_of_an_api_function_names_the_argument() {
    let answer = ApiResponse::new(403, "{}", Vec::new(), 1.8e12, None, false);
    let error = json_of(&api_error_from_response(answer, "password").unwrap_err());
    assert_members(&error, &json!({ "code": "INVALID_ARGUMENT", "phase": "api", "field": "kind" }));
    let error = json_of(&ApiBaseUrl::new("http://api.bitbucket.org/2.0").err().unwrap());
    assert_eq!(error["field"], "apiUrl");
    let error = json_of(&Test::new("password", None, None, None, None, None).err().unwrap());
    assert_eq!(error["field"], "kind");
    assert_eq!(workspace_segment(Some("{1}".to_owned())).unwrap(), "%7B1%7D");
    for value in [None, Some("..".to_owned())] {
        assert_eq!(json_of(&workspace_segment(value).unwrap_err())["field"], "workspace");
    }
}

#[wasm_bindgen_test]
fn each_authorization_request_has_new_random_values() {
    let client = client(None);
    let mut drawn = std::collections::BTreeSet::new();
    for _ in 0..64 {
        let request = json_of(&client.create_authorization_request(None).unwrap());
        for name in ["state", "codeVerifier"] {
            let value = request[name].as_str().unwrap().to_owned();
            assert_eq!(value.len(), 43);
            assert!(drawn.insert(value), "two requests have the same {name}");
        }
    }
}

#[wasm_bindgen_test]
fn the_core_returns_an_error_if_the_runtime_has_no_random_source() {
    let client = client(None);
    let crypto = get(&js_sys::global(), "crypto");
    set(&crypto, "getRandomValues", &Function::new_no_args("throw new Error('none')"));
    let error = json_of(&client.create_authorization_request(None).unwrap_err());
    assert!(Reflect::delete_property(crypto.unchecked_ref::<Object>(), &"getRandomValues".into()).unwrap());
    assert_eq!((&error["code"], &error["phase"]), (&json!("INVALID_CONFIG"), &json!("authorize")));
}

#[wasm_bindgen_test]
fn the_error_for_an_invalid_member_of_a_token_response_names_the_member() {
    let client = client(Some("Secret"));
    let parse_error = |grant: &str, status: f64, received_at: f64| {
        client
            .parse_token_response(grant, status, b"{}", received_at, None, None, None, None, None, None)
            .unwrap_err()
    };
    for (error, field, phase) in [
        (parse_error("password", 200.0, 0.0), "grant", "exchange"),
        (parse_error("refresh_token", 99.0, 0.0), "status", "refresh"),
        (parse_error("refresh_token", 200.5, 0.0), "status", "refresh"),
        (parse_error("refresh_token", 200.0, f64::NAN), "receivedAt", "refresh"),
    ] {
        let expected = json!({ "code": "INVALID_ARGUMENT", "field": field, "phase": phase });
        assert_members(&json_of(&error), &expected);
    }
    let argument_error = |problem, member, grant: Option<&str>| {
        json_of(&throw_argument_error("tokenResponse", problem, member, grant.map(str::to_owned)).unwrap_err())
    };
    let expected = json!({ "code": "INVALID_ARGUMENT", "field": "status", "phase": "refresh" });
    assert_members(&argument_error(ArgumentProblem::WrongType, "status", Some("refresh_token")), &expected);
    assert_members(
        &argument_error(ArgumentProblem::MissingMember, "grant", Some("password")),
        &json!({ "field": "grant", "phase": "exchange" }),
    );
    assert_members(
        &argument_error(ArgumentProblem::UnknownMember, "grantType", None),
        &json!({ "field": "grantType", "phase": "exchange" }),
    );
}

#[wasm_bindgen_test]
fn new_tokens_are_returned_although_the_stored_refresh_token_or_scopes_are_invalid() {
    let client = client(Some("Secret"));
    let long = "a ".repeat(1001);
    for (token, scopes) in [("", None), ("not a token", Some(long.as_str()))] {
        let body = br#"{"access_token":"AT","token_type":"bearer"}"#;
        let (token, scopes) = (Some(token.to_owned()), scopes.map(str::to_owned));
        let tokens = client
            .parse_token_response("refresh_token", 200.0, body, 0.0, None, None, None, token, scopes, None)
            .unwrap();
        assert_eq!(json_of(&tokens), json!({ "accessToken": "AT", "tokenType": "bearer", "scopes": DEFAULT_SCOPES }));
    }
}

#[wasm_bindgen_test]
fn the_core_tells_whether_an_error_that_only_javascript_detects_is_retryable() {
    let error =
        json_of(&error_details("API_FAILED", "api", Some("x".to_owned()), Some(503), Some(5000.0), None).unwrap());
    let expected = json!({
        "code": "API_FAILED", "phase": "api", "retryable": true, "reauthorize": false,
        "status": 503, "retryAfter": 5000, "field": "x",
    });
    assert_members(&error, &expected);
    let error = json_of(&error_details("REQUEST_TIMEOUT", "exchange", None, None, None, None).unwrap());
    assert_members(&error, &json!({ "retryable": true, "status": null, "field": null, "retryAfter": null }));
    for (code, phase, field) in [("NO_SUCH_CODE", "api", "code"), ("API_FAILED", "no such phase", "phase")] {
        let error = json_of(&error_details(code, phase, None, None, None, None).unwrap_err());
        assert_eq!(error["field"], field);
    }
}

#[wasm_bindgen_test]
fn the_functions_for_scopes_variables_expiry_and_confidentiality_return_values_of_the_core() {
    assert_eq!(json_of(&default_scopes()), json!(DEFAULT_SCOPES));
    assert!(environment_variables().split(' ').eq(variable::ALL));
    assert!(is_expired(Some(1.0), 1.0));
    assert!(!is_expired(Some(1.1), 1.0));
    assert!(!is_expired(None, f64::MAX));
    assert!(client(Some("Secret")).confidential());
    assert!(!client(None).confidential());
}
