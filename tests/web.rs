//! The bindings in a real browser: the shared cases of tests/vectors, given as JavaScript values, and what only
//! JavaScript can give.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use js_sys::{Function, JSON, Object, Reflect, Uint8Array};
use nocodb_bitbucket_auth::arguments::Misfit;
use nocodb_bitbucket_auth::bindings::{
    Api, ApiAnswer, Client, List, PageSequence, Redactor, Removed, RequestLog, Test, TokenOrigin, default_scopes,
    describe_argument, environment_variables, expand_scopes, failure, group_of, host_status, is_cured_by_renewal,
    is_expired, is_hour_used_up, is_waited_for, judge_api_response, may_carry, may_repeat, missing_scopes,
    page_address, page_repetition, rate_limit_news, read_credential, read_environment, refuse_argument, retry_delay,
    row_holding, without_tracker, workspace_segment,
};
use nocodb_bitbucket_auth::environment::variable;
use nocodb_bitbucket_auth::scope::DEFAULT_SCOPES;
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// When the answers of the cases about waiting arrived.
const RECEIVED_AT: f64 = 1_800_000_000_000.0;

const REDIRECT_URI: &str = "https://nocodb.example/dashboard/";

type Outcome = Result<JsValue, JsValue>;

fn js(value: &Value) -> JsValue {
    JSON::parse(&value.to_string()).unwrap()
}

/// A member of a case as JavaScript would give it: absent is `undefined`.
fn seen(value: &JsValue) -> Value {
    serde_json::from_str(&JSON::stringify(value).unwrap().as_string().unwrap()).unwrap()
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    assert!(Reflect::set(object, &name.into(), value).unwrap());
}

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

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// Runs every case of a file. A trap would end the test, so each case also shows that there was none.
fn run(file: &str, text: &str, case: impl Fn(&Value) -> Result<(), String>) {
    let vectors: Value = serde_json::from_str(text).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    let mut ran = 0;
    let failed: Vec<String> = cases
        .iter()
        .inspect(|_| ran += 1)
        .filter_map(|one| case(one).err().map(|why| format!("{}: {why}", one["name"].as_str().unwrap())))
        .collect();
    console_log!("vectors: {file} {ran}");
    assert!(failed.is_empty(), "{} of {} cases of {file} failed: {failed:#?}", failed.len(), cases.len());
}

fn equal(seen: &Value, expected: &Value) -> Result<(), String> {
    if seen == expected { Ok(()) } else { Err(format!("{seen} instead of {expected}")) }
}

/// Members that `expected` lists; `null` means that the member is absent.
fn holds(seen: &Value, expected: &Value) -> Result<(), String> {
    for (name, value) in expected.as_object().into_iter().flatten() {
        let member = seen.get(name).unwrap_or(&Value::Null);
        equal(member, value).map_err(|why| format!("{name} is {why}"))?;
    }
    Ok(())
}

fn check(case: &Value, outcome: Outcome, expected: impl FnOnce(Value) -> Result<(), String>) -> Result<(), String> {
    match (case.get("error"), outcome) {
        (None, Ok(value)) => expected(seen(&value)),
        (Some(listed), Err(error)) => {
            let error = seen(&error);
            if error["message"].as_str().is_none_or(str::is_empty) {
                return Err("there is no message".to_owned());
            }
            holds(&error, listed)
        }
        (_, Ok(value)) => Err(format!("gave {}", seen(&value))),
        (_, Err(error)) => Err(format!("threw {}", seen(&error))),
    }
}

fn client(client_id: &str, secret: Option<&str>, redirect_uri: &str, endpoints: Value) -> Client {
    let options = json!({
        "clientId": client_id, "clientSecret": secret, "redirectUri": redirect_uri, "endpoints": endpoints,
    });
    client_of(&options).unwrap()
}

/// A text that the core itself has written, or a case that has no other kinds.
fn string(case: &Value, name: &str) -> Option<String> {
    case[name].as_str().map(str::to_owned)
}

/// A member of an argument, as the shim hands it over (js/argument-reader.js), or why the core refuses it.
fn plain(argument: &str, name: &str, value: &Value) -> Result<Option<String>, JsValue> {
    let known = seen(&describe_argument(argument));
    let member = known["members"].as_array().unwrap().iter().find(|member| member["name"] == name).unwrap();
    let refuse = |misfit| Err(refuse_argument(argument, misfit, name, None).unwrap_err());
    let kind = member["kind"].as_str().unwrap();
    let plain = match (kind, value) {
        (_, Value::Null) if member["isRequired"] == true => return refuse(Misfit::Missing),
        (_, Value::Null) => return Ok(None),
        ("text" | "scopes", Value::String(text)) => Some(text.clone()),
        ("scopes", Value::Array(list)) if list.len() as u64 > member["limit"].as_u64().unwrap() => {
            return refuse(Misfit::TooLong);
        }
        ("scopes", Value::Array(list)) => {
            list.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(|list| list.join(" "))
        }
        ("texts", Value::Object(texts)) => {
            let pairs = texts.iter().map(|(name, text)| Some((name, text.as_str()?)));
            let pairs: Option<Vec<_>> = pairs.collect();
            pairs.map(|pairs| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
        }
        _ => None,
    };
    plain.map_or_else(|| refuse(Misfit::OtherKind), |plain| Ok(Some(plain)))
}

/// The same for one that must be there.
fn required(argument: &str, name: &str, value: &Value) -> Result<String, JsValue> {
    plain(argument, name, value).map(Option::unwrap)
}

fn client_of(options: &Value) -> Result<Client, JsValue> {
    if !options.is_object() {
        return Err(refuse_argument("clientOptions", Misfit::NotAnObject, "", None).unwrap_err());
    }
    let endpoints = &options["endpoints"];
    if !matches!(endpoints, Value::Null | Value::Object(_)) {
        return Err(refuse_argument("clientOptions", Misfit::OtherKind, "endpoints", None).unwrap_err());
    }
    let option = |name| plain("clientOptions", name, &options[name]);
    let endpoint = |name| plain("endpoints", name, &endpoints[name]);
    Client::new(
        &required("clientOptions", "clientId", &options["clientId"])?,
        &required("clientOptions", "redirectUri", &options["redirectUri"])?,
        option("clientSecret")?,
        option("scopes")?,
        endpoint("authorizeUrl")?,
        endpoint("tokenUrl")?,
        endpoint("apiUrl")?,
    )
}

/// Puts known bytes in place of the random source for one call.
fn with_random<T>(bytes: &[u8], call: impl FnOnce() -> T) -> T {
    let crypto = get(&js_sys::global(), "crypto");
    let known = Uint8Array::from(bytes);
    let source = Function::new_with_args("array", "array.set(this.known); return array;");
    let holder = Object::new();
    set(&holder, "known", &known);
    set(&crypto, "getRandomValues", &source.bind0(&holder));
    let result = call();
    assert!(Reflect::delete_property(crypto.unchecked_ref::<Object>(), &"getRandomValues".into()).unwrap());
    result
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = URL)]
    type JsUrl;
    #[wasm_bindgen(constructor, js_class = "URL")]
    fn new(text: &str) -> JsUrl;
    #[wasm_bindgen(method, getter, js_class = "URL")]
    fn href(this: &JsUrl) -> String;

    #[wasm_bindgen(js_name = URLSearchParams)]
    type JsSearchParams;
    #[wasm_bindgen(constructor, js_class = "URLSearchParams")]
    fn new(text: &str) -> JsSearchParams;
    #[wasm_bindgen(method, js_class = "URLSearchParams", js_name = toString)]
    fn to_text(this: &JsSearchParams) -> String;
}

#[wasm_bindgen_test]
fn callback() {
    run("callback", include_str!("vectors/callback.json"), |case| {
        let redirect_uri = case["redirectUri"].as_str().unwrap_or(REDIRECT_URI);
        let endpoints = json!({ "authorizeUrl": case["authorizeUrl"] });
        let client = client("Key", Some("Secret"), redirect_uri, endpoints);
        let given = || text(&case["callback"]);
        let callback = match case["kind"].as_str().unwrap() {
            "string" => Ok(given()),
            "url" => Ok(JsUrl::new(&given()).href()),
            "searchParams" => Ok(format!("?{}", JsSearchParams::new(&given()).to_text())),
            "null" => required("callback", "callback", &Value::Null),
            other => return Err(format!("{other} is not a kind of callback")),
        };
        let state = required("expectedResponse", "state", &case["state"]);
        let outcome = state.and_then(|state| client.validate_authorization_response(&callback?.into(), &state));
        check(case, outcome, |code| equal(&code, &case["expect"]["code"]))
    });
}

#[wasm_bindgen_test]
fn token_response() {
    let client = client("Key", Some("s3cr3t-of-the-client"), REDIRECT_URI, json!({}));
    run("token_response", include_str!("vectors/token_response.json"), |case| {
        let body = text(&case["body"]);
        let body = if case["encoding"] == "hex" { hex(&body) } else { body.into_bytes() };
        let outcome = client.parse_token_response(
            case["grant"].as_str().unwrap(),
            case["status"].as_f64().unwrap(),
            &body,
            case["receivedAt"].as_f64().unwrap(),
            string(&case["headers"], "content-type"),
            string(&case["headers"], "www-authenticate"),
            string(&case["headers"], "retry-after"),
            plain("previous", "refreshToken", &case["previous"]["refreshToken"]).ok().flatten(),
            plain("previous", "scopes", &case["previous"]["scopes"]).ok().flatten(),
            string(case, "request"),
        );
        check(case, outcome, |tokens| equal(&tokens, &case["expect"]))
    });
}

#[wasm_bindgen_test]
fn client_authentication() {
    run("client_authentication", include_str!("vectors/client_authentication.json"), |case| {
        let client =
            client(case["clientId"].as_str().unwrap(), case["clientSecret"].as_str(), REDIRECT_URI, json!({}));
        let text = |name| plain("codeGrant", name, &case[name]);
        let code = || required("codeGrant", "code", &case["code"]);
        let build = || match case["request"].as_str().unwrap() {
            "code" => client.build_token_request(
                &code()?,
                text("codeVerifier")?,
                text("code_verifier")?,
                text("redirectUri")?,
            ),
            "host" => {
                let is_verifier_optional = case["isVerifierOptional"] == true;
                client.build_host_token_request(&code()?, text("codeVerifier")?, is_verifier_optional)
            }
            "refresh" => {
                client.build_refresh_request(&required("refreshGrant", "refreshToken", &case["refreshToken"])?)
            }
            "client_credentials" => client.build_client_credentials_request(),
            other => panic!("{other} is not a request"),
        };
        let outcome = build();
        check(case, outcome, |request| equal(&request, &case["expect"]))
    });
}

#[wasm_bindgen_test]
fn pkce() {
    let client = client("Key", Some("Secret"), REDIRECT_URI, json!({}));
    run("pkce", include_str!("vectors/pkce.json"), |case| {
        let outcome = plain("codeGrant", "codeVerifier", &case["codeVerifier"])
            .and_then(|verifier| client.build_token_request("code", verifier, None, None));
        check(case, outcome, |request| {
            let Some(random) = case["random"].as_str() else {
                let sent = format!("code_verifier={}", case["codeVerifier"].as_str().unwrap().replace('~', "%7E"));
                return equal(&request["body"].as_str().unwrap().ends_with(&sent).into(), &true.into());
            };
            let random = [vec![0; 32], hex(random)].concat();
            let made = with_random(&random, || client.create_authorization_request(None));
            holds(
                &seen(&made.unwrap()),
                &json!({ "codeVerifier": case["codeVerifier"], "codeChallenge": case["codeChallenge"] }),
            )
        })
    });
}

#[wasm_bindgen_test]
fn authorization_request() {
    run("authorization_request", include_str!("vectors/authorization_request.json"), |case| {
        let client = client_of(&case["client"]).unwrap();
        let random = hex(case["random"].as_str().unwrap());
        let outcome = plain("authorizationOptions", "extraParams", &case["extraParams"])
            .and_then(|extra| with_random(&random, || client.create_authorization_request(extra)));
        check(case, outcome, |request| {
            equal(&request, &case["expect"])?;
            equal(&client.authorization_url().into(), &case["authorizationUrl"])
        })
    });
}

#[wasm_bindgen_test]
fn arguments() {
    run("arguments", include_str!("vectors/arguments.json"), |case| {
        let argument = case["argument"].as_str().unwrap();
        let known = seen(&describe_argument(argument));
        let is_known = |name: &str| known["members"].as_array().unwrap().iter().any(|member| member["name"] == name);
        let mut names = case["members"].as_array().unwrap().iter().map(|member| member.as_str().unwrap());
        let unknown = names.find(|name| !is_known(name));
        let outcome = unknown.map_or(Ok(()), |name| refuse_argument(argument, Misfit::Unknown, name, None));
        check(case, outcome.map(|()| JsValue::NULL), |_| Ok(()))
    });
}

#[wasm_bindgen_test]
fn scope() {
    run("scope", include_str!("vectors/scope.json"), |case| {
        let scopes = || required("scopes", "scopes", &case["scopes"]);
        let given = |name| required("requiredScopes", name, &case[name]);
        let judge = || match case["operation"].as_str().unwrap() {
            "expand" => expand_scopes(&scopes()?),
            "missing of the requested" => {
                let requested = &case["requested"];
                let options = json!({ "clientId": "Key", "redirectUri": REDIRECT_URI, "scopes": requested });
                client_of(&options)?.missing_scopes(&given("granted")?)
            }
            "missing" => missing_scopes(&given("required")?, &given("granted")?),
            other => panic!("{other} is not an operation"),
        };
        let outcome = judge();
        check(case, outcome.map(JsValue::from), |scopes| equal(&scopes, &case["expect"]))
    });
}

/// What a client says of itself.
fn facts(client: &Client) -> Value {
    json!({
        "clientId": client.client_id(),
        "redirectUri": client.redirect_uri(),
        "scopes": seen(&client.scopes()),
        "authorizeUrl": client.authorize_url(),
        "tokenUrl": client.token_url(),
        "apiUrl": client.api_url(),
    })
}

#[wasm_bindgen_test]
fn config() {
    run("config", include_str!("vectors/config.json"), |case| match case["kind"].as_str().unwrap() {
        "options" => {
            let outcome = client_of(&case["options"]).map(|client| js(&facts(&client)));
            check(case, outcome, |client| holds(&client, &case["expect"]))
        }
        "environment" => {
            let environment = read_environment(&case["environment"].to_string());
            let settings = seen(&get(&environment, "settings"));
            let problems = settings["problems"].as_array().unwrap();
            let names: Vec<&Value> = problems.iter().map(|problem| &problem["field"]).collect();
            equal(&json!(names), &case["problems"])?;
            problems
                .iter()
                .try_for_each(|problem| holds(problem, &json!({ "code": "INVALID_CONFIG", "phase": "config" })))?;
            let client = get(&environment, "client");
            equal(&client.is_object().into(), &case["oauth"])?;
            let mut told = settings.clone();
            let redis = &settings["redis"];
            told["redisUrl"] = redis["url"].clone();
            told["redisVariable"] = redis["variable"].clone();
            told["redisDatabase"] = redis["database"].clone();
            told["isRedisDatabaseSought"] = json!(redis["isDatabaseSought"] == true);
            told["otherRedisDatabases"] = redis["otherDatabases"].clone();
            for name in ["clientId", "redirectUri", "scopes"] {
                if client.is_object() {
                    told[name] = seen(&get(&client, name));
                }
            }
            holds(&told, &case["expect"])
        }
        other => Err(format!("{other} is not a kind of configuration")),
    });
}

#[wasm_bindgen_test]
fn credential() {
    run("credential", include_str!("vectors/credential.json"), |case| {
        // As the shim hands it over; a list has none of the members.
        let config = if case["config"].is_array() { json!({}) } else { case["config"].clone() };
        let outcome = read_credential(&config.to_string(), case["mayActAsClient"] == true);
        check(case, outcome, |credential| equal(&credential, &case["expect"]))
    });
}

#[wasm_bindgen_test]
fn api_request() {
    run("api_request", include_str!("vectors/api_request.json"), |case| {
        let api = Api::new(case["apiUrl"].as_str().unwrap_or("https://api.bitbucket.org/2.0")).unwrap();
        let string = |name: &str| case[name].as_str().unwrap();
        let outcome = match string("operation") {
            "admit" => api.admit(string("url")).map(|path| group_of(&path).into()),
            "judge" => api
                .judge(
                    string("method"),
                    string("url"),
                    case["withCredential"].as_bool().unwrap(),
                    status(case),
                    case["location"].as_str().map(str::to_owned),
                    case["followed"].as_u64().unwrap_or_default().try_into().unwrap(),
                    case["most"].as_f64(),
                    case["following"].as_str().unwrap_or("follow"),
                )
                .map(|next| if next.is_undefined() { JsValue::NULL } else { next }),
            "mayCarry" => {
                let flag = |name: &str| case[name].as_bool().unwrap();
                Ok(may_carry(string("header"), flag("toApi"), flag("withBody")).into())
            }
            other => return Err(format!("{other} is not an operation")),
        };
        check(case, outcome, |seen| equal(&seen, &case["expect"]))
    });
}

#[wasm_bindgen_test]
fn api_response() {
    run("api_response", include_str!("vectors/api_response.json"), |case| {
        let outcome = judge_api_response(answer(case), case["kind"].as_str().unwrap());
        if let Ok(error) = &outcome {
            let told = seen(error).to_string();
            for hidden in case["hides"].as_array().into_iter().flatten() {
                equal(&told.contains(hidden.as_str().unwrap()).into(), &false.into())?;
            }
            let code = get(error, "code").as_string();
            let is_own = case["isElsewhere"].as_bool() != Some(true);
            let api = Api::new("https://api.bitbucket.org/2.0").unwrap();
            let url = "https://api.bitbucket.org/2.0/user";
            let step = api.judge("GET", url, is_own, status(case), None, 0, None, "follow").unwrap();
            equal(&(step == "renew").into(), &(code.as_deref() == Some("API_UNAUTHENTICATED")).into())?;
        }
        // What comes out of it is an error.
        check(case, Err(outcome.unwrap()), |_| Ok(()))
    });
}

#[wasm_bindgen_test]
fn redaction() {
    run("redaction", include_str!("vectors/redaction.json"), |case| {
        let string = |name: &str| case[name].as_str().unwrap_or_default();
        let mut redactor = Redactor::new(string("authorization"));
        let seen = redactor.text(string("text"));
        let mut pieces = Vec::new();
        for piece in string("text").as_bytes().chunks(7) {
            pieces.extend(redactor.push(piece));
        }
        pieces.extend(redactor.end());
        equal(&String::from_utf8(pieces).unwrap().into(), &seen.as_str().into())?;
        for hidden in case["hides"].as_array().into_iter().flatten() {
            equal(&seen.replace('\n', "").contains(hidden.as_str().unwrap()).into(), &false.into())?;
        }
        equal(&seen.as_str().into(), case.get("expect").unwrap_or(&seen.as_str().into()))
    });
}

#[wasm_bindgen_test]
fn connection_test() {
    let removed = ["/workspaces", "/repositories", "/user/permissions/workspaces", "/user/permissions/repositories"];
    run("connection_test", include_str!("vectors/connection_test.json"), |case| {
        let known = &case["known"];
        let text = |name: &str| known[name].as_str().map(str::to_owned);
        let (requested, granted) =
            (scopes_in_text(&known["requestedScopes"]), scopes_in_text(&known["grantedScopes"]));
        let kind = known["kind"].as_str().unwrap();
        let begun = Test::new(kind, text("workspace"), text("repository"), text("hint"), requested, granted);
        let outcome = begun.map(|mut test| {
            let mut answers = case["answers"].as_array().unwrap().iter();
            let mut asked = Vec::new();
            while let Some(path) = test.path() {
                assert!(test.verdict().is_undefined());
                assert!(!removed.contains(&path.split('?').next().unwrap()), "{path} was removed");
                asked.push(path);
                let given = answers.next().unwrap();
                match given["failed"].as_str() {
                    Some(message) => test.failed(message),
                    None => test.answered(answer(given)),
                }
            }
            assert_eq!(json!(asked), case["asked"], "{}", case["name"]);
            assert!(answers.next().is_none(), "an answer is left");
            test.verdict()
        });
        check(case, outcome, |verdict| equal(&verdict, &case["expect"]))
    });
}

#[wasm_bindgen_test]
fn pagination() {
    run("pagination", include_str!("vectors/pagination.json"), |case| {
        let string = |name: &str| case[name].as_str().unwrap();
        let outcome = match string("operation") {
            "pages" => pages(case).map(|(asked, _)| js(&asked)),
            "token" => pages(case).and_then(|(_, list)| list.token()).map(JsValue::from),
            "ahead" => pages(case)
                .map(|(_, list)| js(&json!(list.addresses(u32::try_from(case["held"].as_u64().unwrap()).unwrap())))),
            "spare" => pages(case).map(|(_, mut list)| {
                for _ in 0..case["wasted"].as_u64().unwrap() {
                    list.wasted();
                }
                JsValue::from(list.may_go_ahead(u32::try_from(case["ahead"].as_u64().unwrap()).unwrap()))
            }),
            "sequence" => Ok(js(&sequence(case))),
            // As the shim tells kinds apart.
            "address" => match (&case["next"], &case["page"]) {
                (Value::Null | Value::String(_), page) => {
                    let text = |value: &Value| value.as_str().map(str::to_owned);
                    let number = (!page.is_null() && !page.is_string()).then(|| page.as_f64().unwrap_or(f64::NAN));
                    page_address(string("list"), text(&case["next"]), text(page), number).map(JsValue::from)
                }
                _ => refuse_argument("listQuery", Misfit::OtherKind, "next", None).map(|()| JsValue::NULL),
            },
            "repetition" => page_repetition(
                status(case),
                case["retryAfter"].as_str().map(str::to_owned),
                u32::try_from(case["number"].as_u64().unwrap()).unwrap(),
                case["patience"].as_f64().unwrap_or(f64::INFINITY),
                RECEIVED_AT,
                case["random"].as_f64().unwrap(),
            )
            .map(|pause| pause.map_or(JsValue::NULL, JsValue::from)),
            other => return Err(format!("{other} is not an operation")),
        };
        check(case, outcome, |seen| match (seen.as_f64(), case["expect"].as_f64()) {
            (Some(seen), Some(expected)) => equal(&json!(seen), &json!(expected)),
            _ => equal(&seen, &case["expect"]),
        })
    });
}

/// What is foretold at each step.
fn sequence(case: &Value) -> Value {
    let mut sequence = PageSequence::new();
    let step = |step: &Value| {
        let text = |name: &str| step[name].as_str().map(str::to_owned);
        match (step["asked"].as_str(), step["answered"].as_str()) {
            (Some(address), _) => json!(sequence.asked(address)),
            (None, Some(address)) if sequence.answered(address) => {
                json!(sequence.told(address, text("next"), step["pagelen"].as_f64(), step["size"].as_f64()))
            }
            (None, Some(_)) => Value::Null,
            (None, None) => {
                sequence.interrupted();
                Value::Null
            }
        }
    };
    case["steps"].as_array().unwrap().iter().map(step).collect()
}

/// The addresses that were asked for until the answers of a case, or the list, end.
fn pages(case: &Value) -> Result<(Value, List), JsValue> {
    let mut list = List::new(case["first"].as_str().unwrap(), case["concurrency"].as_f64())?;
    let mut asked = vec![list.address()];
    for answer in case["answers"].as_array().unwrap_or(&Vec::new()) {
        let number = |name: &str| answer[name].as_f64();
        let values = u32::try_from(answer["values"].as_u64().unwrap()).unwrap();
        let next = answer["next"].as_str().map(str::to_owned);
        if next.is_none() && !answer["next"].is_null() {
            // As the shim does.
            return Err(failure("RESPONSE_INVALID", "api", Some("next".to_owned()), None, None, None)?);
        }
        if !list.answered(next, values, number("page"), number("pagelen"), number("size"))? {
            asked.push("end".to_owned());
            break;
        }
        asked.push(list.address());
    }
    Ok((json!(asked), list))
}

#[wasm_bindgen_test]
fn callback_page() {
    run("callback_page", include_str!("vectors/callback_page.json"), |case| {
        let variables = json!({
            "INTEGRATION_AUTH_BITBUCKET_CLIENT_ID": "Key",
            "INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET": "Secret",
            "INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI": case["redirectUri"].as_str().unwrap_or(REDIRECT_URI),
            "INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL": case["authorizeUrl"],
            "NC_PUBLIC_URL": case["publicUrl"],
        });
        let page = get(&read_environment(&variables.to_string()), "callbackPage");
        let shown = call(&page, "shownAt", case["target"].as_str().unwrap()).unwrap();
        if shown.is_undefined() {
            return equal(&json!("none"), &case["expect"]);
        }
        let shown = seen(&shown);
        let refusal = &shown["refusal"];
        if refusal.is_null() {
            return equal(&json!("answer"), &case["expect"]);
        }
        assert!(refusal["text"].as_str().unwrap().contains(case["contains"].as_str().unwrap_or_default()));
        equal(&refusal["heading"], &case["expect"])
    });
}

#[wasm_bindgen_test]
fn removed_endpoints() {
    run("removed_endpoints", include_str!("vectors/removed_endpoints.json"), |case| {
        let string = |name: &str| case[name].as_str().unwrap();
        let flag = |name: &str| case[name].as_bool().unwrap();
        let removed = Removed::new(case["api"].as_str().unwrap_or("https://api.bitbucket.org/2.0")).unwrap();
        let replaced = |name: &str| {
            let method = case["method"].as_str().unwrap_or("GET");
            Some(removed.replacement(method, string(name))).filter(JsValue::is_object).map(|replaced| seen(&replaced))
        };
        let outcome = match string("operation") {
            "replacement" => replaced("url").map_or(json!(null), |mut replaced| {
                let told = replaced.as_object_mut().unwrap();
                told.remove("notice");
                if let Some(Value::Object(mut list)) = told.remove("list") {
                    list.remove("key");
                    told.append(&mut list);
                    told.insert(
                        "inWorkspace".to_owned(),
                        json!(removed.in_workspace(string("url"), "acme", true).unwrap()),
                    );
                }
                replaced
            }),
            "page" => {
                let size = usize::try_from(case["size"].as_u64().unwrap()).unwrap();
                seen(&removed.page(string("url"), size).unwrap())
            }
            "same" => {
                json!(replaced("url").unwrap()["list"]["key"] == replaced("other").unwrap()["list"]["key"])
            }
            "judge" => {
                let (answer, kind) = (answer(&case["answer"]), case["answer"]["kind"].as_str().unwrap());
                let judged = removed.judge(string("url"), string("segment"), flag("withRole"), answer, kind);
                seen(&judged.map_err(|error| seen(&error).to_string())?)
            }
            "tracker" => json!(without_tracker(status(case), flag("isElsewhere"))),
            "notice" => replaced("url").unwrap()["notice"].clone(),
            other => return Err(format!("{other} is not an operation")),
        };
        equal(&outcome, &case["expect"])
    });
}

#[wasm_bindgen_test]
fn stored_tokens() {
    run("stored_tokens", include_str!("vectors/stored_tokens.json"), |case| {
        let flag = |name: &str| case[name].as_bool().unwrap();
        let origin = |told: &Value| {
            let text = |name: &str| told[name].as_str().map(str::to_owned);
            TokenOrigin::new(
                text("authorizedAt"),
                text("account"),
                told["obtainedAt"].as_f64(),
                told["expiresAt"].as_f64(),
            )
        };
        let row = Some(&case["row"]).filter(|row| row.is_object()).map(origin);
        let is_in_vault = case["isInVault"] == true;
        let held = row_holding(row, origin(&case["own"]), flag("isOfSameChain"), is_in_vault, flag("isRefused"));
        equal(&seen(&held), &case["expect"])
    });
}

#[wasm_bindgen_test]
fn newest_tokens() {
    use nocodb_bitbucket_auth::bindings::{is_later, is_missing_beside, news_of, outdates, publication};
    run("newest_tokens", include_str!("vectors/newest_tokens.json"), |case| {
        let flag = |value: &Value, name: &str| value[name] == true;
        let times = |name: &str| (case[name]["obtainedAt"].as_f64(), case[name]["expiresAt"].as_f64());
        let rest = |name: &str| (flag(&case[name], "isDead"), case[name]["fence"].as_f64().unwrap());
        let compared = |other: &str, compare: &dyn Fn(Version, Version) -> bool| {
            JsValue::from(compare((times("known"), rest("known")), (times(other), rest(other))))
        };
        let outcome = match case["call"].as_str().unwrap() {
            "publication" => {
                let known = &case["known"];
                let fence = |name: &str| known[name].as_f64().unwrap();
                publication(
                    case["fence"].as_f64().unwrap(),
                    known["place"].as_str().unwrap(),
                    flag(known, "isFirst"),
                    fence("newest"),
                    fence("highest"),
                    flag(known, "isLast"),
                    fence("own"),
                )
            }
            "outdates" => compared("found", &|((at, until), (dead, fence)), ((at2, until2), (dead2, fence2))| {
                outdates(at, until, dead, fence, at2, until2, dead2, fence2)
            }),
            "isMissingBeside" => {
                compared("shared", &|((at, until), (dead, fence)), ((at2, until2), (dead2, fence2))| {
                    let (same, leads) = (flag(case, "sameRefreshToken"), flag(case, "leadsThere"));
                    is_missing_beside(at, until, dead, fence, at2, until2, dead2, fence2, same, leads)
                })
            }
            "newsOf" => {
                let of = |name: &str| flag(case, name);
                news_of(of("hasPair"), of("isDead"), of("sameRefreshToken"), of("sameAccessToken")).into()
            }
            "isLater" => {
                let ((at, until), (at2, until2)) = (times("pair"), times("other"));
                is_later(at, until, at2, until2).into()
            }
            other => return Err(format!("{other} is not a call")),
        };
        equal(&seen(&outcome), &case["expect"])
    });
}

/// The times of an entry, whether it is dead, and its fence.
type Version = ((Option<f64>, Option<f64>), (bool, f64));

#[wasm_bindgen_test]
fn host_answer() {
    run("host_answer", include_str!("vectors/host_answer.json"), |case| {
        let status = case.get("status").map(|_| status(case));
        let answered = host_status(case["code"].as_str().unwrap(), status).map(JsValue::from);
        check(case, answered, |seen| equal(&seen, &case["expect"]))
    });
}

#[wasm_bindgen_test]
fn retry() {
    run("retry", include_str!("vectors/retry.json"), |case| match case["operation"].as_str().unwrap() {
        "mayRepeat" => {
            let status = case.get("status").map(|_| status(case));
            let string = |name: &str| case[name].as_str().unwrap();
            let phase = case["phase"].as_str().unwrap_or("api");
            equal(&may_repeat(string("method"), string("code"), status, phase).into(), &case["expect"])
        }
        "delay" => {
            let delay = retry_delay(
                u32::try_from(case["attempts"].as_u64().unwrap()).unwrap(),
                case.get("status").map(|_| status(case)),
                case["retryAfter"].as_str().map(str::to_owned),
                case["isQueued"].as_bool().unwrap(),
                case["patience"].as_f64().unwrap_or(f64::INFINITY),
                RECEIVED_AT,
                case["random"].as_f64().unwrap(),
            );
            equal(&json!(delay), &json!(case["expect"].as_f64()))
        }
        "isHourUsedUp" => {
            let retry_after = case["retryAfter"].as_str().map(str::to_owned);
            let is_used_up = is_hour_used_up(case.get("status").map(|_| status(case)), retry_after, RECEIVED_AT);
            equal(&is_used_up.into(), &case["expect"])
        }
        "isCuredByRenewal" => {
            let flag = |name: &str| case[name].as_bool().unwrap_or_default();
            let status = case.get("status").map(|_| f64::from(status(case)));
            let message = case["message"].as_str().unwrap_or_default();
            let is_cured = is_cured_by_renewal(flag("isOfClient"), flag("isUnrepeated"), status, message);
            equal(&is_cured.into(), &case["expect"])
        }
        other => Err(format!("{other} is not an operation")),
    });
}

/// Calls a method of an object that the core made.
fn call(object: &JsValue, name: &str, argument: &str) -> Outcome {
    get(object, name).unchecked_into::<Function>().call1(object, &argument.into())
}

#[wasm_bindgen_test]
fn proxy() {
    let problems_of =
        |environment: &JsValue| seen(&get(environment, "settings"))["problems"].as_array().unwrap().clone();
    let others = problems_of(&read_environment("{}")).len();
    run("proxy", include_str!("vectors/proxy.json"), |case| {
        let environment = read_environment(&case["environment"].to_string());
        let problems = problems_of(&environment);
        let names: Vec<&Value> = problems.iter().skip(others).map(|problem| &problem["field"]).collect();
        equal(&json!(names), &case["problems"])?;
        for hidden in case["hides"].as_array().into_iter().flatten() {
            equal(&json!(problems).to_string().contains(hidden.as_str().unwrap()).into(), &false.into())?;
        }
        let outcome = call(&get(&environment, "proxies"), "proxyFor", case["url"].as_str().unwrap());
        let outcome = outcome.map(|proxy| if proxy.is_undefined() { Object::new().into() } else { proxy });
        check(case, outcome, |proxy| equal(&proxy, &case["expect"]))
    });
}

#[wasm_bindgen_test]
fn rate_limit() {
    run("rate_limit", include_str!("vectors/rate_limit.json"), |case| {
        if let Some(told) = case["told"].as_f64() {
            return equal(&is_waited_for(told).into(), &case["isWaitedFor"]);
        }
        if let Some(steps) = case["log"].as_array() {
            return follow_log(steps);
        }
        let header = |name: &str| case["headers"][name].as_str().map(str::to_owned);
        let news = rate_limit_news(
            status(case),
            header("x-ratelimit-limit"),
            header("x-ratelimit-nearlimit"),
            header("retry-after"),
            u32::try_from(case["known"].as_u64().unwrap()).unwrap(),
            case["isConfigured"].as_bool().unwrap(),
            u32::try_from(case["refusals"].as_u64().unwrap_or(0)).unwrap(),
            case["receivedAt"].as_f64().unwrap(),
        );
        equal(&seen(&news), &case["expect"])
    });
}

/// Follows a log's steps, which are to come to what they say.
fn follow_log(steps: &[Value]) -> Result<(), String> {
    let mut log = RequestLog::new();
    for (number, step) in steps.iter().enumerate() {
        let at = step["at"].as_f64().unwrap();
        let count = |name: &str| step[name].as_u64().map(|count| u32::try_from(count).unwrap());
        if let Some(limit) = count("limit") {
            let wait = log.wait(limit, at);
            assert_eq!(wait.fract(), 0.0);
            equal(&json!(wait as u32), &step["wait"])?;
            if wait == 0.0 {
                log.add(at, number as f64, false);
            }
        } else if let Some(used) = count("used") {
            let unknown = log.unknown(used, at);
            equal(&unknown.into(), &step["unknown"])?;
            (0..unknown).for_each(|other| log.add(at, f64::from(101 + other), false));
        } else {
            log.take_back(f64::from(count("back").unwrap()));
        }
    }
    Ok(())
}

fn status(case: &Value) -> u16 {
    u16::try_from(case["status"].as_u64().unwrap()).unwrap()
}

/// An answer of the API as the shim hands it over.
fn answer(case: &Value) -> ApiAnswer {
    let body = text(&case["body"]);
    let body = if case["encoding"] == "hex" { hex(&body) } else { body.into_bytes() };
    let received_at = case["receivedAt"].as_f64().unwrap_or(1.8e12);
    let path = case["path"].as_str().map(str::to_owned);
    ApiAnswer::new(status(case), &case["headers"].to_string(), body, received_at, path, case["isElsewhere"] == true)
}

/// Scopes as the shim hands them over.
fn scopes_in_text(scopes: &Value) -> Option<String> {
    let listed = || scopes.as_array()?.iter().map(Value::as_str).collect::<Option<Vec<_>>>();
    scopes.as_str().map(str::to_owned).or_else(|| Some(listed()?.join(" ")))
}

#[wasm_bindgen_test]
fn values_of_the_wrong_kind_about_the_api_are_named() {
    let error = seen(&judge_api_response(answer(&json!({ "status": 403, "body": "" })), "password").unwrap_err());
    holds(&error, &json!({ "code": "INVALID_ARGUMENT", "phase": "api", "field": "kind" })).unwrap();
    let error = seen(&Api::new("http://api.bitbucket.org/2.0").err().unwrap());
    assert_eq!(error["field"], "apiUrl");
    let error = seen(&Test::new("password", None, None, None, None, None).err().unwrap());
    assert_eq!(error["field"], "kind");
    assert_eq!(workspace_segment(Some("{1}".to_owned())).unwrap(), "%7B1%7D");
    for value in [None, Some("..".to_owned())] {
        assert_eq!(seen(&workspace_segment(value).unwrap_err())["field"], "workspace");
    }
}

#[wasm_bindgen_test]
fn random_values_are_drawn_anew_for_each_request() {
    let client = client("Key", None, REDIRECT_URI, json!({}));
    let mut drawn = std::collections::BTreeSet::new();
    for _ in 0..64 {
        let request = seen(&client.create_authorization_request(None).unwrap());
        for name in ["state", "codeVerifier"] {
            let value = request[name].as_str().unwrap().to_owned();
            assert_eq!(value.len(), 43);
            assert!(drawn.insert(value), "{name} came twice");
        }
    }
}

#[wasm_bindgen_test]
fn a_runtime_without_a_random_source_is_told_so() {
    let client = client("Key", None, REDIRECT_URI, json!({}));
    let crypto = get(&js_sys::global(), "crypto");
    set(&crypto, "getRandomValues", &Function::new_no_args("throw new Error('none')"));
    let error = seen(&client.create_authorization_request(None).unwrap_err());
    assert!(Reflect::delete_property(crypto.unchecked_ref::<Object>(), &"getRandomValues".into()).unwrap());
    assert_eq!((&error["code"], &error["phase"]), (&json!("INVALID_CONFIG"), &json!("authorize")));
}

#[wasm_bindgen_test]
fn values_of_the_wrong_kind_are_named() {
    let client = client("Key", Some("Secret"), REDIRECT_URI, json!({}));
    let judge = |grant: &str, status: f64, received_at: f64| {
        client
            .parse_token_response(grant, status, b"{}", received_at, None, None, None, None, None, None)
            .unwrap_err()
    };
    for (error, field, phase) in [
        (judge("password", 200.0, 0.0), "grant", "exchange"),
        (judge("refresh_token", 99.0, 0.0), "status", "refresh"),
        (judge("refresh_token", 200.5, 0.0), "status", "refresh"),
        (judge("refresh_token", 200.0, f64::NAN), "receivedAt", "refresh"),
    ] {
        let expected = json!({ "code": "INVALID_ARGUMENT", "field": field, "phase": phase });
        holds(&seen(&error), &expected).unwrap();
    }
    let refuse = |misfit, member, grant: Option<&str>| {
        seen(&refuse_argument("tokenResponse", misfit, member, grant.map(str::to_owned)).unwrap_err())
    };
    let expected = json!({ "code": "INVALID_ARGUMENT", "field": "status", "phase": "refresh" });
    holds(&refuse(Misfit::OtherKind, "status", Some("refresh_token")), &expected).unwrap();
    holds(&refuse(Misfit::Missing, "grant", Some("password")), &json!({ "field": "grant", "phase": "exchange" }))
        .unwrap();
    holds(&refuse(Misfit::Unknown, "grantType", None), &json!({ "field": "grantType", "phase": "exchange" }))
        .unwrap();
}

#[wasm_bindgen_test]
fn a_stored_hint_that_cannot_be_used_costs_no_tokens() {
    let client = client("Key", Some("Secret"), REDIRECT_URI, json!({}));
    let long = "a ".repeat(1001);
    for (token, scopes) in [("", None), ("not a token", Some(long.as_str()))] {
        let body = br#"{"access_token":"AT","token_type":"bearer"}"#;
        let (token, scopes) = (Some(token.to_owned()), scopes.map(str::to_owned));
        let tokens = client
            .parse_token_response("refresh_token", 200.0, body, 0.0, None, None, None, token, scopes, None)
            .unwrap();
        assert_eq!(seen(&tokens), json!({ "accessToken": "AT", "tokenType": "bearer", "scopes": DEFAULT_SCOPES }));
    }
}

#[wasm_bindgen_test]
fn failures_that_only_javascript_sees_come_from_the_same_table() {
    let error = seen(&failure("API_FAILED", "api", Some("x".to_owned()), Some(503), Some(5000.0), None).unwrap());
    let expected = json!({
        "code": "API_FAILED", "phase": "api", "retryable": true, "reauthorize": false,
        "status": 503, "retryAfter": 5000, "field": "x",
    });
    holds(&error, &expected).unwrap();
    let error = seen(&failure("REQUEST_TIMEOUT", "exchange", None, None, None, None).unwrap());
    holds(&error, &json!({ "retryable": true, "status": null, "field": null, "retryAfter": null })).unwrap();
    for (code, phase, field) in [("NO_SUCH_CODE", "api", "code"), ("API_FAILED", "no such phase", "phase")] {
        let error = seen(&failure(code, phase, None, None, None, None).unwrap_err());
        assert_eq!(error["field"], field);
    }
}

#[wasm_bindgen_test]
fn the_rest_of_the_surface() {
    assert_eq!(seen(&default_scopes()), json!(DEFAULT_SCOPES));
    assert!(environment_variables().split(' ').eq(variable::ALL));
    assert!(is_expired(Some(1.0), 1.0));
    assert!(!is_expired(Some(1.1), 1.0));
    assert!(!is_expired(None, f64::MAX));
    assert!(client("Key", Some("Secret"), REDIRECT_URI, json!({})).confidential());
    assert!(!client("Key", None, REDIRECT_URI, json!({})).confidential());
}
