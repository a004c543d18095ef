//! Whether a request may be sent again, or work be done again, and when.
//!
//! In: what was sent and how it failed. Out: yes or no, and milliseconds. What never happens here: a second POST, or a
//! wait that nobody would sit out.

use crate::error::{Code, Phase, sounds_like_refresh};
use crate::rate_limit;

/// The longest wait that is believed, in milliseconds: Bitbucket's limits are those of a rolling hour, after which nothing
/// of before counts.
pub const LONGEST_WAIT: u64 = 3_600_000;

/// The longest wait that the token endpoint is believed, in milliseconds. While nobody asks it, a refresh token whose
/// successor got lost dies.
pub const LONGEST_TOKEN_WAIT: u64 = 120_000;

/// The longest wait that Bitbucket may ask of a request, in milliseconds. Beyond it the caller decides.
pub const LONGEST_PATIENCE: f64 = 60_000.0;

/// The first pause where Bitbucket asks for no longer one, in milliseconds; each later one is twice as long.
const FIRST_PAUSE: f64 = 500.0;

/// The longest pause where Bitbucket asks for no longer one, in milliseconds.
const LONGEST_PAUSE: f64 = 30_000.0;

/// Whether a request that failed like this may be sent again as it is. Only methods that do the same when done twice
/// (RFC 9110 section 9.2.2), and only failures that pass by themselves. One that was not sent for want of tokens is not:
/// whoever keeps the tokens has tried that often enough, and each repetition would ask for them again.
pub fn may_repeat(method: &str, code: Code, status: Option<u16>, phase: Phase) -> bool {
    phase == Phase::Api
        && matches!(method, "GET" | "HEAD" | "OPTIONS" | "TRACE" | "PUT" | "DELETE")
        && match status {
            Some(status) => matches!(status, 429 | 502 | 503 | 504),
            None => code == Code::RequestFailed,
        }
}

/// A request that failed in a way that passes.
#[derive(Debug, Clone, Copy)]
pub struct Failed<'a> {
    /// How often it was sent.
    pub attempts: u32,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// Whether its next attempt waits in the queue of the rate limit, which knows of the refusal.
    pub is_queued: bool,
    /// How long the caller goes on waiting, in milliseconds.
    pub patience: f64,
    /// When the answer arrived, in milliseconds since 1970.
    pub received_at: f64,
    /// From 0 to 1.
    pub random: f64,
}

/// Whether a request was refused because the account's hour is used up: what a 429 means that asks for no wait of its own.
/// In the queue, the request then takes its place like any other one, however often.
pub fn is_hour_used_up(status: Option<u16>, retry_after: Option<&str>, received_at: f64) -> bool {
    status == Some(429) && after(retry_after, received_at).is_none()
}

impl Failed<'_> {
    /// How long to wait before it is sent again, in milliseconds. `None`: too long for it to wait.
    pub fn delay(&self) -> Option<f64> {
        let told = after(self.retry_after, self.received_at).map(|wait| wait as f64);
        let (asked, wait) = match self.status {
            // The queue waits, and knows of other refusals; nobody is to wait twice.
            Some(429) if self.is_queued => {
                (told, if told.is_some() { pause(self.attempts, None, self.random) } else { 0.0 })
            }
            Some(429) if told.is_none() => {
                let wait = rate_limit::refusal_pause(self.attempts.saturating_sub(1)) as f64;
                (Some(wait), pause(self.attempts, Some(wait), self.random))
            }
            _ => (told, pause(self.attempts, told, self.random)),
        };
        asked.is_none_or(|asked| asked <= LONGEST_PATIENCE.min(self.patience)).then_some(wait)
    }
}

/// Work of a caller's that failed, with an error of whatever origin.
#[derive(Debug, Clone, Copy)]
pub struct FailedWork<'a> {
    /// The API's client threw the error, or one that the error is about. It has renewed the token by itself where that helps,
    /// and sent the request again …
    pub is_of_client: bool,
    /// … unless the body of the request was a stream.
    pub is_unrepeated: bool,
    /// The HTTP status that the error tells.
    pub status: Option<u16>,
    /// The message.
    pub message: &'a str,
}

impl FailedWork<'_> {
    /// Whether newer tokens may cure it: what NocoDB promises to whoever uses a connection. A 403 is no matter of the token's
    /// age at Bitbucket, whatever is said beside it.
    pub fn is_cured_by_renewal(&self) -> bool {
        if self.is_of_client {
            return self.is_unrepeated;
        }
        match self.status {
            Some(401) => true,
            Some(403) => false,
            _ => sounds_like_refresh(self.message),
        }
    }
}

/// The pause after an attempt, counted from 1, in milliseconds. `random` is from 0 to 1: many clients that failed together
/// must not come back together.
pub fn pause(attempt: u32, told: Option<f64>, random: f64) -> f64 {
    let doublings = i32::try_from(attempt.saturating_sub(1)).unwrap_or(i32::MAX);
    let pause = (FIRST_PAUSE * 2_f64.powi(doublings)).min(LONGEST_PAUSE) * (1.0 + random) / 2.0;
    // Never earlier than asked, and not at once where a clock that is ahead makes the wait none.
    told.map_or(pause, |wait| (wait * (1.0 + random / 10.0)).max(pause))
}

/// `Retry-After` (RFC 9110 section 10.2.3), in seconds or as a date, as milliseconds from `now`, as far as it is believed.
pub fn after(value: Option<&str>, now: f64) -> Option<u64> {
    let value = value?.trim();
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number that does not fit is a long wait all the same.
        value.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1000)
    } else {
        // A time that is over is a wait of none.
        (http_date(value, now)? - now).max(0.0) as u64
    };
    Some(wait.min(LONGEST_WAIT))
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const DAY: i64 = 86_400;

/// A date in one of the three notations of RFC 9110 section 5.6.7, in milliseconds since 1970. The name of the weekday
/// tells nothing and is not read.
fn http_date(text: &str, now: f64) -> Option<f64> {
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let (day, month, year, time) = match *words.as_slice() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        [_, day, month, year, time, "GMT"] if year.len() == 4 => (day, month, number(year)?, time),
        // Sunday, 06-Nov-94 08:49:37 GMT
        [_, date, time, "GMT"] => {
            let mut parts = date.split('-');
            let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
            if parts.next().is_some() || year.len() != 2 {
                return None;
            }
            (day, month, in_this_century(number(year)?, now), time)
        }
        // Sun Nov  6 08:49:37 1994
        [_, month, day, time, year] if year.len() == 4 => (day, month, number(year)?, time),
        _ => return None,
    };
    let day = number(day)?;
    let month = MONTHS.iter().zip(1..).find(|(name, _)| **name == month).map(|(_, number)| number)?;
    let mut clock = time.split(':');
    let (hour, minute, second) = (number(clock.next()?)?, number(clock.next()?)?, number(clock.next()?)?);
    // A leap second is the 60th.
    if clock.next().is_some() || hour > 23 || minute > 59 || second > 60 || !(1..=days_in(month, year)).contains(&day)
    {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    Some(seconds as f64 * 1000.0)
}

fn number(text: &str) -> Option<i64> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// RFC 9110 section 5.6.7: what seems to be more than 50 years in the future is the most recent past year with the same
/// last two digits.
fn in_this_century(year: i64, now: f64) -> i64 {
    // Near enough for half a century; and four digits have room for no later year.
    let this_year = 1970 + (now / 31_556_952_000.0).clamp(0.0, 8029.0) as i64;
    let year = this_year - this_year % 100 + year;
    if year > this_year + 50 { year - 100 } else { year }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the proleptic Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let leap_days = before / 4 - before / 100 + before / 400;
    let earlier_months: i64 = (1..month).map(|month| days_in(month, year)).sum();
    // 719,162 days from the first of January of the year 1 to that of 1970.
    before * 365 + leap_days + earlier_months + day - 1 - 719_162
}
