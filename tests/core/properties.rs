//! Properties that hold for any input.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nocodb_bitbucket_auth::api_request::{self, FollowUp, ReceivedResponse, RedirectMode};
use nocodb_bitbucket_auth::api_response::{ApiResponse, ResponseFields, to_error};
use nocodb_bitbucket_auth::authorization_request::{AuthorizationRequest, RANDOM_BYTES, authorization_url};
use nocodb_bitbucket_auth::authorization_response::{AuthorizationCode, validate};
use nocodb_bitbucket_auth::callback_page::{CallbackPage, Content};
use nocodb_bitbucket_auth::client_config::ClientConfig;
use nocodb_bitbucket_auth::connection_test::{ConnectionTest, TestContext};
use nocodb_bitbucket_auth::credential::{AuthType, Credential};
use nocodb_bitbucket_auth::endpoints::{API_URL, Endpoints, WebUrl};
use nocodb_bitbucket_auth::environment::{ClientCredentials, Environment, variable};
use nocodb_bitbucket_auth::error::{Code, Error};
use nocodb_bitbucket_auth::grant_type::GrantType;
use nocodb_bitbucket_auth::json_object::{self, entries, members};
use nocodb_bitbucket_auth::pagination::{Page, Paginator, page_url};
use nocodb_bitbucket_auth::pasted;
use nocodb_bitbucket_auth::pkce::CodeVerifier;
use nocodb_bitbucket_auth::query;
use nocodb_bitbucket_auth::rate_limit::{QueueState, RateLimitHeaders, RateLimitUpdate, RequestLog, WINDOW};
use nocodb_bitbucket_auth::redaction::Redaction;
use nocodb_bitbucket_auth::retry::Failed;
use nocodb_bitbucket_auth::retry_after;
use nocodb_bitbucket_auth::scope::ScopeSet;
use nocodb_bitbucket_auth::secret::{Secret, clean_description};
use nocodb_bitbucket_auth::state::State;
use nocodb_bitbucket_auth::token_request::TokenRequest;
use nocodb_bitbucket_auth::token_response::{TokenResponse, parse};
use nocodb_bitbucket_auth::token_set::Previous;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::HashMap;
use url::{Url, form_urlencoded};

const REDIRECT_URI: &str = "https://nocodb.example/dashboard/";

fn client(id: &str, secret: Option<&str>, redirect_uri: &str, scopes: Option<ScopeSet>) -> ClientConfig {
    ClientConfig::new(id, secret, redirect_uri, scopes, Endpoints::new(None, None, None).unwrap()).unwrap()
}

fn response<'a>(
    status: u16,
    body: &'a [u8],
    grant_type: GrantType,
    request_body: Option<&'a str>,
) -> TokenResponse<'a> {
    TokenResponse {
        status,
        content_type: Some("application/json"),
        www_authenticate: None,
        retry_after: None,
        body,
        received_at: 0.0,
        grant_type,
        request_body,
    }
}

fn grant_type() -> impl Strategy<Value = GrantType> {
    prop::sample::select(GrantType::ALL.to_vec())
}

/// Text without control characters, for a Key, a Secret or the value of an extra parameter.
fn printable() -> impl Strategy<Value = String> {
    "[^\\p{Cc}]{1,40}"
}

/// Whether a text is valid as a Key or a Secret.
#[expect(clippy::ptr_arg, reason = "proptest's filters pass a `&String`")]
fn is_credential(text: &String) -> bool {
    pasted::check_credential(text).is_ok()
}

/// A secret that is long enough to be replaced inside a text. A text that contains a shorter secret is dropped as a whole.
fn secret() -> impl Strategy<Value = String> {
    "[!-~]{8,60}".prop_filter("a Secret", is_credential)
}

/// A secret that looks as if it contained escapes.
fn escaped_secret() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "\\", "\\\\", "%", "%25", "%41", "&", "&amp;", "&#65;", "\\u0041", "\"", "'", "a", "0", "A#", "/", "=",
    ]);
    prop::collection::vec(part, 8..20).prop_map(|parts| parts.concat()).prop_filter("a Secret", is_credential)
}

/// A notation in which servers embed one text in another.
#[derive(Debug, Clone, Copy)]
enum Notation {
    Json,
    JsonSlashes,
    JsonAll,
    Percent(bool),
    PercentAll(bool),
    Html,
    HtmlAll,
    HtmlDecimal,
    HtmlHexadecimal,
}

fn notation() -> impl Strategy<Value = Notation> {
    prop_oneof![
        Just(Notation::Json),
        Just(Notation::JsonSlashes),
        Just(Notation::JsonAll),
        any::<bool>().prop_map(Notation::Percent),
        any::<bool>().prop_map(Notation::PercentAll),
        Just(Notation::Html),
        Just(Notation::HtmlAll),
        Just(Notation::HtmlDecimal),
        Just(Notation::HtmlHexadecimal),
    ]
}

impl Notation {
    fn write(self, text: &str) -> String {
        let percent =
            |c: char, lower: bool| if lower { format!("%{:02x}", c as u32) } else { format!("%{:02X}", c as u32) };
        let each = |write: &dyn Fn(char) -> String| text.chars().map(write).collect::<String>();
        match self {
            Notation::Json => each(&|c| match c {
                '"' | '\\' => format!("\\{c}"),
                '<' | '>' | '&' | '=' | '+' | '\'' => format!("\\u{:04x}", c as u32),
                _ => c.to_string(),
            }),
            Notation::JsonSlashes => {
                each(&|c| if matches!(c, '"' | '\\' | '/') { format!("\\{c}") } else { c.to_string() })
            }
            Notation::JsonAll => each(&|c| format!("\\u{:04X}", c as u32)),
            Notation::Percent(lower) => {
                each(&|c| if c.is_ascii_alphanumeric() { c.to_string() } else { percent(c, lower) })
            }
            Notation::PercentAll(lower) => each(&|c| percent(c, lower)),
            Notation::Html => each(&|c| match c {
                '&' => "&amp;".to_owned(),
                '<' => "&lt;".to_owned(),
                '>' => "&gt;".to_owned(),
                '"' => "&quot;".to_owned(),
                '\'' => "&#39;".to_owned(),
                '=' => "&equals;".to_owned(),
                '+' => "&plus;".to_owned(),
                '/' => "&sol;".to_owned(),
                _ => c.to_string(),
            }),
            Notation::HtmlAll => {
                each(&|c| if c.is_ascii_digit() { c.to_string() } else { format!("&#x{:X};", c as u32) })
            }
            Notation::HtmlDecimal => each(&|c| format!("&#{};", c as u32)),
            Notation::HtmlHexadecimal => each(&|c| format!("&#x{:x};", c as u32)),
        }
    }
}

/// Any JSON value.
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

/// Names of members that the core reads, and other names.
fn member_name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "access_token", "token_type", "expires_in", "refresh_token", "scope", "scopes", "error",
            "error_description",
        ]).prop_map(str::to_owned),
        1 => ".{0,8}",
    ]
}

/// A query of response parameters, with values that are sometimes malformed.
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

/// A response of the API in Bitbucket's format, with members that are sometimes malformed.
fn any_api_error() -> impl Strategy<Value = String> {
    let scopes = || {
        prop::collection::vec(
            prop_oneof![4 => "[a-z]{1,8}(:[a-z]{1,8})?".prop_map(Value::from), 1 => any_json()],
            0..4,
        )
    };
    let detail = prop_oneof![
        (scopes(), scopes()).prop_map(|(required, granted)| json!({ "required": required, "granted": granted })),
        any_json(),
    ];
    let text = || prop_oneof![".{0,40}".prop_map(Value::from), any_json()];
    prop_oneof![
        4 => (text(), detail, text()).prop_map(|(message, detail, address)| {
            let data = json!({ "announcement_url": address });
            json!({ "type": "error", "error": { "message": message, "detail": detail, "data": data } }).to_string()
        }),
        1 => any_json().prop_map(|json| json.to_string()),
        1 => ".{0,60}",
    ]
}

fn auth_type() -> impl Strategy<Value = AuthType> {
    prop::sample::select(AuthType::ALL.to_vec())
}

fn error_for(status: u16, fields: &ResponseFields, body: &str, received_at: f64, auth_type: AuthType) -> Box<Error> {
    to_error(&ApiResponse {
        status,
        fields,
        body: body.as_bytes(),
        received_at,
        auth_type,
        path: None,
        is_foreign_origin: false,
    })
}

/// The header fields of a response that has at most this one field.
fn fields(name: &str, value: Option<&str>) -> ResponseFields {
    let field = |requested_name: &str| value.filter(|_| requested_name == name).map(str::to_owned);
    let Ok(fields) = ResponseFields::read(|requested_name| Ok::<_, std::convert::Infallible>(field(requested_name)));
    fields
}

fn api_error(status: u16, body: &str, auth_type: AuthType) -> Box<Error> {
    error_for(status, &ResponseFields::default(), body, 0.0, auth_type)
}

/// URLs of the API, and texts that look like URLs of the API.
fn any_address() -> impl Strategy<Value = String> {
    let scheme = prop::sample::select(vec!["https://", "https://", "HTTPS://", "http://", "https:/", "//", "ftp://"]);
    let piece = || {
        prop::sample::select(vec![
            "api.bitbucket.org",
            "API.Bitbucket.org",
            "evil.example",
            "@",
            ":",
            ":443",
            ":80",
            ":8443",
            "/",
            "\\",
            "?",
            "#",
            ".",
            "..",
            "%2e",
            "%40",
            "2.0",
            "user",
            "\t",
            "\n",
            " ",
            "[",
            "]",
            "x",
            "é",
            "-",
            "\u{200b}",
            "。",
        ])
    };
    let begin = prop_oneof![
        3 => Just("api.bitbucket.org".to_owned()),
        1 => prop::collection::vec(piece(), 0..3).prop_map(|pieces| pieces.concat()),
    ];
    (scheme, begin, prop::collection::vec(piece(), 0..8))
        .prop_map(|(scheme, begin, rest)| format!("{scheme}{begin}{}", rest.concat()))
}

/// The last second of the year 9999, in seconds since 1970.
const LAST_SECOND: i64 = 253_402_300_799;

/// Year, month and day of a number of days since 1970 (Hinnant's civil_from_days).
fn civil(days: i64) -> (i64, usize, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), usize::try_from(month).unwrap(), day)
}

/// A time in the three notations of RFC 9110 section 5.6.7.
fn http_dates(seconds: i64) -> [String; 3] {
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][month - 1];
    let weekdays = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
    let weekday = weekdays[usize::try_from(days.rem_euclid(7)).unwrap()];
    let short = &weekday[..3];
    let time = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    [
        format!("{short}, {day:02} {month} {year:04} {time} GMT"),
        format!("{short} {month} {day:>2} {time} {year:04}"),
        format!("{weekday}, {day:02}-{month}-{:02} {time} GMT", year % 100),
    ]
}

const HOUR_MS: i64 = 3_600_000;

proptest! {
    #[test]
    fn a_retry_after_in_seconds_is_parsed_exactly(seconds in any::<u64>(), zeros in "0{0,5}", now in any::<f64>()) {
        let read = retry_after::wait(Some(&format!(" {zeros}{seconds} ")), now);
        prop_assert_eq!(read, Some(seconds.saturating_mul(1000).min(HOUR_MS as u64)));
    }

    #[test]
    fn a_retry_after_with_a_date_is_parsed_exactly(at in 0..=LAST_SECOND, before in -200_000i64..200_000) {
        let now = at - before;
        let expected = u64::try_from((before * 1000).clamp(0, HOUR_MS)).unwrap();
        let [imf, asctime, rfc850] = http_dates(at);
        for date in [imf, asctime] {
            prop_assert_eq!(retry_after::wait(Some(&date), now as f64 * 1000.0), Some(expected), "{}", date);
        }
        // A two-digit year that is close to now is read as a year of the current century.
        if (civil(now.div_euclid(86_400)).0 / 100) == (civil(at.div_euclid(86_400)).0 / 100) {
            prop_assert_eq!(retry_after::wait(Some(&rfc850), now as f64 * 1000.0), Some(expected), "{}", rfc850);
        }
    }

    #[test]
    fn a_two_digit_year_is_read_as_a_year_at_most_fifty_years_ahead(at in 0..=LAST_SECOND, years in -100i64..100) {
        let now = at - years * 31_556_952;
        // The core parses no date before 1970, so the current year must be 2020 (fifty years later) or a later year.
        prop_assume!((1_577_836_800..=LAST_SECOND).contains(&now));
        let (year, this_year) = (civil(at.div_euclid(86_400)).0, civil(now.div_euclid(86_400)).0);
        let wait = retry_after::wait(Some(&http_dates(at)[2]), now as f64 * 1000.0).unwrap();
        let same_century = this_year / 100 * 100 + year % 100;
        if same_century > this_year + 51 || same_century < this_year - 1 {
            prop_assert_eq!(wait, 0);
        } else if (this_year + 2..this_year + 50).contains(&same_century) {
            prop_assert_eq!(wait, HOUR_MS as u64);
        }
    }

    #[test]
    fn any_text_as_retry_after_gives_a_wait_of_at_most_an_hour_or_no_wait(
        text in prop_oneof!["[0-9A-Za-z,: GMT-]{0,40}", ".{0,40}", "Sunday, [0-2][0-9]-Nov-[0-9]{2} [01][0-9]:[0-5][0-9]:[0-5][0-9] GMT", "[A-Z][a-z]{2}, [0-9]{1,5} [A-Z][a-z]{2} [0-9]{1,5} [0-9]{1,3}:[0-9]{2}:[0-9]{2} GMT"],
        now in any::<f64>(),
    ) {
        if let Some(wait) = retry_after::wait(Some(&text), now) {
            prop_assert!(wait <= HOUR_MS as u64);
        }
    }

    #[test]
    fn the_wait_before_a_retry_is_no_shorter_than_retry_after_and_at_most_66_seconds(
        attempts in any::<u32>(), header_seconds in prop::option::of(0..100u32), random in 0.0..=1.0f64, patience in 0.0..100_000.0f64,
        status in prop::sample::select(vec![None, Some(429u16), Some(502), Some(503)]), is_queued in any::<bool>(),
    ) {
        let header = header_seconds.map(|seconds| seconds.to_string());
        let retry_after = header.as_deref();
        let failed = Failed { attempts, status, retry_after, is_queued, patience, received_at: 0.0, random };
        let requested_wait = header_seconds.map_or(0.0, |seconds| f64::from(seconds) * 1000.0);
        let in_queue = is_queued && status == Some(429);
        match failed.delay() {
            Some(pause) => {
                prop_assert!(requested_wait <= patience.min(60_000.0));
                prop_assert!(in_queue || (pause >= requested_wait && pause >= 250.0));
                prop_assert!(pause <= 66_000.0);
            }
            None => prop_assert!(requested_wait > patience.min(60_000.0) || (status == Some(429) && header_seconds.is_none())),
        }
    }

    #[test]
    fn a_paginator_requests_no_page_twice_and_keeps_every_filter(
        filters in prop::collection::btree_map("[a-z]{2,6}", "[a-z0-9%.]{0,6}", 0..4),
        pages in prop::collection::vec((prop::option::of(0..6u32), 0..3usize, prop::option::of(0..4u32), prop::option::of(0..90u32)), 0..8),
    ) {
        let query: Vec<String> = filters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let base = "https://api.bitbucket.org/2.0/repositories/acme";
        let mut list = Paginator::new(&format!("{base}?{}", query.join("&")), None).unwrap();
        let mut requested_urls = vec![list.url().to_owned()];
        for (next, values, page, size) in pages {
            let next = next.map(|number| format!("{base}?page={number}"));
            let received_page = Page { next: next.as_deref(), values, page: page.map(f64::from), pagelen: Some(10.0), size: size.map(f64::from) };
            match list.advance(&received_page) {
                Ok(true) => requested_urls.push(list.url().to_owned()),
                Ok(false) => {
                    // The list must not end if `next` announced another page, or if a page had values and its counts showed that
                    // more follow.
                    let more = page.zip(size).is_some_and(|(page, size)| page > 0 && size > page * 10);
                    prop_assert!(next.is_none() && (!more || values == 0));
                    break;
                }
                Err(error) => {
                    prop_assert_eq!(error.field.as_deref(), Some("next"));
                    break;
                }
            }
        }
        for (at, address) in requested_urls.iter().enumerate() {
            prop_assert!(!requested_urls[..at].contains(address), "{}", address);
            for filter in query.iter().filter(|filter| !["page=", "ctx=", "fields="].iter().any(|own| filter.starts_with(own))) {
                prop_assert!(address.contains(filter.as_str()), "{} in {}", filter, address);
            }
        }
    }

    #[test]
    fn a_page_token_leads_only_to_its_list(token in ".{0,60}", query in "[ -~]{0,40}") {
        let list = "https://api.bitbucket.org/2.0/repositories/acme";
        for given in [token, URL_SAFE_NO_PAD.encode(query)] {
            if let Ok(address) = page_url(list, &given, "next") {
                let (base, query) = address.split_once('?').unwrap();
                prop_assert_eq!(base, list);
                prop_assert!(!query.contains('#') && query.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
    }

    #[test]
    fn no_credential_goes_to_another_origin(
        url in any_address(), location in any_address(), status in prop::sample::select(vec![301u16, 302, 303, 307, 308]),
        method in prop::sample::select(vec!["GET", "HEAD", "POST", "PUT", "DELETE", "get"]), with_credential in any::<bool>(),
    ) {
        let api = WebUrl::parse(API_URL).unwrap();
        let own = Url::parse(API_URL).unwrap().origin();
        for text in [&url, &location] {
            let parsed = Url::parse(text);
            if api_request::path(&api, text).is_ok() {
                prop_assert_eq!(parsed.as_ref().unwrap().origin(), own.clone(), "{}", text);
            }
            // The shim passes URLs in the serialization of the URL standard. The core accepts all of them that belong to the API.
            if let Ok(parsed) = parsed {
                let is_own = parsed.origin() == own && parsed.username().is_empty() && parsed.password().is_none();
                let below = parsed.path().strip_prefix("/2.0").unwrap_or(parsed.path());
                let expected = is_own.then(|| below.to_owned());
                prop_assert_eq!(api_request::path(&api, parsed.as_str()).ok(), expected, "{}", parsed);
            }
        }
        let answered = ReceivedResponse {
            method,
            url: &url,
            with_credential,
            status,
            location: Some(&location),
            redirects_followed: 0,
            max_redirects: None,
            redirect_mode: RedirectMode::Follow,
        };
        if let Ok(step) = api_request::follow_up(&api, &answered) {
            let FollowUp::Redirect(redirect) = step else { panic!("{step:?}") };
            // A location that cannot be parsed gets neither the credential nor the body.
            let target = Url::parse(&location).ok();
            let is_own = target.as_ref().is_some_and(|target| target.origin() == own);
            prop_assert!(!redirect.with_credential || with_credential && is_own, "{}", location);
            prop_assert!(!redirect.with_body || is_own && !redirect.becomes_get, "{}", location);
            prop_assert!(redirect.becomes_get || is_own || matches!(method, "GET" | "HEAD"), "{}", location);
            let was_encrypted = Url::parse(&url).is_ok_and(|url| url.scheme() == "https");
            let is_encrypted = target.is_none_or(|target| target.scheme() == "https");
            prop_assert!(!was_encrypted || is_encrypted, "{} {}", url, location);
        }
    }

    #[test]
    fn the_text_of_a_401_does_not_change_the_error(body in any_api_error(), auth_type in auth_type()) {
        let error = api_error(401, &body, auth_type);
        prop_assert_eq!(error.code, Code::ApiUnauthenticated);
        prop_assert_eq!(error.message(), api_error(401, "", auth_type).message());
        prop_assert!(error.required.is_empty() && error.granted.is_none() && error.announcement_url.is_none());
    }

    #[test]
    fn any_response_of_the_api_gives_an_error_that_fits_its_status(
        status in 300u16..600, body in any_api_error(), auth_type in auth_type(), wait in prop::option::of(".{0,30}"),
        received_at in any::<f64>(),
    ) {
        let error =
            error_for(status, &fields("retry-after", wait.as_deref()), &body, received_at, auth_type);
        let expected = match status {
            401 => Code::ApiUnauthenticated,
            403 if !error.required.is_empty() => Code::ApiInsufficientScope,
            404 => Code::ApiNotFound,
            410 => Code::ApiGone,
            429 => Code::ApiRateLimited,
            _ => Code::ApiFailed,
        };
        prop_assert_eq!((error.code, error.status), (expected, Some(status)));
        prop_assert!(error.required.is_empty() || status == 403);
        prop_assert!(!error.message().chars().any(char::is_control));
    }

    #[test]
    fn granted_and_required_scopes_are_read_unchanged(
        required in prop::collection::vec("[a-z]{1,8}(:[a-z]{1,8}){0,2}", 1..6),
        granted in prop::collection::vec("[a-z]{1,8}(:[a-z]{1,8}){0,2}", 0..6),
    ) {
        let detail = json!({ "required": required, "granted": granted });
        let body = json!({ "type": "error", "error": { "message": "No.", "detail": detail } }).to_string();
        let error = api_error(403, &body, AuthType::OAuth);
        prop_assert_eq!(&error.required, &required);
        prop_assert_eq!(error.granted.as_ref(), Some(&granted));
        prop_assert!(error.missing_scopes().iter().all(|scope| required.iter().any(|known| known == scope)));
    }

    #[test]
    fn an_authorization_header_decodes_to_the_token_and_the_email_address(
        token in "[!#-&(-_a-~]{1,60}", email in "[a-zäöü0-9.+_'-]{1,20}@[a-zäöü0-9.-]{1,20}", space in "[ \\t\\n]{0,3}", auth_type in auth_type(),
    ) {
        let (pasted, typed) = (format!("{space}{token}{space}"), format!("{space}{email}{space}"));
        let config = json!({ "type": auth_type.as_str(), "token": pasted, "oauth_token": pasted, "email": typed });
        let credential = Credential::read(&config.to_string(), ClientCredentials::Allowed).unwrap();
        let header = credential.authorization().map(|header| header.expose().to_owned());
        match auth_type {
            AuthType::Custom => prop_assert_eq!(header, None),
            AuthType::Basic => {
                let decoded = STANDARD.decode(header.unwrap().strip_prefix("Basic ").unwrap()).unwrap();
                prop_assert_eq!(String::from_utf8(decoded).unwrap(), format!("{email}:{token}"));
            }
            AuthType::OAuth | AuthType::ApiKey => prop_assert_eq!(header, Some(format!("Bearer {token}"))),
        }
    }

    #[test]
    fn any_text_as_a_credential_gives_a_valid_header_or_an_error(
        texts in prop::array::uniform4(prop::option::of(prop_oneof![".{0,20}", "[ -~]{0,20}", "[a-z]{1,5}@[a-z]{1,5}"])),
        auth_type in auth_type(),
    ) {
        let [token, oauth_token, refresh_token, email] = texts;
        let config = json!({
            "type": auth_type.as_str(), "token": token, "oauth_token": oauth_token, "refresh_token": refresh_token, "email": email,
        });
        let credential = Credential::read(&config.to_string(), ClientCredentials::Allowed);
        if let Ok(credential) = credential {
            prop_assert!(credential.can_refresh || credential.access_token.is_some());
            let header = credential.authorization();
            let header = header.as_ref().map_or("", Secret::expose);
            prop_assert!(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        }
    }

    #[test]
    fn every_connection_test_ends_and_requests_no_removed_endpoint(
        auth_type in auth_type(), workspace in prop::option::of("[a-z]{1,5}"), repository in prop::option::of("[a-z]{1,5}/[a-z]{1,5}"),
        answers in prop::collection::vec((prop::sample::select(vec![200u16, 401, 403, 403, 403, 404, 410, 429, 500]), any_api_error()), 3),
    ) {
        let (workspace, repository) = (workspace.as_deref(), repository.as_deref());
        let known = TestContext { auth_type, workspace, repository, hint: None, requested: None, granted: None };
        let mut test = ConnectionTest::new(&known).unwrap();
        let mut answers = answers.into_iter();
        while let Some(path) = test.path() {
            let (path, _) = path.split_once('?').unwrap_or((&path, ""));
            let segments: Vec<&str> = path.split('/').skip(1).collect();
            let is_allowed = matches!(*segments, ["user"] | ["workspaces", _] | ["repositories", _] | ["repositories", _, _]);
            prop_assert!(is_allowed && segments.iter().all(|segment| !segment.is_empty()), "{}", path);
            // A connection test sends at most two requests.
            let (status, body) = answers.next().unwrap();
            prop_assert!(answers.len() > 0);
            test.on_response(status, &ResponseFields::default(), body.as_bytes(), 0.0);
        }
        let result = test.result().unwrap();
        prop_assert!(result.message.ends_with(['.', '…']), "{}", result.message);
    }

    #[test]
    fn every_value_of_a_rate_limit_update_stays_within_its_bounds(
        status in 200u16..600, texts in prop::array::uniform3(prop::option::of(prop_oneof!["[0-9]{0,12}", ".{0,10}", Just("true".to_owned())])),
        known in 1u32..=1_000_000, is_configured in any::<bool>(), refusals in any::<u32>(), now in any::<f64>(),
    ) {
        let [limit, near_limit, retry_after] = &texts;
        let headers = RateLimitHeaders { limit: limit.as_deref(), near_limit: near_limit.as_deref(), retry_after: retry_after.as_deref() };
        let update = RateLimitUpdate::of(status, &headers, QueueState { limit: known, is_configured, refusals }, now);
        prop_assert!(update.limit.is_none_or(|limit| !is_configured && (1..=1_000_000).contains(&limit)));
        let in_force = update.limit.unwrap_or(known);
        prop_assert!(update.used.is_none_or(|used| (10_000.min(in_force * 4 / 5)..=10_000.min(in_force)).contains(&used)));
        prop_assert_eq!(update.pause.is_some(), status == 429);
        prop_assert!(update.pause.is_none_or(|pause| pause <= HOUR_MS as u64));
        prop_assert!(update.pace.is_none_or(|pace| status == 429 && pace <= HOUR_MS as u64));
    }

    /// Each wait is the shortest possible. No window contains more requests than the limit, whenever the window begins.
    #[test]
    fn a_request_log_delays_exactly_the_requests_beyond_the_limit(
        limit in 1u32..8, pauses in prop::collection::vec((0u32..3, 0..WINDOW as u32), 1..200),
    ) {
        let mut log = RequestLog::default();
        let (mut now, mut sent) = (0.0, Vec::new());
        for (number, (kind, pause)) in pauses.into_iter().enumerate() {
            // Multiples of a quarter add up without rounding errors.
            now += if kind == 0 { 0.0 } else { f64::from(pause) / 4.0 };
            let wait = log.wait_time(limit, now);
            let within = |at: f64| sent.iter().filter(|time: &&f64| **time + WINDOW > at).count() < limit as usize;
            prop_assert!(wait >= 0.0 && within(now + wait) && (wait == 0.0 || !within(now + wait - 1.0)), "{wait}");
            if kind == 2 {
                now += wait;
            }
            if log.wait_time(limit, now) == 0.0 {
                log.record(now, number as f64, false);
                sent.push(now);
            }
        }
        prop_assert!(sent.windows(limit as usize + 1).all(|some| some[limit as usize] - some[0] >= WINDOW));
    }

    /// A process reports to the shared log each request that the shared log lacks, and no other request.
    #[test]
    fn a_request_log_knows_which_requests_the_shared_log_lacks(
        steps in prop::collection::vec((0u8..6, 0.0..WINDOW / 4.0), 1..100), most in 1usize..5,
    ) {
        let (mut log, mut now, mut shared_numbers, mut known_requests) = (RequestLog::default(), 0.0, HashSet::new(), Vec::new());
        for (number, (step, pause)) in steps.into_iter().enumerate() {
            now += pause;
            let count = number as f64;
            match step {
                0 | 1 => {
                    log.record(now, count, step == 0);
                    known_requests.push((count, now));
                    if step == 1 {
                        shared_numbers.insert(number);
                    }
                }
                2 => {
                    log.mark_all_unshared();
                    shared_numbers.clear();
                }
                3 => {
                    let request = known_requests.pop().map_or(count, |(request, _)| request);
                    log.remove(request);
                }
                4 => {
                    let mut other = RequestLog::default();
                    other.record(now - pause, count, false);
                    log.merge(&other);
                    known_requests.push((count, now - pause));
                }
                _ => {
                    let reported = log.unshared(most, now);
                    prop_assert!(reported.len() <= most);
                    for (request, ago) in &reported {
                        let time = known_requests.iter().find(|(other, _)| other == request).unwrap().1;
                        prop_assert_eq!(*ago, ((now - time) * 1000.0).round());
                        prop_assert!(shared_numbers.insert(*request as usize), "a process reports no request twice");
                    }
                    log.mark_shared(reported.into_iter().map(|(request, _)| request).collect());
                }
            }
            known_requests.retain(|(_, time)| time + WINDOW > now);
            prop_assert_eq!(log.minimum_shared_count(now), known_requests.iter().filter(|(_, time)| time + HOUR_MS as f64 > now).count());
        }
        let missing: HashSet<_> = log.unshared(usize::MAX, now).into_iter().map(|(request, _)| request as usize).collect();
        let expected: HashSet<_> = known_requests.iter().map(|(request, _)| *request as usize).filter(|request| !shared_numbers.contains(request)).collect();
        prop_assert_eq!(missing, expected);
    }

    #[test]
    fn an_authorize_url_parses_to_the_parameters_of_its_request(
        id in printable().prop_filter("a Key", is_credential),
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
        let request = AuthorizationRequest::new(&client, &authorization_url(&client), &bytes, &extra).unwrap();

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

        let code = format!("?code={}&state={}", "abc", request.state.expose());
        prop_assert!(validate(&client, &code, &request.state).is_ok());
    }

    #[test]
    fn any_text_as_a_callback_gives_a_code_or_an_error(text in ".*", state in ".{1,20}") {
        let client = client("Key", None, REDIRECT_URI, None);
        let state = State::remembered(&state).unwrap();
        let _ = validate(&client, &text, &state);
        let _ = validate(&client, &format!("?{text}"), &state);
    }

    #[test]
    fn a_callback_gives_a_code_only_if_the_state_is_right_and_no_parameter_is_repeated(text in any_callback()) {
        let client = client("Key", None, REDIRECT_URI, None);
        let right = State::remembered("right").unwrap();
        if let Ok(code) = validate(&client, &text, &right) {
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
            prop_assert!(validate(&client, text, &wrong).is_err());
        }
    }

    #[test]
    fn a_callback_with_an_upper_case_scheme_gives_the_same_result(text in any_callback(), state in "right|wrong") {
        let client = client("Key", Some("the-secret-of-the-client"), REDIRECT_URI, None);
        let state = State::remembered(&state).unwrap();
        // The core recognises the exact redirect URI without parsing it, and parses every other spelling.
        if let Some(rest) = text.strip_prefix("https://") {
            let other = format!("HTTPS://{rest}");
            let [one, other] = [&text, &other].map(|text| validate(&client, text, &state));
            prop_assert_eq!(one, other);
        }
    }

    #[test]
    fn any_bytes_as_a_token_response_give_tokens_or_an_error(
        body in prop::collection::vec(any::<u8>(), 0..200),
        status in 100u16..600,
        grant_type in grant_type(),
    ) {
        let client = client("Key", Some("Secret"), REDIRECT_URI, None);
        let _ = parse(&client, &response(status, &body, grant_type, None), &Previous::default());
    }

    #[test]
    fn any_json_as_a_token_response_gives_validated_tokens_or_an_error(
        mut body in prop::collection::hash_map(member_name(), any_json(), 0..8),
        complete in any::<bool>(),
        grant_type in grant_type(),
    ) {
        if complete {
            body.insert("access_token".to_owned(), "AT".into());
            body.insert("token_type".to_owned(), "bearer".into());
        }
        let client = client("Key", Some("Secret"), REDIRECT_URI, None);
        let text = Value::Object(body.clone().into_iter().collect()).to_string();
        if let Ok(tokens) = parse(&client, &response(200, text.as_bytes(), grant_type, None), &Previous::default()) {
            prop_assert_eq!(Some(tokens.access_token.expose()), body["access_token"].as_str());
            prop_assert_eq!(
                tokens.refresh_token.as_ref().map(Secret::expose),
                // A member whose value is null counts as absent.
                body.get("refresh_token").filter(|token| !token.is_null()).map(|token| token.as_str().unwrap())
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
    fn the_error_for_a_rejected_token_request_contains_no_secret(
        secret in secret(), code in secret(), verifier in "[A-Za-z0-9._~-]{43,128}", refresh in secret(),
        before in ".{0,10}", after in ".{0,10}", status in 400u16..500, grant_type in grant_type(),
    ) {
        let client = client("Key", Some(&secret), REDIRECT_URI, None);
        let verifier = CodeVerifier::parse(&verifier).unwrap();
        let given = AuthorizationCode::validated_before(&code).unwrap();
        let request = TokenRequest::authorization_code(&client, &given, Some(&verifier), None).unwrap();
        let previous = Previous { refresh_token: Some(Secret::new(refresh.as_str())), scopes: None };
        for marked in [secret.as_str(), code.as_str(), verifier.expose(), refresh.as_str()] {
            let error = if before.len() % 2 == 0 { "invalid_scope".to_owned() } else { format!("{before}{marked}") };
            let body = json!({ "error": error, "error_description": format!("{before}{marked}{after}") }).to_string();
            let answer = response(status, body.as_bytes(), grant_type, Some(request.body.expose()));
            let failure = parse(&client, &answer, &previous).unwrap_err();
            prop_assert!(!all_text_of(&failure).contains(marked), "{}", all_text_of(&failure));
        }
    }

    #[test]
    fn the_error_for_a_rejected_callback_contains_no_state_and_no_code(
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
            let failure = validate(&client, &query, &remembered).unwrap_err();
            prop_assert!(!all_text_of(&failure).contains(marked.as_str()), "{}", all_text_of(&failure));
        }
    }

    #[test]
    fn redaction_removes_a_secret_in_any_notation_from_a_whole_text_and_from_chunks(
        secret in prop_oneof![secret(), escaped_secret()], notations in prop::collection::vec(notation(), 0..4), frame in prop::array::uniform2("[ -~]{0,20}"),
        pieces in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let [before, after] = frame;
        let redaction = Redaction::new([secret.as_bytes()]);
        let written = notations.iter().fold(secret.clone(), |text, notation| notation.write(&text));
        // The spaces separate the written secret from its frame, so that no character of the frame becomes part of the encoding.
        let text = format!("{before} {written} {after}");
        let cleaned = redaction.redact(&text);
        prop_assert!(!cleaned.contains(&written), "{} in {}", written, cleaned);
        prop_assert!(cleaned.contains("[redacted]"), "{}", cleaned);
        prop_assert!(!redaction.is_in(&cleaned) && redaction.is_in(&text));
        let mut ends: Vec<usize> = pieces.iter().map(|at| at.index(text.len() + 1)).collect();
        ends.sort_unstable();
        ends.push(text.len());
        let (mut streaming, mut at, mut streamed) = (redaction, 0, Vec::new());
        for end in ends {
            streamed.extend(streaming.push(&text.as_bytes()[at..end]));
            at = end;
        }
        streamed.extend(streaming.end());
        prop_assert_eq!(String::from_utf8(streamed).unwrap(), cleaned);
    }

    #[test]
    fn redaction_removes_a_secret_from_the_base64_of_a_text_that_contains_it(
        secret in secret(), before in prop::collection::vec(any::<u8>(), 0..30), after in prop::collection::vec(any::<u8>(), 0..30),
        notations in prop::collection::vec(notation(), 0..3), is_header in any::<bool>(),
    ) {
        let whole = [before.as_slice(), secret.as_bytes(), &after].concat();
        let written = notations.iter().fold(STANDARD.encode(&whole), |text, notation| notation.write(&text));
        let pair = format!("dana@example.com:{secret}");
        let redaction = if is_header {
            Redaction::of_authorization(&format!("Basic {}", STANDARD.encode(pair)))
        } else {
            Redaction::of_authorization(&format!("Bearer {secret}"))
        };
        let cleaned = redaction.redact(&written);
        prop_assert!(cleaned.contains("[redacted]"), "{} of {}", cleaned, written);
        if notations.is_empty() {
            // The result keeps no more than the text before and after the secret: Base64 characters that contain bits of the
            // secret are removed as a whole.
            let kept: usize = cleaned.split("[redacted]").map(str::len).sum();
            prop_assert!(kept * 6 <= (before.len() + after.len() + 2) * 8, "{} of {}", cleaned, written);
        }
    }

    #[test]
    fn redaction_does_not_change_a_text_without_secrets(
        secret in "[a-z]{8,40}", text in prop::collection::vec(prop_oneof!["[0-9A-F%&;#\\\\ux+/=]{0,9}", "[%&\\\\]{1,5}", ".{0,9}"], 0..20),
    ) {
        let text = text.concat();
        let mut redaction = Redaction::new([secret.as_bytes()]);
        prop_assume!(!redaction.is_in(&text));
        prop_assert_eq!(redaction.redact(&text), text.clone());
        let streamed = [redaction.push(text.as_bytes()), redaction.end()].concat();
        prop_assert_eq!(streamed, text.as_bytes());
    }

    #[test]
    fn a_sanitized_description_is_short_and_plain_and_has_no_secret(text in ".*", secret in secret()) {
        let text = format!("{text}{secret}{text}");
        if let Some(cleaned) = clean_description(&text, [secret.as_str()]) {
            prop_assert!(!cleaned.contains(&secret));
            prop_assert!(cleaned.chars().count() <= 200);
            prop_assert!(!cleaned.chars().any(char::is_control));
            prop_assert_eq!(cleaned.trim(), &cleaned);
        }
    }

    #[test]
    fn the_members_of_an_object_have_the_same_values_as_in_serde_json(object in prop::collection::hash_map(".{0,8}", any_json(), 0..6)) {
        let value = Value::Object(object.into_iter().collect());
        for text in [value.to_string(), format!(" {value:#}\n")] {
            for (name, expected) in value.as_object().unwrap() {
                let [member] = members(text.as_bytes(), [name]).unwrap();
                prop_assert_eq!(member.map_or(Value::Null, comparable), comparable_serde(expected));
            }
        }
    }

    #[test]
    fn a_damaged_object_is_rejected_if_and_only_if_serde_json_rejects_it(
        value in any_json(), at in any::<prop::sample::Index>(), put in prop_oneof!["[{}\\[\\]\",:0-9eE.+-]", ".", Just(String::new())],
    ) {
        let mut text = json!({ "x": value }).to_string();
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let at = ends[at.index(ends.len())];
        let next = text[at..].chars().next().unwrap().len_utf8();
        text.replace_range(at..at + next, &put);
        prop_assert_eq!(entries(text.as_bytes()).is_none(), serde_json::from_str::<Value>(&text).is_err(), "{}", text);
        let skipped: Result<&serde_json::value::RawValue, _> = serde_json::from_str(&text);
        prop_assert_eq!(members(text.as_bytes(), ["y"]).is_err(), skipped.is_err(), "{}", text);
    }

    #[test]
    fn a_lifetime_is_exact_to_the_millisecond(seconds in 0.0f64..3e8, is_text in any::<bool>()) {
        for number in [seconds.to_string(), format!("{seconds:e}"), format!("{seconds:E}")] {
            let expires_in = if is_text { format!("\"{number}\"") } else { number };
            let [value] = members(format!("{{\"x\":{expires_in}}}").as_bytes(), ["x"]).map(|[x]| [x.and_then(|x| x.number())]).unwrap();
            prop_assert!((value.unwrap() - seconds).abs() <= seconds * 1e-12, "{}", expires_in);
        }
    }

    #[test]
    fn a_number_in_a_string_gives_the_same_result_as_in_serde_json(text in "[0-9.eE+-]{0,30}") {
        let reference = serde_json::from_str::<f64>(&text).ok();
        let json = json!({ "x": text }).to_string();
        let [value] = members(json.as_bytes(), ["x"]).unwrap();
        prop_assert_eq!(value.and_then(|value| value.number()), reference, "{}", text);
    }

    #[test]
    fn appended_parameters_are_encoded_as_by_form_urlencoded(
        address in "https://git\\.example/(\\?(a=1(&b=%20&?)?)?)?",
        pairs in prop::collection::vec(("[a-z &=%+~*é\\x00]{0,10}", ".{0,20}"), 1..5),
    ) {
        let written = query::append(address.clone(), pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let rest = written.strip_prefix(&address).unwrap();
        let rest = rest.strip_prefix(['?', '&']).unwrap_or(rest);
        prop_assert_eq!(rest, form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish());
        prop_assert!(!written.contains("&&") && written.matches('?').count() == 1);
    }

    #[test]
    fn a_form_is_parsed_to_the_pairs_from_which_it_was_written(pairs in prop::collection::vec((".{1,10}", ".{0,20}"), 0..5)) {
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        prop_assert_eq!(read(&text), Some(pairs));
    }

    #[test]
    fn a_valid_form_is_read_as_by_form_urlencoded_and_a_malformed_form_is_rejected(
        text in prop_oneof!["[a-z%0-9A-F+&=é\u{fffd}]{0,30}", "(%[EeCF][0-9AFaf]|%B[fF]|%[bB]d|%C3|%A9|[%+&=a]){0,12}"],
    ) {
        let lenient: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
        prop_assert_eq!(read(&text), is_strict(&text).then_some(lenient), "{}", text);
    }

    #[test]
    fn a_percent_encoded_text_is_decoded_if_and_only_if_it_is_well_formed(text in "(%[0-9A-Fa-f]{2}|%C3%A9|[ -~é]){0,12}") {
        let decoded = query::percent_decode(&text).ok();
        prop_assert_eq!(decoded.is_some(), is_strict(&text), "{}", text);
        if let Some(decoded) = decoded {
            prop_assert_eq!(query::percent_decode(&decoded.replace('%', "%25")), Ok(decoded));
        }
    }

    #[test]
    fn an_accepted_url_keeps_its_text_and_is_safe(text in "(https?|HTTPS|ftp)(:|:/|://|:///)[a-z0-9@:./?#\\\\%\\[\\] é-]{0,30}") {
        if let Ok(address) = WebUrl::parse(&text) {
            prop_assert_eq!(address.as_str(), &text);
            let url = Url::parse(&text).unwrap();
            prop_assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
            let host = url.host_str().unwrap();
            let loopback = host == "localhost" || host.starts_with("127.") || host == "[::1]";
            prop_assert!(url.scheme() == "https" || url.scheme() == "http" && loopback, "{}", text);
        }
    }

    #[test]
    fn the_callback_page_accepts_any_target_and_shows_no_part_of_it(
        error in "[^\\p{Cc}]{12,40}", state in printable(), more in any::<String>(),
    ) {
        let client = client("Key", None, REDIRECT_URI, None);
        let page = CallbackPage::new(client.redirect_uri(), &client.endpoints().authorize, None);
        let target = query::append("/dashboard/".to_owned(), [("error", error.as_str()), ("state", state.as_str())]);
        match page.content_for(&target) {
            Some(Content::Error(refusal)) => {
                prop_assert!(!refusal.text.contains(&error) && !refusal.heading.contains(&error));
            }
            other => prop_assert!(false, "{other:?}"),
        }
        // Appended parameters must not turn the error into success, but may make the plugin show no page.
        let shown = page.content_for(&format!("{target}&{more}"));
        prop_assert!(!matches!(shown, Some(Content::Received)));
        prop_assert!(page.content_for(&more).is_none() || more.starts_with("/dashboard/?"));
    }

    #[test]
    fn expanding_scopes_keeps_their_order_and_is_idempotent(scopes in prop::collection::vec(prop::sample::select(vec![
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
        prop_assert_eq!(ScopeSet::parse(&set.to_string()), Ok(set));
    }
}

/// Converts a parsed value for comparison. Booleans become `true`, because the parser does not keep their value.
fn comparable(value: json_object::Value) -> Value {
    match value {
        json_object::Value::Text(text) => text.into(),
        json_object::Value::Number(number) => number.into(),
        json_object::Value::List(values) => values.into_iter().map(comparable).collect(),
        json_object::Value::Object(entries) => {
            entries.into_iter().map(|(name, value)| (name, comparable(value))).collect()
        }
        json_object::Value::Flag => true.into(),
        json_object::Value::Null => Value::Null,
    }
}

/// Converts a value of `serde_json` in the same way.
fn comparable_serde(value: &Value) -> Value {
    match value {
        Value::Bool(_) => true.into(),
        Value::Number(number) => number.as_f64().into(),
        Value::Array(values) => values.iter().map(comparable_serde).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), comparable_serde(value))).collect()
        }
        _ => value.clone(),
    }
}

/// All text of an error.
fn all_text_of(error: &Error) -> String {
    format!("{error} {error:?} {}", error.message())
}

/// The pairs of a form, unless it is malformed.
fn read(form: &str) -> Option<Vec<(String, String)>> {
    let owned = |(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), value.into_owned());
    query::pairs(form).map(|pair| pair.ok().map(owned)).collect()
}

/// Whether each percent sign begins an escape and all bytes are UTF-8.
fn is_strict(text: &str) -> bool {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut digit = || char::from(rest.next().unwrap_or_default()).to_digit(16);
        bytes.push(if byte != b'%' {
            byte
        } else if let Some((high, low)) = digit().zip(digit()) {
            (high * 16 + low) as u8
        } else {
            return false;
        });
    }
    String::from_utf8(bytes).is_ok()
}
