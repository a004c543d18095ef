//! When tokens are refreshed, how often a failed request is repeated, and how long each wait is.

use super::fixture::{
    Age, DAY, FAILED, Fixture, GRACE, HOUR, LIFETIME, LOCKOUT, MINUTE, NEVER, SECOND, START, StateName,
    failed_with_retry_after, name, times,
};
use nocodb_bitbucket_auth::error::Code;
use nocodb_bitbucket_auth::newest_tokens::Times;
use nocodb_bitbucket_auth::recent_failures::RecentFailures;
use nocodb_bitbucket_auth::refresh_cycle::{Action, Decision, Event, FailureReason, State, is_ahead, wait_until};
use nocodb_bitbucket_auth::refresh_policy::RefreshPolicy;

fn policy(times: Times) -> RefreshPolicy {
    RefreshPolicy::new(times, true, LOCKOUT, START)
}

/// When tokens are due: the earliest time at which the policy makes a caller wait for a refresh, although the caller's store
/// has the newest tokens.
fn due_at(times: Times, received: f64) -> Option<f64> {
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
pub fn tokens_are_refreshed_five_minutes_or_a_tenth_of_their_lifetime_before_they_expire() {
    for (lifetime, ahead) in [
        (2.0 * HOUR, 5.0 * MINUTE),
        (HOUR, 5.0 * MINUTE),
        (50.0 * MINUTE, 5.0 * MINUTE),
        (40.0 * MINUTE, 4.0 * MINUTE),
        (MINUTE, 6.0 * SECOND),
    ] {
        assert_eq!(due_at(times(START, lifetime), START), Some(START + lifetime - ahead), "{lifetime}");
    }
    // If the time of receipt is unknown or impossible, the remaining time counts as the lifetime.
    for obtained_at in [None, Some(START + DAY)] {
        let tokens = Times { obtained_at, expires_at: Some(START + 20.0 * MINUTE) };
        assert_eq!(due_at(tokens, START), Some(START + 18.0 * MINUTE), "{obtained_at:?}");
    }
}

#[test]
pub fn tokens_without_an_expiry_time_are_refreshed_after_sixty_idle_days() {
    assert_eq!(due_at(Times { obtained_at: Some(START), expires_at: None }, START), Some(START + 60.0 * DAY));
    assert_eq!(due_at(Times::default(), START), None);
    assert_eq!(due_at(times(START, 100.0 * DAY), START), Some(START + 60.0 * DAY));
}

#[test]
pub fn a_connection_counts_as_idle_sixty_days_after_its_last_refresh() {
    let since = |obtained_at, expires_at, now| policy(Times { obtained_at, expires_at }).is_idle(now);
    let (just, not_yet) = (START + 60.0 * DAY, START + 60.0 * DAY - 1.0);
    assert!(since(Some(START), None, just) && !since(Some(START), None, not_yet));
    assert!(since(None, Some(START), just) && !since(None, Some(START), not_yet));
    assert!(since(Some(START), Some(START + DAY), just));
    assert!(since(None, None, START), "a connection with unknown times counts as idle");
}

#[test]
fn a_config_without_an_access_token_is_refreshed_before_its_first_use() {
    let mut policy = RefreshPolicy::new(times(START, LIFETIME), false, LOCKOUT, START);
    assert_eq!(policy.acquire(1, NEVER, START), Decision::Wait);
    policy.handle(Event::LockAcquired, START, 0.5);
    assert_eq!(policy.handle(Event::NoSuccessor, START, 0.5), Action::Enqueue);
}

/// The times at which requests were sent, if each request fails and a caller needs tokens ten times a second.
fn requests_that_fail(age: Age, failure: Event) -> Vec<f64> {
    let mut fixture = Fixture::inactive(age);
    let end = fixture.now + 3.0 * MINUTE;
    let mut requests = Vec::new();
    while fixture.now < end {
        match fixture.policy.state() {
            State::BackingOff(until) if until <= fixture.now => {
                fixture.handle(Event::WaitEnded);
            }
            State::FindingSuccessor => fixture = fixture.handle_all(&[Event::NoSuccessor]),
            State::Queued => {
                requests.push(fixture.now - START);
                fixture = fixture.handle_all(&[Event::Admitted, failure]);
            }
            State::SavingTokens => fixture = fixture.handle_all(&[Event::Saved]),
            State::AcquiringLock => fixture = fixture.handle_all(&[Event::LockAcquired]),
            State::Inactive if fixture.policy.acquire(1, NEVER, fixture.now) == Decision::Wait => {}
            _ => fixture.now += 100.0,
        }
    }
    requests
}

#[test]
pub fn at_most_four_requests_fail_in_any_minute() {
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
pub fn transient_and_permanent_failures_are_counted_together() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting();
    let first = fixture.now;
    for _ in 0..3 {
        fixture = fixture.handle_all(&[FAILED]).requesting_again();
    }
    fixture = fixture.handle_all(&[Event::PermanentFailure]);
    assert_eq!(fixture.policy.backoff(fixture.now), Some(first + MINUTE - fixture.now));
}

#[test]
fn failures_with_a_time_in_the_future_are_ignored() {
    let mut failures = RecentFailures::default();
    for _ in 0..4 {
        failures.record(START);
    }
    assert_eq!((failures.count(START), failures.allow_another(START)), (4, false));
    assert_eq!(failures.next_at(START + SECOND), START + MINUTE);
    let set_back = START - HOUR;
    assert_eq!((failures.count(set_back), failures.allow_another(set_back)), (0, true));
    assert_eq!(failures.next_at(set_back), set_back);
}

#[test]
fn after_four_failures_no_request_is_sent_until_a_minute_has_passed_since_the_first_request() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting();
    let first = fixture.now;
    for _ in 0..3 {
        fixture = fixture.handle_all(&[FAILED]).requesting_again();
    }
    fixture = fixture.handle_all(&[FAILED]);
    assert_eq!(fixture.policy.state(), State::Inactive);
    assert_eq!(
        fixture.policy.background_refresh_at(fixture.now),
        Some(first + MINUTE),
        "the request is repeated even without a caller"
    );
    fixture.now = first + MINUTE - 1.0;
    assert_eq!(fixture.policy.acquire(1, NEVER, fixture.now), Decision::Fail(FailureReason::RequestFailed));
    assert_eq!(fixture.later(1.0).requesting().policy.state(), State::RequestingTokens);
}

#[test]
pub fn retry_after_is_respected_after_the_last_repetition_too() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting();
    for _ in 0..3 {
        fixture = fixture.handle_all(&[FAILED]).requesting_again();
    }
    let end = fixture.now + 2.0 * MINUTE;
    fixture = fixture.handle_all(&[failed_with_retry_after(2.0 * MINUTE)]);
    assert_eq!(fixture.policy.background_refresh_at(fixture.now), Some(end));
    fixture.now = end - 1.0;
    assert_eq!(
        fixture.policy.acquire(1, NEVER, fixture.now),
        Decision::Fail(FailureReason::RequestFailed),
        "no request is sent before the time of `Retry-After`, although no request failed in the last minute"
    );
    fixture.now = end;
    assert_eq!(fixture.requesting().policy.state(), State::RequestingTokens);
}

/// The times, in minutes, at which requests are sent without a caller, while Bitbucket responds with this `Retry-After` each
/// time.
fn times_of_requests_without_a_caller(age: Age, retry_after: f64) -> Vec<f64> {
    let mut fixture = Fixture::inactive(age);
    let since = fixture.now;
    let mut requests = Vec::new();
    loop {
        fixture = fixture.requesting();
        requests.push((fixture.now - since) / MINUTE);
        fixture = fixture.handle_all(&[failed_with_retry_after(retry_after)]);
        while let State::BackingOff(_) = fixture.policy.state() {
            fixture = fixture.requesting_again();
            requests.push((fixture.now - since) / MINUTE);
            fixture = fixture.handle_all(&[failed_with_retry_after(retry_after)]);
        }
        if fixture.policy.state() == State::SavingTokens {
            fixture = fixture.handle_all(&[Event::Saved]);
        }
        match fixture.policy.background_refresh_at(fixture.now) {
            Some(at) => fixture.now = at,
            None => return requests,
        }
    }
}

#[test]
pub fn retry_after_does_not_delay_the_last_request_beyond_the_grace_period() {
    assert_eq!(times_of_requests_without_a_caller(Age::Due, 2.0 * MINUTE), [0.0, 2.0, 4.0, 6.0, 8.0, 9.5]);
    assert_eq!(times_of_requests_without_a_caller(Age::Expired, 2.0 * MINUTE), [0.0, 2.0, 4.0, 6.0, 8.0, 9.5]);
    assert_eq!(times_of_requests_without_a_caller(Age::Expired, GRACE), [0.0, 9.5]);
    // After the last request in the grace period, no request can recover the lost response, so nothing shortens the wait.
    let mut fixture = Fixture::inactive(Age::Expired).requesting().handle_all(&[FAILED]).requesting_again();
    fixture.now = START + LIFETIME + 9.5 * MINUTE;
    fixture.handle(failed_with_retry_after(2.0 * MINUTE));
    assert_eq!(fixture.policy.backoff(fixture.now), Some(2.0 * MINUTE));
}

#[test]
fn the_remaining_wait_before_the_next_request_counts_down() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting();
    assert_eq!(fixture.policy.backoff(fixture.now), None);
    fixture = fixture.handle_all(&[failed_with_retry_after(2.0 * MINUTE)]);
    assert_eq!(fixture.policy.backoff(fixture.now), Some(2.0 * MINUTE));
    assert_eq!(fixture.policy.backoff(fixture.now + MINUTE), Some(MINUTE));
    assert_eq!(fixture.policy.backoff(fixture.now + 2.0 * MINUTE), None);
}

#[test]
pub fn a_short_retry_after_does_not_shorten_the_wait() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting();
    assert_eq!(fixture.handle(failed_with_retry_after(1.0)), Action::WaitUntil(START + LIFETIME + 375.0));
}

#[test]
pub fn the_next_request_waits_fifteen_seconds_or_a_minute_after_a_failure_that_only_an_administrator_can_fix() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting().handle_all(&[Event::PermanentFailure]);
    assert_eq!(
        fixture.policy.background_refresh_at(fixture.now),
        None,
        "no response was lost, so no request is repeated without a caller"
    );
    fixture.now += 15.0 * SECOND - 1.0;
    assert_eq!(fixture.policy.acquire(1, NEVER, fixture.now), Decision::Fail(FailureReason::RequestFailed));
    assert_eq!(fixture.later(1.0).requesting().policy.state(), State::RequestingTokens);

    let mut usable = Fixture::inactive(Age::Due).requesting().handle_all(&[Event::PermanentFailure, Event::Saved]);
    assert_eq!(usable.policy.acquire(1, NEVER, usable.now + MINUTE - 1.0), Decision::Use);
    assert_eq!(usable.policy.acquire(1, NEVER, usable.now + MINUTE), Decision::Wait);
}

#[test]
fn no_single_wait_exceeds_five_minutes() {
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
fn times_that_were_recorded_before_the_clock_was_set_back_delay_nothing() {
    let back = 2.0 * DAY;

    let mut failed = Fixture::inactive(Age::Expired).requesting().handle_all(&[Event::PermanentFailure]);
    failed.now -= back;
    assert!(
        failed.policy.on_unauthorized(1, 0, failed.now),
        "a 401 shows that the access token has expired, although the clock says otherwise"
    );
    assert_eq!(failed.clone().requesting().policy.state(), State::RequestingTokens);

    let mut busy = Fixture::inactive(Age::Fresh).start_cycle().later(2.0 * SECOND).handle_all(&[Event::LockBusy]);
    busy.now -= back;
    assert_eq!(busy.policy.acquire(0, NEVER, busy.now), Decision::Wait);

    let mut locking = Fixture::inactive(Age::Expired).start_cycle();
    locking.now -= back;
    assert!(locking.policy.on_unauthorized(1, 0, locking.now));
    let since = locking.now;
    assert_eq!(locking.handle(Event::LockBusy), Action::WaitUntil(since + 7.5));
    locking = locking.handle_all(&[Event::WaitEnded]);
    locking.now = since + 2.0 * MINUTE;
    assert_eq!(locking.handle(Event::LockBusy), Action::Done, "the cycle ends after two minutes by the new time");

    let mut dead = Fixture::in_state(StateName::Dead, false);
    dead.now -= back;
    assert!(dead.policy.on_unauthorized(1, 0, dead.now));
    assert_eq!(
        dead.clone().requesting().policy.state(),
        State::RequestingTokens,
        "the dead token is tried again, because the time of its death is in the future and so does not count"
    );

    // When the clock is set back, the grace period starts again.
    let mut lost = Fixture::inactive(Age::Due).requesting().handle_all(&[FAILED, Event::Saved]);
    lost.now -= back;
    assert_eq!(lost.policy.background_refresh_at(lost.now), Some(lost.now));
    let since = lost.now;
    lost = lost.requesting().handle_all(&[FAILED, Event::Saved]);
    assert!(lost.policy.background_refresh_at(since + GRACE - 1.0).is_some());
    assert_eq!(lost.policy.background_refresh_at(since + GRACE), None);

    let mut unjudged = Fixture::inactive(Age::Expired).requesting().handle_all(&[Event::Refused, Event::WaitEnded]);
    unjudged.now -= back;
    assert!(unjudged.policy.on_unauthorized(1, 0, unjudged.now));
    assert_eq!(unjudged.handle(Event::NoSuccessor), Action::JudgeRefusal);
}

#[test]
pub fn a_401_causes_a_refresh() {
    let mut policy = policy(times(START, LIFETIME));
    assert_eq!(policy.acquire(1, NEVER, START), Decision::Use);
    assert!(policy.on_unauthorized(1, 0, START));
    assert_eq!(policy.acquire(1, NEVER, START), Decision::Wait);
}

#[test]
fn a_401_to_older_tokens_causes_no_refresh() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting();
    let tokens = times(fixture.now, LIFETIME);
    fixture = fixture.handle_all(&[Event::Refreshed(tokens), Event::Published, Event::Saved]);
    assert!(fixture.policy.on_unauthorized(1, 0, fixture.now));
    assert!(fixture.policy.on_unauthorized(1, 1, fixture.now), "the request is repeated with the newest tokens");
    assert!(!fixture.policy.on_unauthorized(1, 2, fixture.now));
    assert_eq!(fixture.policy.acquire(2, NEVER, fixture.now), Decision::Use);
    assert!(fixture.policy.on_unauthorized(2, 0, fixture.now), "a 401 to the newest tokens still causes a refresh");
}

#[test]
pub fn a_401_that_persists_after_a_refresh_causes_one_more_refresh_per_expiry() {
    let mut fixture = Fixture::inactive(Age::Fresh);
    let mut refreshes = 0;
    let end = fixture.now + 3.0 * LIFETIME;
    while fixture.now < end {
        for repetitions in [0, 1, 2] {
            if fixture.policy.acquire(fixture.generation(), NEVER, fixture.now) == Decision::Wait {
                let tokens = times(fixture.now, LIFETIME);
                refreshes += 1;
                fixture = fixture.handle_all(&[
                    Event::LockAcquired,
                    Event::NoSuccessor,
                    Event::Admitted,
                    Event::Refreshed(tokens),
                ]);
                fixture = fixture.handle_all(&[Event::Published, Event::Saved]);
            }
            let generation = fixture.generation();
            if !fixture.policy.on_unauthorized(generation, repetitions, fixture.now) {
                break;
            }
        }
        fixture.now += SECOND;
    }
    // The first tokens are refreshed once. Then, at each expiry, the tokens are refreshed twice: regularly, and after the 401.
    assert_eq!(refreshes, 1 + 2 * 3);
}

#[test]
pub fn after_a_401_to_new_tokens_without_an_expiry_time_no_401_causes_a_refresh_for_ten_minutes() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting();
    fixture = fixture.handle_all(&[Event::Refreshed(Times::default()), Event::Published, Event::Saved]);
    let now = fixture.now;
    assert!(!fixture.policy.on_unauthorized(2, 1, now));
    assert!(!fixture.policy.on_unauthorized(2, 0, now + 10.0 * MINUTE - 1.0));
    assert!(fixture.policy.on_unauthorized(2, 0, now + 10.0 * MINUTE));
}

#[test]
pub fn a_call_refreshes_the_tokens_of_another_process_once_if_they_get_a_401_too() {
    let mut fixture = Fixture::inactive(Age::Fresh);
    let found = Event::SuccessorFound { times: times(START, LIFETIME), same_refresh_token: false };
    assert!(fixture.policy.on_unauthorized(1, 0, fixture.now));
    fixture = fixture.finding_successor().handle_all(&[found, Event::LockAcquired, Event::NoSuccessor, Event::Saved]);
    assert!(fixture.policy.on_unauthorized(2, 1, fixture.now));
    assert_eq!(fixture.policy.acquire(2, NEVER, fixture.now), Decision::Wait);
    let refreshed = Event::Refreshed(times(fixture.now, LIFETIME));
    fixture = fixture.handle_all(&[
        Event::LockAcquired,
        Event::NoSuccessor,
        Event::Admitted,
        refreshed,
        Event::Published,
        Event::Saved,
    ]);
    assert!(!fixture.policy.on_unauthorized(3, 2, fixture.now));
    assert_eq!(fixture.policy.acquire(3, NEVER, fixture.now), Decision::Use);
    assert!(!fixture.policy.on_unauthorized(3, 0, fixture.now));
}

#[test]
fn a_caller_whose_store_has_the_newest_tokens_does_not_wait_for_a_cycle_while_they_are_usable() {
    for state in super::States::UnderWay.list() {
        let mut fixture = Fixture::in_state(state, true);
        assert_eq!(fixture.policy.acquire(fixture.generation(), NEVER, fixture.now), Decision::Use, "{state:?}");
    }
}

#[test]
pub fn a_cycle_waits_two_minutes_for_the_lock_and_as_long_again_after_it_lost_the_lock() {
    let mut fixture = Fixture::inactive(Age::Expired).start_cycle().handle_all(&[Event::LockBusy]);
    assert_eq!(fixture.policy.state(), State::AwaitingLock(fixture.now + 7.5));
    // Each wait is a quarter of the time that the cycle has waited so far, but at least 10 ms and at most 500 ms.
    for (waited, wait) in [(20.0, 10.0), (40.0, 10.0), (100.0, 25.0), (2.0 * SECOND, 500.0), (60.0 * SECOND, 500.0)] {
        let mut fixture = fixture.clone();
        fixture.now = START + LIFETIME + waited;
        fixture.handle(Event::WaitEnded);
        assert_eq!(fixture.handle(Event::LockBusy), Action::WaitUntil(fixture.now + 0.75 * wait));
    }
    fixture.now += 2.0 * MINUTE;
    fixture.policy.handle(Event::WaitEnded, fixture.now, 0.5);
    fixture = fixture.handle_all(&[Event::LockAcquired, Event::LockLost, Event::LockBusy]);
    assert_eq!(name(fixture.policy.state()), StateName::AwaitingLock);
    fixture.now += 2.0 * MINUTE;
    fixture.policy.handle(Event::WaitEnded, fixture.now, 0.5);
    assert_eq!(fixture.handle(Event::LockBusy), Action::Done);
    assert_eq!(fixture.policy.failure_reason(fixture.now), FailureReason::TimedOut);
}

#[test]
pub fn newer_stored_tokens_make_callers_wait_for_the_lock_again() {
    let mut fixture = Fixture::inactive(Age::Due).start_cycle().later(2.0 * SECOND).handle_all(&[Event::LockBusy]);
    assert_eq!(fixture.policy.acquire(0, NEVER, fixture.now), Decision::Use);
    fixture.receive_stored_tokens();
    assert_eq!(
        fixture.policy.acquire(1, NEVER, fixture.now),
        Decision::Wait,
        "the newer tokens were not offered to the caller's store"
    );
}

#[test]
fn only_the_error_reconnect_required_counts_as_a_refusal() {
    for code in Code::ALL {
        for retryable in [false, true] {
            let retry_after = Some(SECOND);
            let expected = match code.as_str() {
                "RECONNECT_REQUIRED" => Event::Refused,
                // These responses may have contained the new tokens.
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
