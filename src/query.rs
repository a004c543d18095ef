//! Queries of URLs and forms: `application/x-www-form-urlencoded` (RFC 6749 appendix B).
//!
//! In: a query or a form, or names and values. Out: names and values, or a query or a form. Never: a replacement for a
//! malformed escape, or for bytes that are not UTF-8. With replacements, two parsers could read different values in the
//! same text.

use std::borrow::Cow;

use url::form_urlencoded;

/// The text has an escape without two hexadecimal digits, or bytes that are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The decoded pairs of a query or a form, in order. Text without escapes is not copied.
pub fn pairs(form: &str) -> impl Iterator<Item = Result<(Cow<'_, str>, Cow<'_, str>), Malformed>> {
    form.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decode(name)?, decode(value)?))
    })
}

/// Decodes a name or a value, which contains no ampersand.
fn decode(text: &str) -> Result<Cow<'_, str>, Malformed> {
    if !text.contains('%') && !text.contains('+') {
        return Ok(Cow::Borrowed(text));
    }
    let pair = ["=", text].concat();
    let (_, value) = form_urlencoded::parse(pair.as_bytes()).next().ok_or(Malformed)?;
    if is_sound(text, &value) { Ok(Cow::Owned(value.into_owned())) } else { Err(Malformed) }
}

/// Whether a text was decoded without replacements: `form_urlencoded` keeps malformed escapes, and replaces bytes
/// that are not UTF-8 by U+FFFD.
fn is_sound(text: &str, decoded: &str) -> bool {
    let is_escape =
        |rest: &str| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let count = |text: &str| text.matches('\u{fffd}').count();
    let written = count(text) + text.to_ascii_uppercase().matches("%EF%BF%BD").count();
    text.split('%').skip(1).all(is_escape) && count(decoded) == written
}

/// Decodes percent-encoded text outside a form: a plus sign and an ampersand stand for themselves.
pub fn percent_decode(text: &str) -> Result<String, Malformed> {
    decode(&text.replace('+', "%2B").replace('&', "%26")).map(Cow::into_owned)
}

/// Appends pairs to the query of a URL. Existing pairs stay as they are (RFC 6749 section 3.1).
pub fn append<'a>(mut url: String, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    for (name, value) in pairs {
        if !url.ends_with(['?', '&']) {
            url.push(if url.contains('?') { '&' } else { '?' });
        }
        let end = url.len();
        url = form_urlencoded::Serializer::for_suffix(url, end).append_pair(name, value).finish();
    }
    url
}

/// The pairs of a query in their original notation, each with its decoded name.
pub fn written(query: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    let written = query.split('&').filter(|pair| !pair.is_empty());
    written.filter_map(|pair| form_urlencoded::parse(pair.as_bytes()).next().map(|(name, _)| (name, pair)))
}

/// A URL with a query of these pairs in their original notation.
pub fn join<'a>(base: &str, pairs: impl Iterator<Item = &'a str>) -> String {
    let query = pairs.collect::<Vec<_>>().join("&");
    if query.is_empty() { base.to_owned() } else { [base, "?", &query].concat() }
}

/// A URL up to its query, and its query. The fragment is part of neither, because it is not sent.
pub fn split(url: &str) -> (&str, &str) {
    let url = url.split('#').next().unwrap_or_default();
    url.split_once('?').unwrap_or((url, ""))
}
