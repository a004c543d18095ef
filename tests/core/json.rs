//! The JSON reader against `serde_json`: it accepts what that accepts, and reads the same strings.

use nocodb_bitbucket_auth::json::{Object, Problem, string, strings, thousandths};
use serde_json::Value;

#[test]
fn it_agrees_with_serde_json_on_every_token_response_case() {
    let vectors: Value = serde_json::from_str(include_str!("../vectors/token_response.json")).unwrap();
    for case in vectors["cases"].as_array().unwrap() {
        let Some(body) = case["body"].as_str() else { continue };
        agree(body);
        for (end, _) in body.char_indices() {
            agree(&body[..end]);
        }
    }
}

/// What this reader accepts is what serde_json accepts, less duplicate names and more than 64 levels; numbers beyond
/// the range of a float are JSON too, which serde_json leaves to its `RawValue`.
fn agree(text: &str) {
    let reference: Result<&serde_json::value::RawValue, _> = serde_json::from_str(text);
    // serde_json finds half of a surrogate pair only when it decodes the string.
    let reason = serde_json::from_str::<Value>(text).err().map(|error| error.to_string()).unwrap_or_default();
    let half_a_character = reason.contains("surrogate") || reason.contains("hex escape");
    match Object::parse(text) {
        Err(Problem::Syntax) => {
            let deep = text.contains(&"[".repeat(60));
            assert!(reference.is_err() || deep || half_a_character, "{text}");
        }
        Err(Problem::NotAnObject) => {
            assert!(reference.is_ok() && !text.trim_start().starts_with('{'), "{text}");
        }
        Err(Problem::DuplicateName | Problem::TooManyMembers) => assert!(reference.is_ok(), "{text}"),
        Ok(object) => {
            assert!(reference.is_ok(), "{text}");
            let Ok(Value::Object(members)) = serde_json::from_str(text) else { return };
            for (name, value) in &members {
                let json = object.get(name).unwrap();
                assert_eq!(&serde_json::from_str::<Value>(json).unwrap(), value);
                assert_eq!(string(json).as_deref(), value.as_str());
                let list: Option<Vec<&str>> = value.as_array().and_then(|l| l.iter().map(Value::as_str).collect());
                assert_eq!(strings(json), list.map(|l| l.into_iter().map(Into::into).collect()));
            }
        }
    }
}

#[test]
fn it_tells_duplicate_names_wherever_they_stand() {
    for text in [r#"{"a":1,"b":2,"a":3}"#, r#"{"b":1,"a":2,"c":3,"b":4}"#, r#"{"a":1,"\u0061":2}"#, r#"{"":1,"":2}"#]
    {
        assert_eq!(Object::parse(text).unwrap_err(), Problem::DuplicateName, "{text}");
    }
    assert!(Object::parse(r#"{"a":{"b":1,"b":2},"b":3}"#).is_ok());
}

#[test]
fn it_stops_at_sixty_four_levels() {
    let nested = |levels: usize| format!("{{\"x\":{}{}}}", "[".repeat(levels), "]".repeat(levels));
    assert!(Object::parse(&nested(64)).is_ok());
    assert_eq!(Object::parse(&nested(65)).unwrap_err(), Problem::Syntax);
    assert_eq!(Object::parse(&nested(100_000)).unwrap_err(), Problem::Syntax);
}

#[test]
fn it_reads_a_number_in_thousandths() {
    let cases = [
        ("0", Some(0)),
        ("-0.000", Some(0)),
        ("3600", Some(3_600_000)),
        ("3600.5", Some(3_600_500)),
        ("0.0019", Some(1)),
        ("0.001", Some(1)),
        ("1e3", Some(1_000_000)),
        ("1E+3", Some(1_000_000)),
        ("1.5e1", Some(15_000)),
        ("15e-1", Some(1_500)),
        ("1e-3", Some(1)),
        ("1e-4", Some(0)),
        ("0.00001e5", Some(1_000)),
        ("1e-99999999999", Some(0)),
        ("1e99999999999", Some(u64::MAX)),
        ("99999999999999999999", Some(u64::MAX)),
        ("0e99999999999", Some(0)),
        ("-1", None),
        ("-0.1", None),
        ("", None),
        ("01", None),
        (".5", None),
        ("5.", None),
        ("1e", None),
        ("+1", None),
        ("1 ", None),
        ("Infinity", None),
        ("0x10", None),
    ];
    for (text, expected) in cases {
        assert_eq!(thousandths(text), expected, "{text}");
    }
}

#[test]
fn it_decodes_every_escape_and_no_half_of_a_pair() {
    let decoded = |escapes: &str| {
        let text = format!("{{\"x\":\"{escapes}\"}}");
        Object::parse(&text).ok().map(|object| string(object.get("x").unwrap()).unwrap().into_owned())
    };
    assert_eq!(decoded(r#"\"\\\/\b\f\n\r\tA"#).as_deref(), Some("\"\\/\u{8}\u{c}\n\r\tA"));
    assert_eq!(decoded(r"\u0000\u00e9\ud7ff\ue000\uffff").as_deref(), Some("\0é\u{d7ff}\u{e000}\u{ffff}"));
    assert_eq!(decoded(r"\ud800\udc00\udbff\udfff").as_deref(), Some("\u{10000}\u{10ffff}"));
    for refused in [
        r"\a",
        r"\U0041",
        r"\u+041",
        r"\u004",
        r"\ud800",
        r"\ud800\u0041",
        r"\ud800\udbff",
        r"\ud800\ue000",
        r"\udc00",
        r"\ud800x",
    ] {
        assert_eq!(decoded(refused), None, "{refused}");
    }
}

#[test]
fn it_takes_a_thousand_members_and_no_more() {
    let object = |count: usize| {
        let members: Vec<String> = (0..count).map(|at| format!("\"m{at}\":{at}")).collect();
        format!("{{{}}}", members.join(","))
    };
    assert_eq!(Object::parse(&object(1000)).unwrap().get("m999"), Some("999"));
    assert_eq!(Object::parse(&object(1001)).unwrap_err(), Problem::TooManyMembers);
}
