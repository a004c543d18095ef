//! Runs the shared cases on the core, with Rust values. Browsers and Node.js run the same cases on the JavaScript API. Some cases
//! contain a value that only JavaScript can pass, such as a number instead of a string. `typed` rejects these values here.

use nocodb_bitbucket_auth::api_request::{self, FollowUp, ReceivedResponse, Redirect, RedirectMode};
use nocodb_bitbucket_auth::api_response::{self, ApiResponse, to_error};
use nocodb_bitbucket_auth::arguments::{Argument, ArgumentProblem};
use nocodb_bitbucket_auth::authorization_request::{AuthorizationRequest, authorization_url};
use nocodb_bitbucket_auth::authorization_response::{AuthorizationCode, validate};
use nocodb_bitbucket_auth::callback_page::Content;
use nocodb_bitbucket_auth::client_config::ClientConfig;
use nocodb_bitbucket_auth::connection_test::{ConnectionTest, TestContext};
use nocodb_bitbucket_auth::credential::{AuthType, Credential};
use nocodb_bitbucket_auth::endpoints::{Endpoint, Endpoints};
use nocodb_bitbucket_auth::environment::{ClientCredentials, CodeVerifierPolicy, Environment, RemovedEndpoints};
use nocodb_bitbucket_auth::error::{Code, Error, NOCODB_REFRESH_PHRASES, Phase, Result};
use nocodb_bitbucket_auth::grant_type::GrantType;
use nocodb_bitbucket_auth::newest_tokens::{
    ChainPosition, EntryKind, Publication, PublicationContext, Times, Version,
};
use nocodb_bitbucket_auth::nocodb_response;
use nocodb_bitbucket_auth::page_predictor::PagePredictor;
use nocodb_bitbucket_auth::pagination::{self, Attempt, Page, Paginator};
use nocodb_bitbucket_auth::pkce::CodeVerifier;
use nocodb_bitbucket_auth::proxy::Proxies;
use nocodb_bitbucket_auth::rate_limit::{
    QueueState, RateLimitHeaders, RateLimitUpdate, RequestLog, honors_retry_after, resource_group,
};
use nocodb_bitbucket_auth::redaction::Redaction;
use nocodb_bitbucket_auth::redis::Database;
use nocodb_bitbucket_auth::removed_endpoints::{self, CollectedList, Replacement, WorkspaceOutcome, replacement};
use nocodb_bitbucket_auth::retry::{self, Failed, FailedWork};
use nocodb_bitbucket_auth::scope::ScopeSet;
use nocodb_bitbucket_auth::secret::Secret;
use nocodb_bitbucket_auth::state::State;
use nocodb_bitbucket_auth::stored_tokens::{Row, RowContent, TokenMetadata};
use nocodb_bitbucket_auth::token_request::TokenRequest;
use nocodb_bitbucket_auth::token_response::{TokenResponse, parse};
use nocodb_bitbucket_auth::token_set::{Previous, TokenSet};
use serde_json::{Map, Value, json};
use url::Url;
use url::form_urlencoded;

/// The time of receipt of the responses in cases about waits.
const RECEIVED_AT: f64 = 1_800_000_000_000.0;

const REDIRECT_URI: &str = "https://nocodb.example/dashboard/";

/// Runs every case of a file, and reports the names of the cases that fail.
fn run(file: &str, text: &str, case: impl Fn(&Value)) {
    let vectors: Value = serde_json::from_str(text).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    let mut failed = Vec::new();
    let mut ran = 0;
    for one in cases {
        ran += 1;
        assert!(one["reason"].is_string(), "{} has no reason", one["name"]);
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(one))).is_err() {
            failed.push(one["name"].as_str().unwrap());
        }
    }
    println!("vectors: {file} {ran}");
    assert!(failed.is_empty(), "{} of {} cases of {file} failed: {failed:#?}", failed.len(), cases.len());
}

macro_rules! vectors {
    ($($name:ident),+) => {
        $(#[test]
        fn $name() {
            let file = stringify!($name);
            run(file, include_str!(concat!("../vectors/", stringify!($name), ".json")), cases::$name);
        })+
    };
}

vectors!(callback, token_response, client_authentication, pkce, authorization_request, scope, config);
vectors!(arguments, credential, api_request, api_response, connection_test, proxy, redaction, retry, rate_limit);
vectors!(pagination, removed_endpoints, stored_tokens, newest_tokens, nocodb_response, callback_page);

/// Reads a text. A case may also describe a text as `{ before, repeat, times, after }`.
fn text(value: &Value) -> String {
    match value {
        Value::Object(parts) => {
            let part = |name: &str| parts[name].as_str().unwrap();
            let times = usize::try_from(parts["times"].as_u64().unwrap()).unwrap();
            format!("{}{}{}", part("before"), part("repeat").repeat(times), part("after"))
        }
        other => other.as_str().unwrap().to_owned(),
    }
}

/// The header fields of a response of the API.
fn response_fields(answer: &Value) -> api_response::ResponseFields {
    let field = |name: &str| answer["headers"][name].as_str().map(str::to_owned);
    let Ok(fields) = api_response::ResponseFields::read(|name| Ok::<_, std::convert::Infallible>(field(name)));
    fields
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Reads a value that should be a string. In a case, the value may also be absent, or have a type that only JavaScript can pass.
fn typed<'a>(value: &'a Value, field: &str, phase: Phase) -> Result<Option<&'a str>> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        _ => Err(Error::argument(phase, field, "is not a string")),
    }
}

fn scopes(value: &Value, field: &str, phase: Phase) -> Result<Option<ScopeSet>> {
    let malformed = || Error::argument(phase, field, "is neither a string nor a list of strings");
    match value {
        Value::Null => Ok(None),
        Value::String(text) => {
            ScopeSet::parse(text).map(Some).map_err(|reason| Error::argument(phase, field, reason))
        }
        Value::Array(list) => {
            let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
            let read = ScopeSet::read(texts.ok_or_else(malformed)?);
            read.map(Some).map_err(|reason| Error::argument(phase, field, reason))
        }
        _ => Err(malformed()),
    }
}

fn client(options: &Value) -> Result<ClientConfig> {
    let argument = |field: &str, reason| Error::argument(Phase::Config, field, reason);
    if !options.is_object() {
        return Err(argument("options", "is not an object"));
    }
    let string = |field: &str| typed(&options[field], field, Phase::Config);
    let required = |field: &str| string(field)?.ok_or_else(|| argument(field, "is missing"));
    let endpoints = &options["endpoints"];
    if !endpoints.is_null() && !endpoints.is_object() {
        return Err(argument("endpoints", "is not an object"));
    }
    let endpoint = |name: &str| typed(&endpoints[name], &format!("endpoints.{name}"), Phase::Config);
    ClientConfig::new(
        required("clientId")?,
        string("clientSecret")?,
        required("redirectUri")?,
        scopes(&options["scopes"], "scopes", Phase::Config)?,
        Endpoints::new(endpoint("authorizeUrl")?, endpoint("tokenUrl")?, endpoint("apiUrl")?)?,
    )
}

/// What JavaScript would see of an error.
fn view(error: &Error) -> Value {
    let required = Some(&error.required).filter(|scopes| !scopes.is_empty());
    json!({
        "message": error.message(),
        "required": required,
        "granted": error.granted,
        "announcementUrl": error.announcement_url,
        "code": error.code.as_str(),
        "phase": error.phase.as_str(),
        "retryable": error.retryable(),
        "reauthorize": error.reauthorize(),
        "error": error.error,
        "errorDescription": error.error_description,
        "status": error.status,
        "field": error.field,
        "retryAfter": error.retry_after,
    })
}

/// Checks a result. An error must have the members that the case lists; `null` means that a member is absent.
fn check<T: std::fmt::Debug>(case: &Value, result: Result<T>, expected: impl FnOnce(T)) {
    match (case.get("error"), result) {
        (None, Ok(value)) => expected(value),
        (Some(listed), Err(error)) => {
            crate::errors::assert_listed(&error);
            let seen = view(&error);
            for (name, value) in listed.as_object().unwrap() {
                assert!(seen.get(name).is_some(), "{name} is no member of an error");
                assert_eq!(&seen[name], value, "{name} of {error:?} in {}", case["name"]);
            }
        }
        (_, result) => panic!("{}: {result:?}", case["name"]),
    }
}

fn token_set(tokens: &TokenSet) -> Value {
    let mut view = Map::new();
    view.insert("accessToken".into(), tokens.access_token.expose().into());
    view.insert("tokenType".into(), "bearer".into());
    if let Some(token) = &tokens.refresh_token {
        view.insert("refreshToken".into(), token.expose().into());
    }
    if let Some(time) = tokens.expires_at {
        view.insert("expiresAt".into(), (time as u64).into());
    }
    view.insert("scopes".into(), tokens.scopes.to_vec().into());
    view.into()
}

fn token_request(request: &TokenRequest) -> Value {
    let mut headers = json!({ "Accept": TokenRequest::ACCEPT, "Content-Type": TokenRequest::CONTENT_TYPE });
    if let Some(authorization) = &request.authorization {
        headers["Authorization"] = authorization.expose().into();
    }
    json!({ "method": TokenRequest::METHOD, "url": request.url, "headers": headers, "body": request.body.expose() })
}

mod cases {
    use super::*;

    pub fn callback(case: &Value) {
        let options = json!({
            "clientId": "Key",
            "clientSecret": "Secret",
            "redirectUri": case["redirectUri"].as_str().unwrap_or(REDIRECT_URI),
            "endpoints": { "authorizeUrl": case["authorizeUrl"] },
        });
        let client = client(&options).unwrap();
        let judge = || {
            let missing = || Error::argument(Phase::Callback, "state", "is missing");
            let state = State::remembered(typed(&case["state"], "state", Phase::Callback)?.ok_or_else(missing)?)?;
            let given = match case["kind"].as_str().unwrap() {
                "null" => return Err(Error::argument(Phase::Callback, "callback", "is not a string")),
                // `URL` and `URLSearchParams` may change the text before the core gets it.
                "url" => Url::parse(&text(&case["callback"])).unwrap().to_string(),
                "searchParams" => {
                    let text = text(&case["callback"]);
                    let query = text.strip_prefix('?').unwrap_or(&text).as_bytes();
                    form_urlencoded::Serializer::new(String::new())
                        .extend_pairs(form_urlencoded::parse(query))
                        .finish()
                }
                "string" => text(&case["callback"]),
                other => panic!("{other} is not a kind of callback"),
            };
            // The shim puts a question mark before a query.
            let callback = if case["kind"] == "searchParams" { format!("?{given}") } else { given };
            validate(&client, &callback, &state)
        };
        check(case, judge(), |code| assert_eq!(case["expect"]["code"], code.expose()));
    }

    pub fn token_response(case: &Value) {
        let options =
            json!({ "clientId": "Key", "clientSecret": "s3cr3t-of-the-client", "redirectUri": REDIRECT_URI });
        let client = client(&options).unwrap();
        let body = text(&case["body"]);
        let body = if case["encoding"] == "hex" { hex(&body) } else { body.into_bytes() };
        let header = |name: &str| case["headers"][name].as_str();
        let response = TokenResponse {
            status: u16::try_from(case["status"].as_u64().unwrap()).unwrap(),
            content_type: header("content-type"),
            www_authenticate: header("www-authenticate"),
            retry_after: header("retry-after"),
            body: &body,
            received_at: case["receivedAt"].as_f64().unwrap(),
            grant_type: GrantType::from_name(case["grant"].as_str().unwrap()).unwrap(),
            request_body: case["request"].as_str(),
        };
        let token = case["previous"]["refreshToken"].as_str().filter(|token| !token.is_empty());
        let previous = Previous {
            refresh_token: token.map(Secret::new),
            scopes: scopes(&case["previous"]["scopes"], "previous.scopes", Phase::Refresh).unwrap(),
        };
        check(case, parse(&client, &response, &previous), |tokens| {
            assert_eq!(token_set(&tokens), case["expect"], "{}", case["name"]);
        });
    }

    pub fn client_authentication(case: &Value) {
        let client = client(&json!({
            "clientId": case["clientId"],
            "clientSecret": case["clientSecret"],
            "redirectUri": REDIRECT_URI,
        }))
        .unwrap();
        let string = |field: &str, phase| {
            typed(&case[field], field, phase)?.ok_or_else(|| Error::argument(phase, field, "is missing"))
        };
        let build = || match case["request"].as_str().unwrap() {
            "code" => {
                let verifier = typed(&case["codeVerifier"], "codeVerifier", Phase::Exchange)?;
                let snake_case = typed(&case["code_verifier"], "code_verifier", Phase::Exchange)?;
                let verifier = CodeVerifier::from_either_name(verifier, snake_case)?;
                let redirect_uri = typed(&case["redirectUri"], "redirectUri", Phase::Exchange)?;
                let code = AuthorizationCode::validated_before(string("code", Phase::Exchange)?)?;
                TokenRequest::authorization_code(&client, &code, verifier.as_ref(), redirect_uri)
            }
            "host" => {
                let verifier = typed(&case["codeVerifier"], "codeVerifier", Phase::Exchange)?;
                let verifier = verifier.map(CodeVerifier::parse).transpose()?;
                let is_optional = case["isVerifierOptional"] == true;
                let host = if is_optional { CodeVerifierPolicy::Optional } else { CodeVerifierPolicy::Required };
                let code = AuthorizationCode::from_nocodb_payload(string("code", Phase::Exchange)?)?;
                TokenRequest::nocodb_authorization_code(&client, &code, verifier.as_ref(), host)
            }
            "refresh" => TokenRequest::refresh_token(&client, string("refreshToken", Phase::Refresh)?),
            "client_credentials" => TokenRequest::client_credentials(&client),
            other => panic!("{other} is not a request"),
        };
        check(case, build(), |request| assert_eq!(token_request(&request), case["expect"], "{}", case["name"]));
    }

    pub fn pkce(case: &Value) {
        let judge = || {
            let given = typed(&case["codeVerifier"], "codeVerifier", Phase::Exchange)?.unwrap();
            CodeVerifier::parse(given)
        };
        check(case, judge(), |verifier| {
            assert_eq!(case["codeChallenge"], verifier.challenge());
            if let Some(random) = case["random"].as_str() {
                let made = CodeVerifier::from_random(&hex(random).try_into().unwrap());
                assert_eq!(case["codeVerifier"], made.expose());
            }
        });
    }

    pub fn authorization_request(case: &Value) {
        let client = client(&case["client"]).unwrap();
        let build = || {
            let malformed = || Error::argument(Phase::Authorize, "extraParams", "is not an object of strings");
            let extra = match &case["extraParams"] {
                Value::Null => Vec::new(),
                Value::Object(pairs) => pairs
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), value.as_str().ok_or_else(malformed)?.to_owned())))
                    .collect::<Result<Vec<_>>>()?,
                _ => return Err(malformed()),
            };
            AuthorizationRequest::new(
                &client,
                &authorization_url(&client),
                &hex(case["random"].as_str().unwrap()).try_into().unwrap(),
                &extra,
            )
        };
        check(case, build(), |request| {
            let seen = json!({
                "state": request.state.expose(),
                "codeVerifier": request.code_verifier.expose(),
                "codeChallenge": request.code_challenge,
                "redirectUri": client.redirect_uri().as_str(),
                "url": request.url,
            });
            assert_eq!(seen, case["expect"], "{}", case["name"]);
            assert_eq!(case["authorizationUrl"], authorization_url(&client));
        });
    }

    pub fn arguments(case: &Value) {
        let argument = Argument::named(case["argument"].as_str().unwrap()).unwrap();
        let members = case["members"].as_array().unwrap();
        let mut names = members.iter().map(|member| member.as_str().unwrap());
        let unknown = names.find(|name| !argument.knows(name));
        let outcome = unknown.map_or(Ok(()), |name| Err(argument.error(ArgumentProblem::UnknownMember, name, None)));
        check(case, outcome, |()| {});
    }

    pub fn scope(case: &Value) {
        let given = |field: &str| {
            let malformed = || Error::argument(Phase::Config, field, "is neither a string nor a list of strings");
            scopes(&case[field], field, Phase::Config)?.ok_or_else(malformed)
        };
        let judge = || match case["operation"].as_str().unwrap() {
            "expand" => Ok(given("scopes")?.expand()),
            "missing of the requested" => {
                let client = client(&json!({
                    "clientId": "Key", "redirectUri": REDIRECT_URI, "scopes": case["requested"],
                }))?;
                Ok(client.scopes().without_retired().missing_from(&given("granted")?))
            }
            "missing" => {
                let granted = given("granted")?;
                Ok(given("required")?.missing_from(&granted))
            }
            other => panic!("{other} is not an operation"),
        };
        check(case, judge(), |scopes| assert_eq!(json!(scopes.to_vec()), case["expect"], "{}", case["name"]));
    }

    pub fn credential(case: &Value) {
        let config = &case["config"];
        let client = if case["allowsClientCredentials"] == true {
            ClientCredentials::Allowed
        } else {
            ClientCredentials::Refused
        };
        // The shim passes only the members that the core reads, and a list has none of these members.
        let config = if config.is_array() { json!({}) } else { config.clone() };
        check(case, Credential::read(&config.to_string(), client), |credential| {
            let seen = json!({
                "kind": credential.auth_type.as_str(),
                "accessToken": credential.access_token.as_ref().map(Secret::expose),
                "authorization": credential.authorization().as_ref().map(Secret::expose),
                "email": credential.email,
                "canRefresh": credential.can_refresh,
                "hasUser": credential.auth_type.has_user(),
                "hint": credential.hint(),
            });
            assert_eq!(present(seen), case["expect"], "{}", case["name"]);
        });
    }

    pub fn api_request(case: &Value) {
        let api = Endpoint::Api.parse(case["apiUrl"].as_str()).unwrap();
        let string = |name: &str| case[name].as_str().unwrap();
        let judge = || match string("operation") {
            "relativePath" => Ok(resource_group(&api_request::path(&api, string("url"))?).into()),
            "followUp" => {
                let step = api_request::follow_up(
                    &api,
                    &ReceivedResponse {
                        method: string("method"),
                        url: string("url"),
                        with_credential: case["withCredential"].as_bool().unwrap(),
                        status: status(case),
                        location: case["location"].as_str(),
                        redirects_followed: case["followed"].as_u64().unwrap_or_default().try_into().unwrap(),
                        max_redirects: case["most"].as_f64(),
                        redirect_mode: RedirectMode::from_name(case["following"].as_str().unwrap_or("follow"))
                            .unwrap(),
                    },
                )?;
                Ok(match step {
                    FollowUp::Deliver => Value::Null,
                    FollowUp::Refresh => "refresh".into(),
                    FollowUp::Redirect(Redirect { with_credential, becomes_get, with_body }) => json!({
                        "withCredential": with_credential,
                        "becomesGet": becomes_get,
                        "withBody": with_body,
                    }),
                })
            }
            "mayForwardHeader" => {
                let flag = |name: &str| case[name].as_bool().unwrap();
                Ok(api_request::may_forward_header(string("header"), flag("toApi"), flag("withBody")).into())
            }
            other => panic!("{other} is not an operation"),
        };
        check(case, judge(), |seen: Value| assert_eq!(seen, case["expect"], "{}", case["name"]));
    }

    pub fn api_response(case: &Value) {
        let body = text(&case["body"]);
        let body = if case["encoding"] == "hex" { hex(&body) } else { body.into_bytes() };
        let error = to_error(&ApiResponse {
            status: status(case),
            fields: &response_fields(case),
            body: &body,
            received_at: case["receivedAt"].as_f64().unwrap(),
            auth_type: AuthType::from_name(case["kind"].as_str().unwrap()).unwrap(),
            path: case["path"].as_str(),
            is_foreign_origin: case["isForeignOrigin"].as_bool().unwrap_or_default(),
        });
        hides(case, &error);
        let message = error.message().to_lowercase();
        assert!(!NOCODB_REFRESH_PHRASES.iter().any(|phrase| message.contains(phrase)), "{message}");
        let is_foreign_origin = case["isForeignOrigin"].as_bool().unwrap_or_default();
        let answered = ReceivedResponse {
            method: "GET",
            url: "https://api.bitbucket.org/2.0/user",
            with_credential: !is_foreign_origin,
            status: status(case),
            location: None,
            redirects_followed: 0,
            max_redirects: None,
            redirect_mode: RedirectMode::Follow,
        };
        let step = api_request::follow_up(&Endpoint::Api.parse(None).unwrap(), &answered).unwrap();
        assert_eq!(step == FollowUp::Refresh, error.code == Code::ApiUnauthenticated);
        check(case, Err(error), |(): ()| ());
    }

    pub fn redaction(case: &Value) {
        let string = |name: &str| case[name].as_str().unwrap();
        let text = string("text");
        let redaction = Redaction::of_authorization(string("authorization"));
        let seen = redaction.redact(text);
        for size in [1, 7, 1000] {
            let mut streaming = redaction.clone();
            let mut pieces: Vec<u8> = text.as_bytes().chunks(size).flat_map(|piece| streaming.push(piece)).collect();
            pieces.extend(streaming.end());
            assert_eq!(String::from_utf8(pieces).unwrap(), seen);
        }
        for hidden in case["hides"].as_array().into_iter().flatten() {
            assert!(!seen.replace('\n', "").contains(hidden.as_str().unwrap()), "{seen}");
        }
        if let Some(expected) = case["expect"].as_str() {
            assert_eq!(seen, expected, "{}", case["name"]);
        }
    }

    /// The endpoints that Atlassian removed on 2026-04-14.
    const REMOVED: [&str; 4] =
        ["/workspaces", "/repositories", "/user/permissions/workspaces", "/user/permissions/repositories"];

    pub fn connection_test(case: &Value) {
        let known = &case["known"];
        let string = |name: &str| known[name].as_str();
        let begin = || {
            ConnectionTest::new(&TestContext {
                auth_type: AuthType::from_name(string("kind").unwrap()).unwrap(),
                workspace: string("workspace"),
                repository: string("repository"),
                hint: string("hint"),
                requested: scopes(&known["requestedScopes"], "requestedScopes", Phase::Api)?,
                granted: scopes(&known["grantedScopes"], "grantedScopes", Phase::Api).ok().flatten(),
            })
        };
        check(case, begin(), |mut test| {
            let mut answers = case["answers"].as_array().unwrap().iter();
            let mut requested_paths = Vec::new();
            while let Some(path) = test.path() {
                assert!(test.result().is_none());
                assert!(!REMOVED.contains(&path.split('?').next().unwrap()), "{path} was removed");
                requested_paths.push(path);
                let answer = answers.next().unwrap();
                if let Some(message) = answer["failed"].as_str() {
                    test.on_error(message);
                } else {
                    let fields = response_fields(answer);
                    test.on_response(status(answer), &fields, text(&answer["body"]).as_bytes(), 1.8e12);
                }
            }
            let result = test.result().unwrap();
            let account = result.account.as_ref().map(|account| {
                present(json!({
                    "uuid": account.uuid, "nickname": account.nickname, "displayName": account.display_name,
                }))
            });
            let seen = present(json!({
                "success": result.success,
                "message": result.message,
                "account": account,
                "scopes": result.scopes.as_ref().map(ScopeSet::to_vec),
                "missingScopes": result.missing_scopes.as_ref().map(ScopeSet::to_vec),
            }));
            assert_eq!(json!(requested_paths), case["asked"], "{}", case["name"]);
            assert!(answers.next().is_none(), "the connection test did not use all responses");
            assert_eq!(seen, case["expect"], "{}", case["name"]);
        });
    }

    pub fn proxy(case: &Value) {
        let get = |name: &str| case["environment"][name].as_str().map(str::to_owned);
        let problems = Environment::read(get).problems;
        let named: Vec<&str> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
        let others = Environment::read(|_| None).problems.len();
        assert_eq!(json!(named[others..]), case["problems"], "{}", case["name"]);
        for problem in &problems {
            hides(case, problem);
        }
        let proxies = Proxies::read(get);
        if let Err(error) = proxies.proxy_for(case["url"].as_str().unwrap()) {
            hides(case, &error);
        }
        check(case, proxies.proxy_for(case["url"].as_str().unwrap()), |proxy| {
            let seen = proxy.map_or_else(
                || json!({}),
                |proxy| {
                    let authorization = proxy.authorization.as_ref().map(Secret::expose);
                    present(json!({
                        "variable": proxy.variable, "origin": proxy.origin, "authorization": authorization,
                    }))
                },
            );
            assert_eq!(seen, case["expect"], "{}", case["name"]);
        });
    }

    fn hides(case: &Value, error: &Error) {
        let all_text = view(error).to_string();
        for hidden in case["hides"].as_array().into_iter().flatten() {
            assert!(!all_text.contains(hidden.as_str().unwrap()), "{hidden} is in {all_text}");
        }
    }

    pub fn callback_page(case: &Value) {
        let environment = Environment::read(|name| {
            let given = |member: &str| case[member].as_str().map(str::to_owned);
            match name {
                "INTEGRATION_AUTH_BITBUCKET_CLIENT_ID" => Some("Key".to_owned()),
                "INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET" => Some("Secret".to_owned()),
                "INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI" => {
                    given("redirectUri").or_else(|| Some(REDIRECT_URI.to_owned()))
                }
                "INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL" => given("authorizeUrl"),
                "NC_PUBLIC_URL" => given("publicUrl"),
                _ => None,
            }
        });
        assert!(environment.problems.is_empty());
        let target = case["target"].as_str().unwrap();
        let refusal = match environment.callback_page.unwrap().content_for(target) {
            None => return assert_eq!(case["expect"], "none"),
            Some(Content::Received) => return assert_eq!(case["expect"], "answer"),
            Some(Content::Error(refusal)) => refusal,
        };
        assert_eq!(case["expect"], refusal.heading);
        let words = format!("{} {}", refusal.heading, refusal.text);
        assert!(words.contains(case["contains"].as_str().unwrap_or_default()));
        for hidden in ["<", ">", "&", "marked", "evil", "af0ifjsldkj"] {
            assert!(!words.contains(hidden), "{hidden}");
        }
    }

    pub fn stored_tokens(case: &Value) {
        let row = Row {
            metadata: case["row"].is_object().then(|| metadata(&case["row"])),
            is_of_same_chain: case["isOfSameChain"].as_bool().unwrap(),
            is_in_vault: case["isInVault"].as_bool().unwrap_or_default(),
        };
        let content = RowContent::of(row, metadata(&case["own"]), case["isRefused"].as_bool().unwrap());
        assert_eq!(format!("{content:?}"), case["expect"].as_str().unwrap());
    }

    pub fn newest_tokens(case: &Value) {
        let times = |value: &Value| Times {
            obtained_at: value["obtainedAt"].as_f64(),
            expires_at: value["expiresAt"].as_f64(),
        };
        let version = |name: &str| {
            let value = &case[name];
            let times = if value["isDead"] == true { Times::default() } else { times(value) };
            Version { times, fence: value["fence"].as_f64().unwrap() }
        };
        let flag = |name: &str| case[name].as_bool().unwrap();
        let seen = match case["call"].as_str().unwrap() {
            "decidePublication" => publication(case["fence"].as_f64().unwrap(), &case["known"]),
            "isEntryNewer" => json!(version("known").is_newer_than(version("found"))),
            "isMissingFromSharedStore" => {
                let (same, is_linked) = (flag("sameRefreshToken"), flag("isLinked"));
                json!(version("known").is_missing_from_shared_store(version("shared"), same, is_linked))
            }
            "classifyEntry" => {
                let same = (flag("sameRefreshToken"), flag("sameAccessToken"));
                json!(
                    format!("{:?}", EntryKind::of(flag("hasTokens"), flag("isDead"), same.0, same.1)).to_lowercase()
                )
            }
            "isIssuedLater" => json!(times(&case["tokens"]).is_after(times(&case["other"]))),
            other => panic!("{other} is not a call"),
        };
        assert_eq!(seen, case["expect"], "{}", case["name"]);
    }

    fn publication(fence: f64, known: &Value) -> Value {
        let number = |name: &str| known[name].as_f64().unwrap();
        let flag = |name: &str| known[name].as_bool().unwrap();
        let position = match known["position"].as_str().unwrap() {
            "newest" => ChainPosition::Newest,
            "superseded" => ChainPosition::Superseded,
            "predecessor" => ChainPosition::Predecessor,
            "predecessor-of-newest" => ChainPosition::PredecessorOfNewest,
            "unrelated" => ChainPosition::Unrelated,
            other => panic!("{other} is not a position"),
        };
        let context = PublicationContext {
            position,
            is_first: flag("isFirst"),
            newest_fence: number("newest"),
            highest_fence: number("highest"),
            is_last: flag("isLast"),
            own_fence: number("own"),
        };
        let (step, link_fence) = match Publication::decide(fence, context) {
            Publication::Outdated => ("none", 0.0),
            Publication::Joins(fence) => ("join", fence),
            Publication::Replaces => ("replace", 0.0),
            Publication::Follows(fence) => ("follow", fence),
            Publication::FollowsAnew(fence) => ("follow-anew", fence),
            Publication::Precedes(fence) => ("precede", fence),
        };
        json!({ "step": step, "linkFence": link_fence as u64, "isNewest": matches!(step, "replace" | "follow" | "follow-anew") })
    }

    pub fn nocodb_response(case: &Value) {
        let code = Code::from_name(case["code"].as_str().unwrap()).unwrap();
        let status = case.get("status").map(|_| status(case));
        assert_eq!(json!(nocodb_response::status(code, status)), case["expect"], "{}", case["name"]);
    }

    fn metadata(value: &Value) -> TokenMetadata<'_> {
        TokenMetadata {
            authorized_at: value["authorizedAt"].as_str(),
            account: value["account"].as_str(),
            times: Times { obtained_at: value["obtainedAt"].as_f64(), expires_at: value["expiresAt"].as_f64() },
        }
    }

    pub fn retry(case: &Value) {
        let seen = match case["operation"].as_str().unwrap() {
            "mayRetry" => {
                let status = case.get("status").map(|_| status(case));
                let code = Code::from_name(case["code"].as_str().unwrap());
                let method = case["method"].as_str().unwrap();
                let phase = Phase::from_name(case["phase"].as_str().unwrap_or("api")).unwrap();
                json!(code.is_some_and(|code| retry::may_repeat(method, code, status, phase)))
            }
            "delay" => json!(
                Failed {
                    attempts: u32::try_from(case["attempts"].as_u64().unwrap()).unwrap(),
                    status: case.get("status").map(|_| status(case)),
                    retry_after: case["retryAfter"].as_str(),
                    is_queued: case["isQueued"].as_bool().unwrap(),
                    patience: case["patience"].as_f64().unwrap_or(f64::INFINITY),
                    received_at: RECEIVED_AT,
                    random: case["random"].as_f64().unwrap(),
                }
                .delay()
            ),
            "isHourlyLimitExhausted" => {
                let status = case.get("status").map(|_| status(case));
                json!(retry::is_hourly_limit_exhausted(status, case["retryAfter"].as_str(), RECEIVED_AT))
            }
            "maySucceedAfterRefresh" => {
                let flag = |name: &str| case[name].as_bool().unwrap_or_default();
                let status = case.get("status").map(|_| status(case));
                let message = case["message"].as_str().unwrap_or_default();
                let (is_from_api_client, is_unrepeated) = (flag("isFromApiClient"), flag("isUnrepeated"));
                json!(FailedWork { is_from_api_client, is_unrepeated, status, message }.may_succeed_after_refresh())
            }
            other => panic!("{other} is not an operation"),
        };
        assert_eq!(
            (seen.as_f64(), seen.as_bool()),
            (case["expect"].as_f64(), case["expect"].as_bool()),
            "{}",
            case["name"]
        );
    }

    pub fn rate_limit(case: &Value) {
        if let Some(retry_after) = case["retryAfter"].as_f64() {
            assert_eq!(json!(honors_retry_after(retry_after)), case["honorsRetryAfter"], "{}", case["name"]);
            return;
        }
        if let Some(steps) = case["log"].as_array() {
            let mut log = RequestLog::default();
            let seen: Vec<Value> =
                steps.iter().enumerate().map(|(number, step)| log_step(&mut log, number, step)).collect();
            assert_eq!(&seen, steps, "{}", case["name"]);
            return;
        }
        let header = |name: &str| case["headers"][name].as_str();
        let headers = RateLimitHeaders {
            limit: header("x-ratelimit-limit"),
            near_limit: header("x-ratelimit-nearlimit"),
            retry_after: header("retry-after"),
        };
        let queue = QueueState {
            limit: u32::try_from(case["known"].as_u64().unwrap()).unwrap(),
            is_configured: case["isConfigured"].as_bool().unwrap(),
            refusals: u32::try_from(case["refusals"].as_u64().unwrap_or(0)).unwrap(),
        };
        let update = RateLimitUpdate::of(status(case), &headers, queue, case["receivedAt"].as_f64().unwrap());
        let seen = json!({ "limit": update.limit, "used": update.used, "pause": update.pause, "pace": update.pace });
        let seen = present(seen);
        assert_eq!(seen, case["expect"], "{}", case["name"]);
    }

    /// Applies a step to the log, and returns the step with its result.
    fn log_step(log: &mut RequestLog, number: usize, step: &Value) -> Value {
        let at = step["at"].as_f64().unwrap();
        let count = |name: &str| step[name].as_u64().map(|count| u32::try_from(count).unwrap());
        let mut step = step.clone();
        if let Some(limit) = count("limit") {
            let wait = log.wait_time(limit, at);
            if wait == 0.0 {
                log.record(at, number as f64, false);
            }
            step["wait"] = json!(wait as u64);
        } else if let Some(used) = count("used") {
            let unlogged = log.unlogged_count(used, at);
            (0..unlogged).for_each(|other| log.record(at, f64::from(101 + other), false));
            step["unlogged"] = json!(unlogged);
        } else {
            log.remove(f64::from(count("remove").unwrap()));
        }
        step
    }

    pub fn pagination(case: &Value) {
        let malformed = |name: &str| Error::argument(Phase::Api, name, "is not a string");
        let string = |name: &str| case[name].as_str().unwrap();
        let run = || match string("operation") {
            "pages" => Ok(json!(pages(case)?.0)),
            "token" => Ok(json!(pages(case)?.1.page_token()?)),
            "ahead" => {
                Ok(json!(pages(case)?.1.fetchable_urls(usize::try_from(case["held"].as_u64().unwrap()).unwrap())))
            }
            "spare" => Ok(json!(spare(case)?)),
            "sequence" => Ok(json!(sequence(case))),
            // In JavaScript, the binding chooses between `next` and `page`.
            "address" => match (&case["next"], &case["page"]) {
                (Value::String(next), _) => pagination::page_url(string("list"), next, "next"),
                (Value::Null, Value::String(page)) => pagination::page_url(string("list"), page, "page"),
                (Value::Null, Value::Null) => Ok(string("list").to_owned()),
                (Value::Null, page) => {
                    pagination::numbered_page_url(string("list"), page.as_f64().unwrap_or(f64::NAN))
                }
                _ => Err(malformed("next")),
            }
            .map(Value::from),
            "repetition" => Ok(json!(pagination::retry_delay(&Attempt {
                status: status(case),
                retry_after: case["retryAfter"].as_str(),
                number: u32::try_from(case["number"].as_u64().unwrap()).unwrap(),
                patience: case["patience"].as_f64().unwrap_or(f64::INFINITY),
                received_at: RECEIVED_AT,
                random: case["random"].as_f64().unwrap(),
            })?)),
            other => panic!("{other} is not an operation"),
        };
        check(case, run(), |seen| match (seen.as_f64(), case["expect"].as_f64()) {
            (Some(seen), Some(expected)) => assert_eq!(json!(seen), json!(expected), "{}", case["name"]),
            _ => assert_eq!(seen, case["expect"], "{}", case["name"]),
        });
    }

    /// The URLs that the paginator requests until the case has no more responses, or the list ends.
    fn pages(case: &Value) -> Result<(Vec<String>, Paginator)> {
        let mut list = Paginator::new(case["first"].as_str().unwrap(), case["concurrency"].as_f64())?;
        let mut requested_urls = vec![list.url().to_owned()];
        for answer in case["answers"].as_array().unwrap_or(&Vec::new()) {
            let next = match &answer["next"] {
                Value::Null => None,
                Value::String(next) => Some(next.as_str()),
                _ => return Err(Error::new(Code::ResponseInvalid, Phase::Api).with_field("next")),
            };
            let number = |name: &str| answer[name].as_f64();
            let page = Page {
                next,
                values: usize::try_from(answer["values"].as_u64().unwrap()).unwrap(),
                page: number("page"),
                pagelen: number("pagelen"),
                size: number("size"),
            };
            if !list.advance(&page)? {
                requested_urls.push("end".to_owned());
                break;
            }
            requested_urls.push(list.url().to_owned());
        }
        Ok((requested_urls, list))
    }

    /// The URLs that the predictor predicts after each step.
    fn sequence(case: &Value) -> Vec<Option<String>> {
        let mut predictor = PagePredictor::default();
        let step = |step: &Value| {
            let number = |name: &str| step[name].as_f64();
            match (step["asked"].as_str(), step["answered"].as_str()) {
                (Some(address), _) => predictor.on_request(address),
                (None, Some(address)) => {
                    let page = Page {
                        next: step["next"].as_str(),
                        pagelen: number("pagelen"),
                        size: number("size"),
                        ..Page::default()
                    };
                    if predictor.on_success(address) { predictor.on_page(address, &page) } else { None }
                }
                (None, None) => {
                    predictor.reset();
                    None
                }
            }
        };
        case["steps"].as_array().unwrap().iter().map(step).collect()
    }

    /// Whether another page may be prefetched.
    fn spare(case: &Value) -> Result<bool> {
        let mut list = pages(case)?.1;
        for _ in 0..case["wasted"].as_u64().unwrap() {
            list.record_wasted_prefetch();
        }
        Ok(list.may_prefetch(usize::try_from(case["ahead"].as_u64().unwrap()).unwrap()))
    }

    pub fn removed_endpoints(case: &Value) {
        let string = |name: &str| case[name].as_str().unwrap();
        let api = case["api"].as_str().unwrap_or("https://api.bitbucket.org/2.0");
        let api = Endpoint::Api.parse(Some(api)).unwrap();
        let replaced = |name: &str| replacement(&api, case["method"].as_str().unwrap_or("GET"), string(name));
        let collected = |name: &str| match replaced(name).unwrap() {
            Replacement::Collected(collected) => collected,
            other => panic!("{other:?} is not a list"),
        };
        let flag = |name: &str| case[name].as_bool().unwrap();
        let seen = match string("operation") {
            "replacement" => replaced("url").map_or(Value::Null, |replaced| {
                let list = match &replaced {
                    Replacement::Collected(list) => Some(list),
                    _ => None,
                };
                let refusal = match &replaced {
                    Replacement::Refused(message) => Some(removed_endpoints::error_body(message)),
                    _ => None,
                };
                present(json!({
                    "endpoint": replaced.endpoint().path(),
                    "workspaces": list.map(CollectedList::workspaces_url),
                    "workspaceUrl": list.map(|list| list.workspace_url("acme", true)),
                    "sort": list.and_then(CollectedList::sort).map(|sort| {
                        json!({ "member": sort.member, "isDescending": sort.is_descending })
                    }),
                    "refusal": refusal,
                }))
            }),
            "page" => {
                let page = collected("url").page(usize::try_from(case["size"].as_u64().unwrap()).unwrap());
                present(json!({
                    "from": page.from, "to": page.to, "page": page.page, "pagelen": page.pagelen, "size": page.size,
                    "next": page.next,
                }))
            }
            "same" => json!(collected("url").key() == collected("other").key()),
            "workspaceOutcome" => {
                let answer = &case["answer"];
                let outcome = collected("url").workspace_outcome(
                    string("segment"),
                    flag("withRole"),
                    &ApiResponse {
                        status: status(answer),
                        fields: &response_fields(answer),
                        body: answer["body"].as_str().unwrap().as_bytes(),
                        received_at: RECEIVED_AT,
                        auth_type: AuthType::from_name(answer["kind"].as_str().unwrap()).unwrap(),
                        path: answer["path"].as_str(),
                        is_foreign_origin: answer["isForeignOrigin"].as_bool().unwrap_or_default(),
                    },
                );
                let (outcome, notice) = match outcome {
                    WorkspaceOutcome::Fail(notice) => ("fail", notice),
                    WorkspaceOutcome::Skip(notice) => ("skip", Some(notice)),
                    WorkspaceOutcome::RetryWithoutRole => ("retry-without-role", None),
                };
                present(json!({ "outcome": outcome, "notice": notice }))
            }
            "tracker" => json!(removed_endpoints::issues_not_found_body(status(case), flag("isForeignOrigin"))),
            "notice" => json!(replaced("url").unwrap().endpoint().notice()),
            other => panic!("{other} is not an operation"),
        };
        assert_eq!(seen, case["expect"], "{}", case["name"]);
    }

    fn status(value: &Value) -> u16 {
        u16::try_from(value["status"].as_u64().unwrap()).unwrap()
    }

    /// Removes the members that are absent.
    fn present(mut object: Value) -> Value {
        object.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        object
    }

    pub fn config(case: &Value) {
        match case["kind"].as_str().unwrap() {
            "options" => check(case, client(&case["options"]), |client| compare(case, &facts(&client))),
            "environment" => environment(case),
            other => panic!("{other} is not a kind of configuration"),
        }
    }

    fn facts(client: &ClientConfig) -> Value {
        json!({
            "clientId": client.client_id(),
            "redirectUri": client.redirect_uri().as_str(),
            "scopes": client.scopes().to_vec(),
            "authorizeUrl": client.endpoints().authorize.as_str(),
            "tokenUrl": client.endpoints().token.as_str(),
            "apiUrl": client.endpoints().api.as_str(),
        })
    }

    fn compare(case: &Value, seen: &Value) {
        for (name, value) in case["expect"].as_object().into_iter().flatten() {
            assert_eq!(&seen[name], value, "{name} in {}", case["name"]);
        }
    }

    fn environment(case: &Value) {
        let environment = Environment::read(|name| case["environment"][name].as_str().map(str::to_owned));
        let problems: Vec<&str> = environment.problems.iter().map(|p| p.field.as_deref().unwrap()).collect();
        assert_eq!(json!(problems), case["problems"], "{}", case["name"]);
        for problem in &environment.problems {
            assert_eq!((problem.code, problem.phase), (Code::InvalidConfig, Phase::Config));
        }
        if let Some(says) = case["says"].as_str() {
            let last = environment.problems.last().map(ToString::to_string);
            assert_eq!(last.as_deref(), Some(says), "{}", case["name"]);
        }
        assert_eq!(json!(environment.client.is_some()), case["oauth"], "{}", case["name"]);
        let mut seen = environment.client.as_ref().map_or_else(|| json!({}), facts);
        seen["timeoutMs"] = environment.timeout_ms.into();
        seen["lockoutMs"] = environment.lockout_ms.into();
        seen["allowsClientCredentials"] = (environment.client_credentials == ClientCredentials::Allowed).into();
        seen["replacesRemoved"] = (environment.removed_endpoints == RemovedEndpoints::Replaced).into();
        seen["isVerifierOptional"] = (environment.code_verifier_policy == CodeVerifierPolicy::Optional).into();
        let (database, others) = match environment.redis.as_ref().map(|redis| redis.database.clone()) {
            Some(Database::Named(number)) => (Some(number), None),
            Some(Database::Searched { home, others }) => (Some(home), Some(others)),
            None => (None, None),
        };
        seen["redisDatabase"] = database.into();
        seen["isRedisDatabaseSought"] = others.is_some().into();
        seen["otherRedisDatabases"] = others.into();
        seen["redisVariable"] = environment.redis.as_ref().map(|redis| redis.variable).into();
        seen["redisUrl"] = environment.redis.map(|redis| redis.address.expose().to_owned()).into();
        seen["apiUrl"] = environment.api.map(|api| api.as_str().to_owned()).into();
        compare(case, &seen);
    }
}
