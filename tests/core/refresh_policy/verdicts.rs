//! What refusals count for, when a dead connection lives again, and what becomes of wishes and stores.

use super::lab::{
    Age, COUNTS, EXPLAINED, FAILED, GRACE, HOUR, LIFETIME, LOCKOUT, Lab, MINUTE, NEVER, SECOND, START, StateName,
    name, times, told_to_wait,
};
use nocodb_bitbucket_auth::newest_tokens::Times;
use nocodb_bitbucket_auth::refresh_cycle::{Action, Decision, Event, FailureReason, State};
use nocodb_bitbucket_auth::refresh_policy::RefreshPolicy;
use nocodb_bitbucket_auth::refresh_queue::Priority;

fn dead() -> Lab {
    Lab::reach(StateName::Dead, false)
}

#[test]
pub fn a_refused_token_is_tried_again_after_two_to_ten_lockouts() {
    for (random, lockouts) in [(0.0, 2.0), (0.5, 6.0), (1.0, 10.0)] {
        let mut lab = Lab::at_rest(Age::Expired).refreshing().judging();
        lab.random = random;
        let until = lab.now + lockouts * LOCKOUT;
        assert_eq!(lab.on(COUNTS), Action::WaitUntil(until));
        lab = lab.refreshing_again();
        assert_eq!(lab.now, until);
        lab = lab.refused();
        assert_eq!(lab.policy.state(), State::WritingTombstone);
        lab = lab.all(&[Event::Published]);
        assert_eq!(lab.policy.acquire(1, NEVER, lab.now), Decision::Fail(FailureReason::Dead));
    }
}

#[test]
pub fn a_refusal_is_judged_a_fifteenth_of_the_lockout_after_it_or_two_seconds() {
    for (lockout, wait) in [(0.0, 0.0), (SECOND, SECOND / 15.0), (30.0 * SECOND, 2000.0), (5.0 * MINUTE, 2000.0)] {
        let mut lab = Lab::with_lockout(lockout, Age::Expired).refreshing();
        let until = lab.now + wait;
        assert_eq!(lab.on(Event::Refused), Action::WaitUntil(until), "{lockout}");
    }
    // With another lock, not sooner.
    let lab = Lab::at_rest(Age::Expired).refreshing().all(&[Event::Refused]);
    let until = lab.now + 2.0 * SECOND;
    let mut lab = lab.later(SECOND).looking_again();
    assert_eq!(lab.on(Event::NoSuccessor), Action::WaitUntil(until));
    assert_eq!(lab.all(&[Event::WaitEnded, Event::NoSuccessor]).policy.state(), State::JudgingRefusal);
}

#[test]
pub fn a_refusal_is_explained_by_one_of_another_connection_from_a_lockout_before_it_on() {
    let policy = Lab::at_rest(Age::Expired).policy;
    let explained = |others_refused_ago, refused_ago| policy.is_explained(others_refused_ago, refused_ago);
    assert!(!explained(None, 2.0 * SECOND));
    for (others_refused_ago, expected) in
        [(0.0, true), (2.0 * SECOND, true), (LOCKOUT + 2.0 * SECOND, true), (LOCKOUT + 2.0 * SECOND + 1.0, false)]
    {
        assert_eq!(explained(Some(others_refused_ago), 2.0 * SECOND), expected, "{others_refused_ago}");
    }
}

#[test]
pub fn what_another_refusal_explains_does_not_count_however_often() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    for _ in 0..20 {
        lab = lab.judging().all(&[EXPLAINED]);
        assert_eq!(lab.policy.state(), State::Queued);
        assert_eq!((lab.policy.priority(lab.now), lab.policy.is_refused()), (Priority::Normal, true));
        assert_eq!(lab.policy.acquire(1, lab.now, lab.now), Decision::Fail(FailureReason::RefreshPending));
        lab = lab.all(&[Event::Admitted]);
    }
    lab = lab.refused();
    assert_eq!(name(lab.policy.state()), StateName::BackingOff, "the first one that counts");
    assert_eq!(lab.refreshing_again().refused().policy.state(), State::WritingTombstone);
}

#[test]
pub fn a_refusal_that_is_judged_more_than_ten_minutes_late_does_not_count() {
    let judging = Lab::at_rest(Age::Expired).refreshing().judging();
    let late = judging.clone().later(10.0 * MINUTE).all(&[COUNTS]);
    assert_eq!(name(late.policy.state()), StateName::BackingOff, "the last moment");
    let lab = judging.later(10.0 * MINUTE + 1.0).all(&[COUNTS]);
    assert_eq!((lab.policy.state(), lab.policy.priority(lab.now)), (State::Queued, Priority::Normal));
}

#[test]
fn a_failure_or_an_explained_refusal_between_two_refusals_neither_counts_nor_forgives() {
    let refused = Lab::at_rest(Age::Expired).refreshing().refused().refreshing_again();
    let explained = refused.clone().judging().all(&[EXPLAINED, Event::Admitted]);
    assert_eq!(explained.refused().policy.state(), State::WritingTombstone);
    let failed = refused.all(&[FAILED]).refreshing_again();
    let since = failed.now;
    let mut lab = failed.refused();
    assert_eq!(lab.policy.state(), State::Inactive, "nothing dies while an answer may be lost");
    lab.now = since + GRACE;
    assert_eq!(lab.refreshing().refused().policy.state(), State::WritingTombstone);
}

#[test]
pub fn nothing_dies_while_an_answer_may_be_lost() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing().all(&[FAILED]).refreshing_again();
    let grace_ends = lab.now - 375.0 + GRACE;
    let mut requests = 0;
    lab = lab.later(MINUTE);
    while lab.now < grace_ends {
        requests += 1;
        lab = lab.refused();
        assert_eq!(name(lab.policy.state()), StateName::BackingOff);
        assert_eq!(lab.clone().policy.acquire(1, NEVER, lab.now), Decision::Wait);
        lab = lab.refreshing_again();
    }
    assert_eq!(lab.refused().policy.state(), State::WritingTombstone, "the first refusal after that is the last one");
    assert!(requests >= 3, "{requests}");
    // The last one is sent in time.
    let mut lab = Lab::at_rest(Age::Expired).refreshing().all(&[FAILED]).refreshing_again();
    let grace_ends = lab.now - 375.0 + GRACE;
    lab.random = 1.0;
    lab = lab.later(5.0 * MINUTE + 40.0 * SECOND).refused();
    assert_eq!(lab.policy.state(), State::BackingOff(grace_ends - 30.0 * SECOND));
}

#[test]
fn news_of_a_death_does_not_stop_the_rescue_of_an_answer() {
    let lab = Lab::at_rest(Age::Expired).refreshing().all(&[FAILED, Event::WaitEnded]);
    let mut rescue = lab.clone().found_dead();
    assert_eq!((rescue.policy.state(), rescue.policy.priority(rescue.now)), (State::Queued, Priority::Urgent));
    assert_eq!(rescue.policy.acquire(1, NEVER, rescue.now), Decision::Wait);
    assert_eq!(lab.later(GRACE).found_dead().policy.state(), State::Dead);
}

#[test]
fn lanes() {
    let lane = |lab: Lab| lab.policy.priority(lab.now);
    let expired = || Lab::at_rest(Age::Expired);
    assert_eq!(lane(expired().queued()), Priority::Normal);
    let failed = || expired().refreshing().all(&[FAILED]);
    assert_eq!(lane(failed()), Priority::Urgent);
    assert_eq!(lane(failed().later(GRACE - 1.0)), Priority::Urgent);
    assert_eq!(lane(failed().later(GRACE)), Priority::Normal);
    assert_eq!(lane(expired().refreshing().refused()), Priority::Suspect);
    assert_eq!(lane(failed().refreshing_again().refused()), Priority::Suspect);
    assert_eq!(lane(dead().later(4.0 * HOUR).queued()), Priority::Suspect);
    assert_eq!(lane(Lab::revived(Age::Expired).queued()), Priority::Suspect);
}

#[test]
fn a_successor_of_a_refused_token_starts_without_its_refusals() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing().all(&[Event::Refused, Event::WaitEnded]);
    let found = Event::SuccessorFound { times: times(START, LIFETIME), same_refresh_token: false };
    lab = lab.all(&[found, Event::LockAcquired, Event::NoSuccessor]);
    assert_eq!(lab.policy.state(), State::Queued, "without a wait");
    assert!(!lab.policy.is_refused());
    lab = lab.all(&[Event::Admitted]).refused();
    assert_eq!(name(lab.policy.state()), StateName::BackingOff);
}

#[test]
fn a_newer_pair_starts_without_what_was_known_of_the_one_before() {
    let renewed = |lab: Lab| {
        let pair = Event::Refreshed(times(lab.now, 0.0));
        lab.all(&[pair])
    };
    // That another pair came first, so that an earlier one may be the newest.
    let found =
        |obtained_at| Event::SuccessorFound { times: times(obtained_at, LIFETIME), same_refresh_token: false };
    let superseded =
        renewed(Lab::at_rest(Age::Expired).refreshing()).all(&[Event::Superseded, found(START), Event::LockAcquired]);
    assert_eq!(superseded.all(&[found(START - 1.0)]).policy.state(), State::Queued, "it is none of the newer ones");
    // That it was renewed here, so that a 401 is no matter of age.
    let mut own = renewed(Lab::at_rest(Age::Expired).refreshing()).all(&[Event::Published, Event::Saved]).looking();
    let newer = Event::SuccessorFound { times: times(own.now, LIFETIME), same_refresh_token: false };
    own = own.all(&[newer, Event::LockAcquired, Event::NoSuccessor, Event::Saved]);
    assert!(own.policy.on_unauthorized(own.generation(), 1, own.now));
}

#[test]
pub fn the_failures_of_a_minute_count_on_beyond_a_newer_pair() {
    let mut lab = Lab::at_rest(Age::Expired).refreshing();
    let first = lab.now;
    for _ in 0..3 {
        lab = lab.all(&[FAILED]).refreshing_again();
    }
    let pair = Event::Refreshed(times(lab.now, 0.0));
    let mut renewed = lab.clone().all(&[pair, Event::Published, Event::Saved]).refreshing();
    assert_eq!(renewed.on(FAILED), Action::Done, "the fourth one");
    assert_eq!(renewed.policy.backoff(renewed.now), Some(first + MINUTE - renewed.now));

    let mut configured = lab.all(&[FAILED]);
    assert!(configured.policy.on_stored_tokens(times(START + 1.0, HOUR), configured.now));
    assert_eq!(configured.policy.acquire(2, NEVER, configured.now), Decision::Fail(FailureReason::RequestFailed));
}

#[test]
pub fn a_dead_connection_is_reviewed_every_four_hours() {
    let mut lab = dead();
    for _ in 0..3 {
        let died_at = lab.now;
        while lab.now + MINUTE < died_at + 4.0 * HOUR {
            lab = lab.later(MINUTE).looking().all(&[Event::NoSuccessor]);
            assert_eq!(lab.policy.state(), State::Dead);
            assert_eq!(lab.policy.acquire(1, NEVER, lab.now + MINUTE - 1.0), Decision::Fail(FailureReason::Dead));
        }
        lab.now = died_at + 4.0 * HOUR;
        lab = lab.refreshing().refused();
        assert_eq!(lab.policy.state(), State::WritingTombstone, "one request is enough, and others learn of it");
        lab = lab.all(&[Event::Published]);
        assert_eq!(lab.policy.acquire(1, NEVER, lab.now), Decision::Fail(FailureReason::Dead));
    }
    lab = lab.reviewing();
    let renewed = Event::Refreshed(times(lab.now, LIFETIME));
    lab = lab.all(&[renewed, Event::Published, Event::Saved]);
    assert_eq!(lab.policy.acquire(2, NEVER, lab.now), Decision::Use);
    assert_eq!((lab.policy.priority(lab.now), lab.policy.is_refused()), (Priority::Normal, false));
}

#[test]
pub fn a_review_without_a_verdict_is_repeated_after_ten_minutes() {
    for (events, next) in [
        (&[Event::Refused, Event::WaitEnded, Event::NoSuccessor, EXPLAINED][..], State::Dead),
        (&[Event::PermanentFailure], State::Inactive),
    ] {
        let mut lab = dead().reviewing();
        let since = lab.now;
        lab = lab.all(events);
        assert_eq!(lab.policy.state(), next);
        lab.now = since + 10.0 * MINUTE - 1.0;
        assert_eq!(lab.clone().looking().all(&[Event::NoSuccessor]).policy.state(), State::Dead, "{events:?}");
        let lab = lab.later(1.0);
        let lab = if lab.policy.state() == State::Dead { lab.later(MINUTE) } else { lab };
        assert_eq!(lab.refreshing().policy.state(), State::RequestingTokens, "{events:?}");
    }
}

#[test]
fn a_review_whose_request_was_not_sent_goes_on() {
    let lab = dead().reviewing().all(&[Event::LockLost, Event::LockAcquired, Event::NoSuccessor]);
    assert_eq!(lab.policy.state(), State::Queued);
}

#[test]
fn the_answer_to_a_review_may_be_lost_like_any_other() {
    let mut lab = dead().reviewing();
    let since = lab.now;
    for _ in 0..3 {
        lab = lab.all(&[FAILED]).refreshing_again();
        assert_eq!(
            lab.policy.acquire(1, NEVER, lab.now),
            Decision::Fail(FailureReason::Dead),
            "nobody waits for that"
        );
    }
    lab = lab.all(&[FAILED]);
    assert_eq!(lab.policy.state(), State::Inactive);
    lab.now = lab.policy.background_refresh_at(lab.now).unwrap();
    assert_eq!(lab.now, since + MINUTE);
    lab = lab.refreshing().all(&[told_to_wait(2.0 * MINUTE)]);
    assert_eq!(lab.policy.acquire(1, NEVER, lab.now), Decision::Fail(FailureReason::Dead));
    let last = lab.now;
    lab.now = since + GRACE;
    assert_eq!(lab.policy.background_refresh_at(lab.now), None);
    let lab = lab.looking().all(&[Event::NoSuccessor]);
    assert_eq!(lab.policy.state(), State::Dead);
    assert_eq!(lab.later(last + GRACE - since).refreshing().policy.state(), State::RequestingTokens);
}

#[test]
fn a_death_is_news_once() {
    let mut lab = Lab::at_rest(Age::Expired).looking();
    let died_at = lab.now;
    lab = lab.all(&[Event::TombstoneFound { died_at: Some(died_at) }]);
    let died = |died_at| Event::TombstoneFound { died_at: Some(died_at) };
    lab.now = died_at + 4.0 * HOUR;
    for old in [died_at, died_at - HOUR, lab.now + HOUR] {
        assert_eq!(lab.clone().looking().all(&[died(old)]).policy.state(), State::Queued, "{old}");
    }
    let newer = lab.clone().looking().all(&[died(died_at + HOUR)]);
    assert_eq!(newer.policy.state(), State::Dead, "somebody else has reviewed it");
    assert_eq!(newer.later(HOUR).refreshing().policy.state(), State::RequestingTokens);
}

#[test]
pub fn a_process_that_finds_a_death_reviews_it_ten_minutes_after_it_met_the_connection_and_then_every_four_hours() {
    let old = Event::TombstoneFound { died_at: Some(START - HOUR) };
    let mut lab = Lab::at_rest(Age::Fresh).wish().all(&[Event::LockAcquired, old]);
    assert_eq!(lab.policy.state(), State::Dead);
    lab.now = START + LIFETIME;
    lab = lab.looking().all(&[old, Event::Admitted]).refused();
    assert_eq!(lab.policy.state(), State::WritingTombstone);
    lab = lab.all(&[Event::Published]).later(4.0 * HOUR - 1.0).looking().all(&[Event::NoSuccessor]);
    assert_eq!(lab.policy.state(), State::Dead);
}

#[test]
fn older_news_of_a_death_do_not_bring_the_review_forward() {
    let lab = dead().later(MINUTE).looking();
    let old = Event::TombstoneFound { died_at: Some(lab.now - 4.0 * HOUR) };
    let lab = lab.all(&[old]).later(MINUTE).looking().all(&[Event::TombstoneFound { died_at: None }]);
    assert_eq!(lab.policy.state(), State::Dead);
}

#[test]
fn a_usable_pair_is_used_though_its_refresh_token_is_known_to_be_dead() {
    let mut lab = Lab::at_rest(Age::Fresh).looking();
    lab = lab.found_dead().all(&[Event::Saved]);
    assert_eq!(lab.policy.state(), State::Inactive);
    assert_eq!(lab.policy.acquire(1, NEVER, lab.now), Decision::Use);
    assert_eq!(lab.policy.acquire(0, NEVER, lab.now), Decision::Use);
    assert!(lab.policy.on_unauthorized(1, 0, lab.now));
    lab = lab.looking().all(&[Event::NoSuccessor]);
    assert_eq!(lab.policy.state(), State::Dead);
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
        let mut policy = RefreshPolicy::new(known, true, LOCKOUT, START);
        assert_eq!(policy.on_stored_tokens(pair, START), taken, "{pair:?}");
        assert_eq!(policy.generation(), if taken { 2 } else { 1 });
    }
}

#[test]
fn a_changed_config_revives_a_dead_connection_for_one_request() {
    let mut lab = Lab::revived(Age::Expired).looking();
    // The news of the old death is still out.
    let died = Event::TombstoneFound { died_at: Some(lab.now - HOUR) };
    lab = lab.all(&[died]);
    assert_eq!(lab.policy.state(), State::Queued);
    lab = lab.all(&[Event::Admitted, Event::Refused, Event::WaitEnded, died, COUNTS]);
    assert_eq!(lab.policy.state(), State::WritingTombstone);
    lab = lab.all(&[Event::Published]);
    assert_eq!(lab.policy.acquire(lab.generation(), NEVER, lab.now), Decision::Fail(FailureReason::Dead));

    let mut lab = Lab::revived(Age::Expired).refreshing();
    let pair = times(lab.now, LIFETIME);
    lab = lab.all(&[Event::Refreshed(pair), Event::Published, Event::Saved]);
    lab.now += LIFETIME;
    lab = lab.looking().found_dead();
    assert_eq!(lab.policy.state(), State::Dead, "a later death counts");
}

#[test]
fn a_revival_by_two_configs_is_one_revival() {
    let mut lab = Lab::revived(Age::Expired);
    assert!(lab.policy.on_stored_tokens(times(lab.now - HOUR, HOUR), lab.now));
    let died = Event::TombstoneFound { died_at: Some(lab.now) };
    lab = lab.looking().all(&[died]);
    assert_eq!(lab.policy.state(), State::Queued);
    assert_eq!(lab.all(&[Event::Admitted]).refused().policy.state(), State::WritingTombstone);
}

#[test]
fn a_dead_connection_is_not_revived_by_an_older_config() {
    let mut lab = dead();
    assert!(!lab.policy.on_stored_tokens(times(START - 1.0, LIFETIME), lab.now));
    assert!(lab.policy.on_stored_tokens(times(START, LIFETIME), lab.now), "another access token, as old");
}

#[test]
pub fn a_successor_of_a_dead_token_that_turns_up_later_is_found_without_a_request() {
    let mut lab = dead();
    for _ in 0..2 {
        lab = lab.later(MINUTE).looking().all(&[Event::NoSuccessor]);
        assert_eq!(lab.policy.state(), State::Dead);
        assert_eq!(lab.policy.acquire(1, NEVER, lab.now + MINUTE - 1.0), Decision::Fail(FailureReason::Dead));
    }
    lab.now += MINUTE;
    let found = Event::SuccessorFound { times: times(lab.now, LIFETIME), same_refresh_token: false };
    lab = lab.looking().all(&[found, Event::LockAcquired, Event::NoSuccessor, Event::Saved]);
    assert_eq!(lab.policy.acquire(2, NEVER, lab.now), Decision::Use);
}

#[test]
fn a_config_that_comes_while_a_dead_token_is_looked_for_or_buried_counts_as_a_revival() {
    let died = Event::TombstoneFound { died_at: Some(START) };
    let mut looking = dead().later(MINUTE).looking();
    let mut burying = Lab::reach(StateName::WritingTombstone, false);
    for lab in [&mut looking, &mut burying] {
        assert!(lab.policy.on_stored_tokens(times(lab.now - HOUR, HOUR), lab.now));
    }
    for lab in [looking, burying.all(&[Event::Published, Event::LockAcquired])] {
        let lab = lab.all(&[died]);
        assert_eq!(lab.policy.state(), State::Queued, "once");
        assert_eq!(lab.all(&[Event::Admitted]).refused().policy.state(), State::WritingTombstone);
    }
}

#[test]
fn a_config_that_comes_in_a_turn_does_not_count_as_a_revival() {
    let mut lab = Lab::reach(StateName::AcquiringLock, false);
    assert!(lab.policy.on_stored_tokens(times(lab.now - HOUR, HOUR), lab.now));
    assert_eq!(lab.all(&[Event::LockAcquired]).found_dead().policy.state(), State::Dead);
}

#[test]
fn a_config_that_comes_in_a_turn_ends_the_doubt_in_it() {
    for state in [StateName::AwaitingVerdict, StateName::JudgingRefusal] {
        let mut lab = Lab::reach(state, false);
        lab.configure();
        let events =
            if state == StateName::JudgingRefusal { &[COUNTS][..] } else { &[Event::WaitEnded, Event::NoSuccessor] };
        lab = lab.all(events);
        assert_eq!(lab.policy.state(), State::SavingTokens, "{state:?}");
        assert_eq!(
            (lab.policy.priority(lab.now), lab.policy.backoff(lab.now)),
            (Priority::Normal, None),
            "{state:?}"
        );
    }
    let mut lab = Lab::at_rest(Age::Expired).refreshing().refused();
    lab.configure();
    lab = lab.all(&[Event::WaitEnded, Event::NoSuccessor]);
    assert_eq!(lab.policy.state(), State::SavingTokens);
}

#[test]
pub fn a_store_that_fails_is_reported_once_for_each_pair_and_tried_in_each_turn() {
    let mut lab = Lab::reach(StateName::ReportingSaveFailure, true).all(&[Event::Reported]);
    for _ in 0..2 {
        lab = lab.looking().all(&[Event::NoSuccessor, Event::SaveFailed]);
        assert_eq!(lab.policy.state(), State::Inactive);
    }
    lab = lab.looking().all(&[Event::NoSuccessor, Event::Saved]);
    // A store that worked is given all its tries again.
    lab = lab.looking().all(&[Event::NoSuccessor, Event::SaveFailed]);
    assert_eq!(name(lab.policy.state()), StateName::AwaitingSave);
    lab = lab.all(&[Event::WaitEnded, Event::SaveFailed, Event::WaitEnded, Event::SaveFailed]);
    assert_eq!(lab.policy.state(), State::Inactive, "it was reported for this pair");
}

#[test]
pub fn the_tries_to_store_are_counted_anew_in_each_turn() {
    let mut lab = Lab::reach(StateName::AwaitingSave, true).all(&[Event::WaitEnded, Event::Saved]);
    for wait in [75.0, 150.0] {
        if lab.policy.state() == State::Inactive {
            lab = lab.looking().all(&[Event::NoSuccessor]);
        }
        let now = lab.now;
        assert_eq!(lab.on(Event::SaveFailed), Action::WaitUntil(now + wait));
        lab = lab.all(&[Event::WaitEnded]);
    }
    assert_eq!(lab.on(Event::SaveFailed), Action::ReportSaveFailure);
}

#[test]
fn a_wish_for_a_newer_pair_stands_until_it_is_granted_or_in_vain() {
    let forced = || Lab::at_rest(Age::Fresh).wish();
    let refreshing = || forced().all(&[Event::LockAcquired, Event::NoSuccessor, Event::Admitted]);
    assert!(!Lab::at_rest(Age::Fresh).policy.is_refresh_forced());
    for (events, reason) in [
        (&[Event::Refreshed(times(START + MINUTE, LIFETIME))][..], None),
        (&[Event::PermanentFailure], Some(FailureReason::RequestFailed)),
        (&[told_to_wait(2.0 * MINUTE)], Some(FailureReason::RequestFailed)),
        (
            &[Event::Refused, Event::WaitEnded, Event::TombstoneFound { died_at: Some(START + MINUTE) }],
            Some(FailureReason::Dead),
        ),
    ] {
        let lab = refreshing().all(events);
        assert!(!lab.policy.is_refresh_forced(), "{events:?}");
        assert!(reason.is_none_or(|reason| lab.policy.failure_reason(lab.now) == reason), "{events:?}");
    }
    let buried = Lab::at_rest(Age::Due).burying().all(&[Event::Published]);
    assert!(!buried.policy.is_refresh_forced());
    // Whoever wants a newer pair has the request repeated, though the pair that there is can be used by all others.
    for mut lab in [refreshing().all(&[FAILED]), refreshing().refused()] {
        assert_eq!(name(lab.policy.state()), StateName::BackingOff);
        assert!(lab.policy.is_refresh_forced());
        assert_eq!(lab.policy.acquire(1, NEVER, lab.now), Decision::Use);
    }
    let busy = forced().later(2.0 * SECOND).all(&[Event::LockBusy]);
    assert!(!busy.policy.is_refresh_forced());
    assert_eq!(busy.policy.failure_reason(busy.now), FailureReason::TimedOut);
    // It came too late for this turn, and begins the next.
    let mut lab = Lab::reach(StateName::SavingTokens, true).wish().all(&[Event::Saved]);
    assert!(lab.policy.is_refresh_forced());
    assert_eq!(lab.policy.acquire(lab.generation(), NEVER, lab.now), Decision::Wait);
    // Where no request may be sent, there is none.
    let mut lab = Lab::reach(StateName::RequestingTokens, true).all(&[told_to_wait(MINUTE), Event::Saved]);
    assert_eq!(lab.policy.force_refresh(1, NEVER, lab.now), Decision::Fail(FailureReason::RequestFailed));
    assert!(!lab.policy.is_refresh_forced());
}

#[test]
pub fn what_may_have_been_rotated_is_asked_for_again_in_the_grace_though_nobody_asks() {
    let mut lab = Lab::at_rest(Age::Due).refreshing();
    let since = lab.now;
    lab = lab.all(&[FAILED, Event::Saved]);
    assert_eq!(lab.policy.background_refresh_at(lab.now), Some(since + 375.0));
    assert_eq!(lab.policy.background_refresh_at(since + MINUTE), Some(since + MINUTE), "at once");

    // The grace begins with the first request that may have been carried out.
    lab.now += MINUTE;
    lab = lab.refreshing().all(&[FAILED, Event::Saved]);
    assert!(lab.policy.background_refresh_at(since + GRACE - 1.0).is_some());
    assert_eq!(lab.policy.background_refresh_at(since + GRACE), None);

    // Not before the lock may be free, nor before what only an administrator can mend.
    let busy = lab.begin().later(2.0 * SECOND).all(&[Event::LockBusy]);
    assert_eq!(busy.policy.background_refresh_at(busy.now), Some(busy.now + MINUTE));
    let expired = Lab::at_rest(Age::Expired).refreshing().all(&[FAILED, Event::LockLost]).later(2.0 * MINUTE);
    let expired = expired.all(&[Event::LockBusy]);
    assert_eq!(
        expired.policy.background_refresh_at(expired.now),
        Some(expired.now),
        "there is nothing to use meanwhile"
    );
    let mended = Lab::at_rest(Age::Expired).refreshing().all(&[FAILED]).refreshing_again();
    let mended = mended.all(&[Event::PermanentFailure]);
    assert_eq!(mended.policy.background_refresh_at(mended.now), Some(mended.now + 15.0 * SECOND));

    // A fresh pair, too: it was asked for because somebody wished it.
    let mut wished = Lab::at_rest(Age::Fresh).wish().all(&[Event::LockAcquired, Event::NoSuccessor, Event::Admitted]);
    for _ in 0..3 {
        wished = wished.all(&[FAILED]).refreshing_again();
    }
    wished = wished.all(&[FAILED, Event::Saved]);
    wished.now = wished.policy.background_refresh_at(wished.now).unwrap();
    assert_eq!(wished.policy.acquire(1, NEVER, wished.now), Decision::Wait);
    wished = wished.all(&[Event::LockAcquired, Event::NoSuccessor, Event::Admitted]);
    let pair = times(wished.now, LIFETIME);
    wished = wished.all(&[Event::Refreshed(pair), Event::Published, Event::Saved]);
    assert_eq!(wished.policy.background_refresh_at(wished.now), None);
}
