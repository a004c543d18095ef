//! The rows about what is asked of the policy.

use super::Row;
use super::lab::{
    Age, DAY, FAILED, GRACE, HOUR, LIFETIME, Lab, MINUTE, NEVER, SECOND, START, name, times, told_to_wait,
};
use nocodb_bitbucket_auth::newest_tokens::Times;
use nocodb_bitbucket_auth::refresh_turn::{Answer, Event, Reason, State};

pub const EVENTS: [&str; 6] = ["asked", "renew", "reject", "suspect", "configured", "retry_at"];

/// Runs a row.
pub fn run(Row { state, event, when, action, next }: &Row) {
    let (lab, answer) = match event.as_str() {
        "asked" => asked(state, when),
        "renew" => renew(state, when),
        "reject" => rejected(state, when),
        "suspect" => suspected(state, when),
        "configured" => configured(state, when),
        "retry_at" => retry_at(state, when),
        _ => panic!("no event {event}"),
    };
    assert_eq!(answer, action);
    assert_eq!(&name(lab.policy.state()), next);
}

fn words(answer: Answer) -> &'static str {
    match answer {
        Answer::Use => "use",
        Answer::Turn => "turn",
        Answer::GiveUp(Reason::Dead) => "give up: dead",
        Answer::GiveUp(Reason::LastRequest) => "give up: last request",
        Answer::GiveUp(Reason::Doubt) => "give up: doubt",
        Answer::GiveUp(Reason::Busy) => "give up: busy",
    }
}

/// In a state, with a pair that is usable or not, and the deadline of somebody who asks then.
fn asking(state: &str, when: &str) -> (Lab, f64) {
    let reach = |usable| Lab::reach(state, usable);
    let at_deadline = |lab: Lab| {
        let now = lab.now;
        (lab, now)
    };
    let ahead = |lab| (lab, NEVER);
    let expired = || Lab::at_rest(Age::Expired);
    match when {
        "usable, handed, not due" => ahead(Lab::at_rest(Age::Fresh)),
        "usable, not handed" if state == "Resting" => ahead(Lab::at_rest(Age::Fresh)),
        "usable, handed" | "usable, handed, due" | "usable, not handed" => ahead(reach(true)),
        "usable, handed, due, must wait"
        | "usable, not handed, due, must wait"
        | "usable, must wait after a failure" => {
            ahead(Lab::reach("Refreshing", true).all(&[told_to_wait(MINUTE), Event::Stored]))
        }
        "usable, not handed, the deadline has come" | "usable, the deadline has come" => at_deadline(reach(true)),
        "usable, not handed, the lock was busy nearly a minute ago" => ahead(busy().later(MINUTE - 1.0)),
        "usable, not handed, the lock was busy a minute ago" => ahead(busy().later(MINUTE)),
        // A review of a death, while the API still takes the access token.
        "usable, not handed, dead" => {
            let mut lab = Lab::at_rest(Age::Fresh);
            let dead = Event::FoundDead { died_at: None };
            lab = lab.wish().all(&[Event::Locked, dead, Event::Admitted]);
            assert_eq!(name(lab.policy.state()), state);
            ahead(lab)
        }
        "not usable" | "" => ahead(reach(false)),
        "not usable, dead" => ahead(dead(state)),
        "not usable, the deadline has come" => at_deadline(reach(false)),
        "not usable, the deadline has come, less than a minute after a failure" => {
            let lab = expired().refreshing().all(&[FAILED]);
            at_deadline(match state {
                "Locking" => lab.all(&[Event::LockLost]),
                _ => lab.all(&[Event::Woke, Event::NothingFound]),
            })
        }
        "not usable, the deadline has come, after a refusal" => {
            at_deadline(expired().refreshing().refused().refreshing_again())
        }
        "not usable, must wait after a failure" => ahead(expired().refreshing().all(&[Event::FailedForGood])),
        "not usable, must wait for more than a minute after a failure" => {
            ahead(expired().refreshing().all(&[told_to_wait(2.0 * MINUTE)]).later(MINUTE))
        }
        "not usable, must wait after a refusal" => {
            ahead(expired().refreshing().all(&[FAILED]).refreshing_again().refused())
        }
        "the wait ends by the deadline" | "not usable, the wait ends by the deadline" => {
            let lab = reach(false);
            let end = lab.now + lab.policy.wait(lab.now).unwrap();
            (lab, end)
        }
        "the wait ends after the deadline" | "not usable, the wait ends after the deadline" => {
            let lab = reach(false);
            let end = lab.now + lab.policy.wait(lab.now).unwrap();
            (lab, end - 1.0)
        }
        "not usable, the wait ends after the deadline, after a refusal" => {
            let lab = expired().refreshing().refused();
            let end = lab.now + lab.policy.wait(lab.now).unwrap();
            (lab, end - 1.0)
        }
        "not usable, nearly a minute after the last look" => ahead(reach(false).later(MINUTE - 1.0)),
        "a minute after the last look" | "not usable, a minute after the last look" => {
            ahead(reach(false).later(MINUTE))
        }
        _ => panic!("no recipe for {state}, {when}"),
    }
}

/// At rest after the lock could not be had.
fn busy() -> Lab {
    Lab::at_rest(Age::Fresh).begin().later(2.0 * SECOND).all(&[Event::LockBusy])
}

/// In this state of a turn that began four hours after the death.
fn dead(state: &str) -> Lab {
    let lab = Lab::reach("Dead", false).later(4.0 * HOUR);
    match state {
        "Locking" => lab.begin(),
        "AwaitingLock" => lab.begin().all(&[Event::LockBusy]),
        "Looking" => lab.looking(),
        "Queued" => lab.queued(),
        "Refreshing" => lab.refreshing(),
        _ => panic!("no way to {state} after a death"),
    }
}

fn asked(state: &str, when: &str) -> (Lab, &'static str) {
    let (mut lab, deadline) = asking(state, when);
    assert_eq!(name(lab.policy.state()), state);
    let known = if when.contains("not handed") { lab.generation() - 1 } else { lab.generation() };
    let answer = lab.policy.asked(known, deadline, lab.now);
    (lab, words(answer))
}

fn renew(state: &str, when: &str) -> (Lab, &'static str) {
    if when == "of an older pair" {
        let mut lab = Lab::reach(state, false);
        let answer = lab.policy.renew(lab.generation() - 1, NEVER, lab.now);
        return (lab, words(answer));
    }
    let more = when.strip_prefix("of the newest pair").unwrap().trim_start_matches(", ");
    let (mut lab, deadline) = asking(state, more);
    assert_eq!(name(lab.policy.state()), state);
    let answer = lab.policy.renew(lab.generation(), deadline, lab.now);
    (lab, words(answer))
}

fn rejected(state: &str, when: &str) -> (Lab, &'static str) {
    let mut lab = Lab::reach(state, true);
    let newest = lab.generation();
    let after_a_repetition = |lab: &mut Lab, repetitions| {
        assert!(lab.policy.reject(newest, 0, lab.now));
        lab.policy.reject(newest, repetitions, lab.now)
    };
    // Renewed here, which does not cure it.
    let renewed = || {
        let lab = Lab::at_rest(Age::Expired).refreshing();
        let pair = Event::Renewed(times(lab.now, LIFETIME));
        lab.all(&[pair, Event::Published, Event::Stored])
    };
    let (generation, repetitions) = match when {
        "401 to an older pair" => (newest - 1, 0),
        "401 to the newest pair" => (newest, 0),
        "401 to the newest pair, for the second time" => {
            assert!(lab.policy.reject(newest, 0, lab.now));
            (newest, 0)
        }
        "401 to the first repetition, with an older pair" => (newest - 1, 1),
        "401 to the second repetition, with an older pair" => (newest - 1, 2),
        "401 to the first repetition, with the newest pair from elsewhere" => (newest, 1),
        "401 to the second repetition, with the newest pair from elsewhere" => (newest, 2),
        "401 to the newest pair, after that" => {
            assert!(!after_a_repetition(&mut lab, 2));
            (newest, 0)
        }
        "401 to the first repetition, with the newest pair, renewed here" => {
            lab = renewed();
            (lab.generation(), 1)
        }
        "401 to the newest pair, renewed here, after that" => {
            lab = renewed();
            assert!(!lab.policy.reject(lab.generation(), 1, lab.now));
            (lab.generation(), 0)
        }
        "401 to the first repetition, with a newer pair from elsewhere, after that" => {
            lab = renewed();
            assert!(!lab.policy.reject(lab.generation(), 1, lab.now));
            lab.now += 1.0;
            lab.configure();
            (lab.generation(), 1)
        }
        _ => panic!("no recipe for {when}"),
    };
    let repeat = lab.policy.reject(generation, repetitions, lab.now);
    (lab, if repeat { "repeat" } else { "do not repeat" })
}

fn suspected(state: &str, when: &str) -> (Lab, &'static str) {
    let mut lab = Lab::reach(state, true);
    if when.contains("renewed here") {
        lab = Lab::at_rest(Age::Expired).refreshing();
        let pair = Event::Renewed(times(lab.now, LIFETIME));
        lab = lab.all(&[pair, Event::Published, Event::Stored]);
    }
    let newest = lab.generation();
    let (generation, repetitions) = match when {
        "with an older pair" => (newest - 1, 0),
        "with the newest pair" | "with the newest pair, renewed here" => (newest, 0),
        "for the second time, with the newest pair" => (newest, 1),
        "for the second time, with an older pair" => (newest - 1, 1),
        "with the newest pair, renewed here, after a second time" => {
            assert!(!lab.policy.suspect(newest, 1, lab.now));
            (newest, 0)
        }
        "with the newest pair from elsewhere, after a second time" => {
            assert!(!lab.policy.suspect(newest, 1, lab.now));
            (newest, 0)
        }
        _ => panic!("no recipe for {when}"),
    };
    let usable = lab.policy.clone().asked(newest, NEVER, lab.now);
    let is_cured = lab.policy.suspect(generation, repetitions, lab.now);
    assert_eq!(lab.policy.clone().asked(newest, NEVER, lab.now), usable, "the pair is as usable as it was");
    (lab, if is_cured { "renew" } else { "leave it" })
}

fn configured(state: &str, when: &str) -> (Lab, &'static str) {
    let mut lab = Lab::reach(state, false);
    let pair = match when {
        "older" => times(START - DAY, LIFETIME),
        "newer" => times(lab.now + 1.0, LIFETIME),
        "not comparable, not refused twice" if state == "Burying" => {
            lab.configure();
            Times::default()
        }
        "not comparable, in a review" => {
            lab = dead(state);
            Times::default()
        }
        "not comparable" | "not comparable, refused twice" | "not comparable, not refused twice" => Times::default(),
        _ => panic!("no recipe for {when}"),
    };
    let before = lab.generation();
    let taken = lab.policy.configured(pair, lab.now);
    assert_eq!(lab.generation(), before + u32::from(taken));
    (lab, if taken { "take it" } else { "leave it" })
}

fn retry_at(state: &str, when: &str) -> (Lab, &'static str) {
    let mut lab = Lab::reach(state, false);
    let in_vain = || Lab::at_rest(Age::Due).refreshing().all(&[FAILED, Event::Stored]);
    match when {
        "an answer may have been lost nearly 10 minutes ago" => lab = in_vain().later(GRACE - 1.0),
        "an answer may have been lost 10 minutes ago" => lab = in_vain().later(GRACE),
        "no answer may be lost" | "—" => {}
        _ => panic!("no recipe for {when}"),
    }
    let at = lab.policy.retry_at(lab.now);
    assert!(at.is_none() || lab.policy.state() == State::Resting);
    (lab, if at.is_some() { "a time" } else { "no time" })
}
