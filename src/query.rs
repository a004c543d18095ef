//! The query of an address, or a form: `application/x-www-form-urlencoded` (RFC 6749 appendix B).
//!
//! In: a query or a form, or names and values. Out: the other. What never happens here: a malformed escape, or bytes that are
//! not UTF-8, being replaced by something else; two parsers must not read two values in one text.

use std::borrow::Cow;

use url::form_urlencoded;

/// What is wrong with a text: an escape without two hexadecimal digits, or bytes that are not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The pairs of a query or a form, in order. What stands for itself is left where it stands.
pub fn pairs(form: &str) -> impl Iterator<Item = Result<(Cow<'_, str>, Cow<'_, str>), Malformed>> {
    form.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decode(name)?, decode(value)?))
    })
}

/// Decodes a name or a value, in which there is no ampersand.
fn decode(text: &str) -> Result<Cow<'_, str>, Malformed> {
    if !text.contains('%') && !text.contains('+') {
        return Ok(Cow::Borrowed(text));
    }
    let pair = ["=", text].concat();
    let (_, value) = form_urlencoded::parse(pair.as_bytes()).next().ok_or(Malformed)?;
    if is_sound(text, &value) { Ok(Cow::Owned(value.into_owned())) } else { Err(Malformed) }
}

/// Whether a text was decoded without a replacement: `form_urlencoded` keeps a malformed escape as it is, and puts U+FFFD in
/// the place of bytes that are not UTF-8.
fn is_sound(text: &str, decoded: &str) -> bool {
    let is_escape =
        |rest: &str| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let count = |text: &str| text.matches('\u{fffd}').count();
    let written = count(text) + text.to_ascii_uppercase().matches("%EF%BF%BD").count();
    text.split('%').skip(1).all(is_escape) && count(decoded) == written
}

/// Decodes what is percent-encoded and no form: a plus sign and an ampersand stand for themselves.
pub fn percent_decode(text: &str) -> Result<String, Malformed> {
    decode(&text.replace('+', "%2B").replace('&', "%26")).map(Cow::into_owned)
}

/// An address with more pairs in its query; those that it has stay as they are (RFC 6749 section 3.1).
pub fn append<'a>(mut address: String, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    for (name, value) in pairs {
        if !address.ends_with(['?', '&']) {
            address.push(if address.contains('?') { '&' } else { '?' });
        }
        let end = address.len();
        address = form_urlencoded::Serializer::for_suffix(address, end).append_pair(name, value).finish();
    }
    address
}

/// The pairs of a query as they are written, each after its name.
pub fn written(query: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    let written = query.split('&').filter(|pair| !pair.is_empty());
    written.filter_map(|pair| form_urlencoded::parse(pair.as_bytes()).next().map(|(name, _)| (name, pair)))
}

/// An address with a query of these pairs, as they are written.
pub fn join<'a>(address: &str, pairs: impl Iterator<Item = &'a str>) -> String {
    let query = pairs.collect::<Vec<_>>().join("&");
    if query.is_empty() { address.to_owned() } else { [address, "?", &query].concat() }
}

/// An address up to its query, and its query. A fragment is part of neither: it is not sent.
pub fn split(address: &str) -> (&str, &str) {
    let address = address.split('#').next().unwrap_or_default();
    address.split_once('?').unwrap_or((address, ""))
}
