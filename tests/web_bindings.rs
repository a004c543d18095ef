//! What the bindings of src/bindings/ return to JavaScript, beyond the shared cases of tests/vectors. The tests run in headless
//! Chromium.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use js_sys::JSON;
use nocodb_bitbucket_auth::bindings::{
    ApiBaseUrl, ApiResponse, OAuthCore, Policy, Queue, Redactor, RefreshAction, RefreshAdmission, RefreshDecision,
    RefreshEvent, RequestLog, Test, api_error_from_response, bearer, callback_state, check_unmatched_callback,
    choose_redis_database, create_page_core, group_of, is_login_expired, is_refresh_token_refused,
    is_vault_reference, login_timeout, may_forward_header, may_retry, parse_redis_url, proves_credential,
    rate_limit_update, rate_limit_window, read_credential, read_environment, redis_database_candidates,
    redis_error_summary, redis_fallback_reason, reject_client_overrides, remove_callback_parameters, retry_delay,
    workspace_segment,
};
use nocodb_bitbucket_auth::refresh_queue::Priority;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const NOW: f64 = 1_800_000_000_000.0;

/// The time until which a caller waits for tokens.
const DEADLINE: f64 = NOW + 50_000.0;

const ORIGIN: &str = "http://nocodb.test:8080";
const REDIRECT_URI: &str = "http://nocodb.test:8080/callback.html";

fn json_of(value: &JsValue) -> Value {
    serde_json::from_str(&JSON::stringify(value).unwrap().as_string().unwrap()).unwrap()
}

/// The code and the field of the error that was thrown.
fn thrown<T>(outcome: Result<T, JsValue>) -> (String, Option<String>) {
    let error = json_of(&outcome.err().unwrap());
    assert!(error["message"].as_str().is_some_and(|message| message.ends_with('.')), "{error}");
    (error["code"].as_str().unwrap().to_owned(), error["field"].as_str().map(str::to_owned))
}

fn argument(field: &str) -> (String, Option<String>) {
    ("INVALID_ARGUMENT".to_owned(), Some(field.to_owned()))
}

fn page() -> OAuthCore {
    create_page_core(ORIGIN, Some("Key".into()), Some(REDIRECT_URI.into()), None, None, None, None).unwrap()
}

fn client(secret: Option<&str>) -> OAuthCore {
    OAuthCore::new("Key", "https://nocodb.example/", secret.map(str::to_owned), None, None, None, None).unwrap()
}

#[wasm_bindgen_test]
fn a_page_gets_a_public_client_whose_redirect_uri_has_the_origin_of_the_page() {
    let client = page();
    assert!(!client.confidential());
    assert_eq!((client.client_id(), client.redirect_uri()), ("Key".to_owned(), REDIRECT_URI.to_owned()));
    let text = |text: &str| Some(text.to_owned());
    let urls = ["https://git.example/authorize", "https://git.example/token", "https://git.example/api"];
    let [authorize, token, api] = urls.map(text);
    let client =
        create_page_core(ORIGIN, text("Key"), text(REDIRECT_URI), text("account email"), authorize, token, api);
    let client = client.unwrap();
    assert_eq!(json_of(&client.scopes()), json!(["account", "email"]));
    assert_eq!([client.authorize_url(), client.token_url(), client.api_url()], urls);
}

#[wasm_bindgen_test]
fn a_page_gets_no_client_for_invalid_options() {
    let get = |id: Option<&str>, redirect_uri: Option<&str>, token_url: Option<&str>| {
        let [id, redirect_uri, token_url] = [id, redirect_uri, token_url].map(|text| text.map(str::to_owned));
        create_page_core(ORIGIN, id, redirect_uri, None, None, token_url, None)
    };
    for (refused, field) in [
        (get(None, Some(REDIRECT_URI), None), "clientId"),
        (get(Some(""), Some(REDIRECT_URI), None), "clientId"),
        (get(Some("Key"), None, None), "redirectUri"),
        (get(Some("Key"), Some("https://nocodb.example/"), None), "redirectUri"),
        (get(Some("Key"), Some(REDIRECT_URI), Some("http://git.example/")), "endpoints.tokenUrl"),
    ] {
        assert_eq!(thrown(refused), argument(field));
    }
    let opaque = create_page_core("null", Some("Key".into()), Some(REDIRECT_URI.into()), None, None, None, None);
    assert_eq!(thrown(opaque), ("INVALID_CONFIG".to_owned(), Some("origin".to_owned())));
    for field in ["clientId", "redirectUri", "scopes", "endpoints"] {
        assert_eq!(thrown(reject_client_overrides(vec!["window".to_owned(), field.to_owned()])), argument(field));
    }
    reject_client_overrides(vec!["window".to_owned(), "timeoutMs".to_owned()]).unwrap();
}

#[wasm_bindgen_test]
fn a_page_validates_its_callback() {
    let client = page();
    let at = |query: &str| format!("{REDIRECT_URI}?{query}");
    assert!(client.is_callback_url(&at("code=abc")));
    assert!(!client.is_callback_url("about:blank"));
    assert_eq!(client.validate_in_page(&at("code=abc&state=right"), "right").unwrap().as_deref(), Some("abc"));
    assert_eq!(client.validate_in_page(&at("error=access_denied&state=right"), "right").unwrap(), None);
    assert_eq!(thrown(client.validate_in_page(&at("code=abc&state=wrong"), "right")).0, "STATE_MISMATCH");
    assert_eq!(thrown(client.validate_in_page(&at("code=abc&state=x"), "")), argument("state"));
}

#[wasm_bindgen_test]
fn a_login_in_a_page_expires_after_the_time_in_its_options() {
    assert_eq!(login_timeout(None).unwrap(), 600_000);
    assert_eq!(login_timeout(Some(1500.0)).unwrap(), 1500);
    for wrong in [0.0, 600_001.0, f64::NAN] {
        assert_eq!(thrown(login_timeout(Some(wrong))), argument("timeoutMs"));
    }
    assert!(!is_login_expired(NOW, NOW + 599_999.0));
    assert!(is_login_expired(NOW, NOW + 600_000.0));
    assert!(is_login_expired(f64::NAN, NOW));
}

#[wasm_bindgen_test]
fn a_callback_in_the_url_of_a_loaded_page_is_validated_against_the_stored_login() {
    let address = format!("{REDIRECT_URI}?code=abc&state=right");
    let complete = |state: &str, now| page().complete_redirect(&address, state, NOW, now);
    assert_eq!(complete("right", NOW + 1.0).unwrap().as_deref(), Some("abc"));
    assert_eq!(thrown(complete("wrong", NOW + 1.0)).0, "STATE_MISMATCH");
    assert_eq!(thrown(complete("", NOW + 1.0)), argument("state"));
    assert_eq!(thrown(complete("right", NOW + 600_000.0)).0, "AUTHORIZATION_TIMEOUT");
    assert_eq!(thrown(check_unmatched_callback(&address)).0, "STATE_MISMATCH");
    check_unmatched_callback(&format!("{REDIRECT_URI}?error=access_denied")).unwrap();
    assert_eq!(callback_state(&address, false).as_deref(), Some("right"));
    assert_eq!(callback_state(REDIRECT_URI, true), None);
    assert_eq!(remove_callback_parameters(&address), REDIRECT_URI);
}

#[wasm_bindgen_test]
fn each_key_is_derived_from_the_secret_for_one_purpose() {
    let (one, other) = (client(Some("fake")), client(Some("another")));
    let key = one.derive_key("locks").unwrap();
    assert_eq!(key.len(), 32);
    assert_eq!(client(Some("fake")).derive_key("locks").unwrap(), key);
    assert_ne!(one.derive_key("tokens").unwrap(), key);
    assert_ne!(other.derive_key("locks").unwrap(), key);
    assert_eq!(thrown(client(None).derive_key("locks")), argument("clientSecret"));
}

#[wasm_bindgen_test]
fn a_refresh_cycle_asks_for_its_actions_in_order() {
    let mut policy = Policy::new(Some(NOW), Some(NOW + 3_600_000.0), true, 30_000.0, NOW);
    let generation = policy.generation();
    assert!(matches!(policy.acquire(generation, DEADLINE, NOW), RefreshDecision::Use));
    assert!(matches!(policy.action(), RefreshAction::Done));
    assert_eq!(policy.wait_duration(NOW), None);
    assert!(!policy.is_refresh_forced());
    assert!(!policy.is_idle(NOW));
    assert!(policy.is_idle(NOW + 90.0 * 86_400_000.0));
    assert!(matches!(policy.force_refresh(generation, DEADLINE, NOW), RefreshDecision::Wait));
    assert!(policy.is_refresh_forced());
    assert!(matches!(policy.action(), RefreshAction::AcquireLock));
    assert!(matches!(policy.failure_reason(NOW), RefreshDecision::TimedOut));
    assert!(matches!(policy.handle(RefreshEvent::LockAcquired, NOW, 0.5), RefreshAction::FindSuccessor));
    assert!(matches!(policy.handle(RefreshEvent::NoSuccessor, NOW, 0.5), RefreshAction::Enqueue));
    assert!(matches!(policy.priority(NOW), Priority::Normal));
    assert!(matches!(policy.handle(RefreshEvent::Admitted, NOW, 0.5), RefreshAction::RequestTokens));
    assert!(matches!(policy.on_refreshed(NOW, Some(NOW + 7_200_000.0), NOW, 0.5), RefreshAction::Publish));
    assert_eq!(policy.generation(), generation + 1);
    assert!(matches!(policy.handle(RefreshEvent::Published, NOW, 0.5), RefreshAction::SaveTokens));
    assert!(matches!(policy.handle(RefreshEvent::Saved, NOW, 0.5), RefreshAction::Done));
    assert!(!policy.is_refresh_forced());
    assert!(matches!(policy.acquire(generation + 1, DEADLINE, NOW), RefreshDecision::Use));
}

#[wasm_bindgen_test]
fn a_refused_refresh_token_is_tried_again_and_a_tombstone_ends_the_cycle() {
    let expired = || {
        let mut policy = Policy::new(Some(NOW), Some(NOW), true, 30_000.0, NOW);
        assert!(matches!(policy.acquire(policy.generation(), DEADLINE, NOW), RefreshDecision::Wait));
        policy.handle(RefreshEvent::LockAcquired, NOW, 0.5);
        policy
    };
    let mut policy = expired();
    policy.handle(RefreshEvent::NoSuccessor, NOW, 0.5);
    policy.handle(RefreshEvent::Admitted, NOW, 0.5);
    assert!(matches!(policy.on_request_failed("RECONNECT_REQUIRED", false, None, NOW, 0.5), RefreshAction::Wait));
    assert_eq!(policy.wait_duration(NOW), Some(2000.0));
    assert!(policy.is_refused());
    policy.handle(RefreshEvent::WaitEnded, NOW + 2000.0, 0.5);
    assert!(matches!(policy.handle(RefreshEvent::NoSuccessor, NOW + 2000.0, 0.5), RefreshAction::JudgeRefusal));
    assert!(matches!(policy.on_refusal_judged(None, 2000.0, NOW + 2000.0, 0.5), RefreshAction::Wait));
    assert!(policy.backoff(NOW + 2000.0).is_some_and(|wait| (60_000.0..=300_000.0).contains(&wait)));
    let known = policy.generation();
    assert!(matches!(policy.acquire(known, NOW + 50_000.0, NOW + 2000.0), RefreshDecision::RefreshPending));

    let mut dead = expired();
    assert!(matches!(dead.on_tombstone_found(Some(NOW), NOW, 0.5), RefreshAction::Done));
    assert!(matches!(dead.acquire(dead.generation(), DEADLINE, NOW), RefreshDecision::Dead));

    let mut failed = expired();
    failed.handle(RefreshEvent::NoSuccessor, NOW, 0.5);
    failed.handle(RefreshEvent::Admitted, NOW, 0.5);
    assert!(matches!(failed.on_request_failed("INVALID_CLIENT", false, None, NOW, 0.5), RefreshAction::Done));
    assert!(matches!(failed.acquire(failed.generation(), DEADLINE, NOW), RefreshDecision::RequestFailed));
    assert!(
        is_refresh_token_refused("RECONNECT_REQUIRED")
            && !is_refresh_token_refused("INVALID_CLIENT")
            && !is_refresh_token_refused("no code")
    );
}

#[wasm_bindgen_test]
fn token_requests_wait_in_the_queue() {
    let mut queue = Queue::new(20_000.0);
    assert!(matches!(queue.admission(0.0), RefreshAdmission::None));
    let suspect = queue.enqueue(Priority::Suspect);
    let normal = queue.enqueue(Priority::Normal);
    assert!(matches!(queue.admission(0.0), RefreshAdmission::First));
    assert_eq!(queue.admit_first(false), Some(normal));
    queue.on_refused(0.0);
    assert!(matches!(queue.admission(1.0), RefreshAdmission::NoneYet));
    assert_eq!(queue.wait_time(1.0), 24_999.0);
    queue.apply_update(None, Some(10.0), 1000.0);
    assert_eq!(queue.wait_time(1000.0), 0.0);
    assert!(matches!(queue.admission(1000.0), RefreshAdmission::FirstExclusive));
    assert_eq!(queue.admit_first(true), Some(suspect));
    queue.on_failed(1000.0);
    queue.enqueue(Priority::Urgent);
    assert!(queue.admit_first(true).is_some());
    queue.on_granted(1000.0, 1100.0);
    assert_eq!(queue.admit_first(false), None);
}

#[wasm_bindgen_test]
fn tokens_of_another_process_are_used() {
    let mut policy = Policy::new(Some(NOW), Some(NOW), true, 30_000.0, NOW);
    let generation = policy.generation();
    assert!(matches!(policy.acquire(generation, DEADLINE, NOW), RefreshDecision::Wait));
    policy.handle(RefreshEvent::LockAcquired, NOW, 0.5);
    policy.on_successor_found(Some(NOW + 1.0), Some(NOW + 7_200_000.0), false, NOW, 0.5);
    assert_eq!(policy.generation(), generation + 1);
    assert!(policy.on_unauthorized(generation, 0, NOW));
    assert!(!policy.on_unauthorized(generation, 2, NOW));
    // A store may contain times that are not finite. They count as absent.
    assert!(!policy.on_stored_tokens(Some(f64::NAN), Some(f64::INFINITY), NOW));
    assert_eq!(policy.background_refresh_in(NOW), None);
    assert!(policy.is_successor(Some(NOW + 2.0), None) && !policy.is_successor(Some(NOW), None));
    assert!(proves_credential(200) && !proves_credential(401));
}

#[wasm_bindgen_test]
fn requests_to_the_api_are_admitted_and_redirected() {
    let api = ApiBaseUrl::new("https://api.bitbucket.org/2.0/").unwrap();
    let path = api.relative_path("https://api.bitbucket.org/2.0/repositories/acme").unwrap();
    assert_eq!(path, "/repositories/acme");
    assert_ne!(group_of(&path), group_of("/user"));
    assert!(may_forward_header("accept", false, true) && !may_forward_header("cookie", false, true));
    assert_eq!(thrown(api.relative_path("https://evil.example/2.0/user")).0, "FOREIGN_ORIGIN");
    assert_eq!(thrown(ApiBaseUrl::new("http://evil.example/")), argument("apiUrl"));
    let own = "https://api.bitbucket.org/2.0/user";
    let redirected = |status, following| {
        api.follow_up("POST", own, true, status, Some(own.to_owned()), 0, None, following).unwrap()
    };
    let get = json!({ "withCredential": true, "becomesGet": true, "withBody": false });
    assert_eq!(json_of(&redirected(303, "follow")), get);
    // An unknown redirect mode counts as `follow`.
    assert_eq!(json_of(&redirected(303, "sideways")), get);
    let post = json!({ "withCredential": true, "becomesGet": false, "withBody": true });
    assert_eq!(json_of(&redirected(307, "same-origin")), post);
    assert!(redirected(307, "manual").is_undefined());
    let refused = api.follow_up("GET", own, true, 302, Some(own.to_owned()), 0, None, "error");
    assert_eq!(thrown(refused).0, "REDIRECT_REFUSED");
    assert_eq!(redirected(401, "follow"), "refresh");
    assert!(redirected(403, "follow").is_undefined());
}

#[wasm_bindgen_test]
fn a_credential_is_redacted_in_texts_and_in_chunks_of_a_body() {
    let mut redactor = Redactor::new("Bearer the-access-token");
    assert_eq!(redactor.redact("a the-access-token, b the%2Daccess-token"), "a [redacted], b [redacted]");
    let mut body = redactor.push(b"a the-acc");
    body.extend(redactor.push(b"ess-token b"));
    body.extend(redactor.end());
    assert_eq!(body, b"a [redacted] b");
}

#[wasm_bindgen_test]
fn responses_of_the_api_become_errors() {
    let body = r#"{"type":"error","error":{"message":"No","detail":{"required":["account"],"granted":["email"]}}}"#;
    let answer = |status, headers, body: &str| ApiResponse::new(status, headers, body.into(), NOW, None, false);
    let error = json_of(&api_error_from_response(answer(403, "{}", body), "oauth").unwrap());
    assert_eq!(error["code"], "API_INSUFFICIENT_SCOPE");
    assert_eq!((&error["required"], &error["granted"]), (&json!(["account"]), &json!(["email"])));
    let error = json_of(&api_error_from_response(answer(429, r#"{"retry-after":"7"}"#, ""), "oauth").unwrap());
    assert_eq!((&error["code"], &error["retryAfter"]), (&json!("API_RATE_LIMITED"), &json!(7000)));
    assert_eq!(thrown(api_error_from_response(answer(429, "{}", ""), "password")), argument("kind"));
    // A header field that is not a string counts as absent, and so do headers that are not JSON.
    for headers in [r#"{"retry-after":7}"#, r#"{"retry-after":"\ud800"}"#, "[", ""] {
        let error = json_of(&api_error_from_response(answer(429, headers, ""), "oauth").unwrap());
        assert_eq!(error["retryAfter"], 30_000, "{headers}");
    }
    assert!(may_retry("GET", "REQUEST_FAILED", None, "api"));
    assert!(!may_retry("POST", "API_FAILED", Some(503), "api"));
    assert!(!may_retry("GET", "NO_SUCH_CODE", Some(503), "api"));
    assert!(!may_retry("GET", "REQUEST_FAILED", None, "no such phase"));
    assert!(retry_delay(1, None, None, false, f64::INFINITY, NOW, 0.5).is_some_and(|wait| wait > 0.0));
    assert_eq!(retry_delay(1, Some(503), Some("86400".to_owned()), false, f64::INFINITY, NOW, 0.5), None);
}

#[wasm_bindgen_test]
fn credentials_are_read_from_stored_configs() {
    let read = |config: Value| read_credential(&config.to_string(), false).map(|credential| json_of(&credential));
    let oauth = read(json!({ "type": "oauth", "oauth_token": "AT", "refresh_token": "RT" })).unwrap();
    assert_eq!(
        oauth,
        json!({
            "kind": "oauth", "accessToken": "AT", "authorization": "Bearer AT", "canRefresh": true, "hasUser": true,
        })
    );
    let basic = read(json!({ "type": "basic", "email": "dana@example.com", "token": "fake" })).unwrap();
    assert_eq!(basic["authorization"], "Basic ZGFuYUBleGFtcGxlLmNvbTpmYWtl");
    assert_eq!(basic["email"], "dana@example.com");
    // A token that is a number counts as absent.
    assert!(read(json!({ "type": "api_key", "token": 1 })).is_err());
    assert_eq!(thrown(read_credential("null", false)), argument("config"));
    assert_eq!(bearer("AT"), "Bearer AT");
    assert!(is_vault_reference(r#"{"$vault":{}}"#));
    for other in [r#"{"$vault":""}"#, r#"{"$vault":{},"x":1}"#, r#"[{"$vault":{}}]"#, "null", ""] {
        assert!(!is_vault_reference(other));
    }
    // Deeply nested JSON does not overflow the stack.
    let deep = [r#"{"token":"#, &"[".repeat(1_000_000)].concat();
    for config in [deep.clone(), [&deep, "]".repeat(1_000_000).as_str(), "}"].concat()] {
        assert!(!is_vault_reference(&config) && read_credential(&config, false).is_err());
    }
    let segment = |text: &str| workspace_segment(Some(text.to_owned()));
    assert_eq!(segment("acme").unwrap(), "acme");
    assert_eq!(thrown(segment("a/b")), argument("workspace"));
    assert_eq!(thrown(workspace_segment(None)), argument("workspace"));
}

#[wasm_bindgen_test]
fn a_connection_test_returns_paths_and_interprets_responses() {
    let begin = |kind, requested: &str| Test::new(kind, None, None, None, Some(requested.to_owned()), None);
    let mut test = begin("oauth", "account").unwrap();
    assert_eq!(test.path().as_deref(), Some("/user"));
    assert!(test.result().is_undefined());
    let user = r#"{"uuid":"{1}","nickname":"dana","display_name":"Dana"}"#;
    test.on_response(ApiResponse::new(200, "{}", user.into(), NOW, None, false));
    assert_eq!(test.path(), None);
    let verdict = json_of(&test.result());
    assert_eq!(verdict["success"], true, "{verdict}");
    assert_eq!(verdict["account"], json!({ "uuid": "{1}", "nickname": "dana", "displayName": "Dana" }));
    let mut failed = begin("oauth", "account").unwrap();
    failed.on_error("Bitbucket could not be reached.");
    let verdict = json_of(&failed.result());
    assert_eq!(verdict["success"], false);
    assert!(verdict["message"].as_str().unwrap().contains("could not be reached"));
    assert_eq!(thrown(begin("x", "account")), argument("kind"));
}

#[wasm_bindgen_test]
fn an_update_of_the_rate_limit_leaves_out_unknown_values() {
    let update = |status, limit: Option<&str>, near: Option<&str>, after: Option<&str>| {
        let text = |text: Option<&str>| text.map(str::to_owned);
        json_of(&rate_limit_update(status, text(limit), text(near), text(after), 1000, false, 0, NOW))
    };
    assert_eq!(update(200, None, None, None), json!({}));
    assert_eq!(update(200, Some("5000"), None, None)["limit"], 5000);
    assert_eq!(update(429, None, None, Some("30"))["pause"], 30_000);
}

#[wasm_bindgen_test]
fn a_request_log_lists_the_requests_that_are_missing_in_redis() {
    let mut log = RequestLog::new();
    log.record(NOW, 1.0, false);
    log.record(NOW + 1.0, 2.0, true);
    assert_eq!(log.unshared(9, NOW + 3.5), [2.0, 2500.0]);
    log.mark_shared(vec![2.0]);
    assert_eq!(log.unshared(9, NOW), [0.0; 0]);
    log.mark_all_unshared();
    assert_eq!(log.unshared(1, NOW + 3.5), [1.0, 3500.0]);
    let mut other = RequestLog::new();
    other.merge(&log);
    other.remove(1.0);
    assert_eq!((other.minimum_shared_count(NOW), log.minimum_shared_count(NOW)), (1, 2));
    assert_eq!((other.unlogged_count(3, NOW), log.wait_time(2, NOW)), (2, rate_limit_window()));
}

#[wasm_bindgen_test]
fn redis_urls_are_parsed_and_redis_errors_are_explained() {
    let server =
        json_of(&parse_redis_url("rediss://user:p%40ss@redis.example:6380/3?family=6&keyPrefix=noco:").unwrap());
    let expected = json!({
        "host": "redis.example", "port": 6380, "username": "user", "password": "p@ss", "database": 3, "tls": "true",
        "family": 6, "keyPrefix": "noco:",
    });
    assert_eq!(server, expected);
    assert!(parse_redis_url("redis://redis.example/marked").is_err());
    assert_eq!(redis_error_summary("", "NOAUTH Authentication required.").as_deref(), Some("password"));
    assert_eq!(redis_error_summary("", "WRONGTYPE Operation against a key holding the wrong kind of value"), None);
    let surveyed = redis_database_candidates(3, &[]);
    assert_eq!(surveyed.get(..3), Some(&[3, 15, 14][..]));
    assert_ne!(redis_database_candidates(3, &[15]).get(..3), Some(&[3, 15, 14][..]));
    assert_eq!(json_of(&choose_redis_database(&surveyed, "others others empty")), json!({ "database": 14 }));
    let reason = "all of its other databases contain keys of other software";
    assert_eq!(
        json_of(&choose_redis_database(&surveyed, "others others missing")),
        json!({ "database": 3, "fallbackReason": reason })
    );
    assert!(redis_fallback_reason("NOPERM this user has no permissions to run the 'scan' command").is_some());
    assert_eq!(redis_fallback_reason("LOADING Redis is loading the dataset in memory"), None);
}

#[wasm_bindgen_test]
fn settings_are_read_from_environment_variables() {
    for variables in ["{}", "", "[", r#"{"INTEGRATION_AUTH_BITBUCKET_CLIENT_ID":7}"#] {
        let environment = json_of(&read_environment(variables));
        assert_eq!(environment["settings"]["problems"][0]["field"], "INTEGRATION_AUTH_BITBUCKET_CLIENT_ID");
    }
    for (limit, expected, is_configured) in
        [(None, json!(1000), false), (Some("250"), json!(250), true), (Some("off"), Value::Null, true)]
    {
        let environment = json!({
            "INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT": limit, "INTEGRATION_AUTH_BITBUCKET_REDIS_URL": "redis://fake",
        });
        let environment = json_of(&read_environment(&environment.to_string()));
        let read = &environment["settings"];
        assert_eq!(read.get("rateLimit").unwrap_or(&Value::Null), &expected);
        assert_eq!(read["isRateLimitConfigured"], is_configured);
        let redis = json!({
            "url": "redis://fake", "variable": "INTEGRATION_AUTH_BITBUCKET_REDIS_URL", "database": 0,
            "searchesDatabase": false,
        });
        assert_eq!(read["redis"], redis);
        assert_eq!(environment.get("client"), None);
    }
}
