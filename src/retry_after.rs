//! `Retry-After` (RFC 9110 section 10.2.3): how long Bitbucket asks clients to wait, and how long they wait at most.
//!
//! In: the header field. Out: milliseconds. Never: a wait of more than an hour.

use core::time::Duration;
use std::time::UNIX_EPOCH;

use httpdate::parse_http_date;

/// The longest wait that is accepted, in milliseconds. Bitbucket limits requests in a rolling hour, so after an hour no
/// earlier request counts.
pub const MAX_WAIT: u64 = 3_600_000;

/// The longest wait that is accepted from the token endpoint, in milliseconds. A lost response may have contained the next
/// refresh token. Bitbucket accepts the used token for about ten more minutes, so the request must be repeated well before
/// then.
pub const MAX_TOKEN_WAIT: u64 = 120_000;

/// The longest wait after which a request is repeated, in milliseconds. If Bitbucket asks for more, the caller gets the
/// error and decides.
pub const MAX_PATIENCE: f64 = 60_000.0;

/// Returns the wait from `now` in milliseconds, up to [`MAX_WAIT`]. The field contains seconds or a date.
pub fn wait(value: Option<&str>, now: f64) -> Option<u64> {
    let value = value?.trim();
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that overflows is a long wait, too.
        value.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1000)
    } else {
        // A time in the past means no wait.
        (date(value, now)? - now).max(0.0) as u64
    };
    Some(wait.min(MAX_WAIT))
}

/// Parses a date in one of the three formats of RFC 9110 section 5.6.7, and returns milliseconds since 1970.
/// `httpdate` rejects leap seconds and wrong weekdays, and has another rule for two-digit years, so this function
/// changes the text before `httpdate` parses it.
pub(crate) fn date(text: &str, now: f64) -> Option<f64> {
    let leap_second = if text.contains(":60 ") { 1000.0 } else { 0.0 };
    let text = text.replace(":60 ", ":59 ");
    let (weekday, rest) = text.split_once(' ')?;
    let (rest, comma) = match rest.split_once('-').and_then(|(day, rest)| Some((day, rest.split_once('-')?))) {
        Some((day, (month, rest))) => {
            let (year, time) = rest.split_at_checked(2)?;
            let year = year.parse().ok().filter(|_| !year.starts_with('+'))?;
            (format!("{day} {month} {}{time}", in_this_century(year, now)), ",")
        }
        None => (rest.to_owned(), if weekday.ends_with(',') { "," } else { "" }),
    };
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        .iter()
        .find_map(|weekday| parse_http_date(&[weekday, comma, " ", &rest].concat()).ok())
        .and_then(|date| date.duration_since(UNIX_EPOCH).ok())
        .map(|since: Duration| since.as_millis() as f64 + leap_second)
}

/// RFC 9110 section 5.6.7: a two-digit year that seems to be more than 50 years in the future is the most recent past year
/// with the same last two digits.
fn in_this_century(year: u32, now: f64) -> u32 {
    // Years of average length are precise enough for a rule about 50 years. The year 9999 is the last one that has
    // four digits.
    let this_year = 1970 + (now / 31_556_952_000.0).clamp(0.0, 8029.0) as u32;
    let year = this_year - this_year % 100 + year;
    if year > this_year + 50 { year - 100 } else { year }
}
