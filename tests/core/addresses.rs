//! Compares how the core parses URLs with the crate `url`, which implements the URL standard. The core must reject each text that
//! `url` rejects or rewrites. It may accept a text in which `url` only changes upper case to lower case or drops the default
//! port. The core must parse every other text as `url` does, unless the text breaks a rule of the core.

use nocodb_bitbucket_auth::endpoints::{RESERVED_PARAMETERS, WebUrl};
use nocodb_bitbucket_auth::query;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use url::{Host, Position, Url};

/// The URL as `url` parses it, or `None` if the core must reject the text.
fn expected(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let (scheme, rest) = text.split_once("://")?;
    let loopback = match url.host()? {
        Host::Domain(domain) => domain == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let after = &rest[rest.find(['/', '?']).unwrap_or(rest.len())..];
    let is_kept =
        [&url[Position::BeforePath..], url[Position::BeforePath..].trim_start_matches('/')].contains(&after);
    let accepted = is_plain(text)
        && scheme.eq_ignore_ascii_case(url.scheme())
        && (url.scheme() == "https" || url.scheme() == "http" && loopback)
        && is_plain_authority(rest, &url)
        && is_kept
        && !after.contains(['^', '|'])
        && query::pairs(text).all(|pair| pair.is_ok())
        && query::pairs(url.query().unwrap_or_default())
            .all(|pair| !RESERVED_PARAMETERS.contains(&&*pair.unwrap().0));
    accepted.then_some(url)
}

/// The URL to which `url` resolves a reference, or `None` if the core must reject the reference.
fn expected_place(base: &Url, text: &str) -> Option<Url> {
    let url = base.join(text).ok().filter(|url| is_plain(text) && matches!(url.scheme(), "https" | "http"))?;
    let scheme =
        text.find(':').map(|at| &text[..=at]).filter(|scheme| Url::parse(&format!("{scheme}//host")).is_ok());
    match text.strip_prefix(scheme.unwrap_or_default())?.strip_prefix("//") {
        Some(rest) => is_plain_authority(rest, &url).then_some(url),
        None => scheme.is_none().then_some(url),
    }
}

/// Whether a text contains only characters that no program rewrites.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'#')
}

/// Whether the text after the slashes begins with a host and a port as `url` writes them. Upper case and the default port may
/// differ.
fn is_plain_authority(rest: &str, url: &Url) -> bool {
    let authority = rest.split(['/', '?']).next().unwrap();
    let host = url.host_str().unwrap();
    // The core rejects a punycode label that is too long for DNS.
    let limits = host.split('.').all(|label| !label.starts_with("xn--") || label.len() <= 63);
    let ports = match url.port() {
        Some(port) => vec![format!(":{port}")],
        None => vec![String::new(), format!(":{}", url.port_or_known_default().unwrap())],
    };
    limits && ports.into_iter().any(|port| format!("{host}{port}").eq_ignore_ascii_case(authority))
}

fn check_address(text: &str) -> Result<(), TestCaseError> {
    let address = WebUrl::parse(text).ok();
    let url = expected(text);
    prop_assert_eq!(address.is_some(), url.is_some(), "{}", text);
    if let Some((address, url)) = address.zip(url) {
        prop_assert_eq!(address.as_str(), text);
        prop_assert_eq!(address.origin(), url.origin().ascii_serialization(), "{}", text);
        prop_assert_eq!(address.path(), url.path(), "{}", text);
    }
    Ok(())
}

fn check_reference(base: &str, text: &str) -> Result<(), TestCaseError> {
    let (address, url) = (WebUrl::parse(base).unwrap(), Url::parse(base).unwrap());
    let is_there = |place: &Url| (place.origin(), place.path()) == (url.origin(), url.path());
    let text = query::split(text).0;
    let expected = expected_place(&url, text).as_ref().is_some_and(is_there);
    prop_assert_eq!(address.matches(text), expected, "{} at {}", text, base);
    Ok(())
}

/// Hosts as a browser shows them.
fn sane_host() -> BoxedStrategy<String> {
    prop_oneof![
        4 => "[a-z0-9]{1,6}((-|_|\\.)[a-z0-9]{1,6}){0,3}\\.[a-z]{2,5}",
        1 => "[A-Za-z]{1,10}",
        1 => select(vec!["xn--bcher-kva.example", "xn--fiqs8s", "www.xn--p1ai", "XN--NCODB-JUA.example", "localhost"])
            .prop_map(str::to_owned),
        1 => any::<[u8; 4]>().prop_map(|address| std::net::Ipv4Addr::from(address).to_string()),
        1 => "127\\.[1-9]\\.[1-9]\\.[1-9]",
        1 => pieces().prop_map(|pieces| Host::<String>::Ipv6(pieces.into()).to_string()),
    ]
    .boxed()
}

/// The pieces of an IPv6 address, with runs of zeros.
fn pieces() -> impl Strategy<Value = [u16; 8]> {
    prop::array::uniform8(prop_oneof![2 => Just(0u16), 1 => Just(1u16), 1 => any::<u16>()])
}

/// Hosts that only some programs accept, or that programs parse in different ways.
fn odd_host() -> BoxedStrategy<String> {
    let number = prop_oneof!["[0-9]{1,4}", "0[xX][0-9a-fA-Fg]{0,4}", "0[0-9]{1,3}", Just(String::new())];
    prop_oneof![
        prop::collection::vec(number.clone(), 1..6).prop_map(|numbers| numbers.join(".")),
        ("[a-z]{1,3}", number, "\\.?").prop_map(|(label, number, end)| format!("{label}.{number}{end}")),
        "(a\\.)?[xX][nN]--[a-zA-Z0-9-]{0,9}(\\.b)?",
        "xn--([a-z0-9]{0,8}-)?[a-z0-9]{1,6}",
        "xn--[a-z0-9]{55,62}",
        "\\[[0-9a-fA-F:.]{0,20}\\]",
        prop::collection::vec(select(vec!["0", "0", "1", "00", "ab", "0ab", "ABCD", "12345", ""]), 1..10)
            .prop_map(|pieces| format!("[{}]", pieces.join(":"))),
        "[a-z.]{0,4}",
        "[!-~]{1,6}",
    ]
    .boxed()
}

fn port() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(String::new()),
        3 => select(vec![":", ":443", ":80", ":0", ":0443", ":65535", ":65536", ":+1", ":1a", ":99999999999"])
            .prop_map(str::to_owned),
        1 => "\\:[0-9]{1,5}",
    ]
}

/// A relative path, mostly of segments that programs treat specially, such as `..`.
fn path() -> BoxedStrategy<String> {
    let segment = prop_oneof![
        4 => select(vec![
            "", ".", "..", "%2e", "%2E", ".%2e", "%2E.", "%2e%2E", "...", "%2e%2e%2e", "C:", "c|", "C:x", "%41",
            "a", "b",
        ]).prop_map(str::to_owned),
        1 => "[!-~&&[^/?#\\\\%]]{0,4}",
    ];
    prop::collection::vec(segment, 0..6).prop_map(|segments| segments.join("/")).boxed()
}

fn query() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "\\?[a-z=&/?'\"%2e.:]{0,8}", Just("?x=1&code=2".to_owned())]
}

fn scheme() -> impl Strategy<Value = &'static str> {
    select(vec!["https://", "https://", "https://", "http://", "HttpS://", "HTTP://"])
}

/// A URL as administrators write it.
fn sane_address() -> BoxedStrategy<String> {
    let port = prop_oneof![Just(String::new()), (1u16..).prop_map(|port| format!(":{port}"))];
    (sane_host(), port, "(/[A-Za-z0-9._~!$&'()*+,;=:@-]{1,8}){0,3}/?", "(\\?[xyz]=[a-z0-9]{0,4})?")
        .prop_filter("no dot segments", |(_, _, path, _)| !path.split('/').any(|name| matches!(name, "." | "..")))
        .prop_map(|(host, port, path, query)| format!("https://{host}{port}{path}{query}"))
        .boxed()
}

/// Any URL. Most of them are invalid.
fn any_address() -> BoxedStrategy<String> {
    (scheme(), prop_oneof![sane_host(), odd_host()], port(), "(/)?", path(), query())
        .prop_map(|(scheme, host, port, slash, path, query)| format!("{scheme}{host}{port}{slash}{path}{query}"))
        .boxed()
}

/// A text with one mutation.
fn mutated(text: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (text, any::<Index>(), 0usize..2, prop_oneof!["[\\x00-\\x7f]", "[/:@?#\\\\.%\\[\\]]", Just(String::new())])
        .prop_map(|(mut text, at, remove, put)| {
            let at = at.index(text.len() + 1);
            text.replace_range(at..(at + remove).min(text.len()), &put);
            text
        })
}

/// Another spelling of a URL, or a similar text that means another URL. A spelling may be relative to the URL, or contain a
/// detour such as `x/..`.
fn reference_to(base: &str, way: usize, detour: &str) -> String {
    let url = Url::parse(base).unwrap();
    let (origin, path) = (&url[..Position::BeforePath], url.path());
    let (folder, name) = path.rsplit_once('/').unwrap();
    match way {
        0 => base.to_owned(),
        1 => path.to_owned(),
        2 => format!("//{}{path}", &url[Position::BeforeHost..Position::BeforePath]),
        3 => name.to_owned(),
        4 => format!("./{name}"),
        5 => format!("{origin}/{detour}/..{path}"),
        6 => format!("{folder}/{detour}/%2E%2e/{name}"),
        7 => format!("{}{path}", origin.to_ascii_uppercase()),
        8 => format!("{origin}:{}{path}", url.port_or_known_default().unwrap()),
        9 => format!("{}:{path}", url.scheme()),
        10 => format!("{}:///{}", url.scheme(), &url[Position::BeforeHost..]),
        11 => format!("{}://{detour}@{}", url.scheme(), &url[Position::BeforeHost..]),
        _ => String::new(),
    }
}

/// A reference to be resolved against a URL: a path with a query, an absolute URL, or a URL without its scheme or its
/// slashes.
fn any_reference() -> BoxedStrategy<String> {
    let relative = (select(vec!["", "", "/", "/", "./", "../"]), path(), query());
    prop_oneof![
        4 => relative.prop_map(|(start, path, query)| format!("{start}{path}{query}")),
        1 => any_address(),
        1 => any_address().prop_map(|address| address[address.find(':').unwrap() + 1..].to_owned()),
        1 => "(https|http|ftp|ws|file|x|1)(:|:/|://|:///)[a-z]{0,4}(/[a-z.]{0,4})?",
    ]
    .boxed()
}

#[test]
fn a_punycode_host_is_parsed_as_in_the_url_standard() {
    let most = format!("xn--{}", "9".repeat(59));
    for label in [
        // Samples of RFC 3492 section 7.1, in lower case: Arabic, Chinese, Hindi, Japanese, and a name with ASCII letters.
        "xn--egbpdaj6bu4bxfgehfvwxn",
        "xn--ihqwcrb4cv8a8dqg056pqjye",
        "xn--i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd",
        "xn--n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa",
        "xn--d9juau41awczczp",
        // U+FFFD, which replaces undecodable text.
        "xn--zn7c",
        // U+200C and U+200D, which only some contexts allow: alone, first, last and in the middle of a label.
        "xn--0ug",
        "xn--1ug",
        "xn--0ugy22p",
        "xn--0ugx22p",
        "xn--11b6iy14e",
        "xn--ab-j1t",
        // A label that only a decoder with a wrong bias can decode, and a label that overflows.
        "xn--iu4kb",
        &most,
        "xn--",
        "xn---",
        "xn---abc",
        "xn--abc-",
    ] {
        check_address(&format!("https://{label}/")).unwrap();
        check_address(&format!("https://www.{}.example", label.to_ascii_uppercase())).unwrap();
    }
}

#[test]
fn a_rejected_url_has_a_reason_that_says_what_is_wrong() {
    for (text, reason) in [
        ("https:///nocodb.example", "must be an absolute URL that starts with https://"),
        ("ftp://nocodb.example", "must be an absolute URL that starts with https://"),
        ("https://", "is not a valid URL"),
        ("https://nocodb.example:65536/", "is not a valid URL"),
        ("https://nocodb.example:8x/", "is not a valid URL"),
        ("https://nocodb.example:+8/", "is not a valid URL"),
        ("https://no^codb.example/", "is not a valid URL"),
        ("https://xn--zn7c/", "is not a valid URL"),
        ("https://[::1/", "is not a valid URL"),
        ("https://user@127.1/", "must not contain a user name or a password"),
        ("https://127.1/", "has a host that programs write in different ways: write it as a browser shows it"),
        ("https://127.00.0.1/", "has a host that programs write in different ways: write it as a browser shows it"),
        (
            "https://nocodb.example/a/./b",
            "has a path or a query that programs write in different ways: write it as a browser shows it",
        ),
        ("https://[0::1]/", "has a host that programs write in different ways: write it as a browser shows it"),
        (
            "http://127.example/",
            "must start with https:// (http is accepted for localhost, 127.0.0.0/8 and [::1] only)",
        ),
    ] {
        assert_eq!(WebUrl::parse(text).unwrap_err(), reason, "{text}");
    }
}

proptest! {
    #[test]
    fn a_plain_url_is_accepted_and_parsed_as_in_the_url_standard(text in sane_address()) {
        prop_assert!(WebUrl::parse(&text).is_ok(), "{}", text);
        check_address(&text)?;
    }

    #[test]
    fn an_accepted_url_is_parsed_as_in_the_url_standard(text in any_address()) {
        check_address(&text)?;
    }

    #[test]
    fn a_mutated_url_is_rejected_or_parsed_as_in_the_url_standard(text in mutated(any_address())) {
        check_address(&text)?;
    }

    #[test]
    fn a_reference_is_resolved_as_in_the_url_standard(base in sane_address(), text in any_reference()) {
        check_reference(&base, &text)?;
    }

    #[test]
    fn every_spelling_of_a_url_is_recognized_and_no_other_url_is(
        base in sane_address(), way in 0usize..13, detour in "[a-z%.:]{0,4}",
    ) {
        check_reference(&base, &reference_to(&base, way, &detour))?;
    }

    #[test]
    fn a_mutated_reference_is_rejected_or_resolved_as_in_the_url_standard(
        base in sane_address(), way in 0usize..13, at in any::<Index>(), put in "[/:@?#\\\\.%a ]",
    ) {
        let mut text = reference_to(&base, way, "x");
        text.insert_str(at.index(text.len() + 1), &put);
        check_reference(&base, &text)?;
    }
}
