//! When a pair is renewed, how often a request that fails is repeated, and how long anything is waited for.

use super::lab::{
    Age, DAY, FAILED, GRACE, HOUR, LIFETIME, LOCKOUT, Lab, MINUTE, NEVER, SECOND, START, StateName, name, times,
    told_to_wait,
};
use nocodb_bitbucket_auth::error::Code;
use nocodb_bitbucket_auth::newest_tokens::Times;
use nocodb_bitbucket_auth::recent_failures::RecentFailures;
use nocodb_bitbucket_auth::refresh_cycle::{Action, Decision, Event, FailureReason, State, is_ahead, wait_until};
use nocodb_bitbucket_auth::refresh_policy::RefreshPolicy;

fn policy(times: Times) -> RefreshPolicy {
    RefreshPolicy::new(times, true, LOCKOUT, START)
}

/// The first time at which a pair that was handed is renewed.
fn renewed_at(times: Times, received: f64) -> Option<f64> {
    let due = |now: f64| RefreshPolicy::new(times, true, LOCKOUT, received).acquire(1, NEVER, now) == Decision::Wait;
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
pub fn a_pair_is_renewed_five_minutes_or_a_tenth_of_its_lifetime_ahead() {
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
pub fn a_pair_without_a_time_of_expiry_is_renewed_when_it_was_idle_for_sixty_days() {
    assert_eq!(renewed_at(Times { obtained_at: Some(START), expires_at: None }, START), Some(START + 60.0 * DAY));
    assert_eq!(renewed_at(Times::default(), START), None);
    assert_eq!(renewed_at(times(START, 100.0 * DAY), START), Some(START + 60.0 * DAY));
}

#[test]
pub fn a_connection_is_idle_after_sixty_days() {
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
    assert_eq!(policy.acquire(1, NEVER, START), Decision::Wait);
    policy.handle(Event::LockAcquired, START, 0.5);
    assert_eq!(policy.handle(Event::NoSuccessor, START, 0.5), Action::Enqueue);
}

/// When requests were sent, where each one fails, though somebody asks ten times in a second.
fn requests_that_fail(age: Age, failure: Event) -> Vec<f64> {
    let mut lab = Lab::at_rest(age);
    let end = lab.now + 3.0 * MINUTE;
    let mut requests = Vec::new();
    while lab.now < end {
        match lab.policy.state() {
            State::BackingOff(until) if until <= lab.now => {
                lab.on(Event::WaitEnded);
            }
            State::FindingSuccessor => lab = lab.all(&[Event::NoSuccessor]),
            State::Queued => {
                requests.push(lab.now - START);
                lab = lab.all(&[Event::Admitted, failure]);
            }
            State::SavingTokens => lab = lab.all(&[Event::Saved]),
            State::AcquiringLock => lab = lab.all(&[Event::LockAcquired]),
            State::Inactive if lab.policy.acquire(1, NEVER, lab.now) == Decision::Wait => {}
            _ => lab.now += 100.0,
        }
    }
    requests
}

#[test]
pub fn four_requests_fail_in_any_minute_at_most() {
    for age in [Age::Due, Age::Expired] {
        let requests = requests_that_fail(age, FAILED);
        for since in &requests {
            let in_a_minute = requests.iter().filter(|at| (*since..since + MINUTE).contains(*at)).count();
            assert!(in_a_minute <= 4, "{requests:?}");
        }
        let waits: Vec<f64> = requests.windows(2).take(3).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(waits, [400.0, 800.0, 1500.0]);
        assert_eq!(requests[4], requests[0] + MINUTE);
        assert!(requests.len() >= 10, "{requests:?}");
    }
    let fifteen: Vec<f64> = (0..12).map(|count| LIFETIME + f64::from(count) * 15.0 * SECOND).collect();
    assert_eq!(requests_that_fail(Age::Expired, Event::PermanentFailure), fifteen);
    let due = LIFETIME - 4.0 * MINUTE;
    assert_eq!(requests_that_fail(Age::Due, Event::PermanentFailure), [due, due + MINUTE, due + 2.0 * MINUTE]);
}

#[test]
pub fn failures_of_both_kinds_are_counted_together() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    let first = lab.now;
    for _ in 0..3 {
        lab = lab.all(&[FAILED]).refreshing_again();
    }
    lab = lab.all(&[Event::PermanentFailure]);
    assert_eq!(lab.policy.backoff(lab.now), Some(first + MINUTE - lab.now));
}

#[test]
fn what_failed_later_than_now_is_forgotten() {
    let mut failures = RecentFailures::default();
    for _ in 0..4 {
        failures.note(START);
    }
    assert_eq!((failures.count(START), failures.allow_another(START)), (4, false));
    assert_eq!(failures.next_at(START + SECOND), START + MINUTE);
    let set_back = START - HOUR;
    assert_eq!((failures.count(set_back), failures.allow_another(set_back)), (0, true));
    assert_eq!(failures.next_at(set_back), set_back);
}

#[test]
fn a_pair_that_expires_after_the_failures_is_not_asked_for_before_the_minute_is_over() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    let first = lab.now;
    for _ in 0..3 {
        lab = lab.all(&[FAILED]).refreshing_again();
    }
    lab = lab.all(&[FAILED]);
    assert_eq!(lab.policy.state(), State::Inactive);
    assert_eq!(lab.policy.background_refresh_at(lab.now), Some(first + MINUTE), "without being asked, too");
    lab.now = first + MINUTE - 1.0;
    assert_eq!(lab.policy.acquire(1, NEVER, lab.now), Decision::Fail(FailureReason::RequestFailed));
    assert_eq!(lab.later(1.0).refreshing().policy.state(), State::RequestingTokens);
}

#[test]
pub fn retry_after_is_obeyed_after_the_repetitions_too() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    for _ in 0..3 {
        lab = lab.all(&[FAILED]).refreshing_again();
    }
    let end = lab.now + 2.0 * MINUTE;
    lab = lab.all(&[told_to_wait(2.0 * MINUTE)]);
    assert_eq!(lab.policy.background_refresh_at(lab.now), Some(end));
    lab.now = end - 1.0;
    assert_eq!(
        lab.policy.acquire(1, NEVER, lab.now),
        Decision::Fail(FailureReason::RequestFailed),
        "no failure in this minute"
    );
    lab.now = end;
    assert_eq!(lab.refreshing().policy.state(), State::RequestingTokens);
}

/// When a pair is asked for, though nobody asks, while Bitbucket asks to wait so long each time.
fn rescues(age: Age, retry_after: f64) -> Vec<f64> {
    let mut lab = Lab::at_rest(age);
    let since = lab.now;
    let mut requests = Vec::new();
    loop {
        lab = lab.refreshing();
        requests.push((lab.now - since) / MINUTE);
        lab = lab.all(&[told_to_wait(retry_after)]);
        while let State::BackingOff(_) = lab.policy.state() {
            lab = lab.refreshing_again();
            requests.push((lab.now - since) / MINUTE);
            lab = lab.all(&[told_to_wait(retry_after)]);
        }
        if lab.policy.state() == State::SavingTokens {
            lab = lab.all(&[Event::Saved]);
        }
        match lab.policy.background_refresh_at(lab.now) {
            Some(at) => lab.now = at,
            None => return requests,
        }
    }
}

#[test]
pub fn a_retry_after_does_not_reach_past_the_grace() {
    assert_eq!(rescues(Age::Due, 2.0 * MINUTE), [0.0, 2.0, 4.0, 6.0, 8.0, 9.5]);
    assert_eq!(rescues(Age::Expired, 2.0 * MINUTE), [0.0, 2.0, 4.0, 6.0, 8.0, 9.5]);
    assert_eq!(rescues(Age::Expired, GRACE), [0.0, 9.5]);
    // After the grace there is nothing to rescue.
    let mut lab = Lab::at_rest(Age::Expired).refreshing().all(&[FAILED]).refreshing_again();
    lab.now = START + LIFETIME + 9.5 * MINUTE;
    lab.on(told_to_wait(2.0 * MINUTE));
    assert_eq!(lab.policy.backoff(lab.now), Some(2.0 * MINUTE));
}

#[test]
fn the_wait_that_is_left_counts_down() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    assert_eq!(lab.policy.backoff(lab.now), None);
    lab = lab.all(&[told_to_wait(2.0 * MINUTE)]);
    assert_eq!(lab.policy.backoff(lab.now), Some(2.0 * MINUTE));
    assert_eq!(lab.policy.backoff(lab.now + MINUTE), Some(MINUTE));
    assert_eq!(lab.policy.backoff(lab.now + 2.0 * MINUTE), None);
}

#[test]
pub fn a_short_retry_after_does_not_shorten_a_wait() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    assert_eq!(lab.on(told_to_wait(1.0)), Action::WaitUntil(START + LIFETIME + 375.0));
}

#[test]
pub fn an_unusable_pair_is_left_alone_for_a_quarter_of_a_minute_after_a_failure_that_only_an_administrator_can_mend()
{
    let mut lab = Lab::at_rest(Age::Expired).refreshing().all(&[Event::PermanentFailure]);
    assert_eq!(lab.policy.background_refresh_at(lab.now), None, "no answer was lost");
    lab.now += 15.0 * SECOND - 1.0;
    assert_eq!(lab.policy.acquire(1, NEVER, lab.now), Decision::Fail(FailureReason::RequestFailed));
    assert_eq!(lab.later(1.0).refreshing().policy.state(), State::RequestingTokens);

    let mut usable = Lab::at_rest(Age::Due).refreshing().all(&[Event::PermanentFailure, Event::Saved]);
    assert_eq!(usable.policy.acquire(1, NEVER, usable.now + MINUTE - 1.0), Decision::Use);
    assert_eq!(usable.policy.acquire(1, NEVER, usable.now + MINUTE), Decision::Wait);
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
    assert!(is_ahead(START + 1.0, START, MINUTE) && is_ahead(START + MINUTE, START, MINUTE));
    assert!(!is_ahead(START, START, MINUTE) && !is_ahead(START + MINUTE + 1.0, START, MINUTE));
    assert!(!is_ahead(f64::NAN, START, MINUTE));
}

#[test]
fn nobody_waits_for_a_time_that_was_noted_before_a_clock_was_set_back() {
    let back = 2.0 * DAY;

    let mut failed = Lab::at_rest(Age::Expired).refreshing().all(&[Event::PermanentFailure]);
    failed.now -= back;
    assert!(failed.policy.on_unauthorized(1, 0, failed.now), "its access token was good for two hours two days ago");
    assert_eq!(failed.clone().refreshing().policy.state(), State::RequestingTokens);

    let mut busy = Lab::at_rest(Age::Fresh).begin().later(2.0 * SECOND).all(&[Event::LockBusy]);
    busy.now -= back;
    assert_eq!(busy.policy.acquire(0, NEVER, busy.now), Decision::Wait);

    let mut locking = Lab::at_rest(Age::Expired).begin();
    locking.now -= back;
    assert!(locking.policy.on_unauthorized(1, 0, locking.now));
    let since = locking.now;
    assert_eq!(locking.on(Event::LockBusy), Action::WaitUntil(since + 7.5));
    locking = locking.all(&[Event::WaitEnded]);
    locking.now = since + 2.0 * MINUTE;
    assert_eq!(locking.on(Event::LockBusy), Action::Done, "two minutes by the new time");

    let mut dead = Lab::reach(StateName::Dead, false);
    dead.now -= back;
    assert!(dead.policy.on_unauthorized(1, 0, dead.now));
    assert_eq!(
        dead.clone().refreshing().policy.state(),
        State::RequestingTokens,
        "a review, as nobody knows for how long it is dead"
    );

    // The grace begins anew.
    let mut lost = Lab::at_rest(Age::Due).refreshing().all(&[FAILED, Event::Saved]);
    lost.now -= back;
    assert_eq!(lost.policy.background_refresh_at(lost.now), Some(lost.now));
    let since = lost.now;
    lost = lost.refreshing().all(&[FAILED, Event::Saved]);
    assert!(lost.policy.background_refresh_at(since + GRACE - 1.0).is_some());
    assert_eq!(lost.policy.background_refresh_at(since + GRACE), None);

    let mut unjudged = Lab::at_rest(Age::Expired).refreshing().all(&[Event::Refused, Event::WaitEnded]);
    unjudged.now -= back;
    assert!(unjudged.policy.on_unauthorized(1, 0, unjudged.now));
    assert_eq!(unjudged.on(Event::NoSuccessor), Action::JudgeRefusal);
}

#[test]
pub fn a_401_costs_a_refresh() {
    let mut policy = policy(times(START, LIFETIME));
    assert_eq!(policy.acquire(1, NEVER, START), Decision::Use);
    assert!(policy.on_unauthorized(1, 0, START));
    assert_eq!(policy.acquire(1, NEVER, START), Decision::Wait);
}

#[test]
fn a_401_to_an_older_pair_costs_nothing() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    let pair = times(lab.now, LIFETIME);
    lab = lab.all(&[Event::Refreshed(pair), Event::Published, Event::Saved]);
    assert!(lab.policy.on_unauthorized(1, 0, lab.now));
    assert!(lab.policy.on_unauthorized(1, 1, lab.now), "with the newest");
    assert!(!lab.policy.on_unauthorized(1, 2, lab.now));
    assert_eq!(lab.policy.acquire(2, NEVER, lab.now), Decision::Use);
    assert!(lab.policy.on_unauthorized(2, 0, lab.now), "the newest is still believed to be cured by a refresh");
}

#[test]
pub fn a_401_that_a_fresh_token_does_not_cure_costs_one_refresh_for_each_expiry() {
    let mut lab = Lab::at_rest(Age::Fresh);
    let mut refreshes = 0;
    let end = lab.now + 3.0 * LIFETIME;
    while lab.now < end {
        for repetitions in [0, 1, 2] {
            if lab.policy.acquire(lab.generation(), NEVER, lab.now) == Decision::Wait {
                let pair = times(lab.now, LIFETIME);
                refreshes += 1;
                lab = lab.all(&[Event::LockAcquired, Event::NoSuccessor, Event::Admitted, Event::Refreshed(pair)]);
                lab = lab.all(&[Event::Published, Event::Saved]);
            }
            let generation = lab.generation();
            if !lab.policy.on_unauthorized(generation, repetitions, lab.now) {
                break;
            }
        }
        lab.now += SECOND;
    }
    // The pair at the start, and then each time that the token's own time has come: that renewal, and the one in vain.
    assert_eq!(refreshes, 1 + 2 * 3);
}

#[test]
pub fn a_401_is_distrusted_for_ten_minutes_where_the_time_of_expiry_is_unknown() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    lab = lab.all(&[Event::Refreshed(Times::default()), Event::Published, Event::Saved]);
    let now = lab.now;
    assert!(!lab.policy.on_unauthorized(2, 1, now));
    assert!(!lab.policy.on_unauthorized(2, 0, now + 10.0 * MINUTE - 1.0));
    assert!(lab.policy.on_unauthorized(2, 0, now + 10.0 * MINUTE));
}

#[test]
pub fn a_pair_from_elsewhere_that_does_not_cure_a_401_is_renewed_once_in_the_same_call() {
    let mut lab = Lab::at_rest(Age::Fresh);
    let found = Event::SuccessorFound { times: times(START, LIFETIME), same_refresh_token: false };
    assert!(lab.policy.on_unauthorized(1, 0, lab.now));
    lab = lab.looking().all(&[found, Event::LockAcquired, Event::NoSuccessor, Event::Saved]);
    assert!(lab.policy.on_unauthorized(2, 1, lab.now));
    assert_eq!(lab.policy.acquire(2, NEVER, lab.now), Decision::Wait);
    let renewed = Event::Refreshed(times(lab.now, LIFETIME));
    lab =
        lab.all(&[Event::LockAcquired, Event::NoSuccessor, Event::Admitted, renewed, Event::Published, Event::Saved]);
    assert!(!lab.policy.on_unauthorized(3, 2, lab.now));
    assert_eq!(lab.policy.acquire(3, NEVER, lab.now), Decision::Use);
    assert!(!lab.policy.on_unauthorized(3, 0, lab.now));
}

#[test]
fn nobody_waits_for_somebody_elses_turn_while_the_pair_is_usable_and_handed() {
    for state in super::States::UnderWay.list() {
        let mut lab = Lab::reach(state, true);
        assert_eq!(lab.policy.acquire(lab.generation(), NEVER, lab.now), Decision::Use, "{state:?}");
    }
}

#[test]
pub fn a_lock_is_waited_for_with_patience_that_starts_anew_when_it_was_lost() {
    let mut lab = Lab::at_rest(Age::Expired).begin().all(&[Event::LockBusy]);
    assert_eq!(lab.policy.state(), State::AwaitingLock(lab.now + 7.5));
    // A quarter of what was waited already, within limits.
    for (waited, wait) in [(20.0, 10.0), (40.0, 10.0), (100.0, 25.0), (2.0 * SECOND, 500.0), (60.0 * SECOND, 500.0)] {
        let mut lab = lab.clone();
        lab.now = START + LIFETIME + waited;
        lab.on(Event::WaitEnded);
        assert_eq!(lab.on(Event::LockBusy), Action::WaitUntil(lab.now + 0.75 * wait));
    }
    lab.now += 2.0 * MINUTE;
    lab.policy.handle(Event::WaitEnded, lab.now, 0.5);
    lab = lab.all(&[Event::LockAcquired, Event::LockLost, Event::LockBusy]);
    assert_eq!(name(lab.policy.state()), StateName::AwaitingLock);
    lab.now += 2.0 * MINUTE;
    lab.policy.handle(Event::WaitEnded, lab.now, 0.5);
    assert_eq!(lab.on(Event::LockBusy), Action::Done);
    assert_eq!(lab.policy.failure_reason(lab.now), FailureReason::TimedOut);
}

#[test]
pub fn a_newer_pair_ends_the_time_for_which_nobody_waits_for_the_lock() {
    let mut lab = Lab::at_rest(Age::Due).begin().later(2.0 * SECOND).all(&[Event::LockBusy]);
    assert_eq!(lab.policy.acquire(0, NEVER, lab.now), Decision::Use);
    lab.configure();
    assert_eq!(lab.policy.acquire(1, NEVER, lab.now), Decision::Wait, "its store was not handed the newer one");
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
                    Event::TransientFailure { retry_after }
                }
                _ if retryable => Event::TransientFailure { retry_after },
                _ => Event::PermanentFailure,
            };
            assert_eq!(Event::of_failure(*code, retryable, retry_after), expected, "{code:?}");
        }
    }
}
