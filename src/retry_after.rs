//! `Retry-After` (RFC 9110 section 10.2.3): how long Bitbucket asks to wait, and how long anybody waits.
//!
//! In: the header field. Out: milliseconds. What never happens here: a wait of more than an hour being believed.

use core::time::Duration;
use std::time::UNIX_EPOCH;

use httpdate::parse_http_date;

/// The longest wait that is believed, in milliseconds: Bitbucket's limits are those of a rolling hour, after which nothing
/// of before counts.
pub const LONGEST_WAIT: u64 = 3_600_000;

/// The longest wait that the token endpoint is believed, in milliseconds. While nobody asks it, a refresh token whose
/// successor got lost dies.
pub const LONGEST_TOKEN_WAIT: u64 = 120_000;

/// The longest wait that Bitbucket may ask of a request, in milliseconds. Beyond it the caller decides.
pub const LONGEST_PATIENCE: f64 = 60_000.0;

/// The wait from `now`, as far as it is believed. The field has seconds or a date.
pub fn wait(value: Option<&str>, now: f64) -> Option<u64> {
    let value = value?.trim();
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit is a long wait all the same.
        value.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1000)
    } else {
        // A time that is over is a wait of none.
        (date(value, now)? - now).max(0.0) as u64
    };
    Some(wait.min(LONGEST_WAIT))
}

/// A date in one of the three notations of RFC 9110 section 5.6.7, in milliseconds since 1970. `httpdate` refuses a leap
/// second and a weekday that is not the date's, and has another rule for years of two digits.
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

/// RFC 9110 section 5.6.7: what seems to be more than 50 years in the future is the most recent past year with the same
/// last two digits.
fn in_this_century(year: u32, now: f64) -> u32 {
    // Near enough for half a century; and four digits have room for no later year.
    let this_year = 1970 + (now / 31_556_952_000.0).clamp(0.0, 8029.0) as u32;
    let year = this_year - this_year % 100 + year;
    if year > this_year + 50 { year - 100 } else { year }
}
