//! The checks that the core adds to `serde_json`: they reject input that `serde_json` would accept, and hide values that the
//! errors of `serde_json` would reveal.

use crate::fixtures;
use nocodb_bitbucket_auth::api_response::{ApiResponse, ResponseFields, to_error};
use nocodb_bitbucket_auth::client_config::ClientConfig;
use nocodb_bitbucket_auth::credential::{AuthType, is_vault_reference};
use nocodb_bitbucket_auth::endpoints::Endpoints;
use nocodb_bitbucket_auth::error::{Code, Result};
use nocodb_bitbucket_auth::grant_type::GrantType;
use nocodb_bitbucket_auth::json_object::{Problem, Value, entries, members};
use nocodb_bitbucket_auth::token_response::parse;
use nocodb_bitbucket_auth::token_set::{Previous, TokenSet};

/// The member `x` of an object.
fn member(json: &str) -> core::result::Result<Option<Value>, Problem<'_>> {
    members(json.as_bytes(), ["x"]).map(|[x]| x)
}

fn problem(json: impl AsRef<[u8]>) -> Option<Problem<'static>> {
    members(json.as_ref(), ["x", "y"]).err()
}

fn token_response(body: &str) -> Result<TokenSet> {
    let endpoints = Endpoints::new(None, None, None).unwrap();
    let client = ClientConfig::new("Key", Some("secret"), "https://nocodb.example/", None, endpoints).unwrap();
    let response = fixtures::token_response(GrantType::AuthorizationCode, body);
    parse(&client, &response, &Previous::default())
}

#[test]
fn an_object_with_a_requested_member_twice_is_rejected() {
    for twice in [
        r#"{"x":1,"z":2,"x":3}"#,
        r#"{"z":1,"y":2,"x":3,"y":2}"#,
        r#"{"x":1,"\u0078":2}"#,
        r#"{"\u0078":1,"\u0078":1}"#,
        r#"{"x":null,"x":1}"#,
        r#"{"x":null,"x":null}"#,
    ] {
        assert_eq!(problem(twice), Some(Problem::DuplicateName), "{twice}");
    }
    for once in [r#"{"z":1,"z":2}"#, r#"{"":1,"":2}"#, r#"{"x":{"y":1,"y":2},"y":3}"#, r#"{"x":1,"X":2}"#] {
        assert_eq!(problem(once), None, "{once}");
    }
}

#[test]
fn a_json_value_that_is_not_an_object_is_rejected() {
    for other in ["[]", r#"["x","y"]"#, " [1, 2]", "null", "true", "1", "-0.5e9", r#""x""#, r#"[{"x":1}]"#] {
        assert_eq!(problem(other), Some(Problem::NotAnObject), "{other}");
        let nested = format!(r#"{{"x":{other}}}"#);
        let nested = member(&nested).unwrap();
        assert!(
            nested.is_none_or(|value| value.members(["x"]).is_none()) && entries(other.as_bytes()).is_none(),
            "{other}"
        );
    }
    for invalid in
        ["", " ", "[", "[1", "[1]]", "{", "}", r#"{"x"}"#, r#"{"x":}"#, r#"{"x":1,}"#, r#"{"x":1}{}"#, "nul"]
    {
        assert_eq!(problem(invalid), Some(Problem::Syntax), "{invalid}");
    }
    assert_eq!(problem("\u{feff}{}"), Some(Problem::Syntax));
    assert_eq!(problem(" \t\r\n{ } \t\r\n"), None);
}

#[test]
fn invalid_utf_8_is_rejected_anywhere() {
    for json in [
        &b"{\"x\":\"\xff\"}"[..],
        b"{\"z\":\"\xff\"}",
        b"{\"z\":[[\"\xed\xa0\x80\"]]}",
        b"{\"z\xff\":1}",
        b"[\"\xff\"]",
    ] {
        assert_eq!(problem(json), Some(Problem::Syntax));
    }
}

#[test]
fn a_string_with_an_unpaired_surrogate_is_never_read() {
    for half in [r"\ud800", r"\ud800\u0041", r"\ud800\udbff", r"\udc00", r"\ud800x"] {
        for read in [format!(r#"{{"y":1,"x":"{half}"}}"#), format!(r#"{{"x":["{half}"]}}"#)] {
            assert_eq!(problem(&read), Some(Problem::Unreadable("x")), "{read}");
        }
        assert_eq!(problem(format!(r#"{{"{half}":1}}"#)), Some(Problem::Syntax));
        assert_eq!(problem(format!(r#"{{"z":"{half}"}}"#)), None);
    }
    let json = r#"{"x":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}"#;
    assert_eq!(member(json).unwrap().unwrap().text().as_deref(), Some("\"\\/\u{8}\u{c}\n\r\té😀"));
}

#[test]
fn null_counts_as_absent() {
    assert!(member(r#"{"x": null }"#).unwrap().is_none());
    assert!(member(r#"{"x":"null"}"#).unwrap().is_some());
}

#[test]
fn a_number_in_a_string_must_have_json_syntax_like_any_other_number() {
    let number = |json: &str| member(&format!(r#"{{"x":{json}}}"#)).ok().flatten().and_then(Value::number);
    for (text, expected) in [
        ("0", 0.0),
        ("-0", 0.0),
        ("3600", 3600.0),
        ("3600.5", 3600.5),
        ("1E+3", 1000.0),
        ("15e-1", 1.5),
        ("1e-99999999999", 0.0),
        ("0e99999999999", 0.0),
        ("-1", -1.0),
        ("9007199254740993", 9007199254740992.0),
    ] {
        assert_eq!(number(text), Some(expected), "{text}");
        assert_eq!(number(&format!("\"{text}\"")), Some(expected), "{text}");
    }
    for text in
        ["", "01", ".5", "5.", "1e", "+1", "Infinity", "NaN", "0x10", "1e999", "1_0", "1,0", "true", "[1]", "{}"]
    {
        assert_eq!(number(text), None, "{text}");
        assert_eq!(number(&format!("\"{text}\"")), None, "{text}");
    }
    for blank in [r#"" 1""#, r#""1 ""#, r#""\n1""#, r#""1\t""#, r#""1\u00a0""#, r#""1\u000c""#] {
        assert_eq!(number(blank), None, "{blank}");
    }
}

/// The stack of WebAssembly is small, and an overflow traps.
#[test]
fn deeply_nested_json_does_not_overflow_the_stack() {
    const LENGTH: usize = 1_000_000;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let depth = LENGTH / (open.len() + close.len());
        let closed = [&open.repeat(depth), "1", &close.repeat(depth)].concat();
        // A member that is not read may have any depth. A member that is read may have a hundred levels.
        assert_eq!(problem(format!(r#"{{"z":{closed}}}"#)), None);
        assert!(token_response(&format!(r#"{{"access_token":"AT","token_type":"bearer","z":{closed}}}"#)).is_ok());
        let hundred = [&open.repeat(100), "1", &close.repeat(100)].concat();
        assert_eq!(problem(format!(r#"{{"x":{hundred}}}"#)), None);
        for deep in [closed, open.repeat(LENGTH / open.len())] {
            let config = format!(r#"{{"x":{deep}}}"#);
            let is_json = deep.ends_with(close);
            assert_eq!(problem(&config), Some(if is_json { Problem::Unreadable("x") } else { Problem::Syntax }));
            assert!(!is_vault_reference(&config) && !is_vault_reference(&deep) && entries(deep.as_bytes()).is_none());
            for name in ["scope", "expires_in", "access_token"] {
                let error = token_response(&format!(r#"{{"token_type":"bearer","{name}":{deep}}}"#)).unwrap_err();
                assert_eq!(error.field.as_deref(), is_json.then_some(name));
                assert_eq!(error.code, if is_json { Code::ResponseInvalid } else { Code::ResponseNotJson });
            }
            let body = format!(r#"{{"type":"error","error":{{"message":{deep},"detail":{deep}}}}}"#);
            let fields = ResponseFields::default();
            let response = ApiResponse {
                status: 400,
                fields: &fields,
                body: body.as_bytes(),
                received_at: 0.0,
                auth_type: AuthType::OAuth,
                path: None,
                is_foreign_origin: false,
            };
            assert_eq!(to_error(&response).code, Code::ApiFailed);
        }
    }
}

#[test]
fn no_error_contains_text_of_a_serde_json_error() {
    const MARK: &str = "MARKED-SECRET";
    for body in [
        format!(r#"{{"access_token":{{"a":"{MARK}"}},"token_type":"bearer"}}"#),
        format!(r#"{{"access_token":["{MARK}"],"token_type":"bearer"}}"#),
        format!(r#"{{"access_token":"AT","token_type":"bearer","expires_in":"{MARK}"}}"#),
        format!(r#"{{"access_token":"AT","token_type":"bearer","scope":{{"{MARK}":1}}}}"#),
        format!(r#"{{"access_token":"{MARK}","access_token":"{MARK}"}}"#),
        format!(r#""{MARK}""#),
        format!(r#"["{MARK}"]"#),
        MARK.to_owned(),
    ] {
        let error = token_response(&body).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(MARK), "{error}");
        let message = error.message();
        assert!(!message.contains("line 1") && !message.contains("expected"), "{message}");
    }
}
