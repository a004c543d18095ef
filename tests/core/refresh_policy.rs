//! The policy of renewal: every row of the tables in docs/refresh-policy.md, and the numbers in it.

use nocodb_bitbucket_auth::error::Code;
use nocodb_bitbucket_auth::refresh_policy::{
    Action, Answer, Event, Failure, Moment, RefreshPolicy, State, Times, Version, wait_until,
};
use std::collections::BTreeSet;

const DOCUMENT: &str = include_str!("../../docs/refresh-policy.md");

const SECOND: f64 = 1000.0;
const MINUTE: f64 = 60.0 * SECOND;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

const START: f64 = 1_800_000_000_000.0;
const LIFETIME: f64 = 2.0 * HOUR;
const LOCKOUT: f64 = 30.0 * SECOND;

const AT_REST: [&str; 3] = ["Resting", "Failed(LastRequest)", "Failed(Busy)"];
const UNDER_WAY: [&str; 10] = [
    "Locking",
    "AwaitingLock",
    "Looking",
    "Refreshing",
    "AwaitingRequest",
    "Publishing",
    "Burying",
    "Storing",
    "AwaitingStore",
    "Reporting",
];
const IN_A_TURN: [&str; 16] = [
    "Locked",
    "LockBusy",
    "LockLost",
    "Found",
    "FoundDead",
    "NothingFound",
    "Renewed",
    "Refused",
    "FailedInPassing",
    "FailedForGood",
    "Published",
    "Superseded",
    "Stored",
    "StoreFailed",
    "Reported",
    "Woke",
];
const ASKED_OF_IT: [&str; 5] = ["asked", "renew", "answered", "configured", "retry_at"];
const ON_NOTHING_FOUND: [&str; 8] = [
    "not due",
    "due",
    "due, refused twice",
    "due, must wait, usable",
    "due, must wait, not usable",
    "due, must wait beyond 60 s after the first failure, not usable",
    "due, another connection is locked out, usable",
    "due, another connection is locked out, not usable",
];

fn all_states() -> Vec<&'static str> {
    [&AT_REST[..], &["Dead"], &UNDER_WAY[..]].concat()
}

fn times(obtained_at: f64, lifetime: f64) -> Times {
    Times { obtained_at: Some(obtained_at), expires_at: Some(obtained_at + lifetime) }
}

fn name(state: State) -> String {
    let debug = format!("{state:?}");
    if debug.starts_with("Failed") { debug } else { debug.split('(').next().unwrap().to_owned() }
}

/// How old the pair is: just received, to be renewed but usable, or expired.
#[derive(Clone, Copy, PartialEq)]
enum Age {
    Fresh,
    Due,
    Expired,
}

/// A policy and the time.
#[derive(Clone)]
struct Lab {
    policy: RefreshPolicy,
    now: f64,
    random: f64,
}

impl Lab {
    /// At rest, with a pair of this age.
    fn at_rest(age: Age) -> Self {
        let policy = RefreshPolicy::new(times(START, LIFETIME), true, LOCKOUT, START);
        Self { policy, now: START, random: 0.5 }.aged(age)
    }

    /// At rest, with a pair of this age that came with a config after the refresh token had died.
    fn revived(age: Age) -> Self {
        let mut lab = Self::reach("Dead", false);
        assert!(lab.policy.configured(times(lab.now, LIFETIME), lab.now));
        lab.aged(age)
    }

    fn aged(mut self, age: Age) -> Self {
        self.now += match age {
            Age::Fresh => MINUTE,
            Age::Due => LIFETIME - 4.0 * MINUTE,
            Age::Expired => LIFETIME,
        };
        self
    }

    fn on(&mut self, event: Event) -> Action {
        self.policy.on(event, Moment { now: self.now, random: self.random })
    }

    fn all(mut self, events: &[Event]) -> Self {
        for event in events {
            if let (Event::Woke, Action::WaitUntil(time)) = (event, self.policy.state().action()) {
                self.now = time;
            }
            let before = self.policy.state();
            self.on(*event);
            assert_ne!(self.policy.state(), before, "{event:?} does nothing");
        }
        self
    }

    /// Somebody whose store has an old pair asks.
    fn begin(mut self) -> Self {
        assert_eq!(self.policy.asked(0, self.now), Answer::Turn);
        assert_eq!(self.policy.state(), State::Locking);
        self
    }

    fn refreshing(self) -> Self {
        let lab = self.begin().all(&[Event::Locked, Event::NothingFound]);
        assert_eq!(lab.policy.state(), State::Refreshing);
        lab
    }

    /// Looks for a successor once more.
    fn looking_again(self) -> Self {
        self.all(&[Event::LockLost, Event::Locked])
    }

    /// Until the refresh token counts as dead.
    fn burying(mut self) -> Self {
        while self.policy.state() != State::Burying {
            self = match self.policy.state() {
                State::Resting => {
                    self.now = self.policy.retry_at(self.now).unwrap_or(self.now + 2.0 * LOCKOUT);
                    self.begin()
                }
                State::Locking => self.all(&[Event::Locked]),
                State::Looking => self.all(&[Event::NothingFound]),
                State::Refreshing => self.all(&[Event::Refused]),
                State::AwaitingRequest(_) => self.all(&[Event::Woke]),
                State::Storing => self.all(&[Event::Stored]),
                state => panic!("{state:?}"),
            };
        }
        self
    }

    /// In this state, with a pair that is usable or not.
    fn reach(state: &str, usable: bool) -> Self {
        let age = if usable { Age::Due } else { Age::Expired };
        let renewed = |lab: Self| {
            let pair = times(lab.now, if usable { LIFETIME } else { 0.0 });
            lab.all(&[Event::Renewed(pair)])
        };
        let configured = |mut lab: Self| {
            assert!(!usable || lab.policy.configured(times(lab.now, LIFETIME), lab.now));
            lab
        };
        let expired = Self::at_rest(Age::Expired);
        let lab = match state {
            "Resting" => Self::at_rest(age),
            "Failed(LastRequest)" => configured(expired.refreshing().all(&[Event::FailedForGood])),
            "Failed(Busy)" => {
                let mut lab = expired.begin();
                lab.now += 2.0 * MINUTE;
                configured(lab.all(&[Event::LockBusy]))
            }
            "Dead" => Self::at_rest(age).burying().all(&[Event::Published]),
            "Locking" => Self::at_rest(age).begin(),
            "AwaitingLock" => Self::at_rest(age).begin().all(&[Event::LockBusy]),
            "Looking" => Self::at_rest(age).begin().all(&[Event::Locked]),
            "Refreshing" => Self::at_rest(age).refreshing(),
            "AwaitingRequest" => {
                configured(expired.refreshing().all(&[Event::FailedInPassing { retry_after: None }]))
            }
            "Publishing" => renewed(Self::at_rest(age).refreshing()),
            "Burying" => Self::at_rest(age).burying(),
            "Storing" => Self::reach("Publishing", usable).all(&[Event::Published]),
            "AwaitingStore" => Self::reach("Storing", usable).all(&[Event::StoreFailed]),
            "Reporting" => Self::reach("AwaitingStore", usable).all(&[
                Event::Woke,
                Event::StoreFailed,
                Event::Woke,
                Event::StoreFailed,
            ]),
            _ => panic!("no way to {state}"),
        };
        assert_eq!(name(lab.policy.state()), state);
        lab
    }

    fn generation(&self) -> u32 {
        self.policy.generation()
    }
}

/// What a row says, for one state.
struct Row {
    state: String,
    event: String,
    when: String,
    action: String,
    next: String,
}

/// The rows of all tables of transitions, with the words for many states and events replaced by each of them.
fn rows() -> Vec<Row> {
    let mut written: Vec<[String; 5]> = Vec::new();
    let mut inside = false;
    for line in DOCUMENT.lines() {
        if !line.starts_with('|') {
            inside = false;
        } else if line == "| state | event | when | action | next state |" {
            inside = true;
        } else if inside && !line.starts_with("|---") {
            let cells: Vec<String> =
                line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
            written.push(cells.try_into().expect(line));
        }
    }
    let named = |state: &str, event: &str| written.iter().any(|row| row[0] == state && row[1] == event);
    let mut rows = Vec::new();
    for [state, event, when, action, next] in &written {
        let states = match state.as_str() {
            "at rest" => AT_REST.to_vec(),
            "under way" => UNDER_WAY.to_vec(),
            "any" => all_states(),
            one => vec![one],
        };
        for state in states {
            let events = match event.as_str() {
                "any other" => IN_A_TURN.into_iter().filter(|event| !named(state, event)).collect(),
                one => vec![one],
            };
            rows.extend(events.into_iter().map(|event| Row {
                state: state.to_owned(),
                event: event.to_owned(),
                when: when.clone(),
                action: action.clone(),
                next: if next == "—" { state.to_owned() } else { next.clone() },
            }));
        }
    }
    rows
}

/// An event in a turn: where it comes, what it is, and until when a wait after it lasts if the table names no time.
fn in_a_turn(state: &str, event: &str, when: &str) -> (Lab, Event, Option<f64>) {
    let plain = |event| (Lab::reach(state, false), event, None);
    let passing = |retry_after| Event::FailedInPassing { retry_after };
    let failed = |times: usize| {
        let mut lab = Lab::at_rest(Age::Expired).refreshing();
        for _ in 0..times {
            lab = lab.all(&[passing(None), Event::Woke, Event::NothingFound]);
        }
        lab
    };
    let other = |obtained_at| Event::Found { times: times(obtained_at, LIFETIME), same_refresh_token: false };
    let same = |obtained_at, lifetime| Event::Found { times: times(obtained_at, lifetime), same_refresh_token: true };
    let not_stored = |lab: Lab| {
        let lab = lab.all(&[Event::StoreFailed, Event::Woke, Event::StoreFailed, Event::Woke, Event::StoreFailed]);
        lab.all(&[Event::Reported])
    };
    match (state, event, when) {
        ("Locking", "LockBusy", when) => {
            let (age, patience) = match when {
                "usable, first try" => (Age::Due, 0.0),
                "not usable, first try" => (Age::Expired, 0.0),
                "usable, after nearly 2 s" => (Age::Due, 2.0 * SECOND - 1.0),
                "usable, after 2 s" => (Age::Due, 2.0 * SECOND),
                "not usable, after nearly 2 minutes" => (Age::Expired, 2.0 * MINUTE - 1.0),
                "not usable, after 2 minutes" => (Age::Expired, 2.0 * MINUTE),
                _ => panic!("no recipe for {when}"),
            };
            let mut lab = Lab::at_rest(age).begin();
            lab.now += patience;
            (lab, Event::LockBusy, None)
        }
        ("Looking", "Found", "another refresh token, not older") => plain(other(START)),
        ("Looking", "Found", "another refresh token, older, not due") => {
            let lab = Lab::at_rest(Age::Fresh).begin().all(&[Event::Locked]);
            (lab, other(START - 1.0), None)
        }
        ("Looking", "Found", "another refresh token, older, due") => {
            let lab = Lab::at_rest(Age::Due).begin().all(&[Event::Locked]);
            (lab, other(START - 1.0), None)
        }
        ("Looking", "Found", "another refresh token, older, after a refusal") => {
            let mut lab = Lab::at_rest(Age::Expired).refreshing();
            lab.on(Event::Refused);
            (lab, other(START - 1.0), None)
        }
        ("Looking", "Found", "another refresh token, older, after Superseded") => {
            let lab = Lab::at_rest(Age::Expired).refreshing();
            let pair = times(lab.now, LIFETIME);
            let lab = lab.all(&[Event::Renewed(pair), Event::Superseded]);
            (lab, other(START), None)
        }
        ("Looking", "Found", "the same refresh token, newer, not due") => plain(same(START + LIFETIME, LIFETIME)),
        ("Looking", "Found", "the same refresh token, newer, due") => plain(same(START + 1.0, HOUR)),
        ("Looking", "NothingFound", when) => {
            let (lab, until) = looking(when, Lab::at_rest);
            (lab, Event::NothingFound, until)
        }
        ("Looking", "FoundDead", "—") => plain(Event::FoundDead),
        ("Refreshing", "Renewed", "—") => plain(Event::Renewed(times(START + LIFETIME, LIFETIME))),
        ("Refreshing", "FailedInPassing", "usable") => (Lab::reach(state, true), passing(None), None),
        ("Refreshing", "FailedInPassing", "usable, a newer pair is wanted, first time") => {
            let mut lab = Lab::at_rest(Age::Fresh);
            assert_eq!(lab.policy.renew(1, lab.now), Answer::Turn);
            (lab.all(&[Event::Locked, Event::NothingFound]), passing(None), None)
        }
        ("Refreshing", "FailedInPassing", "not usable, first time") => (failed(0), passing(None), None),
        ("Refreshing", "FailedInPassing", "not usable, second time") => (failed(1), passing(None), None),
        ("Refreshing", "FailedInPassing", "not usable, third time") => (failed(2), passing(None), None),
        ("Refreshing", "FailedInPassing", "not usable, fourth time") => (failed(3), passing(None), None),
        ("Refreshing", "FailedInPassing", "not usable, fifth time") => (failed(4), passing(None), None),
        ("Refreshing", "FailedInPassing", "not usable, fifth time, 60 s after the first") => {
            let mut lab = failed(4);
            lab.now = START + LIFETIME + MINUTE;
            (lab, passing(None), None)
        }
        ("Refreshing", "FailedInPassing", "not usable, Retry-After of 20 s") => plain(passing(Some(20.0 * SECOND))),
        ("Refreshing", "FailedInPassing", "not usable, Retry-After of more than 60 s") => {
            plain(passing(Some(MINUTE + 1.0)))
        }
        (
            "Refreshing",
            "FailedInPassing",
            "not usable, Retry-After of 2 minutes, 9 minutes after a newer pair was asked for in vain",
        ) => {
            let mut lab = failed(1);
            lab.now = START + LIFETIME + 9.0 * MINUTE;
            (lab, passing(Some(2.0 * MINUTE)), None)
        }
        ("Refreshing", "FailedForGood", "usable") => (Lab::reach(state, true), Event::FailedForGood, None),
        ("Refreshing", "FailedForGood", "not usable") => plain(Event::FailedForGood),
        ("Burying", event, "the config came with other tokens meanwhile") => {
            let mut lab = Lab::reach(state, false);
            assert!(lab.policy.configured(times(lab.now, LIFETIME), lab.now));
            (lab, if event == "Published" { Event::Published } else { Event::Superseded }, None)
        }
        ("Storing", "StoreFailed", "first time") => plain(Event::StoreFailed),
        ("Storing", "StoreFailed", "second time") => {
            (Lab::reach(state, true).all(&[Event::StoreFailed, Event::Woke]), Event::StoreFailed, None)
        }
        ("Storing", "StoreFailed", "third time") => {
            let events = [Event::StoreFailed, Event::Woke, Event::StoreFailed, Event::Woke];
            (Lab::reach(state, true).all(&events), Event::StoreFailed, None)
        }
        ("Storing", "StoreFailed", "first time, the pair before was not stored either") => {
            let mut lab = not_stored(Lab::reach(state, true));
            assert_eq!(lab.policy.renew(lab.generation(), lab.now), Answer::Turn);
            let pair = Event::Renewed(times(lab.now, LIFETIME));
            (lab.all(&[Event::Locked, Event::NothingFound, pair, Event::Published]), Event::StoreFailed, None)
        }
        ("Storing", "StoreFailed", "in a later turn, reported for this pair") => {
            let lab = not_stored(Lab::reach(state, true)).begin();
            (lab.all(&[Event::Locked, Event::NothingFound]), Event::StoreFailed, None)
        }
        (_, event, "—") => plain(match event {
            "Locked" => Event::Locked,
            "LockBusy" => Event::LockBusy,
            "LockLost" => Event::LockLost,
            "Found" => Event::Found { times: times(START + DAY, LIFETIME), same_refresh_token: false },
            "FoundDead" => Event::FoundDead,
            "NothingFound" => Event::NothingFound,
            "Renewed" => Event::Renewed(times(START + DAY, LIFETIME)),
            "Refused" => Event::Refused,
            "FailedInPassing" => passing(None),
            "FailedForGood" => Event::FailedForGood,
            "Published" => Event::Published,
            "Superseded" => Event::Superseded,
            "Stored" => Event::Stored,
            "StoreFailed" => Event::StoreFailed,
            "Reported" => Event::Reported,
            "Woke" => Event::Woke,
            _ => panic!("no event {event}"),
        }),
        _ => panic!("no recipe for {state}, {event}, {when}"),
    }
}

/// Where a successor is looked for, out of a connection that is at rest with a pair of the wanted age, and until when
/// the next request has to wait.
fn looking(when: &str, at_rest: impl Fn(Age) -> Lab) -> (Lab, Option<f64>) {
    let fail = |lab: Lab, retry_after| lab.refreshing().all(&[Event::FailedInPassing { retry_after }]);
    let lab = match when {
        "not due" => at_rest(Age::Fresh).begin().all(&[Event::Locked]),
        "due" => at_rest(Age::Due).begin().all(&[Event::Locked]),
        "due, refused twice" => {
            let mut lab = at_rest(Age::Expired).begin().all(&[Event::Locked]);
            while lab.clone().all(&[Event::NothingFound]).policy.state() != State::Burying {
                lab = lab.all(&[Event::NothingFound]);
                if lab.policy.state() == State::Refreshing {
                    lab = lab.all(&[Event::Refused]);
                } else {
                    lab = lab.all(&[Event::Woke]);
                }
            }
            lab
        }
        "due, must wait, usable" => fail(at_rest(Age::Due), None).looking_again(),
        "due, another connection is locked out, usable" => {
            let mut lab = at_rest(Age::Due).begin().all(&[Event::Locked]);
            lab.policy.lock_out(SECOND, lab.now);
            lab
        }
        "due, another connection is locked out, not usable" => {
            let mut lab = at_rest(Age::Expired).begin().all(&[Event::Locked]);
            let until = lab.now + SECOND;
            lab.policy.lock_out(SECOND, lab.now);
            return (lab, Some(until));
        }
        "due, must wait, not usable" => {
            let lab = fail(at_rest(Age::Expired), None);
            let State::AwaitingRequest(until) = lab.policy.state() else { panic!("{:?}", lab.policy.state()) };
            return (lab.looking_again(), Some(until));
        }
        "due, must wait beyond 60 s after the first failure, not usable" => {
            fail(at_rest(Age::Expired), Some(2.0 * MINUTE)).begin().all(&[Event::Locked])
        }
        _ => panic!("no recipe for {when}"),
    };
    assert_eq!(lab.policy.state(), State::Looking);
    (lab, None)
}

/// Runs a row about an event in a turn, with the lowest and the highest random number.
fn run_in_a_turn(Row { state, event, when, action, next }: &Row) {
    if action == "as NothingFound" {
        assert_eq!(next, action);
        for condition in ON_NOTHING_FOUND {
            let (mut lab, event) = match (event.as_str(), when.as_str()) {
                ("Found", "the same refresh token, not newer") => {
                    let found = Event::Found { times: times(START, HOUR), same_refresh_token: true };
                    (looking(condition, Lab::at_rest).0, found)
                }
                ("FoundDead", "the config came with other tokens since") => {
                    (looking(condition, Lab::revived).0, Event::FoundDead)
                }
                _ => panic!("no recipe for {state}, {event}, {when}"),
            };
            let mut other = lab.clone();
            assert_eq!(lab.on(event), other.on(Event::NothingFound), "{event:?}, {condition}");
            assert_eq!(lab.policy.state(), other.policy.state(), "{event:?}, {condition}");
        }
        return;
    }
    for random in [0.0, 1.0] {
        let (mut lab, happens, until) = in_a_turn(state, event, when);
        lab.random = random;
        let before = lab.policy.state();
        let words: Vec<&str> = action.split(' ').collect();
        let expected = match words[..] {
            ["—"] => before.action(),
            ["rest"] => Action::Rest,
            ["lock"] => Action::Lock,
            ["look"] => Action::Look,
            ["refresh"] => Action::Refresh,
            ["publish"] => Action::Publish,
            ["bury"] => Action::Bury,
            ["store"] => Action::Store,
            ["report"] => Action::Report,
            ["wait", low, "to", high, "ms"] => {
                let wait: f64 = if random == 0.0 { low } else { high }.parse().unwrap();
                Action::WaitUntil(lab.now + wait)
            }
            ["wait", "for", "the", "rest", "of", "it"] => Action::WaitUntil(until.unwrap()),
            ["give", "up:", "last", "request"] => Action::GiveUp(Failure::LastRequest),
            ["give", "up:", "busy"] => Action::GiveUp(Failure::Busy),
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

/// Runs a row about a question.
fn run_asked_of_it(Row { state, event, when, action, next }: &Row) {
    let mut lab;
    let answer = match event.as_str() {
        "asked" => {
            let busy_before = |wait| {
                let mut lab = Lab::at_rest(Age::Fresh).begin();
                lab.now += 2.0 * SECOND;
                lab = lab.all(&[Event::LockBusy]);
                lab.now += wait;
                lab
            };
            let fresh = || match state.as_str() {
                "Resting" => Lab::at_rest(Age::Fresh),
                _ => Lab::reach(state, true),
            };
            let mut handed = true;
            lab = match when.as_str() {
                "usable, handed, not due" => fresh(),
                "usable" | "usable, handed" | "usable, handed, due" => Lab::reach(state, true),
                "not usable" | "not usable, less than a minute after the last look" => Lab::reach(state, false),
                "not usable, a minute after the last look" => {
                    let mut lab = Lab::reach(state, false);
                    assert_eq!(lab.policy.asked(0, lab.now + MINUTE - 1.0), Answer::GiveUp);
                    lab.now += MINUTE;
                    lab
                }
                "usable, handed, due, must wait" => Lab::reach("Refreshing", true)
                    .all(&[Event::FailedInPassing { retry_after: Some(MINUTE) }, Event::Stored]),
                "usable, not handed" => {
                    handed = false;
                    fresh()
                }
                "usable, not handed, the lock was busy less than a minute ago" => {
                    handed = false;
                    busy_before(MINUTE - 1.0)
                }
                "usable, not handed, the lock was busy a minute ago" => {
                    handed = false;
                    busy_before(MINUTE)
                }
                _ => panic!("no recipe for {when}"),
            };
            let known = if handed { lab.generation() } else { lab.generation() - 1 };
            words(lab.policy.asked(known, lab.now))
        }
        "renew" => {
            lab = Lab::reach(state, false);
            let generation = match when.as_str() {
                "of an older pair" => lab.generation() - 1,
                "of the newest pair" => lab.generation(),
                _ => panic!("no recipe for {when}"),
            };
            words(lab.policy.renew(generation, lab.now))
        }
        "answered" => {
            lab = Lab::reach(state, true);
            let newest = lab.generation();
            let now = lab.now;
            let (status, generation, is_repetition) = match when.as_str() {
                "403" => (403, newest, false),
                "401 to an older pair" => (401, newest - 1, false),
                "401 to the newest pair" => (401, newest, false),
                "401 to the newest pair, for the second time" => {
                    assert!(lab.policy.answered(401, newest, false, now));
                    (401, newest, false)
                }
                "401 to a repetition" => (401, newest, true),
                "401 to the newest pair, after one to a repetition with one from elsewhere" => {
                    assert!(!lab.policy.answered(401, newest, true, now));
                    assert_eq!(lab.policy.asked(newest, now), Answer::Turn);
                    lab = Lab::reach(state, true);
                    assert!(!lab.policy.answered(401, newest, true, now));
                    (401, newest, false)
                }
                "401 to the newest pair, after one to a repetition with one that was renewed here" => {
                    lab = Lab::at_rest(Age::Expired).refreshing();
                    let pair = times(lab.now, LIFETIME);
                    lab = lab.all(&[Event::Renewed(pair), Event::Published, Event::Stored]);
                    assert!(!lab.policy.answered(401, newest + 1, true, lab.now));
                    (401, newest + 1, false)
                }
                _ => panic!("no recipe for {when}"),
            };
            if lab.policy.answered(status, generation, is_repetition, lab.now) { "repeat" } else { "do not repeat" }
        }
        "configured" => {
            lab = Lab::reach(state, false);
            let pair = match when.as_str() {
                "older" => times(START - DAY, LIFETIME),
                "newer" => times(lab.now + 1.0, LIFETIME),
                "not comparable, not refused twice" if state == "Burying" => {
                    assert!(lab.policy.configured(times(lab.now, LIFETIME), lab.now));
                    Times::default()
                }
                "not comparable" | "not comparable, refused twice" | "not comparable, not refused twice" => {
                    Times::default()
                }
                _ => panic!("no recipe for {when}"),
            };
            let before = lab.generation();
            let taken = lab.policy.configured(pair, lab.now);
            assert_eq!(lab.generation(), before + u32::from(taken));
            if taken { "take it" } else { "leave it" }
        }
        "retry_at" => {
            let in_vain = || {
                let lab = Lab::at_rest(if state == "Resting" { Age::Due } else { Age::Expired }).refreshing();
                let since = lab.now;
                let mut lab = lab.all(&[Event::FailedInPassing { retry_after: None }]);
                lab = match state.as_str() {
                    "Resting" => lab.all(&[Event::Stored]),
                    "Failed(Busy)" => {
                        lab = lab.all(&[Event::LockLost]);
                        lab.now += 2.0 * MINUTE;
                        lab.all(&[Event::LockBusy])
                    }
                    _ => lab.all(&[Event::Woke, Event::NothingFound, Event::FailedForGood]),
                };
                (lab, since)
            };
            lab = match when.as_str() {
                "a newer pair was asked for in vain less than 10 minutes ago" => {
                    let (mut lab, since) = in_vain();
                    lab.now = since + 10.0 * MINUTE - 1.0;
                    lab
                }
                "a newer pair was asked for in vain 10 minutes ago" => {
                    let (mut lab, since) = in_vain();
                    lab.now = since + 10.0 * MINUTE;
                    lab
                }
                "a newer pair was never asked for in vain" | "—" => Lab::reach(state, false),
                _ => panic!("no recipe for {when}"),
            };
            if lab.policy.retry_at(lab.now).is_some() { "a time" } else { "no time" }
        }
        _ => panic!("no event {event}"),
    };
    assert_eq!(answer, action);
    assert_eq!(&name(lab.policy.state()), next);
}

fn words(answer: Answer) -> &'static str {
    match answer {
        Answer::Use => "use",
        Answer::Turn => "turn",
        Answer::GiveUp => "give up",
    }
}

#[test]
fn every_row_of_the_documented_tables_is_what_the_policy_does() {
    let mut failed = Vec::new();
    let rows = rows();
    for row in &rows {
        let in_a_turn = IN_A_TURN.contains(&row.event.as_str());
        let run = || if in_a_turn { run_in_a_turn(row) } else { run_asked_of_it(row) };
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err() {
            failed.push(format!("{} | {} | {}", row.state, row.event, row.when));
        }
    }
    assert!(failed.is_empty(), "{} of {} rows failed: {failed:#?}", failed.len(), rows.len());
}

#[test]
fn the_documented_tables_have_every_event_in_every_state_once_for_each_condition() {
    let rows = rows();
    let mut seen = BTreeSet::new();
    for row in &rows {
        assert!(
            seen.insert((&row.state, &row.event, &row.when)),
            "twice: {} | {} | {}",
            row.state,
            row.event,
            row.when
        );
    }
    for state in all_states() {
        for event in IN_A_TURN.into_iter().chain(ASKED_OF_IT) {
            assert!(rows.iter().any(|row| row.state == state && row.event == event), "missing: {state} | {event}");
        }
    }
    let documented: BTreeSet<&str> = rows
        .iter()
        .filter(|row| row.event == "NothingFound" && row.state == "Looking")
        .map(|row| row.when.as_str())
        .collect();
    assert_eq!(documented, BTreeSet::from(ON_NOTHING_FOUND));
}

fn policy(times: Times) -> RefreshPolicy {
    RefreshPolicy::new(times, true, LOCKOUT, START)
}

/// The first time at which a pair that was handed is renewed.
fn renewed_at(times: Times, received: f64) -> Option<f64> {
    let due = |now: f64| RefreshPolicy::new(times, true, LOCKOUT, received).asked(1, now) == Answer::Turn;
    let (mut low, mut high) = (received, received + 1000.0 * DAY);
    if !due(high) {
        return None;
    }
    while high - low > 1.0 {
        let middle = ((low + high) / 2.0).floor();
        if due(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

#[test]
fn a_pair_is_renewed_five_minutes_or_a_tenth_of_its_lifetime_ahead() {
    for (lifetime, ahead) in [
        (2.0 * HOUR, 5.0 * MINUTE),
        (HOUR, 5.0 * MINUTE),
        (50.0 * MINUTE, 5.0 * MINUTE),
        (40.0 * MINUTE, 4.0 * MINUTE),
        (MINUTE, 6.0 * SECOND),
    ] {
        assert_eq!(renewed_at(times(START, lifetime), START), Some(START + lifetime - ahead), "{lifetime}");
    }
    // Where the time of receipt is unknown or absurd, what is left stands for the lifetime.
    for obtained_at in [None, Some(START + DAY)] {
        let pair = Times { obtained_at, expires_at: Some(START + 20.0 * MINUTE) };
        assert_eq!(renewed_at(pair, START), Some(START + 18.0 * MINUTE), "{obtained_at:?}");
    }
}

#[test]
fn a_pair_without_a_time_of_expiry_is_renewed_when_it_was_idle_for_sixty_days() {
    assert_eq!(renewed_at(Times { obtained_at: Some(START), expires_at: None }, START), Some(START + 60.0 * DAY));
    assert_eq!(renewed_at(Times::default(), START), None);
    assert_eq!(renewed_at(times(START, 100.0 * DAY), START), Some(START + 60.0 * DAY));
}

#[test]
fn a_connection_is_idle_after_sixty_days() {
    let since = |obtained_at, expires_at, now| policy(Times { obtained_at, expires_at }).is_idle(now);
    let (just, not_yet) = (START + 60.0 * DAY, START + 60.0 * DAY - 1.0);
    assert!(since(Some(START), None, just) && !since(Some(START), None, not_yet));
    assert!(since(None, Some(START), just) && !since(None, Some(START), not_yet));
    assert!(since(Some(START), Some(START + DAY), just));
    assert!(since(None, None, START), "nobody knows");
}

#[test]
fn a_config_without_an_access_token_is_refreshed_first() {
    let mut policy = RefreshPolicy::new(times(START, LIFETIME), false, LOCKOUT, START);
    assert_eq!(policy.asked(1, START), Answer::Turn);
    let moment = Moment { now: START, random: 0.5 };
    policy.on(Event::Locked, moment);
    assert_eq!(policy.on(Event::NothingFound, moment), Action::Refresh);
}

#[test]
fn five_requests_in_a_minute_and_then_none_while_the_pair_is_usable() {
    let mut lab = Lab::at_rest(Age::Due);
    let mut requests = Vec::new();
    while lab.now < START + LIFETIME {
        if lab.policy.asked(1, lab.now) == Answer::Turn {
            lab = lab.all(&[Event::Locked, Event::NothingFound]);
            requests.push(lab.now);
            lab = lab.all(&[Event::FailedInPassing { retry_after: None }, Event::Stored]);
        }
        lab.now += 100.0;
    }
    let in_a_minute = |since: &f64| requests.iter().filter(|at| (*since..since + MINUTE).contains(*at)).count();
    assert_eq!(in_a_minute(&requests[0]), 5);
    assert_eq!(in_a_minute(&requests[5]), 5);
    assert_eq!(requests[5], requests[0] + MINUTE);
    let waits: Vec<f64> = requests.windows(2).take(4).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(waits, [400.0, 800.0, 1500.0, 3000.0]);
}

#[test]
fn an_unusable_pair_is_asked_for_by_each_call_after_the_repetitions() {
    let failed = Event::FailedInPassing { retry_after: None };
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    for _ in 0..4 {
        lab = lab.all(&[failed, Event::Woke, Event::NothingFound]);
    }
    lab = lab.all(&[failed]);
    assert_eq!(lab.policy.state(), State::Failed(Failure::LastRequest));
    // Without being asked, not before the minute is over.
    assert_eq!(lab.policy.retry_at(lab.now), Some(START + LIFETIME + MINUTE));
    lab = lab.refreshing().all(&[failed]);
    assert_eq!(lab.policy.state(), State::Failed(Failure::LastRequest));
    assert_eq!(lab.refreshing().policy.state(), State::Refreshing);
}

#[test]
fn retry_after_is_obeyed_after_the_repetitions_too() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    for _ in 0..4 {
        lab = lab.all(&[Event::FailedInPassing { retry_after: None }, Event::Woke, Event::NothingFound]);
    }
    let end = lab.now + 2.0 * MINUTE;
    lab = lab.all(&[Event::FailedInPassing { retry_after: Some(2.0 * MINUTE) }]);
    assert_eq!(lab.policy.retry_at(lab.now), Some(end));
    lab = lab.begin().all(&[Event::Locked, Event::NothingFound]);
    assert_eq!(lab.policy.state(), State::Failed(Failure::LastRequest));
    lab.now = end;
    assert_eq!(lab.refreshing().policy.state(), State::Refreshing);
}

/// When a pair is asked for, though nobody asks, while Bitbucket asks to wait so long each time.
fn rescues(age: Age, retry_after: f64) -> Vec<f64> {
    let mut lab = Lab::at_rest(age);
    let since = lab.now;
    let mut requests = Vec::new();
    loop {
        lab = lab.refreshing();
        requests.push((lab.now - since) / MINUTE);
        lab = lab.all(&[Event::FailedInPassing { retry_after: Some(retry_after) }]);
        if lab.policy.state() == State::Storing {
            lab = lab.all(&[Event::Stored]);
        }
        match lab.policy.retry_at(lab.now) {
            Some(at) => lab.now = at,
            None => return requests,
        }
    }
}

#[test]
fn a_retry_after_does_not_reach_past_the_grace() {
    assert_eq!(rescues(Age::Due, 2.0 * MINUTE), [0.0, 2.0, 4.0, 6.0, 8.0, 9.5]);
    assert_eq!(rescues(Age::Expired, 2.0 * MINUTE), [0.0, 2.0, 4.0, 6.0, 8.0, 9.5]);
    assert_eq!(rescues(Age::Expired, DAY), [0.0, 9.5]);
    // After the grace there is nothing to rescue.
    let failed = Event::FailedInPassing { retry_after: None };
    let mut lab = Lab::at_rest(Age::Expired).refreshing().all(&[failed, Event::Woke, Event::NothingFound]);
    lab.now = START + LIFETIME + 9.5 * MINUTE;
    lab.on(Event::FailedInPassing { retry_after: Some(2.0 * MINUTE) });
    assert_eq!(lab.policy.wait(lab.now), Some(2.0 * MINUTE));
}

#[test]
fn the_wait_that_is_left_counts_down() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    assert_eq!(lab.policy.wait(lab.now), None);
    lab = lab.all(&[Event::FailedInPassing { retry_after: Some(2.0 * MINUTE) }]);
    assert_eq!(lab.policy.wait(lab.now), Some(2.0 * MINUTE));
    assert_eq!(lab.policy.wait(lab.now + MINUTE), Some(MINUTE));
    assert_eq!(lab.policy.wait(lab.now + 2.0 * MINUTE), None);
}

#[test]
fn a_short_retry_after_does_not_shorten_a_wait() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    assert_eq!(
        lab.on(Event::FailedInPassing { retry_after: Some(1.0) }),
        Action::WaitUntil(START + LIFETIME + 375.0)
    );
}

#[test]
fn a_retry_after_of_a_minute_is_waited_for() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    let wait = Event::FailedInPassing { retry_after: Some(MINUTE) };
    assert_eq!(lab.on(wait), Action::WaitUntil(START + LIFETIME + MINUTE));
}

#[test]
fn a_usable_pair_is_left_alone_for_a_minute_after_a_failure_that_only_an_administrator_can_mend() {
    let mut lab = Lab::at_rest(Age::Due).refreshing().all(&[Event::FailedForGood, Event::Stored]);
    assert_eq!(lab.policy.asked(1, lab.now + MINUTE - 1.0), Answer::Use);
    assert_eq!(lab.policy.retry_at(lab.now), None, "it was not in vain");
    assert_eq!(lab.policy.asked(1, lab.now + MINUTE), Answer::Turn);

    let mut lab = Lab::at_rest(Age::Expired).refreshing().all(&[Event::FailedForGood]);
    assert_eq!(lab.policy.asked(1, lab.now), Answer::Turn);
    assert_eq!(lab.all(&[Event::Locked, Event::NothingFound]).policy.state(), State::Refreshing);
}

#[test]
fn a_refused_token_is_tried_twice_with_the_lockout_between() {
    for (random, wait) in [(0.0, 1.25 * LOCKOUT), (0.5, 1.375 * LOCKOUT), (1.0, 1.5 * LOCKOUT)] {
        let mut lab = Lab::at_rest(Age::Expired).refreshing();
        lab.random = random;
        lab = lab.all(&[Event::Refused]);
        let until = lab.now + wait;
        assert_eq!(lab.on(Event::NothingFound), Action::WaitUntil(until));
        lab = lab.all(&[Event::Woke, Event::NothingFound]);
        assert_eq!(lab.policy.state(), State::Refreshing);
        assert_eq!(lab.now, until);
        lab = lab.all(&[Event::Refused, Event::NothingFound]);
        assert_eq!(lab.policy.state(), State::Burying);
        lab = lab.all(&[Event::Published]);
        assert_eq!(lab.policy.asked(1, lab.now), Answer::GiveUp);
    }
}

#[test]
fn a_failure_between_two_refusals_neither_counts_nor_forgives() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    lab = lab.all(&[Event::Refused, Event::NothingFound, Event::Woke, Event::NothingFound]);
    lab = lab.all(&[Event::FailedInPassing { retry_after: None }, Event::Woke, Event::NothingFound]);
    assert_eq!(lab.all(&[Event::Refused, Event::NothingFound]).policy.state(), State::Burying);
}

#[test]
fn a_refusal_ends_the_count_of_failures() {
    let failed = Event::FailedInPassing { retry_after: None };
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    for _ in 0..4 {
        lab = lab.all(&[failed, Event::Woke, Event::NothingFound]);
    }
    lab = lab.all(&[Event::Refused, Event::NothingFound, Event::Woke, Event::NothingFound]);
    let now = lab.now;
    assert_eq!(lab.on(failed), Action::WaitUntil(now + 375.0));
}

#[test]
fn a_successor_of_a_refused_token_starts_without_its_refusals() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing().all(&[Event::Refused]);
    let found = Event::Found { times: times(START, LIFETIME), same_refresh_token: false };
    lab = lab.all(&[found, Event::Locked, Event::NothingFound]);
    assert_eq!(lab.policy.state(), State::Refreshing, "without a wait");
    lab = lab.all(&[Event::Refused, Event::NothingFound]);
    assert_eq!(name(lab.policy.state()), "AwaitingRequest");
}

#[test]
fn a_lockout_is_believed_for_five_minutes_at_most() {
    for (told, believed) in [
        (-1.0, 0.0),
        (5.0 * MINUTE, 5.0 * MINUTE),
        (DAY, 5.0 * MINUTE),
        (f64::INFINITY, 5.0 * MINUTE),
        (f64::NAN, 5.0 * MINUTE),
    ] {
        let mut lab = Lab::at_rest(Age::Expired).begin().all(&[Event::Locked]);
        let ends = lab.now + believed;
        lab.policy.lock_out(told, lab.now);
        let action = lab.on(Event::NothingFound);
        assert_eq!(action, if believed > 0.0 { Action::WaitUntil(ends) } else { Action::Refresh }, "{told}");
    }
}

#[test]
fn every_wait_is_bounded() {
    for (until, wait) in [
        (START - 1.0, 0.0),
        (START + SECOND, SECOND),
        (START + DAY, 5.0 * MINUTE),
        (START + 3000.0 * DAY, 5.0 * MINUTE),
        (f64::INFINITY, 5.0 * MINUTE),
        (f64::NAN, 5.0 * MINUTE),
    ] {
        assert_eq!(wait_until(until, START), wait, "{until}");
    }
}

#[test]
fn a_published_pair_outdates_an_earlier_one_unless_that_was_obtained_under_a_later_lock() {
    let version = |at: f64, fence: f64| Version { times: times(at, LIFETIME), fence };
    let known = version(START, 5.0);
    assert!(known.outdates(version(START - 1.0, 5.0)));
    assert!(known.outdates(version(START - 1.0, 4.0)));
    assert!(!known.outdates(version(START - 1.0, 6.0)), "the clock of whoever obtained it is late");
    assert!(!known.outdates(version(START, 4.0)));
    assert!(!known.outdates(version(START + 1.0, 1.0)), "the shared store lost its data, and counts again");
    assert!(!known.outdates(Version { times: Times::default(), fence: 1.0 }), "nobody knows");
}

#[test]
fn a_403_never_costs_a_refresh_and_a_401_one() {
    let mut policy = policy(times(START, LIFETIME));
    for status in [200, 400, 402, 403, 404, 429, 500] {
        assert!(!policy.answered(status, 1, false, START), "{status}");
        assert_eq!(policy.asked(1, START), Answer::Use, "{status}");
    }
    assert!(policy.answered(401, 1, false, START));
    assert_eq!(policy.asked(1, START), Answer::Turn);
}

#[test]
fn a_401_to_an_older_pair_costs_nothing() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    let pair = times(lab.now, LIFETIME);
    lab = lab.all(&[Event::Renewed(pair), Event::Published, Event::Stored]);
    assert!(lab.policy.answered(401, 1, false, lab.now));
    assert!(!lab.policy.answered(401, 1, true, lab.now));
    assert_eq!(lab.policy.asked(2, lab.now), Answer::Use);
    assert!(lab.policy.answered(401, 2, false, lab.now), "the newest is still believed to be cured by a refresh");
}

#[test]
fn a_401_that_a_fresh_token_does_not_cure_costs_one_refresh_for_each_expiry() {
    let mut lab = Lab::at_rest(Age::Fresh);
    let mut refreshes = 0;
    let end = lab.now + 3.0 * LIFETIME;
    while lab.now < end {
        for is_repetition in [false, true] {
            if lab.policy.asked(lab.generation(), lab.now) == Answer::Turn {
                let pair = times(lab.now, LIFETIME);
                refreshes += 1;
                lab = lab.all(&[Event::Locked, Event::NothingFound, Event::Renewed(pair)]);
                lab = lab.all(&[Event::Published, Event::Stored]);
            }
            let generation = lab.generation();
            if !lab.policy.answered(401, generation, is_repetition, lab.now) {
                break;
            }
        }
        lab.now += SECOND;
    }
    // The pair at the start, and then each time that the token's own time has come: that renewal, and the one in vain.
    assert_eq!(refreshes, 1 + 2 * 3);
}

#[test]
fn a_401_is_distrusted_for_ten_minutes_where_the_time_of_expiry_is_unknown() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    lab = lab.all(&[Event::Renewed(Times::default()), Event::Published, Event::Stored]);
    let now = lab.now;
    assert!(!lab.policy.answered(401, 2, true, now));
    assert!(!lab.policy.answered(401, 2, false, now + 10.0 * MINUTE - 1.0));
    assert!(lab.policy.answered(401, 2, false, now + 10.0 * MINUTE));
}

#[test]
fn a_pair_from_elsewhere_that_does_not_cure_a_401_is_renewed_once() {
    let mut lab = Lab::at_rest(Age::Fresh);
    let found = Event::Found { times: times(START, LIFETIME), same_refresh_token: false };
    assert!(lab.policy.answered(401, 1, false, lab.now));
    lab = lab.begin().all(&[Event::Locked, found, Event::Locked, Event::NothingFound, Event::Stored]);
    assert!(!lab.policy.answered(401, 2, true, lab.now));
    assert_eq!(lab.policy.asked(2, lab.now), Answer::Turn);
    let renewed = Event::Renewed(times(lab.now, LIFETIME));
    lab = lab.all(&[Event::Locked, Event::NothingFound, renewed, Event::Published, Event::Stored]);
    assert!(!lab.policy.answered(401, 3, true, lab.now));
    assert_eq!(lab.policy.asked(3, lab.now), Answer::Use);
    assert!(!lab.policy.answered(401, 3, false, lab.now));
}

#[test]
fn a_refusal_that_another_connections_lockout_explains_does_not_count() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    for _ in 0..2 {
        lab.policy.lock_out(LOCKOUT, lab.now);
        lab = lab.all(&[Event::Refused]);
        assert_eq!(lab.policy.lockout_of_others(), Some(LOCKOUT));
        lab = lab.all(&[Event::NothingFound, Event::Woke, Event::NothingFound]);
        assert_eq!(lab.policy.state(), State::Refreshing);
    }
    lab = lab.all(&[Event::Refused, Event::NothingFound, Event::Woke, Event::NothingFound]);
    assert_eq!(lab.policy.state(), State::Refreshing, "the first one that counts");
    assert_eq!(lab.policy.lockout_of_others(), None);
    assert_eq!(lab.all(&[Event::Refused, Event::NothingFound]).policy.state(), State::Burying);
}

#[test]
fn explanations_of_refusals_end() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    let mut tries = 0;
    while lab.policy.state() != State::Burying {
        lab.policy.lock_out(LOCKOUT, lab.now);
        lab = lab.all(&[Event::Refused, Event::NothingFound]);
        tries += 1;
        if lab.policy.state() != State::Burying {
            lab.policy.lock_out(0.0, lab.now);
            lab = lab.all(&[Event::Woke, Event::NothingFound]);
        }
    }
    assert_eq!(tries, 7);
}

#[test]
fn a_newer_config_is_taken_and_an_older_or_equal_one_is_not() {
    let known = times(START, LIFETIME);
    for (pair, taken) in [
        (times(START + 1.0, LIFETIME), true),
        (times(START, LIFETIME), false),
        (times(START - 1.0, 2.0 * LIFETIME), false),
        (Times { obtained_at: None, expires_at: Some(START + LIFETIME + 1.0) }, true),
        (Times { obtained_at: None, expires_at: Some(START + LIFETIME) }, false),
        (Times { obtained_at: Some(START + 1.0), expires_at: None }, true),
        (Times::default(), false),
    ] {
        let mut policy = policy(known);
        assert_eq!(policy.configured(pair, START), taken, "{pair:?}");
        assert_eq!(policy.generation(), if taken { 2 } else { 1 });
    }
}

#[test]
fn a_changed_config_revives_a_dead_connection_for_one_request() {
    let mut lab = Lab::revived(Age::Expired).begin().all(&[Event::Locked]);
    // The news of the old death is still out.
    lab = lab.all(&[Event::FoundDead]);
    assert_eq!(lab.policy.state(), State::Refreshing);
    lab = lab.all(&[Event::Refused, Event::FoundDead]);
    assert_eq!(lab.policy.state(), State::Burying);
    lab = lab.all(&[Event::Published]);
    assert_eq!(lab.policy.asked(lab.generation(), lab.now), Answer::GiveUp);

    let mut lab = Lab::revived(Age::Expired).refreshing();
    let pair = times(lab.now, LIFETIME);
    lab = lab.all(&[Event::Renewed(pair), Event::Published, Event::Stored]);
    lab.now += LIFETIME;
    lab = lab.begin().all(&[Event::Locked, Event::FoundDead]);
    assert_eq!(lab.policy.state(), State::Dead, "a later death counts");
}

#[test]
fn a_dead_connection_is_not_revived_by_an_older_config() {
    let mut lab = Lab::reach("Dead", false);
    assert!(!lab.policy.configured(times(START - 1.0, LIFETIME), lab.now));
    assert!(lab.policy.configured(times(START, LIFETIME), lab.now), "another access token, as old");
}

#[test]
fn a_successor_of_a_dead_token_that_turns_up_later_is_found_without_a_request() {
    let mut lab = Lab::reach("Dead", false);
    for _ in 0..2 {
        lab.now += MINUTE;
        assert_eq!(lab.policy.asked(1, lab.now), Answer::Turn);
        lab = lab.all(&[Event::Locked, Event::NothingFound]);
        assert_eq!(lab.policy.state(), State::Burying);
        lab = lab.all(&[Event::Published]);
        assert_eq!(lab.policy.asked(1, lab.now + MINUTE - 1.0), Answer::GiveUp);
    }
    lab.now += MINUTE;
    let found = Event::Found { times: times(lab.now, LIFETIME), same_refresh_token: false };
    lab = lab.begin().all(&[Event::Locked, found, Event::Locked, Event::NothingFound, Event::Stored]);
    assert_eq!(lab.policy.asked(2, lab.now), Answer::Use);

    // The same where somebody else said that it is dead.
    let mut lab = Lab::at_rest(Age::Expired).begin().all(&[Event::Locked, Event::FoundDead]);
    lab.now += MINUTE;
    lab = lab.begin().all(&[Event::Locked, Event::NothingFound]);
    assert_eq!(lab.policy.state(), State::Burying);
}

#[test]
fn a_config_that_comes_while_a_dead_token_is_looked_for_or_buried_counts_as_a_revival() {
    for (events, next) in
        [(&[Event::Locked][..], Event::NothingFound), (&[Event::Locked, Event::NothingFound], Event::Published)]
    {
        let mut lab = Lab::reach("Dead", false);
        lab.now += MINUTE;
        lab = lab.begin().all(events);
        assert!(lab.policy.configured(times(lab.now - HOUR, HOUR), lab.now));
        lab = lab.all(&[next]);
        if lab.policy.state() == State::Locking {
            lab = lab.all(&[Event::Locked, Event::FoundDead]);
        }
        assert_eq!(lab.policy.state(), State::Refreshing, "once");
        lab = lab.all(&[Event::Refused, Event::FoundDead, Event::Published]);
        assert_eq!(lab.policy.state(), State::Dead);
    }
}

#[test]
fn a_config_that_comes_in_a_turn_does_not_count_as_a_revival() {
    let mut lab = Lab::reach("Locking", false);
    assert!(lab.policy.configured(times(lab.now - HOUR, HOUR), lab.now));
    assert_eq!(lab.all(&[Event::Locked, Event::FoundDead]).policy.state(), State::Dead);
}

#[test]
fn a_store_that_fails_is_reported_once_for_each_pair_and_tried_in_each_turn() {
    let mut lab = Lab::reach("Reporting", true).all(&[Event::Reported]);
    for _ in 0..2 {
        lab = lab.begin().all(&[Event::Locked, Event::NothingFound, Event::StoreFailed]);
        assert_eq!(lab.policy.state(), State::Resting);
    }
    lab = lab.begin().all(&[Event::Locked, Event::NothingFound, Event::Stored]);
    // A store that worked is given all its tries again.
    lab = lab.begin().all(&[Event::Locked, Event::NothingFound, Event::StoreFailed]);
    assert_eq!(name(lab.policy.state()), "AwaitingStore");
    lab = lab.all(&[Event::Woke, Event::StoreFailed, Event::Woke, Event::StoreFailed]);
    assert_eq!(lab.policy.state(), State::Resting, "it was reported for this pair");
}

#[test]
fn the_tries_to_store_are_counted_anew_in_each_turn() {
    let mut lab = Lab::reach("AwaitingStore", true).all(&[Event::Woke, Event::Stored]);
    for wait in [75.0, 150.0] {
        if lab.policy.state() == State::Resting {
            lab = lab.begin().all(&[Event::Locked, Event::NothingFound]);
        }
        let now = lab.now;
        assert_eq!(lab.on(Event::StoreFailed), Action::WaitUntil(now + wait));
        lab = lab.all(&[Event::Woke]);
    }
    assert_eq!(lab.on(Event::StoreFailed), Action::Report);
}

#[test]
fn nobody_waits_for_somebody_elses_turn_while_the_pair_is_usable_and_handed() {
    for state in UNDER_WAY {
        let mut lab = Lab::reach(state, true);
        assert_eq!(lab.policy.asked(lab.generation(), lab.now), Answer::Use, "{state}");
    }
}

#[test]
fn a_lock_is_waited_for_with_patience_that_starts_anew_when_it_was_lost() {
    let mut lab = Lab::at_rest(Age::Expired).begin().all(&[Event::LockBusy]);
    assert_eq!(lab.policy.state(), State::AwaitingLock(lab.now + 7.5));
    // Half of what was waited already, up to a limit.
    for (waited, wait) in [(100.0, 50.0), (500.0, 60.0), (60.0 * SECOND, 60.0)] {
        let mut lab = lab.clone();
        lab.now = START + LIFETIME + waited;
        lab.on(Event::Woke);
        assert_eq!(lab.on(Event::LockBusy), Action::WaitUntil(lab.now + 0.75 * wait));
    }
    lab.now += 2.0 * MINUTE;
    lab.policy.on(Event::Woke, Moment { now: lab.now, random: 0.5 });
    lab = lab.all(&[Event::Locked, Event::LockLost, Event::LockBusy]);
    assert_eq!(name(lab.policy.state()), "AwaitingLock");
    lab.now += 2.0 * MINUTE;
    lab.policy.on(Event::Woke, Moment { now: lab.now, random: 0.5 });
    assert_eq!(lab.on(Event::LockBusy), Action::GiveUp(Failure::Busy));
}

#[test]
fn a_newer_pair_ends_the_time_for_which_nobody_waits_for_the_lock() {
    let mut lab = Lab::at_rest(Age::Due).begin();
    lab.now += 2.0 * SECOND;
    lab = lab.all(&[Event::LockBusy]);
    assert_eq!(lab.policy.asked(0, lab.now), Answer::Use);
    assert!(lab.policy.configured(times(lab.now, LIFETIME), lab.now));
    assert_eq!(lab.policy.asked(1, lab.now), Answer::Turn, "its store was not handed the newer one");
}

#[test]
fn a_wish_for_a_newer_pair_stands_until_it_is_granted_or_in_vain() {
    let forced = || {
        let mut lab = Lab::at_rest(Age::Fresh);
        assert!(!lab.policy.is_forced());
        assert_eq!(lab.policy.renew(1, lab.now), Answer::Turn);
        assert!(lab.policy.is_forced());
        lab
    };
    let refreshing = || forced().all(&[Event::Locked, Event::NothingFound]);
    assert_eq!(refreshing().policy.state(), State::Refreshing);
    for events in [
        &[Event::Renewed(times(START + MINUTE, LIFETIME))][..],
        &[Event::FailedForGood],
        &[Event::FailedInPassing { retry_after: Some(2.0 * MINUTE) }],
        &[Event::Refused, Event::FoundDead],
    ] {
        let lab = refreshing().all(events);
        assert!(!lab.policy.is_forced(), "{events:?}");
    }
    // Whoever wants a newer pair has the request repeated, though the pair that there is can be used by all others.
    for events in [&[Event::FailedInPassing { retry_after: None }][..], &[Event::Refused, Event::NothingFound]] {
        let mut lab = refreshing().all(events);
        assert_eq!(name(lab.policy.state()), "AwaitingRequest");
        assert!(lab.policy.is_forced());
        assert_eq!(lab.policy.asked(1, lab.now), Answer::Use);
    }
    let mut lab = forced();
    lab.now += 2.0 * SECOND;
    assert!(!lab.all(&[Event::LockBusy]).policy.is_forced());
    // It came too late for this turn, and begins the next.
    let mut lab = Lab::reach("Storing", true);
    assert_eq!(lab.policy.renew(lab.generation(), lab.now), Answer::Turn);
    lab = lab.all(&[Event::Stored]);
    assert!(lab.policy.is_forced());
    assert_eq!(lab.policy.asked(lab.generation(), lab.now), Answer::Turn);
}

#[test]
fn what_may_have_been_rotated_is_asked_for_again_in_the_grace_though_nobody_asks() {
    let failed = Event::FailedInPassing { retry_after: None };
    let mut lab = Lab::at_rest(Age::Due).refreshing();
    let since = lab.now;
    lab = lab.all(&[failed, Event::Stored]);
    assert_eq!(lab.policy.retry_at(lab.now), Some(since + 375.0));
    assert_eq!(lab.policy.retry_at(since + MINUTE), Some(since + MINUTE), "at once");

    // The grace begins with the first request that may have been carried out.
    lab.now += MINUTE;
    lab = lab.refreshing().all(&[failed, Event::Stored]);
    assert!(lab.policy.retry_at(since + 10.0 * MINUTE - 1.0).is_some());
    assert_eq!(lab.policy.retry_at(since + 10.0 * MINUTE), None);

    // Not before the lock may be free, nor before what only an administrator can mend.
    let mut busy = lab.clone().begin();
    busy.now += 2.0 * SECOND;
    busy = busy.all(&[Event::LockBusy]);
    assert_eq!(busy.policy.retry_at(busy.now), Some(busy.now + MINUTE));
    let mut mended = Lab::at_rest(Age::Expired).refreshing().all(&[failed, Event::Woke, Event::NothingFound]);
    mended = mended.all(&[Event::FailedForGood]);
    assert_eq!(mended.policy.retry_at(mended.now), Some(mended.now + MINUTE));

    // A fresh pair, too: it was asked for because somebody wished it.
    let mut wished = Lab::at_rest(Age::Fresh);
    assert_eq!(wished.policy.renew(1, wished.now), Answer::Turn);
    wished = wished.all(&[Event::Locked, Event::NothingFound]);
    for _ in 0..4 {
        wished = wished.all(&[failed, Event::Woke, Event::NothingFound]);
    }
    wished = wished.all(&[failed, Event::Stored]);
    wished.now = wished.policy.retry_at(wished.now).unwrap();
    assert_eq!(wished.policy.asked(1, wished.now), Answer::Turn);
    wished = wished.all(&[Event::Locked, Event::NothingFound]);
    let pair = times(wished.now, LIFETIME);
    wished = wished.all(&[Event::Renewed(pair), Event::Published, Event::Stored]);
    assert_eq!(wished.policy.retry_at(wished.now), None);
}

#[test]
fn a_wait_for_repetitions_that_reach_past_the_minute_is_not_waited() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    let since = lab.now;
    lab = lab.all(&[Event::FailedInPassing { retry_after: Some(50.0 * SECOND) }, Event::Woke, Event::NothingFound]);
    assert_eq!(lab.now, since + 50.0 * SECOND);
    let action = lab.on(Event::FailedInPassing { retry_after: Some(11.0 * SECOND) });
    assert_eq!(action, Action::GiveUp(Failure::LastRequest));
}

#[test]
fn only_a_refused_refresh_token_makes_it_doubtful() {
    for code in Code::ALL {
        for retryable in [false, true] {
            let retry_after = Some(SECOND);
            let expected = match code.as_str() {
                "RECONNECT_REQUIRED" => Event::Refused,
                // The new pair may have been in these answers.
                "RESPONSE_NOT_JSON" | "RESPONSE_INVALID" | "RESPONSE_TOO_LARGE" | "REQUEST_ABORTED" => {
                    Event::FailedInPassing { retry_after }
                }
                _ if retryable => Event::FailedInPassing { retry_after },
                _ => Event::FailedForGood,
            };
            assert_eq!(Event::of_failure(*code, retryable, retry_after), expected, "{code:?}");
        }
    }
}
