//! The rows about what happens in a turn.

use super::Row;
use super::lab::{
    Age, COUNTS, DAY, EXPLAINED, FAILED, HOUR, LIFETIME, Lab, MINUTE, SECOND, START, name, times, told_to_wait,
};
use nocodb_bitbucket_auth::refresh_turn::{Action, Event, State};

pub const EVENTS: [&str; 20] = [
    "Locked",
    "LockBusy",
    "LockLost",
    "Abandoned",
    "Found",
    "FoundInRow",
    "FoundDead",
    "NothingFound",
    "Admitted",
    "Renewed",
    "Refused",
    "Judged",
    "FailedInPassing",
    "FailedForGood",
    "Published",
    "Superseded",
    "Stored",
    "StoreFailed",
    "Reported",
    "Woke",
];

pub const ON_NOTHING_FOUND: [&str; 16] = [
    "not due",
    "due",
    "due, a refusal is to be judged later",
    "due, a refusal is to be judged now",
    "due, dead for nearly 4 hours",
    "due, dead for 4 hours",
    "due, dead, nearly 10 minutes after a review that failed",
    "due, dead, 10 minutes after a review that failed",
    "due, dead, the answer to a review may be lost",
    "due, must wait, usable",
    "due, must wait, usable, a newer pair is wanted",
    "due, must wait, usable, after a refusal",
    "due, must wait, not usable",
    "due, must wait for more than 50 s after a failure, not usable",
    "due, must wait for more than 50 s after a failure, usable, a newer pair is wanted",
    "due, must wait after four failures, usable, a newer pair is wanted",
];

/// Runs a row, with the lowest and the highest random number.
pub fn run(Row { state, event, when, action, next }: &Row) {
    if action == "as NothingFound" {
        assert_eq!(next, action);
        return run_as_nothing_found(event, when);
    }
    for random in [0.0, 1.0] {
        let (mut lab, happens) = recipe(state, event, when);
        assert_eq!(name(lab.policy.state()), *state);
        lab.random = random;
        let before = lab.policy.state();
        let words: Vec<&str> = action.split(' ').collect();
        let expected = match words[..] {
            ["—"] => before.action(),
            ["rest"] => Action::Rest,
            ["lock"] => Action::Lock,
            ["look"] => Action::Look,
            ["queue"] => Action::Queue,
            ["refresh"] => Action::Refresh,
            ["judge"] => Action::Judge,
            ["publish"] => Action::Publish,
            ["bury"] => Action::Bury,
            ["store"] => Action::Store,
            ["report"] => Action::Report,
            ["wait", low, "to", high, "ms"] => {
                let wait: f64 = if random == 0.0 { low } else { high }.parse().unwrap();
                Action::WaitUntil(lab.now + wait)
            }
            ["wait", "for", "the", "rest", "of", "it"] => Action::WaitUntil(rest_of_wait(&lab, next)),
            _ => panic!("no action {action}"),
        };
        assert_eq!(lab.on(happens), expected);
        assert_eq!(&name(lab.policy.state()), next);
        assert_eq!(lab.policy.state().action(), expected);
        if action == "—" {
            assert_eq!(lab.policy.state(), before);
        }
    }
}

/// When a wait ends that began earlier in the turn.
fn rest_of_wait(lab: &Lab, next: &str) -> f64 {
    match next {
        "AwaitingRequest" => lab.now + lab.policy.wait(lab.now).unwrap(),
        "AwaitingVerdict" => START + LIFETIME + 2.0 * SECOND,
        _ => panic!("no wait in {next}"),
    }
}

fn run_as_nothing_found(event: &str, when: &str) {
    let found =
        |obtained_at, same_refresh_token| Event::Found { times: times(obtained_at, HOUR), same_refresh_token };
    for condition in ON_NOTHING_FOUND {
        let (mut lab, event) = match (event, when) {
            ("Found", "the same refresh token, not newer") => (looking(condition, Lab::at_rest), found(START, true)),
            // After a refusal anything is believed.
            ("Found", "another refresh token, older") => {
                let lab = looking(condition, Lab::at_rest);
                if lab.policy.is_doubtful() {
                    continue;
                }
                (lab, found(START - 1.0, false))
            }
            ("FoundInRow", "older") => {
                (looking(condition, Lab::at_rest), Event::FoundInRow { times: times(START - 1.0, LIFETIME) })
            }
            ("FoundDead", "the config came with other tokens since") => {
                // The first refusal is the last one then.
                if condition.contains("after a refusal") {
                    continue;
                }
                (looking(condition, Lab::revived), Event::FoundDead { died_at: Some(START + LIFETIME) })
            }
            _ => panic!("no recipe for {event}, {when}"),
        };
        let mut other = lab.clone();
        assert_eq!(lab.on(event), other.on(Event::NothingFound), "{event:?}, {condition}");
        assert_eq!(lab.policy.state(), other.policy.state(), "{event:?}, {condition}");
    }
}

/// Where the event comes, and what it is.
fn recipe(state: &str, event: &str, when: &str) -> (Lab, Event) {
    match (state, event) {
        ("Locking", "LockBusy") => lock_busy(when),
        ("Looking", "Found") => found(when),
        ("Looking", "FoundInRow") => {
            assert_eq!(when, "not older");
            (Lab::at_rest(Age::Expired).looking(), Event::FoundInRow { times: times(START, LIFETIME) })
        }
        ("Looking", "FoundDead") => found_dead(when),
        ("Looking", "NothingFound") => (looking(when, Lab::at_rest), Event::NothingFound),
        ("Refreshing", "Refused") if when != "—" => {
            assert_eq!(when, "the lockout is 15 s");
            (Lab::with_lockout(15.0 * SECOND, Age::Expired).refreshing(), Event::Refused)
        }
        ("Refreshing", "FailedInPassing") => failed_in_passing(when),
        ("Refreshing", "FailedForGood") => (Lab::reach(state, when == "usable"), Event::FailedForGood),
        ("Judging", "Judged") => judged(when),
        ("Burying", _) if when == "the config came with other tokens meanwhile" => {
            let mut lab = Lab::reach(state, false);
            lab.configure();
            (lab, if event == "Published" { Event::Published } else { Event::Superseded })
        }
        ("Burying", "Superseded") if when == "for the second time" => {
            (Lab::reach(state, false).all(&[Event::Superseded, Event::NothingFound]), Event::Superseded)
        }
        ("Storing", "StoreFailed") => (store_failed(when), Event::StoreFailed),
        _ if when == "—" => (Lab::reach(state, false), plain(event)),
        _ => panic!("no recipe for {state}, {event}, {when}"),
    }
}

fn plain(event: &str) -> Event {
    match event {
        "Locked" => Event::Locked,
        "LockBusy" => Event::LockBusy,
        "LockLost" => Event::LockLost,
        "Abandoned" => Event::Abandoned,
        "Found" => Event::Found { times: times(START + DAY, LIFETIME), same_refresh_token: false },
        "FoundInRow" => Event::FoundInRow { times: times(START + DAY, LIFETIME) },
        "FoundDead" => Event::FoundDead { died_at: None },
        "NothingFound" => Event::NothingFound,
        "Admitted" => Event::Admitted,
        "Renewed" => Event::Renewed(times(START + DAY, LIFETIME)),
        "Refused" => Event::Refused,
        "Judged" => COUNTS,
        "FailedInPassing" => FAILED,
        "FailedForGood" => Event::FailedForGood,
        "Published" => Event::Published,
        "Superseded" => Event::Superseded,
        "Stored" => Event::Stored,
        "StoreFailed" => Event::StoreFailed,
        "Reported" => Event::Reported,
        "Woke" => Event::Woke,
        _ => panic!("no event {event}"),
    }
}

fn lock_busy(when: &str) -> (Lab, Event) {
    let (age, waited) = match when {
        "usable, first try" => (Age::Due, 0.0),
        "usable, after 1 s" => (Age::Due, SECOND),
        "usable, after 1.992 s" => (Age::Due, 1992.0),
        "usable, after 2 s" => (Age::Due, 2.0 * SECOND),
        "not usable, first try" => (Age::Expired, 0.0),
        "not usable, after 1 s" => (Age::Expired, SECOND),
        "not usable, after nearly 2 minutes" => (Age::Expired, 2.0 * MINUTE - 1.0),
        "not usable, after 2 minutes" => (Age::Expired, 2.0 * MINUTE),
        _ => panic!("no recipe for {when}"),
    };
    (Lab::at_rest(age).begin().later(waited), Event::LockBusy)
}

fn found(when: &str) -> (Lab, Event) {
    let other = |obtained_at| Event::Found { times: times(obtained_at, LIFETIME), same_refresh_token: false };
    let same = |obtained_at, lifetime| Event::Found { times: times(obtained_at, lifetime), same_refresh_token: true };
    let expired = Lab::at_rest(Age::Expired);
    match when {
        "another refresh token, not older" => (expired.looking(), other(START)),
        "another refresh token, older, after a refusal" => {
            (expired.refreshing().all(&[Event::Refused, Event::Woke]), other(START - 1.0))
        }
        "another refresh token, older, after Superseded" => {
            let renewed = Event::Renewed(times(expired.now, LIFETIME));
            (expired.refreshing().all(&[renewed, Event::Superseded]), other(START))
        }
        "the same refresh token, newer, not due" => (expired.looking(), same(START + LIFETIME, LIFETIME)),
        "the same refresh token, newer, due" => (expired.looking(), same(START + 1.0, HOUR)),
        _ => panic!("no recipe for {when}"),
    }
}

fn found_dead(when: &str) -> (Lab, Event) {
    let lab = match when {
        "not due" => Lab::at_rest(Age::Fresh).looking(),
        "due, died just now, a refusal is not judged yet" => {
            Lab::at_rest(Age::Expired).refreshing().all(&[Event::Refused, Event::Woke])
        }
        "due, died just now, an answer may be lost" => {
            Lab::at_rest(Age::Expired).refreshing().all(&[FAILED, Event::Woke])
        }
        "due, died nearly 4 hours ago" | "due, died 4 hours ago" => Lab::at_rest(Age::Expired).later(DAY).looking(),
        // It knows the connection since START.
        "due, died before this process knew the connection, which is nearly 10 minutes ago" => {
            wish_at(START + 10.0 * MINUTE - 1.0)
        }
        "due, died before this process knew the connection, which is 10 minutes ago" => {
            wish_at(START + 10.0 * MINUTE)
        }
        _ => Lab::at_rest(Age::Expired).looking(),
    };
    let died_at = match when {
        "due, died at an unknown time" => None,
        "due, died later than now, by another clock" => Some(lab.now + DAY),
        "due, died nearly 4 hours ago" => Some(lab.now - 4.0 * HOUR + 1.0),
        "due, died 4 hours ago" => Some(lab.now - 4.0 * HOUR),
        _ if when.contains("before this process knew the connection") => Some(START - 1.0),
        _ => Some(lab.now),
    };
    (lab, Event::FoundDead { died_at })
}

/// A pair that is not due at this time, and somebody wants a newer one.
fn wish_at(now: f64) -> Lab {
    let mut lab = Lab::at_rest(Age::Fresh);
    lab.now = now;
    lab.wish().all(&[Event::Locked])
}

/// Where a successor is looked for, out of a connection that is at rest with a pair of the wanted age.
fn looking(when: &str, at_rest: impl Fn(Age) -> Lab) -> Lab {
    let (due, expired) = (|| at_rest(Age::Due), || at_rest(Age::Expired));
    let wished = || at_rest(Age::Fresh).wish().all(&[Event::Locked, Event::NothingFound, Event::Admitted]);
    let dead = || expired().burying().all(&[Event::Published]);
    let lab = match when {
        "not due" => at_rest(Age::Fresh).looking(),
        "due" => due().looking(),
        "due, a refusal is to be judged later" => expired().refreshing().all(&[Event::Refused]).looking_again(),
        "due, a refusal is to be judged now" => expired().refreshing().all(&[Event::Refused, Event::Woke]),
        "due, dead for nearly 4 hours" => dead().later(4.0 * HOUR - 1.0).looking(),
        "due, dead for 4 hours" => dead().later(4.0 * HOUR).looking(),
        "due, dead, nearly 10 minutes after a review that failed" => {
            dead().reviewing().all(&[Event::FailedForGood]).later(10.0 * MINUTE - 1.0).looking()
        }
        "due, dead, 10 minutes after a review that failed" => {
            dead().reviewing().all(&[Event::FailedForGood]).later(10.0 * MINUTE).looking()
        }
        "due, dead, the answer to a review may be lost" => dead().reviewing().all(&[FAILED, Event::Woke]),
        "due, must wait, usable" => due().refreshing().all(&[FAILED]).looking_again(),
        "due, must wait, usable, a newer pair is wanted" => wished().all(&[FAILED]).looking_again(),
        "due, must wait, usable, after a refusal" => due().refreshing().refused().looking_again(),
        "due, must wait, not usable" => expired().refreshing().all(&[FAILED]).looking_again(),
        "due, must wait for more than 50 s after a failure, not usable" => {
            let mut lab = due().refreshing().all(&[told_to_wait(2.0 * MINUTE)]);
            assert!(lab.policy.reject(lab.generation(), 0, lab.now));
            lab.looking_again()
        }
        "due, must wait for more than 50 s after a failure, usable, a newer pair is wanted" => {
            due().refreshing().all(&[told_to_wait(2.0 * MINUTE)]).wish().looking_again()
        }
        "due, must wait after four failures, usable, a newer pair is wanted" => {
            let lab = (0..3).fold(wished(), |lab, _| lab.all(&[FAILED]).refreshing_again());
            lab.all(&[FAILED]).later(20.0 * SECOND).wish().looking_again()
        }
        _ => panic!("no recipe for {when}"),
    };
    assert_eq!(lab.policy.state(), State::Looking);
    lab
}

fn failed_in_passing(when: &str) -> (Lab, Event) {
    let failed = |lab: Lab, times| (0..times).fold(lab, |lab, _| lab.all(&[FAILED]).refreshing_again());
    let expired = || Lab::at_rest(Age::Expired).refreshing();
    let wished = || Lab::at_rest(Age::Fresh).wish().all(&[Event::Locked, Event::NothingFound, Event::Admitted]);
    match when {
        "usable" => (Lab::reach("Refreshing", true), FAILED),
        "usable, a newer pair is wanted, first time" => (wished(), FAILED),
        "usable, a newer pair is wanted, fourth time" => (failed(wished(), 3), FAILED),
        "usable, after a refusal, first time" => {
            (Lab::reach("Refreshing", true).refused().refreshing_again(), FAILED)
        }
        "not usable, first time" => (expired(), FAILED),
        "not usable, second time" => (failed(expired(), 1), FAILED),
        "not usable, third time" => (failed(expired(), 2), FAILED),
        "not usable, fourth time" => (failed(expired(), 3), FAILED),
        "not usable, fourth time, a minute after the first" => {
            let mut lab = failed(expired(), 3);
            lab.now = START + LIFETIME + MINUTE;
            (lab, FAILED)
        }
        "not usable, Retry-After of 20 s" => (expired(), told_to_wait(20.0 * SECOND)),
        "not usable, Retry-After of 50 s" => (expired(), told_to_wait(50.0 * SECOND)),
        "not usable, Retry-After of more than 50 s" => (expired(), told_to_wait(50.0 * SECOND + 1.0)),
        "not usable, Retry-After of 2 minutes, 9 minutes after an answer may have been lost" => {
            let mut lab = failed(expired(), 1);
            lab.now = START + LIFETIME + 9.0 * MINUTE;
            (lab, told_to_wait(2.0 * MINUTE))
        }
        _ => panic!("no recipe for {when}"),
    }
}

fn judged(when: &str) -> (Lab, Event) {
    let expired = || Lab::at_rest(Age::Expired).refreshing();
    match when {
        "explained" => (expired().judging(), EXPLAINED),
        "explained, in a review" => (Lab::reach("Dead", false).reviewing().judging(), EXPLAINED),
        "counts, first time, not usable" => (expired().judging(), COUNTS),
        "counts, second time, an answer may be lost" => {
            let failed = expired().all(&[FAILED]).refreshing_again().later(MINUTE);
            (failed.refused().refreshing_again().judging(), COUNTS)
        }
        "counts, first time, usable" => (Lab::reach("Judging", true), COUNTS),
        "counts, first time, the lockout is 5 minutes" => {
            (Lab::with_lockout(5.0 * MINUTE, Age::Expired).refreshing().judging(), COUNTS)
        }
        "counts, first time, 9 minutes after an answer may have been lost" => {
            let mut lab = expired().all(&[FAILED]).refreshing_again();
            lab.now = START + LIFETIME + 9.0 * MINUTE - 2.0 * SECOND;
            (lab.judging(), COUNTS)
        }
        "counts, first time, less than a minute after a failure, not usable" => {
            (expired().all(&[FAILED]).refreshing_again().judging(), COUNTS)
        }
        "counts, first time, less than a minute after a failure, usable" => {
            let lab = Lab::reach("Refreshing", true).all(&[FAILED, Event::Stored]);
            (lab.later(SECOND).refreshing().judging(), COUNTS)
        }
        "counts, second time" => (expired().refused().refreshing_again().judging(), COUNTS),
        "counts, in a review whose answer may be lost" => {
            let lab = Lab::reach("Dead", false).reviewing().all(&[FAILED]).refreshing_again();
            (lab.later(MINUTE).judging(), COUNTS)
        }
        "counts, in a review" => (Lab::reach("Dead", false).reviewing().judging(), COUNTS),
        "counts, the config came with other tokens meanwhile, due" => {
            let mut lab = expired().judging();
            assert!(lab.policy.configured(times(START + 1.0, HOUR), lab.now));
            (lab, COUNTS)
        }
        "counts, the config came with other tokens meanwhile, not due" => {
            let mut lab = expired().judging();
            lab.configure();
            (lab, COUNTS)
        }
        _ => panic!("no recipe for {when}"),
    }
}

fn store_failed(when: &str) -> Lab {
    let storing = || Lab::reach("Storing", true);
    let not_stored = || {
        let again = [Event::StoreFailed, Event::Woke];
        storing().all(&again).all(&again).all(&[Event::StoreFailed, Event::Reported])
    };
    match when {
        "first time" => storing(),
        "second time" => storing().all(&[Event::StoreFailed, Event::Woke]),
        "third time" => storing().all(&[Event::StoreFailed, Event::Woke, Event::StoreFailed, Event::Woke]),
        "first time, the pair before was not stored either" => {
            let lab = not_stored().wish();
            let renewed = Event::Renewed(times(lab.now, LIFETIME));
            lab.all(&[Event::Locked, Event::NothingFound, Event::Admitted, renewed, Event::Published])
        }
        "in a later turn, reported for this pair" => not_stored().looking().all(&[Event::NothingFound]),
        _ => panic!("no recipe for {when}"),
    }
}
