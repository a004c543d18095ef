//! Which refusals of a refresh token count, when a dead connection works again, and how forced refreshes and saves end.
//! A *dead* refresh token is one that Bitbucket no longer accepts. After a use of a dead token, Bitbucket refuses all refresh
//! tokens of the client for a while: the *lockout*. So another connection's refusal *explains* a refusal, unless the other
//! refusal came more than a lockout earlier. An explained refusal does not count. A *tombstone* in the shared store tells other
//! processes that a token is dead. A *review* is another try with a refresh token that was declared dead.

use super::fixture::{
    Age, COUNTS, EXPLAINED, FAILED, Fixture, GRACE, HOUR, LIFETIME, LOCKOUT, MINUTE, NEVER, SECOND, START, StateName,
    failed_with_retry_after, name, times,
};
use nocodb_bitbucket_auth::newest_tokens::Times;
use nocodb_bitbucket_auth::refresh_cycle::{Action, Decision, Event, FailureReason, State};
use nocodb_bitbucket_auth::refresh_policy::RefreshPolicy;
use nocodb_bitbucket_auth::refresh_queue::Priority;

fn dead() -> Fixture {
    Fixture::in_state(StateName::Dead, false)
}

#[test]
pub fn a_refused_refresh_token_is_tried_again_after_two_to_ten_times_the_lockout() {
    for (random, lockouts) in [(0.0, 2.0), (0.5, 6.0), (1.0, 10.0)] {
        let mut fixture = Fixture::inactive(Age::Expired).requesting().judging_refusal();
        fixture.random = random;
        let until = fixture.now + lockouts * LOCKOUT;
        assert_eq!(fixture.handle(COUNTS), Action::WaitUntil(until));
        fixture = fixture.requesting_again();
        assert_eq!(fixture.now, until);
        fixture = fixture.refused();
        assert_eq!(fixture.policy.state(), State::WritingTombstone);
        fixture = fixture.handle_all(&[Event::Published]);
        assert_eq!(fixture.policy.acquire(1, NEVER, fixture.now), Decision::Fail(FailureReason::Dead));
    }
}

#[test]
pub fn a_refusal_is_judged_after_two_seconds_or_a_fifteenth_of_the_lockout() {
    for (lockout, wait) in [(0.0, 0.0), (SECOND, SECOND / 15.0), (30.0 * SECOND, 2000.0), (5.0 * MINUTE, 2000.0)] {
        let mut fixture = Fixture::with_lockout(lockout, Age::Expired).requesting();
        let until = fixture.now + wait;
        assert_eq!(fixture.handle(Event::Refused), Action::WaitUntil(until), "{lockout}");
    }
    // A cycle that takes the lock again does not judge the refusal earlier.
    let fixture = Fixture::inactive(Age::Expired).requesting().handle_all(&[Event::Refused]);
    let until = fixture.now + 2.0 * SECOND;
    let mut fixture = fixture.later(SECOND).finding_successor_again();
    assert_eq!(fixture.handle(Event::NoSuccessor), Action::WaitUntil(until));
    assert_eq!(fixture.handle_all(&[Event::WaitEnded, Event::NoSuccessor]).policy.state(), State::JudgingRefusal);
}

#[test]
pub fn a_refusal_of_another_connection_explains_a_refusal_that_came_at_most_one_lockout_later() {
    let policy = Fixture::inactive(Age::Expired).policy;
    let explained = |others_refused_ago, refused_ago| policy.is_explained(others_refused_ago, refused_ago);
    assert!(!explained(None, 2.0 * SECOND));
    for (others_refused_ago, expected) in
        [(0.0, true), (2.0 * SECOND, true), (LOCKOUT + 2.0 * SECOND, true), (LOCKOUT + 2.0 * SECOND + 1.0, false)]
    {
        assert_eq!(explained(Some(others_refused_ago), 2.0 * SECOND), expected, "{others_refused_ago}");
    }
}

#[test]
pub fn explained_refusals_do_not_count_even_if_there_are_many() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting();
    for _ in 0..20 {
        fixture = fixture.judging_refusal().handle_all(&[EXPLAINED]);
        assert_eq!(fixture.policy.state(), State::Queued);
        assert_eq!((fixture.policy.priority(fixture.now), fixture.policy.is_refused()), (Priority::Normal, true));
        assert_eq!(
            fixture.policy.acquire(1, fixture.now, fixture.now),
            Decision::Fail(FailureReason::RefreshPending)
        );
        fixture = fixture.handle_all(&[Event::Admitted]);
    }
    fixture = fixture.refused();
    assert_eq!(
        name(fixture.policy.state()),
        StateName::BackingOff,
        "the refusal after the explained refusals counts"
    );
    assert_eq!(fixture.requesting_again().refused().policy.state(), State::WritingTombstone);
}

#[test]
pub fn a_refusal_that_is_judged_more_than_ten_minutes_late_does_not_count() {
    let judging = Fixture::inactive(Age::Expired).requesting().judging_refusal();
    let late = judging.clone().later(10.0 * MINUTE).handle_all(&[COUNTS]);
    assert_eq!(
        name(late.policy.state()),
        StateName::BackingOff,
        "a refusal that is judged exactly ten minutes late still counts"
    );
    let fixture = judging.later(10.0 * MINUTE + 1.0).handle_all(&[COUNTS]);
    assert_eq!((fixture.policy.state(), fixture.policy.priority(fixture.now)), (State::Queued, Priority::Normal));
}

#[test]
fn two_refusals_count_although_a_failure_or_an_explained_refusal_came_between_them() {
    let refused = Fixture::inactive(Age::Expired).requesting().refused().requesting_again();
    let explained = refused.clone().judging_refusal().handle_all(&[EXPLAINED, Event::Admitted]);
    assert_eq!(explained.refused().policy.state(), State::WritingTombstone);
    let failed = refused.handle_all(&[FAILED]).requesting_again();
    let since = failed.now;
    let mut fixture = failed.refused();
    assert_eq!(fixture.policy.state(), State::Inactive, "no token is declared dead while a response may be lost");
    fixture.now = since + GRACE;
    assert_eq!(fixture.requesting().refused().policy.state(), State::WritingTombstone);
}

#[test]
pub fn no_refresh_token_is_declared_dead_while_a_response_may_be_lost() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting().handle_all(&[FAILED]).requesting_again();
    let grace_ends = fixture.now - 375.0 + GRACE;
    let mut requests = 0;
    fixture = fixture.later(MINUTE);
    while fixture.now < grace_ends {
        requests += 1;
        fixture = fixture.refused();
        assert_eq!(name(fixture.policy.state()), StateName::BackingOff);
        assert_eq!(fixture.clone().policy.acquire(1, NEVER, fixture.now), Decision::Wait);
        fixture = fixture.requesting_again();
    }
    assert_eq!(
        fixture.refused().policy.state(),
        State::WritingTombstone,
        "after the grace period, one more refusal is enough"
    );
    assert!(requests >= 3, "{requests}");
    // The last request is sent before the grace period ends.
    let mut fixture = Fixture::inactive(Age::Expired).requesting().handle_all(&[FAILED]).requesting_again();
    let grace_ends = fixture.now - 375.0 + GRACE;
    fixture.random = 1.0;
    fixture = fixture.later(5.0 * MINUTE + 40.0 * SECOND).refused();
    assert_eq!(fixture.policy.state(), State::BackingOff(grace_ends - 30.0 * SECOND));
}

#[test]
fn a_tombstone_does_not_stop_the_retry_for_a_lost_response() {
    let fixture = Fixture::inactive(Age::Expired).requesting().handle_all(&[FAILED, Event::WaitEnded]);
    let mut retrying = fixture.clone().find_tombstone();
    assert_eq!((retrying.policy.state(), retrying.policy.priority(retrying.now)), (State::Queued, Priority::Urgent));
    assert_eq!(retrying.policy.acquire(1, NEVER, retrying.now), Decision::Wait);
    assert_eq!(fixture.later(GRACE).find_tombstone().policy.state(), State::Dead);
}

#[test]
fn the_priority_depends_on_lost_responses_and_refusals() {
    let priority = |fixture: Fixture| fixture.policy.priority(fixture.now);
    let expired = || Fixture::inactive(Age::Expired);
    assert_eq!(priority(expired().queued()), Priority::Normal);
    let failed = || expired().requesting().handle_all(&[FAILED]);
    assert_eq!(priority(failed()), Priority::Urgent);
    assert_eq!(priority(failed().later(GRACE - 1.0)), Priority::Urgent);
    assert_eq!(priority(failed().later(GRACE)), Priority::Normal);
    assert_eq!(priority(expired().requesting().refused()), Priority::Suspect);
    assert_eq!(priority(failed().requesting_again().refused()), Priority::Suspect);
    assert_eq!(priority(dead().later(4.0 * HOUR).queued()), Priority::Suspect);
    assert_eq!(priority(Fixture::revived(Age::Expired).queued()), Priority::Suspect);
}

#[test]
fn a_successor_of_a_refused_token_starts_without_refusals() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting().handle_all(&[Event::Refused, Event::WaitEnded]);
    let found = Event::SuccessorFound { times: times(START, LIFETIME), same_refresh_token: false };
    fixture = fixture.handle_all(&[found, Event::LockAcquired, Event::NoSuccessor]);
    assert_eq!(fixture.policy.state(), State::Queued, "the successor is refreshed without a wait");
    assert!(!fixture.policy.is_refused());
    fixture = fixture.handle_all(&[Event::Admitted]).refused();
    assert_eq!(name(fixture.policy.state()), StateName::BackingOff);
}

#[test]
fn newer_tokens_start_without_the_history_of_the_previous_ones() {
    let refreshed = |fixture: Fixture| {
        let tokens = Event::Refreshed(times(fixture.now, 0.0));
        fixture.handle_all(&[tokens])
    };
    // The previous tokens were published after those of another process, so a token set with an earlier time could be
    // their successor. This exception does not apply to the newer tokens.
    let found =
        |obtained_at| Event::SuccessorFound { times: times(obtained_at, LIFETIME), same_refresh_token: false };
    let superseded = refreshed(Fixture::inactive(Age::Expired).requesting()).handle_all(&[
        Event::Superseded,
        found(START),
        Event::LockAcquired,
    ]);
    assert_eq!(
        superseded.handle_all(&[found(START - 1.0)]).policy.state(),
        State::Queued,
        "the older tokens are not a successor"
    );
    // This process had refreshed the previous tokens, so another refresh would not have helped against a 401. The newer
    // tokens come from another process.
    let mut own = refreshed(Fixture::inactive(Age::Expired).requesting())
        .handle_all(&[Event::Published, Event::Saved])
        .finding_successor();
    let newer = Event::SuccessorFound { times: times(own.now, LIFETIME), same_refresh_token: false };
    own = own.handle_all(&[newer, Event::LockAcquired, Event::NoSuccessor, Event::Saved]);
    assert!(own.policy.on_unauthorized(own.generation(), 1, own.now));
}

#[test]
pub fn the_failures_of_the_last_minute_still_count_after_a_refresh() {
    let mut fixture = Fixture::inactive(Age::Expired).requesting();
    let first = fixture.now;
    for _ in 0..3 {
        fixture = fixture.handle_all(&[FAILED]).requesting_again();
    }
    let tokens = Event::Refreshed(times(fixture.now, 0.0));
    let mut refreshed = fixture.clone().handle_all(&[tokens, Event::Published, Event::Saved]).requesting();
    assert_eq!(refreshed.handle(FAILED), Action::Done, "the fourth failure in a minute ends the cycle");
    assert_eq!(refreshed.policy.backoff(refreshed.now), Some(first + MINUTE - refreshed.now));

    let mut configured = fixture.handle_all(&[FAILED]);
    assert!(configured.policy.on_stored_tokens(times(START + 1.0, HOUR), configured.now));
    assert_eq!(configured.policy.acquire(2, NEVER, configured.now), Decision::Fail(FailureReason::RequestFailed));
}

#[test]
pub fn a_dead_connection_is_reviewed_every_four_hours() {
    let mut fixture = dead();
    for _ in 0..3 {
        let died_at = fixture.now;
        while fixture.now + MINUTE < died_at + 4.0 * HOUR {
            fixture = fixture.later(MINUTE).finding_successor().handle_all(&[Event::NoSuccessor]);
            assert_eq!(fixture.policy.state(), State::Dead);
            assert_eq!(
                fixture.policy.acquire(1, NEVER, fixture.now + MINUTE - 1.0),
                Decision::Fail(FailureReason::Dead)
            );
        }
        fixture.now = died_at + 4.0 * HOUR;
        fixture = fixture.requesting().refused();
        assert_eq!(
            fixture.policy.state(),
            State::WritingTombstone,
            "one refused request is enough, and the tombstone is published"
        );
        fixture = fixture.handle_all(&[Event::Published]);
        assert_eq!(fixture.policy.acquire(1, NEVER, fixture.now), Decision::Fail(FailureReason::Dead));
    }
    fixture = fixture.reviewing();
    let refreshed = Event::Refreshed(times(fixture.now, LIFETIME));
    fixture = fixture.handle_all(&[refreshed, Event::Published, Event::Saved]);
    assert_eq!(fixture.policy.acquire(2, NEVER, fixture.now), Decision::Use);
    assert_eq!((fixture.policy.priority(fixture.now), fixture.policy.is_refused()), (Priority::Normal, false));
}

#[test]
pub fn a_review_without_a_verdict_is_repeated_after_ten_minutes() {
    for (events, next) in [
        (&[Event::Refused, Event::WaitEnded, Event::NoSuccessor, EXPLAINED][..], State::Dead),
        (&[Event::PermanentFailure], State::Inactive),
    ] {
        let mut fixture = dead().reviewing();
        let since = fixture.now;
        fixture = fixture.handle_all(events);
        assert_eq!(fixture.policy.state(), next);
        fixture.now = since + 10.0 * MINUTE - 1.0;
        assert_eq!(
            fixture.clone().finding_successor().handle_all(&[Event::NoSuccessor]).policy.state(),
            State::Dead,
            "{events:?}"
        );
        let fixture = fixture.later(1.0);
        let fixture = if fixture.policy.state() == State::Dead { fixture.later(MINUTE) } else { fixture };
        assert_eq!(fixture.requesting().policy.state(), State::RequestingTokens, "{events:?}");
    }
}

#[test]
fn a_review_whose_request_was_not_sent_continues() {
    let fixture = dead().reviewing().handle_all(&[Event::LockLost, Event::LockAcquired, Event::NoSuccessor]);
    assert_eq!(fixture.policy.state(), State::Queued);
}

#[test]
fn a_review_is_retried_if_its_response_may_be_lost() {
    let mut fixture = dead().reviewing();
    let since = fixture.now;
    for _ in 0..3 {
        fixture = fixture.handle_all(&[FAILED]).requesting_again();
        assert_eq!(
            fixture.policy.acquire(1, NEVER, fixture.now),
            Decision::Fail(FailureReason::Dead),
            "no caller waits for the review"
        );
    }
    fixture = fixture.handle_all(&[FAILED]);
    assert_eq!(fixture.policy.state(), State::Inactive);
    fixture.now = fixture.policy.background_refresh_at(fixture.now).unwrap();
    assert_eq!(fixture.now, since + MINUTE);
    fixture = fixture.requesting().handle_all(&[failed_with_retry_after(2.0 * MINUTE)]);
    assert_eq!(fixture.policy.acquire(1, NEVER, fixture.now), Decision::Fail(FailureReason::Dead));
    let last = fixture.now;
    fixture.now = since + GRACE;
    assert_eq!(fixture.policy.background_refresh_at(fixture.now), None);
    let fixture = fixture.finding_successor().handle_all(&[Event::NoSuccessor]);
    assert_eq!(fixture.policy.state(), State::Dead);
    assert_eq!(fixture.later(last + GRACE - since).requesting().policy.state(), State::RequestingTokens);
}

#[test]
fn only_a_newer_tombstone_postpones_the_review() {
    let mut fixture = Fixture::inactive(Age::Expired).finding_successor();
    let died_at = fixture.now;
    fixture = fixture.handle_all(&[Event::TombstoneFound { died_at: Some(died_at) }]);
    let died = |died_at| Event::TombstoneFound { died_at: Some(died_at) };
    fixture.now = died_at + 4.0 * HOUR;
    for old in [died_at, died_at - HOUR, fixture.now + HOUR] {
        assert_eq!(
            fixture.clone().finding_successor().handle_all(&[died(old)]).policy.state(),
            State::Queued,
            "{old}"
        );
    }
    let newer = fixture.clone().finding_successor().handle_all(&[died(died_at + HOUR)]);
    assert_eq!(newer.policy.state(), State::Dead, "another process has already reviewed the refresh token");
    assert_eq!(newer.later(HOUR).requesting().policy.state(), State::RequestingTokens);
}

#[test]
pub fn a_process_that_finds_a_tombstone_reviews_the_token_ten_minutes_after_it_first_saw_the_connection_then_every_four_hours()
 {
    let old = Event::TombstoneFound { died_at: Some(START - HOUR) };
    let mut fixture = Fixture::inactive(Age::Fresh).force_refresh().handle_all(&[Event::LockAcquired, old]);
    assert_eq!(fixture.policy.state(), State::Dead);
    fixture.now = START + LIFETIME;
    fixture = fixture.finding_successor().handle_all(&[old, Event::Admitted]).refused();
    assert_eq!(fixture.policy.state(), State::WritingTombstone);
    fixture = fixture
        .handle_all(&[Event::Published])
        .later(4.0 * HOUR - 1.0)
        .finding_successor()
        .handle_all(&[Event::NoSuccessor]);
    assert_eq!(fixture.policy.state(), State::Dead);
}

#[test]
fn an_older_tombstone_does_not_bring_the_review_forward() {
    let fixture = dead().later(MINUTE).finding_successor();
    let old = Event::TombstoneFound { died_at: Some(fixture.now - 4.0 * HOUR) };
    let fixture = fixture
        .handle_all(&[old])
        .later(MINUTE)
        .finding_successor()
        .handle_all(&[Event::TombstoneFound { died_at: None }]);
    assert_eq!(fixture.policy.state(), State::Dead);
}

#[test]
fn usable_tokens_are_used_although_their_refresh_token_is_dead() {
    let mut fixture = Fixture::inactive(Age::Fresh).finding_successor();
    fixture = fixture.find_tombstone().handle_all(&[Event::Saved]);
    assert_eq!(fixture.policy.state(), State::Inactive);
    assert_eq!(fixture.policy.acquire(1, NEVER, fixture.now), Decision::Use);
    assert_eq!(fixture.policy.acquire(0, NEVER, fixture.now), Decision::Use);
    assert!(fixture.policy.on_unauthorized(1, 0, fixture.now));
    fixture = fixture.finding_successor().handle_all(&[Event::NoSuccessor]);
    assert_eq!(fixture.policy.state(), State::Dead);
}

#[test]
fn newer_stored_tokens_are_accepted_and_older_or_equal_ones_are_ignored() {
    let known = times(START, LIFETIME);
    for (tokens, taken) in [
        (times(START + 1.0, LIFETIME), true),
        (times(START, LIFETIME), false),
        (times(START - 1.0, 2.0 * LIFETIME), false),
        (Times { obtained_at: None, expires_at: Some(START + LIFETIME + 1.0) }, true),
        (Times { obtained_at: None, expires_at: Some(START + LIFETIME) }, false),
        (Times { obtained_at: Some(START + 1.0), expires_at: None }, true),
        (Times::default(), false),
    ] {
        let mut policy = RefreshPolicy::new(known, true, LOCKOUT, START);
        assert_eq!(policy.on_stored_tokens(tokens, START), taken, "{tokens:?}");
        assert_eq!(policy.generation(), if taken { 2 } else { 1 });
    }
}

#[test]
fn changed_stored_tokens_revive_a_dead_connection_for_one_request() {
    let mut fixture = Fixture::revived(Age::Expired).finding_successor();
    // The old tombstone is still in the shared store.
    let died = Event::TombstoneFound { died_at: Some(fixture.now - HOUR) };
    fixture = fixture.handle_all(&[died]);
    assert_eq!(fixture.policy.state(), State::Queued);
    fixture = fixture.handle_all(&[Event::Admitted, Event::Refused, Event::WaitEnded, died, COUNTS]);
    assert_eq!(fixture.policy.state(), State::WritingTombstone);
    fixture = fixture.handle_all(&[Event::Published]);
    assert_eq!(fixture.policy.acquire(fixture.generation(), NEVER, fixture.now), Decision::Fail(FailureReason::Dead));

    let mut fixture = Fixture::revived(Age::Expired).requesting();
    let tokens = times(fixture.now, LIFETIME);
    fixture = fixture.handle_all(&[Event::Refreshed(tokens), Event::Published, Event::Saved]);
    fixture.now += LIFETIME;
    fixture = fixture.finding_successor().find_tombstone();
    assert_eq!(fixture.policy.state(), State::Dead, "a tombstone of the new tokens counts");
}

#[test]
fn a_revived_connection_may_send_only_one_request_although_a_second_config_arrives() {
    let mut fixture = Fixture::revived(Age::Expired);
    assert!(fixture.policy.on_stored_tokens(times(fixture.now - HOUR, HOUR), fixture.now));
    let died = Event::TombstoneFound { died_at: Some(fixture.now) };
    fixture = fixture.finding_successor().handle_all(&[died]);
    assert_eq!(fixture.policy.state(), State::Queued);
    assert_eq!(fixture.handle_all(&[Event::Admitted]).refused().policy.state(), State::WritingTombstone);
}

#[test]
fn an_older_config_does_not_revive_a_dead_connection() {
    let mut fixture = dead();
    assert!(!fixture.policy.on_stored_tokens(times(START - 1.0, LIFETIME), fixture.now));
    assert!(
        fixture.policy.on_stored_tokens(times(START, LIFETIME), fixture.now),
        "a config whose tokens are as old as the dead ones revives the connection"
    );
}

#[test]
pub fn a_late_successor_of_a_dead_token_is_found_without_a_request() {
    let mut fixture = dead();
    for _ in 0..2 {
        fixture = fixture.later(MINUTE).finding_successor().handle_all(&[Event::NoSuccessor]);
        assert_eq!(fixture.policy.state(), State::Dead);
        assert_eq!(fixture.policy.acquire(1, NEVER, fixture.now + MINUTE - 1.0), Decision::Fail(FailureReason::Dead));
    }
    fixture.now += MINUTE;
    let found = Event::SuccessorFound { times: times(fixture.now, LIFETIME), same_refresh_token: false };
    fixture = fixture.finding_successor().handle_all(&[found, Event::LockAcquired, Event::NoSuccessor, Event::Saved]);
    assert_eq!(fixture.policy.acquire(2, NEVER, fixture.now), Decision::Use);
}

#[test]
fn stored_tokens_revive_a_connection_that_is_dead_or_is_being_declared_dead() {
    let died = Event::TombstoneFound { died_at: Some(START) };
    let mut searching = dead().later(MINUTE).finding_successor();
    let mut declaring_dead = Fixture::in_state(StateName::WritingTombstone, false);
    for fixture in [&mut searching, &mut declaring_dead] {
        assert!(fixture.policy.on_stored_tokens(times(fixture.now - HOUR, HOUR), fixture.now));
    }
    for fixture in [searching, declaring_dead.handle_all(&[Event::Published, Event::LockAcquired])] {
        let fixture = fixture.handle_all(&[died]);
        assert_eq!(fixture.policy.state(), State::Queued, "the revived connection may send one request");
        assert_eq!(fixture.handle_all(&[Event::Admitted]).refused().policy.state(), State::WritingTombstone);
    }
}

#[test]
fn stored_tokens_that_arrive_in_a_cycle_of_a_living_connection_do_not_count_as_a_revival() {
    let mut fixture = Fixture::in_state(StateName::AcquiringLock, false);
    assert!(fixture.policy.on_stored_tokens(times(fixture.now - HOUR, HOUR), fixture.now));
    assert_eq!(fixture.handle_all(&[Event::LockAcquired]).find_tombstone().policy.state(), State::Dead);
}

#[test]
fn stored_tokens_that_arrive_in_a_cycle_clear_the_earlier_refusals() {
    for state in [StateName::AwaitingJudgement, StateName::JudgingRefusal] {
        let mut fixture = Fixture::in_state(state, false);
        fixture.receive_stored_tokens();
        let events =
            if state == StateName::JudgingRefusal { &[COUNTS][..] } else { &[Event::WaitEnded, Event::NoSuccessor] };
        fixture = fixture.handle_all(events);
        assert_eq!(fixture.policy.state(), State::SavingTokens, "{state:?}");
        assert_eq!(
            (fixture.policy.priority(fixture.now), fixture.policy.backoff(fixture.now)),
            (Priority::Normal, None),
            "{state:?}"
        );
    }
    let mut fixture = Fixture::inactive(Age::Expired).requesting().refused();
    fixture.receive_stored_tokens();
    fixture = fixture.handle_all(&[Event::WaitEnded, Event::NoSuccessor]);
    assert_eq!(fixture.policy.state(), State::SavingTokens);
}

#[test]
pub fn a_store_that_fails_is_reported_once_per_token_set_and_tried_in_each_cycle() {
    let mut fixture = Fixture::in_state(StateName::ReportingSaveFailure, true).handle_all(&[Event::Reported]);
    for _ in 0..2 {
        fixture = fixture.finding_successor().handle_all(&[Event::NoSuccessor, Event::SaveFailed]);
        assert_eq!(fixture.policy.state(), State::Inactive);
    }
    fixture = fixture.finding_successor().handle_all(&[Event::NoSuccessor, Event::Saved]);
    // After a successful save, a store has all its tries again.
    fixture = fixture.finding_successor().handle_all(&[Event::NoSuccessor, Event::SaveFailed]);
    assert_eq!(name(fixture.policy.state()), StateName::AwaitingSave);
    fixture = fixture.handle_all(&[Event::WaitEnded, Event::SaveFailed, Event::WaitEnded, Event::SaveFailed]);
    assert_eq!(fixture.policy.state(), State::Inactive, "the failure was already reported for these tokens");
}

#[test]
pub fn each_cycle_has_its_own_three_tries_to_save() {
    let mut fixture = Fixture::in_state(StateName::AwaitingSave, true).handle_all(&[Event::WaitEnded, Event::Saved]);
    for wait in [75.0, 150.0] {
        if fixture.policy.state() == State::Inactive {
            fixture = fixture.finding_successor().handle_all(&[Event::NoSuccessor]);
        }
        let now = fixture.now;
        assert_eq!(fixture.handle(Event::SaveFailed), Action::WaitUntil(now + wait));
        fixture = fixture.handle_all(&[Event::WaitEnded]);
    }
    assert_eq!(fixture.handle(Event::SaveFailed), Action::ReportSaveFailure);
}

#[test]
fn a_forced_refresh_stays_pending_until_it_succeeds_or_fails() {
    let forced = || Fixture::inactive(Age::Fresh).force_refresh();
    let refreshing = || forced().handle_all(&[Event::LockAcquired, Event::NoSuccessor, Event::Admitted]);
    assert!(!Fixture::inactive(Age::Fresh).policy.is_refresh_forced());
    for (events, reason) in [
        (&[Event::Refreshed(times(START + MINUTE, LIFETIME))][..], None),
        (&[Event::PermanentFailure], Some(FailureReason::RequestFailed)),
        (&[failed_with_retry_after(2.0 * MINUTE)], Some(FailureReason::RequestFailed)),
        (
            &[Event::Refused, Event::WaitEnded, Event::TombstoneFound { died_at: Some(START + MINUTE) }],
            Some(FailureReason::Dead),
        ),
    ] {
        let fixture = refreshing().handle_all(events);
        assert!(!fixture.policy.is_refresh_forced(), "{events:?}");
        assert!(reason.is_none_or(|reason| fixture.policy.failure_reason(fixture.now) == reason), "{events:?}");
    }
    let declared_dead = Fixture::inactive(Age::Due).writing_tombstone().handle_all(&[Event::Published]);
    assert!(!declared_dead.policy.is_refresh_forced());
    // The request is repeated for the caller that wants newer tokens, although all others can use the current ones.
    for mut fixture in [refreshing().handle_all(&[FAILED]), refreshing().refused()] {
        assert_eq!(name(fixture.policy.state()), StateName::BackingOff);
        assert!(fixture.policy.is_refresh_forced());
        assert_eq!(fixture.policy.acquire(1, NEVER, fixture.now), Decision::Use);
    }
    let busy = forced().later(2.0 * SECOND).handle_all(&[Event::LockBusy]);
    assert!(!busy.policy.is_refresh_forced());
    assert_eq!(busy.policy.failure_reason(busy.now), FailureReason::TimedOut);
    // A refresh that is forced too late for this cycle starts the next cycle.
    let mut fixture = Fixture::in_state(StateName::SavingTokens, true).force_refresh().handle_all(&[Event::Saved]);
    assert!(fixture.policy.is_refresh_forced());
    assert_eq!(fixture.policy.acquire(fixture.generation(), NEVER, fixture.now), Decision::Wait);
    // If no request is allowed, no refresh is pending.
    let mut fixture = Fixture::in_state(StateName::RequestingTokens, true)
        .handle_all(&[failed_with_retry_after(MINUTE), Event::Saved]);
    assert_eq!(fixture.policy.force_refresh(1, NEVER, fixture.now), Decision::Fail(FailureReason::RequestFailed));
    assert!(!fixture.policy.is_refresh_forced());
}

#[test]
pub fn a_request_whose_response_may_be_lost_is_repeated_in_the_grace_period_without_a_caller() {
    let mut fixture = Fixture::inactive(Age::Due).requesting();
    let since = fixture.now;
    fixture = fixture.handle_all(&[FAILED, Event::Saved]);
    assert_eq!(fixture.policy.background_refresh_at(fixture.now), Some(since + 375.0));
    assert_eq!(
        fixture.policy.background_refresh_at(since + MINUTE),
        Some(since + MINUTE),
        "the request is repeated immediately"
    );

    // The grace period begins with the first request that Bitbucket may have executed.
    fixture.now += MINUTE;
    fixture = fixture.requesting().handle_all(&[FAILED, Event::Saved]);
    assert!(fixture.policy.background_refresh_at(since + GRACE - 1.0).is_some());
    assert_eq!(fixture.policy.background_refresh_at(since + GRACE), None);

    // The request is not repeated before the lock may be free, nor before the wait after a permanent failure ends.
    let busy = fixture.start_cycle().later(2.0 * SECOND).handle_all(&[Event::LockBusy]);
    assert_eq!(busy.policy.background_refresh_at(busy.now), Some(busy.now + MINUTE));
    let expired =
        Fixture::inactive(Age::Expired).requesting().handle_all(&[FAILED, Event::LockLost]).later(2.0 * MINUTE);
    let expired = expired.handle_all(&[Event::LockBusy]);
    assert_eq!(
        expired.policy.background_refresh_at(expired.now),
        Some(expired.now),
        "without usable tokens, the policy tries to take the lock again immediately"
    );
    let after_permanent_failure =
        Fixture::inactive(Age::Expired).requesting().handle_all(&[FAILED]).requesting_again();
    let after_permanent_failure = after_permanent_failure.handle_all(&[Event::PermanentFailure]);
    assert_eq!(
        after_permanent_failure.policy.background_refresh_at(after_permanent_failure.now),
        Some(after_permanent_failure.now + 15.0 * SECOND)
    );

    // A forced refresh of fresh tokens is repeated, too.
    let mut forced = Fixture::inactive(Age::Fresh).force_refresh().handle_all(&[
        Event::LockAcquired,
        Event::NoSuccessor,
        Event::Admitted,
    ]);
    for _ in 0..3 {
        forced = forced.handle_all(&[FAILED]).requesting_again();
    }
    forced = forced.handle_all(&[FAILED, Event::Saved]);
    forced.now = forced.policy.background_refresh_at(forced.now).unwrap();
    assert_eq!(forced.policy.acquire(1, NEVER, forced.now), Decision::Wait);
    forced = forced.handle_all(&[Event::LockAcquired, Event::NoSuccessor, Event::Admitted]);
    let tokens = times(forced.now, LIFETIME);
    forced = forced.handle_all(&[Event::Refreshed(tokens), Event::Published, Event::Saved]);
    assert_eq!(forced.policy.background_refresh_at(forced.now), None);
}
