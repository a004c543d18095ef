//! The rows about the questions that callers ask the policy. docs/refresh-policy.md explains the words in the
//! conditions: tokens are *offered* when they were passed to the caller's store, *usable* while the API accepts the
//! access token, and *due* when they have to be refreshed. A *review* is another try with a dead refresh token.

use super::fixture::{
    Age, DAY, FAILED, Fixture, GRACE, HOUR, LIFETIME, MINUTE, NEVER, SECOND, START, StateName,
    failed_with_retry_after, name, times,
};
use super::rows::States::{Any, One, UnderWay, Waiting, Working};
use super::rows::{Cause, Row, States, method_name};
use nocodb_bitbucket_auth::newest_tokens::Times;
use nocodb_bitbucket_auth::refresh_cycle::{Decision, Event, FailureReason, State};
use nocodb_bitbucket_auth::refresh_policy::RefreshPolicy;

/// The methods of the policy. Every state has a row for each of them.
pub fn methods() -> [String; 6] {
    [
        method_name(RefreshPolicy::acquire),
        method_name(RefreshPolicy::force_refresh),
        method_name(RefreshPolicy::on_unauthorized),
        method_name(RefreshPolicy::on_work_failed),
        method_name(RefreshPolicy::on_stored_tokens),
        method_name(RefreshPolicy::background_refresh_at),
    ]
}

/// The tables of the document, by name.
pub fn tables() -> Vec<(&'static str, Vec<Row>)> {
    vec![
        ("use", use_rows()),
        ("force", force_rows()),
        ("rejected", rejected_rows()),
        ("suspect", suspect_rows()),
        ("configured", configured_rows()),
        ("retry-time", retry_time_rows()),
    ]
}

/// Makes a row. `question` asks a policy in the given state. It returns the policy after the question, and the decision as the
/// document shows it.
fn row(
    states: States,
    method: String,
    when: &'static str,
    decision: String,
    next: Option<StateName>,
    question: impl Fn(StateName) -> (Fixture, String) + 'static,
) -> Row {
    let expected = decision.clone();
    Row {
        states,
        cause: Cause::Named(method),
        when,
        decision,
        next: next.map_or("—".to_owned(), |state| format!("`{state:?}`")),
        run: Box::new(move |state| {
            let (fixture, decision) = question(state);
            assert_eq!(decision, expected);
            assert_eq!(name(fixture.policy.state()), next.unwrap_or(state));
        }),
    }
}

fn text(answer: Decision) -> String {
    format!("`{answer:?}`")
}

/// The situation of a caller, and the caller's deadline.
type Situation = fn(StateName) -> (Fixture, f64);

fn usable(state: StateName) -> (Fixture, f64) {
    (Fixture::in_state(state, true), NEVER)
}

fn unusable(state: StateName) -> (Fixture, f64) {
    (Fixture::in_state(state, false), NEVER)
}

fn fresh(_: StateName) -> (Fixture, f64) {
    (Fixture::inactive(Age::Fresh), NEVER)
}

fn at_deadline(fixture: Fixture) -> (Fixture, f64) {
    let now = fixture.now;
    (fixture, now)
}

fn unusable_at_deadline(state: StateName) -> (Fixture, f64) {
    at_deadline(Fixture::in_state(state, false))
}

/// The situation of a caller whose deadline comes `ms` milliseconds before the wait ends.
fn before_end_of_wait(fixture: Fixture, ms: f64) -> (Fixture, f64) {
    let end = fixture.now + fixture.policy.backoff(fixture.now).unwrap();
    (fixture, end - ms)
}

fn wait_ends_by_deadline(state: StateName) -> (Fixture, f64) {
    before_end_of_wait(Fixture::in_state(state, false), 0.0)
}

fn wait_ends_after_deadline(state: StateName) -> (Fixture, f64) {
    before_end_of_wait(Fixture::in_state(state, false), 1.0)
}

fn usable_must_wait(_: StateName) -> (Fixture, f64) {
    (
        Fixture::in_state(StateName::RequestingTokens, true)
            .handle_all(&[failed_with_retry_after(MINUTE), Event::Saved]),
        NEVER,
    )
}

fn requesting() -> Fixture {
    Fixture::inactive(Age::Expired).requesting()
}

/// A policy that is inactive again because the lock was not available.
fn busy() -> Fixture {
    Fixture::inactive(Age::Fresh).start_cycle().later(2.0 * SECOND).handle_all(&[Event::LockBusy])
}

/// A policy in this state of a cycle, which began four hours after the refresh token was declared dead.
fn dead(state: StateName) -> Fixture {
    let fixture = Fixture::in_state(StateName::Dead, false).later(4.0 * HOUR);
    match state {
        StateName::AcquiringLock => fixture.start_cycle(),
        StateName::AwaitingLock => fixture.start_cycle().handle_all(&[Event::LockBusy]),
        StateName::FindingSuccessor => fixture.finding_successor(),
        StateName::Queued => fixture.queued(),
        StateName::RequestingTokens => fixture.requesting(),
        _ => panic!("no fixture brings a dead connection to {state:?}"),
    }
}

fn unusable_dead(state: StateName) -> (Fixture, f64) {
    (dead(state), NEVER)
}

/// A policy after this process itself refreshed the tokens. If a request with these tokens gets a 401, another refresh
/// does not help.
fn refreshed_here() -> Fixture {
    let fixture = requesting();
    let refreshed = Event::Refreshed(times(fixture.now, LIFETIME));
    fixture.handle_all(&[refreshed, Event::Published, Event::Saved])
}

/// Makes a row about a caller that wants to use the newest tokens. If `is_offered` is false, the caller's store still has the
/// previous token set.
fn acquire_row(
    states: States,
    when: &'static str,
    is_offered: bool,
    situation: Situation,
    answer: Decision,
    next: Option<StateName>,
) -> Row {
    row(states, method_name(RefreshPolicy::acquire), when, text(answer), next, move |state| {
        let (mut fixture, deadline) = situation(state);
        assert_eq!(name(fixture.policy.state()), state);
        let known = fixture.generation() - u32::from(!is_offered);
        let answer = fixture.policy.acquire(known, deadline, fixture.now);
        (fixture, text(answer))
    })
}

fn use_rows() -> Vec<Row> {
    use StateName::{
        AcquiringLock, AwaitingJudgement, AwaitingLock, AwaitingSave, BackingOff, Dead, FindingSuccessor, Inactive,
        JudgingRefusal, Publishing, Queued, ReportingSaveFailure, RequestingTokens, SavingTokens, WritingTombstone,
    };
    let offered = |states, when, situation, answer, next| acquire_row(states, when, true, situation, answer, next);
    let not_offered =
        |states, when, situation, answer, next| acquire_row(states, when, false, situation, answer, next);
    let give_up = Decision::Fail;
    let deadline = "not usable, the deadline has come";
    vec![
        not_offered(
            Any,
            "usable, not offered, the deadline has come",
            |state| at_deadline(Fixture::in_state(state, true)),
            Decision::Use,
            None,
        ),
        offered(One(Inactive), "usable, offered, not due", fresh, Decision::Use, None),
        offered(One(Inactive), "usable, offered, due", usable, Decision::Wait, Some(AcquiringLock)),
        offered(One(Inactive), "usable, offered, due, must wait", usable_must_wait, Decision::Use, None),
        not_offered(One(Inactive), "usable, not offered", fresh, Decision::Wait, Some(AcquiringLock)),
        not_offered(
            One(Inactive),
            "usable, not offered, due, must wait",
            usable_must_wait,
            Decision::Wait,
            Some(AcquiringLock),
        ),
        not_offered(
            One(Inactive),
            "usable, not offered, the lock was busy nearly a minute ago",
            |_| (busy().later(MINUTE - 1.0), NEVER),
            Decision::Use,
            None,
        ),
        not_offered(
            One(Inactive),
            "usable, not offered, the lock was busy a minute ago",
            |_| (busy().later(MINUTE), NEVER),
            Decision::Wait,
            Some(AcquiringLock),
        ),
        offered(One(Inactive), "not usable", unusable, Decision::Wait, Some(AcquiringLock)),
        offered(
            One(Inactive),
            "not usable, must wait after a failure",
            |_| (requesting().handle_all(&[Event::PermanentFailure]), NEVER),
            give_up(FailureReason::RequestFailed),
            None,
        ),
        offered(
            One(Inactive),
            "not usable, must wait for more than a minute after a failure",
            |_| (requesting().handle_all(&[failed_with_retry_after(2.0 * MINUTE)]).later(MINUTE), NEVER),
            give_up(FailureReason::RequestFailed),
            None,
        ),
        offered(
            One(Inactive),
            "not usable, must wait after a refusal",
            |_| (requesting().handle_all(&[FAILED]).requesting_again().refused(), NEVER),
            give_up(FailureReason::RefreshPending),
            None,
        ),
        offered(UnderWay, "usable, offered", usable, Decision::Use, None),
        not_offered(Working, "usable, not offered", usable, Decision::Wait, None),
        not_offered(Waiting, "usable, not offered", usable, Decision::Use, None),
        offered(One(AcquiringLock), "not usable", unusable, Decision::Wait, None),
        offered(One(AcquiringLock), "not usable, dead", unusable_dead, Decision::Wait, None),
        offered(One(AcquiringLock), deadline, unusable_at_deadline, give_up(FailureReason::TimedOut), None),
        offered(
            One(AcquiringLock),
            "not usable, the deadline has come, less than a minute after a failure",
            |_| at_deadline(requesting().handle_all(&[FAILED]).handle_all(&[Event::LockLost])),
            give_up(FailureReason::RequestFailed),
            None,
        ),
        offered(One(AwaitingLock), "not usable", unusable, Decision::Wait, None),
        offered(One(AwaitingLock), "not usable, dead", unusable_dead, give_up(FailureReason::Dead), None),
        offered(One(AwaitingLock), deadline, unusable_at_deadline, give_up(FailureReason::RefreshPending), None),
        offered(One(FindingSuccessor), "not usable", unusable, Decision::Wait, None),
        offered(One(FindingSuccessor), "not usable, dead", unusable_dead, Decision::Wait, None),
        offered(One(FindingSuccessor), deadline, unusable_at_deadline, give_up(FailureReason::TimedOut), None),
        offered(One(Queued), "not usable", unusable, Decision::Wait, None),
        offered(One(Queued), "not usable, dead", unusable_dead, give_up(FailureReason::Dead), None),
        offered(One(Queued), deadline, unusable_at_deadline, give_up(FailureReason::RefreshPending), None),
        offered(
            One(Queued),
            "not usable, the deadline has come, less than a minute after a failure",
            |_| at_deadline(requesting().handle_all(&[FAILED]).handle_all(&[Event::WaitEnded, Event::NoSuccessor])),
            give_up(FailureReason::RequestFailed),
            None,
        ),
        // A review of a dead refresh token, while the API still accepts the access token.
        not_offered(
            One(RequestingTokens),
            "usable, not offered, dead",
            |_| {
                let dead = Event::TombstoneFound { died_at: None };
                (
                    Fixture::inactive(Age::Fresh).force_refresh().handle_all(&[
                        Event::LockAcquired,
                        dead,
                        Event::Admitted,
                    ]),
                    NEVER,
                )
            },
            Decision::Use,
            None,
        ),
        offered(One(RequestingTokens), "not usable", unusable, Decision::Wait, None),
        offered(One(RequestingTokens), "not usable, dead", unusable_dead, give_up(FailureReason::Dead), None),
        offered(One(RequestingTokens), deadline, unusable_at_deadline, give_up(FailureReason::TimedOut), None),
        offered(
            One(RequestingTokens),
            "not usable, the deadline has come, after a refusal",
            |_| at_deadline(requesting().refused().requesting_again()),
            give_up(FailureReason::RefreshPending),
            None,
        ),
        offered(One(AwaitingJudgement), "not usable", unusable, Decision::Wait, None),
        offered(One(AwaitingJudgement), deadline, unusable_at_deadline, give_up(FailureReason::RefreshPending), None),
        offered(One(JudgingRefusal), "not usable", unusable, Decision::Wait, None),
        offered(One(JudgingRefusal), deadline, unusable_at_deadline, give_up(FailureReason::RefreshPending), None),
        offered(
            One(BackingOff),
            "not usable, the wait ends by the deadline",
            wait_ends_by_deadline,
            Decision::Wait,
            None,
        ),
        offered(
            One(BackingOff),
            "not usable, the wait ends after the deadline",
            wait_ends_after_deadline,
            give_up(FailureReason::RequestFailed),
            None,
        ),
        offered(
            One(BackingOff),
            "not usable, the wait ends after the deadline, after a refusal",
            |_| before_end_of_wait(requesting().refused(), 1.0),
            give_up(FailureReason::RefreshPending),
            None,
        ),
        offered(One(Publishing), "not usable", unusable, Decision::Wait, None),
        offered(One(Publishing), deadline, unusable_at_deadline, give_up(FailureReason::TimedOut), None),
        not_offered(One(WritingTombstone), "usable, not offered", usable, Decision::Use, None),
        offered(One(WritingTombstone), "not usable", unusable, give_up(FailureReason::Dead), None),
        offered(One(SavingTokens), "not usable", unusable, Decision::Wait, None),
        offered(One(SavingTokens), deadline, unusable_at_deadline, give_up(FailureReason::TimedOut), None),
        offered(One(AwaitingSave), "not usable", unusable, Decision::Wait, None),
        offered(One(ReportingSaveFailure), "not usable", unusable, Decision::Wait, None),
        not_offered(One(Dead), "usable, not offered", usable, Decision::Use, None),
        offered(
            One(Dead),
            "not usable, nearly a minute after the last search for a successor",
            |state| (Fixture::in_state(state, false).later(MINUTE - 1.0), NEVER),
            give_up(FailureReason::Dead),
            None,
        ),
        offered(
            One(Dead),
            "not usable, a minute after the last search for a successor",
            |state| (Fixture::in_state(state, false).later(MINUTE), NEVER),
            Decision::Wait,
            Some(AcquiringLock),
        ),
    ]
}

fn force_rows() -> Vec<Row> {
    use StateName::{
        AcquiringLock, AwaitingJudgement, AwaitingLock, AwaitingSave, BackingOff, Dead, FindingSuccessor, Inactive,
        JudgingRefusal, Publishing, Queued, ReportingSaveFailure, RequestingTokens, SavingTokens, WritingTombstone,
    };
    let method = || method_name(RefreshPolicy::force_refresh);
    let newest = |state, when, situation: Situation, answer, next| {
        row(One(state), method(), when, text(answer), next, move |state| {
            let (mut fixture, deadline) = situation(state);
            assert_eq!(name(fixture.policy.state()), state);
            let answer = fixture.policy.force_refresh(fixture.generation(), deadline, fixture.now);
            (fixture, text(answer))
        })
    };
    let of_newest = "the caller has the newest tokens";
    let mut rows = vec![
        row(Any, method(), "the caller has older tokens", text(Decision::Use), None, |state| {
            let mut fixture = Fixture::in_state(state, false);
            let answer = fixture.policy.force_refresh(fixture.generation() - 1, NEVER, fixture.now);
            (fixture, text(answer))
        }),
        newest(Inactive, of_newest, unusable, Decision::Wait, Some(AcquiringLock)),
        newest(
            Inactive,
            "the caller has the newest tokens, usable, must wait after a failure",
            usable_must_wait,
            Decision::Fail(FailureReason::RequestFailed),
            None,
        ),
        newest(
            Queued,
            "the caller has the newest tokens, usable, the deadline has come",
            |state| at_deadline(Fixture::in_state(state, true)),
            Decision::Fail(FailureReason::RefreshPending),
            None,
        ),
        newest(
            BackingOff,
            "the caller has the newest tokens, the wait ends by the deadline",
            wait_ends_by_deadline,
            Decision::Wait,
            None,
        ),
        newest(
            BackingOff,
            "the caller has the newest tokens, the wait ends after the deadline",
            wait_ends_after_deadline,
            Decision::Fail(FailureReason::RequestFailed),
            None,
        ),
        newest(WritingTombstone, of_newest, unusable, Decision::Fail(FailureReason::Dead), None),
        newest(Dead, of_newest, unusable, Decision::Fail(FailureReason::Dead), None),
        newest(
            Dead,
            "the caller has the newest tokens, a minute after the last search for a successor",
            |state| (Fixture::in_state(state, false).later(MINUTE), NEVER),
            Decision::Wait,
            Some(AcquiringLock),
        ),
    ];
    let join = [
        AcquiringLock,
        AwaitingLock,
        FindingSuccessor,
        Queued,
        RequestingTokens,
        AwaitingJudgement,
        JudgingRefusal,
        Publishing,
        SavingTokens,
        AwaitingSave,
        ReportingSaveFailure,
    ];
    rows.extend(join.map(|state| newest(state, of_newest, unusable, Decision::Wait, None)));
    rows
}

fn rejected_rows() -> Vec<Row> {
    use StateName::Inactive;
    let rejected = |states, when, is_repeated: bool, policy: fn(StateName) -> Fixture, age: u32, repetitions| {
        let words = |is_repeated| if is_repeated { "repeat" } else { "do not repeat" }.to_owned();
        let method = method_name(RefreshPolicy::on_unauthorized);
        row(states, method, when, words(is_repeated), None, move |state| {
            let mut fixture = policy(state);
            let is_repeated = fixture.policy.on_unauthorized(fixture.generation() - age, repetitions, fixture.now);
            (fixture, words(is_repeated))
        })
    };
    let in_state = |state| Fixture::in_state(state, true);
    /// A policy after a request and its first repetition, both with tokens that this process had refreshed, got a 401.
    fn unauthorized_after_refresh_here() -> Fixture {
        let mut fixture = refreshed_here();
        assert!(!fixture.policy.on_unauthorized(fixture.generation(), 1, fixture.now));
        fixture
    }
    vec![
        rejected(Any, "401 to older tokens", true, in_state, 1, 0),
        rejected(Any, "401 to the newest tokens", true, in_state, 0, 0),
        rejected(
            Any,
            "401 to the newest tokens, for the second time",
            true,
            |state| {
                let mut fixture = Fixture::in_state(state, true);
                assert!(fixture.policy.on_unauthorized(fixture.generation(), 0, fixture.now));
                fixture
            },
            0,
            0,
        ),
        rejected(Any, "401 to the first repetition, with older tokens", true, in_state, 1, 1),
        rejected(Any, "401 to the second repetition, with older tokens", false, in_state, 1, 2),
        rejected(
            One(Inactive),
            "401 to the first repetition, with the newest tokens, which another process refreshed",
            true,
            in_state,
            0,
            1,
        ),
        rejected(
            One(Inactive),
            "401 to the second repetition, with the newest tokens, which another process refreshed",
            false,
            in_state,
            0,
            2,
        ),
        rejected(
            One(Inactive),
            "401 to the newest tokens, which another process refreshed, after a 401 to the second repetition",
            true,
            |state| {
                let mut fixture = Fixture::in_state(state, true);
                assert!(fixture.policy.on_unauthorized(fixture.generation(), 0, fixture.now));
                assert!(!fixture.policy.on_unauthorized(fixture.generation(), 2, fixture.now));
                fixture
            },
            0,
            0,
        ),
        rejected(
            One(Inactive),
            "401 to the first repetition, with the newest tokens, which this process refreshed",
            false,
            |_| refreshed_here(),
            0,
            1,
        ),
        rejected(
            One(Inactive),
            "401 to the newest tokens, which this process refreshed, after a 401 to the first repetition with the same tokens",
            false,
            |_| unauthorized_after_refresh_here(),
            0,
            0,
        ),
        rejected(
            One(Inactive),
            "401 to the first repetition, with newer tokens of another process, after a 401 to the first repetition with \
             tokens that this process refreshed",
            false,
            |_| {
                let mut fixture = unauthorized_after_refresh_here().later(1.0);
                fixture.receive_stored_tokens();
                fixture
            },
            0,
            1,
        ),
    ]
}

fn suspect_rows() -> Vec<Row> {
    use StateName::Inactive;
    let suspect = |states, when, is_run_again: bool, policy: fn(StateName) -> Fixture, age: u32, repetitions| {
        let words =
            |is_run_again| if is_run_again { "run again with newer tokens" } else { "do not run again" }.to_owned();
        row(states, method_name(RefreshPolicy::on_work_failed), when, words(is_run_again), None, move |state| {
            let mut fixture = policy(state);
            let newest = fixture.generation();
            let usable = fixture.policy.clone().acquire(newest, NEVER, fixture.now);
            let is_run_again = fixture.policy.on_work_failed(newest - age, repetitions, fixture.now);
            assert_eq!(
                fixture.policy.clone().acquire(newest, NEVER, fixture.now),
                usable,
                "the tokens are as usable as before"
            );
            (fixture, words(is_run_again))
        })
    };
    let in_state = |state| Fixture::in_state(state, true);
    fn after_a_second_failure(mut fixture: Fixture) -> Fixture {
        assert!(!fixture.policy.on_work_failed(fixture.generation(), 1, fixture.now));
        fixture
    }
    vec![
        suspect(Any, "with older tokens", true, in_state, 1, 0),
        suspect(Any, "with the newest tokens", true, in_state, 0, 0),
        suspect(Any, "for the second time, with the newest tokens", false, in_state, 0, 1),
        suspect(Any, "for the second time, with older tokens", false, in_state, 1, 1),
        suspect(
            One(Inactive),
            "with the newest tokens, which this process refreshed",
            true,
            |_| refreshed_here(),
            0,
            0,
        ),
        suspect(
            One(Inactive),
            "with the newest tokens, which this process refreshed, after a failure for the second time",
            false,
            |_| after_a_second_failure(refreshed_here()),
            0,
            0,
        ),
        suspect(
            One(Inactive),
            "with the newest tokens, which another process refreshed, after a failure for the second time",
            true,
            |state| after_a_second_failure(Fixture::in_state(state, true)),
            0,
            0,
        ),
    ]
}

fn configured_rows() -> Vec<Row> {
    use StateName::{Dead, Inactive, Queued, WritingTombstone};
    let configured = |states, when, is_taken: bool, situation: fn(StateName) -> (Fixture, Times), next| {
        let words = |is_taken| if is_taken { "accept" } else { "ignore" }.to_owned();
        row(states, method_name(RefreshPolicy::on_stored_tokens), when, words(is_taken), next, move |state| {
            let (mut fixture, tokens) = situation(state);
            let before = fixture.generation();
            let is_taken = fixture.policy.on_stored_tokens(tokens, fixture.now);
            assert_eq!(fixture.generation(), before + u32::from(is_taken));
            (fixture, words(is_taken))
        })
    };
    let newer = |state| {
        let fixture = Fixture::in_state(state, false);
        let tokens = times(fixture.now + 1.0, LIFETIME);
        (fixture, tokens)
    };
    let not_comparable = |state| (Fixture::in_state(state, false), Times::default());
    vec![
        configured(
            Any,
            "older",
            false,
            |state| (Fixture::in_state(state, false), times(START - DAY, LIFETIME)),
            None,
        ),
        configured(One(Inactive), "newer", true, newer, None),
        configured(One(Inactive), "not comparable", false, not_comparable, None),
        configured(UnderWay, "newer", true, newer, None),
        configured(
            UnderWay,
            "not comparable, not refused twice",
            false,
            |state| {
                let mut fixture = Fixture::in_state(state, false);
                if state == WritingTombstone {
                    fixture.receive_stored_tokens();
                }
                (fixture, Times::default())
            },
            None,
        ),
        configured(One(Queued), "not comparable, in a review", true, |state| (dead(state), Times::default()), None),
        configured(One(WritingTombstone), "not comparable, refused twice", true, not_comparable, None),
        configured(One(Dead), "newer", true, newer, Some(Inactive)),
        configured(One(Dead), "not comparable", true, not_comparable, Some(Inactive)),
    ]
}

fn retry_time_rows() -> Vec<Row> {
    use StateName::{Dead, Inactive};
    let retry = |states, when, is_set: bool, policy: fn(StateName) -> Fixture| {
        let words = |is_set| if is_set { "a time" } else { "no time" }.to_owned();
        row(states, method_name(RefreshPolicy::background_refresh_at), when, words(is_set), None, move |state| {
            let fixture = policy(state);
            let at = fixture.policy.background_refresh_at(fixture.now);
            assert!(at.is_none() || fixture.policy.state() == State::Inactive);
            (fixture, words(at.is_some()))
        })
    };
    let in_state = |state| Fixture::in_state(state, false);
    fn after_failure() -> Fixture {
        Fixture::inactive(Age::Due).requesting().handle_all(&[FAILED, Event::Saved])
    }
    vec![
        retry(One(Inactive), "a response may have been lost nearly 10 minutes ago", true, |_| {
            after_failure().later(GRACE - 1.0)
        }),
        retry(One(Inactive), "a response may have been lost 10 minutes ago", false, |_| after_failure().later(GRACE)),
        retry(One(Inactive), "no response can have been lost", false, in_state),
        retry(UnderWay, "", false, in_state),
        retry(One(Dead), "", false, in_state),
    ]
}
