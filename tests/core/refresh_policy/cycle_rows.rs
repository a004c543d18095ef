//! The rows about the events of a refresh cycle. docs/refresh-policy.md explains the words in the conditions, such as
//! *due*, *usable*, *must wait*, *explained* and *review*.

use super::fixture::{
    Age, COUNTS, DAY, EXPLAINED, FAILED, Fixture, HOUR, LIFETIME, MINUTE, SECOND, START, StateName,
    failed_with_retry_after, name, times,
};
use super::rows::{Cause, Row, States, event_name};
use nocodb_bitbucket_auth::newest_tokens::Times;
use nocodb_bitbucket_auth::refresh_cycle::{Action, Event, State};

/// Each event once.
pub const EVENTS: [Event; 20] = [
    Event::LockAcquired,
    Event::LockBusy,
    Event::LockLost,
    Event::NoStoreLeft,
    Event::SuccessorFound { times: LATER, same_refresh_token: false },
    Event::RowTokensFound { times: LATER },
    Event::TombstoneFound { died_at: None },
    Event::NoSuccessor,
    Event::Admitted,
    Event::Refreshed(LATER),
    Event::Refused,
    COUNTS,
    FAILED,
    Event::PermanentFailure,
    Event::Published,
    Event::Superseded,
    Event::Saved,
    Event::SaveFailed,
    Event::Reported,
    Event::WaitEnded,
];

const LATER: Times = Times { obtained_at: Some(START + DAY), expires_at: Some(START + DAY + LIFETIME) };

const TEN_MINUTES: f64 = 10.0 * MINUTE;

/// What the policy decides.
#[derive(Debug, Clone, Copy)]
enum Decision {
    /// The policy takes this action, in this state.
    Do(Action, StateName),
    /// The policy waits for a random time between the first and the second number of milliseconds.
    Wait(f64, f64, StateName),
    /// The policy waits for the rest of a time that began earlier in the cycle. The function returns the end of that time.
    WaitForTheRest(fn(&Fixture) -> f64, StateName),
    /// The state stays the same, and so does the next action.
    NothingChanges,
}
use Decision::{Do, NothingChanges, Wait, WaitForTheRest};

impl Decision {
    fn text(self) -> (String, String) {
        let name = |state: StateName| format!("`{state:?}`");
        match self {
            Do(action, state) => (format!("`{action:?}`"), name(state)),
            Wait(low, high, state) => (format!("wait {}", span(low, high)), name(state)),
            WaitForTheRest(_, state) => ("wait for the rest of the time".to_owned(), name(state)),
            NothingChanges => ("—".to_owned(), "—".to_owned()),
        }
    }

    /// Checks the decision, with the lowest and the highest random number.
    fn check(self, from: StateName, situation: impl Fn() -> (Fixture, Event)) {
        for random in [0.0, 1.0] {
            let (mut fixture, event) = situation();
            assert_eq!(name(fixture.policy.state()), from);
            fixture.random = random;
            let before = fixture.policy.state();
            let (action, next) = match self {
                Do(action, next) => (action, next),
                Wait(low, high, next) => {
                    (Action::WaitUntil(fixture.now + if random == 0.0 { low } else { high }), next)
                }
                WaitForTheRest(end, next) => (Action::WaitUntil(end(&fixture)), next),
                NothingChanges => (before.action(), from),
            };
            assert_eq!(fixture.handle(event), action);
            assert_eq!(name(fixture.policy.state()), next);
            assert_eq!(fixture.policy.state().action(), action);
            if let NothingChanges = self {
                assert_eq!(fixture.policy.state(), before);
            }
        }
    }
}

/// A range of times, in milliseconds or seconds.
fn span(low: f64, high: f64) -> String {
    let (unit, name) = if low < SECOND { (1.0, "ms") } else { (SECOND, "s") };
    if low == high { format!("{} {name}", low / unit) } else { format!("{} to {} {name}", low / unit, high / unit) }
}

type Situation = fn() -> (Fixture, Event);

/// The row for an event in this state, if a condition holds.
fn row(state: StateName, when: &'static str, situation: Situation, decides: Decision) -> Row {
    let (decision, next) = decides.text();
    Row {
        states: States::One(state),
        cause: Cause::Named(event_name(situation().1)),
        when,
        decision,
        next,
        run: Box::new(move |state| decides.check(state, situation)),
    }
}

/// The row for an event in this state, without a condition.
fn always(state: StateName, event: Event, decides: Decision) -> Row {
    let (decision, next) = decides.text();
    Row {
        states: States::One(state),
        cause: Cause::Named(event_name(event)),
        when: "",
        decision,
        next,
        run: Box::new(move |state| decides.check(state, || (Fixture::in_state(state, false), event))),
    }
}

/// The row for all other events in this state.
fn any_other(state: StateName) -> Row {
    let (decision, next) = NothingChanges.text();
    Row {
        states: States::One(state),
        cause: Cause::AnyOtherEvent,
        when: "",
        decision,
        next,
        run: Box::new(|_| panic!("each of the other events has a case of its own")),
    }
}

/// Checks that the event changes nothing in this state.
pub fn changes_nothing(state: StateName, event: Event) {
    NothingChanges.check(state, || (Fixture::in_state(state, false), event));
}

/// A search for a successor that finds nothing, under a condition.
struct Search {
    when: &'static str,
    /// Makes a policy that is searching, from a function that makes inactive policies.
    situation: fn(Inactive<'_>) -> Fixture,
    decides: Decision,
}

type Inactive<'a> = &'a dyn Fn(Age) -> Fixture;

fn refused_once(when: &str) -> bool {
    when == AFTER_A_REFUSAL
}

const AFTER_A_REFUSAL: &str = "due, must wait, usable, after a refusal";

fn forced(inactive: Inactive<'_>) -> Fixture {
    inactive(Age::Fresh).force_refresh().handle_all(&[Event::LockAcquired, Event::NoSuccessor, Event::Admitted])
}

fn dead(inactive: Inactive<'_>) -> Fixture {
    inactive(Age::Expired).writing_tombstone().handle_all(&[Event::Published])
}

fn end_of_wait(fixture: &Fixture) -> f64 {
    fixture.now + fixture.policy.backoff(fixture.now).unwrap()
}

fn searches() -> [Search; 16] {
    use StateName::{AwaitingJudgement, BackingOff, Dead, Inactive, JudgingRefusal, Queued, SavingTokens};
    let search = |when, situation, decides| Search { when, situation, decides };
    [
        search("not due", |inactive| inactive(Age::Fresh).finding_successor(), Do(Action::SaveTokens, SavingTokens)),
        search("due", |inactive| inactive(Age::Due).finding_successor(), Do(Action::Enqueue, Queued)),
        search(
            "due, a refusal is not judged yet, and the wait after it is not over",
            |inactive| inactive(Age::Expired).requesting().handle_all(&[Event::Refused]).finding_successor_again(),
            WaitForTheRest(|_| START + LIFETIME + 2.0 * SECOND, AwaitingJudgement),
        ),
        search(
            "due, a refusal is not judged yet, and the wait after it is over",
            |inactive| inactive(Age::Expired).requesting().handle_all(&[Event::Refused, Event::WaitEnded]),
            Do(Action::JudgeRefusal, JudgingRefusal),
        ),
        search(
            "due, dead for nearly 4 hours",
            |inactive| dead(inactive).later(4.0 * HOUR - 1.0).finding_successor(),
            Do(Action::Done, Dead),
        ),
        search(
            "due, dead for 4 hours",
            |inactive| dead(inactive).later(4.0 * HOUR).finding_successor(),
            Do(Action::Enqueue, Queued),
        ),
        search(
            "due, dead, nearly 10 minutes after a review that failed",
            |inactive| {
                dead(inactive)
                    .reviewing()
                    .handle_all(&[Event::PermanentFailure])
                    .later(TEN_MINUTES - 1.0)
                    .finding_successor()
            },
            Do(Action::Done, Dead),
        ),
        search(
            "due, dead, 10 minutes after a review that failed",
            |inactive| {
                dead(inactive)
                    .reviewing()
                    .handle_all(&[Event::PermanentFailure])
                    .later(TEN_MINUTES)
                    .finding_successor()
            },
            Do(Action::Enqueue, Queued),
        ),
        search(
            "due, dead, the response to a review may be lost",
            |inactive| dead(inactive).reviewing().handle_all(&[FAILED, Event::WaitEnded]),
            Do(Action::Enqueue, Queued),
        ),
        search(
            "due, must wait, usable",
            |inactive| inactive(Age::Due).requesting().handle_all(&[FAILED]).finding_successor_again(),
            Do(Action::SaveTokens, SavingTokens),
        ),
        search(
            "due, must wait, usable, a caller wants newer tokens",
            |inactive| forced(inactive).handle_all(&[FAILED]).finding_successor_again(),
            WaitForTheRest(end_of_wait, BackingOff),
        ),
        search(
            AFTER_A_REFUSAL,
            |inactive| inactive(Age::Due).requesting().refused().finding_successor_again(),
            WaitForTheRest(end_of_wait, BackingOff),
        ),
        search(
            "due, must wait, not usable",
            |inactive| inactive(Age::Expired).requesting().handle_all(&[FAILED]).finding_successor_again(),
            WaitForTheRest(end_of_wait, BackingOff),
        ),
        search(
            "due, must wait for more than 50 s after a failure, not usable",
            |inactive| {
                let mut fixture =
                    inactive(Age::Due).requesting().handle_all(&[failed_with_retry_after(2.0 * MINUTE)]);
                assert!(fixture.policy.on_unauthorized(fixture.generation(), 0, fixture.now));
                fixture.finding_successor_again()
            },
            Do(Action::Done, Inactive),
        ),
        search(
            "due, must wait for more than 50 s after a failure, usable, a caller wants newer tokens",
            |inactive| {
                inactive(Age::Due)
                    .requesting()
                    .handle_all(&[failed_with_retry_after(2.0 * MINUTE)])
                    .force_refresh()
                    .finding_successor_again()
            },
            Do(Action::SaveTokens, SavingTokens),
        ),
        search(
            "due, must wait after four failures, usable, a caller wants newer tokens",
            |inactive| {
                let fixture =
                    (0..3).fold(forced(inactive), |fixture, _| fixture.handle_all(&[FAILED]).requesting_again());
                fixture.handle_all(&[FAILED]).later(20.0 * SECOND).force_refresh().finding_successor_again()
            },
            Do(Action::SaveTokens, SavingTokens),
        ),
    ]
}

/// A policy that is searching under this condition. `inactive` makes inactive policies with tokens of a given age.
fn searching(search: &Search, inactive: Inactive<'_>) -> Fixture {
    let fixture = (search.situation)(inactive);
    assert_eq!(fixture.policy.state(), State::FindingSuccessor);
    fixture
}

/// The row for a find that does not count: under every condition, the policy decides as if the search had found nothing. `found`
/// returns `None` for a condition that is an exception.
fn as_nothing_found(when: &'static str, found: fn(&Search) -> Option<(Fixture, Event)>) -> Row {
    let event = searches().iter().find_map(found).unwrap().1;
    let as_nothing = format!("as `{}`", event_name(Event::NoSuccessor));
    Row {
        states: States::One(StateName::FindingSuccessor),
        cause: Cause::Named(event_name(event)),
        when,
        decision: as_nothing.clone(),
        next: as_nothing,
        run: Box::new(move |_| {
            for search in searches() {
                let Some((mut fixture, event)) = found(&search) else { continue };
                let mut other = fixture.clone();
                assert_eq!(fixture.handle(event), other.handle(Event::NoSuccessor), "{event:?}, {}", search.when);
                assert_eq!(fixture.policy.state(), other.policy.state(), "{event:?}, {}", search.when);
            }
        }),
    }
}

fn found(obtained_at: f64, lifetime: f64, same_refresh_token: bool) -> Event {
    Event::SuccessorFound { times: times(obtained_at, lifetime), same_refresh_token }
}

fn expired() -> Fixture {
    Fixture::inactive(Age::Expired)
}

/// The lock has been busy for this time.
fn lock_busy(age: Age, waited: f64) -> (Fixture, Event) {
    (Fixture::inactive(age).start_cycle().later(waited), Event::LockBusy)
}

/// A policy that is searching at this time, only because a caller wants newer tokens.
fn forced_at(now: f64) -> Fixture {
    let mut fixture = Fixture::inactive(Age::Fresh);
    fixture.now = now;
    fixture.force_refresh().handle_all(&[Event::LockAcquired])
}

/// The search finds a tombstone that was written this long ago.
fn died(fixture: Fixture, ago: f64) -> (Fixture, Event) {
    let died_at = Some(fixture.now - ago);
    (fixture, Event::TombstoneFound { died_at })
}

/// The policy after this many failed requests, with a token set that is not usable.
fn failed(times: u32) -> Fixture {
    (0..times).fold(expired().requesting(), |fixture, _| fixture.handle_all(&[FAILED]).requesting_again())
}

/// The policy after this many failed requests, with a usable token set and a caller that wants newer tokens.
fn failed_forced(times: u32) -> Fixture {
    (0..times).fold(forced(&Fixture::inactive), |fixture, _| fixture.handle_all(&[FAILED]).requesting_again())
}

/// The config brought other tokens while the tombstone was being written.
fn stored_tokens_during_tombstone() -> Fixture {
    let mut fixture = Fixture::in_state(StateName::WritingTombstone, false);
    fixture.receive_stored_tokens();
    fixture
}

/// A policy after a cycle in which all tries to save the token set failed.
fn not_stored() -> Fixture {
    let again = [Event::SaveFailed, Event::WaitEnded];
    let storing = Fixture::in_state(StateName::SavingTokens, true);
    storing.handle_all(&again).handle_all(&again).handle_all(&[Event::SaveFailed, Event::Reported])
}

/// All rows, in the order of the document.
pub fn rows() -> Vec<Row> {
    [inactive(), locking(), looking(), requesting(), judging(), publishing(), storing()]
        .into_iter()
        .flatten()
        .collect()
}

fn inactive() -> Vec<Row> {
    vec![any_other(StateName::Inactive), any_other(StateName::Dead)]
}

fn locking() -> Vec<Row> {
    use StateName::{AcquiringLock, AwaitingLock, FindingSuccessor, Inactive};
    vec![
        always(AcquiringLock, Event::LockAcquired, Do(Action::FindSuccessor, FindingSuccessor)),
        row(AcquiringLock, "usable, first try", || lock_busy(Age::Due, 0.0), Wait(5.0, 10.0, AwaitingLock)),
        row(AcquiringLock, "usable, after 1 s", || lock_busy(Age::Due, SECOND), Wait(125.0, 250.0, AwaitingLock)),
        row(AcquiringLock, "usable, after 1.992 s", || lock_busy(Age::Due, 1992.0), Wait(249.0, 498.0, AwaitingLock)),
        row(AcquiringLock, "usable, after 2 s", || lock_busy(Age::Due, 2.0 * SECOND), Do(Action::Done, Inactive)),
        row(AcquiringLock, "not usable, first try", || lock_busy(Age::Expired, 0.0), Wait(5.0, 10.0, AwaitingLock)),
        row(
            AcquiringLock,
            "not usable, after 1 s",
            || lock_busy(Age::Expired, SECOND),
            Wait(125.0, 250.0, AwaitingLock),
        ),
        row(
            AcquiringLock,
            "not usable, after nearly 2 minutes",
            || lock_busy(Age::Expired, 2.0 * MINUTE - 1.0),
            Wait(250.0, 500.0, AwaitingLock),
        ),
        row(
            AcquiringLock,
            "not usable, after 2 minutes",
            || lock_busy(Age::Expired, 2.0 * MINUTE),
            Do(Action::Done, Inactive),
        ),
        any_other(AcquiringLock),
        always(AwaitingLock, Event::WaitEnded, Do(Action::AcquireLock, AcquiringLock)),
        any_other(AwaitingLock),
    ]
}

fn looking() -> Vec<Row> {
    use StateName::{AcquiringLock, Dead, FindingSuccessor, Inactive, Queued, SavingTokens};
    let mut rows = vec![
        always(FindingSuccessor, Event::LockLost, Do(Action::AcquireLock, AcquiringLock)),
        always(FindingSuccessor, Event::NoStoreLeft, Do(Action::Done, Inactive)),
        row(
            FindingSuccessor,
            "another refresh token, not older",
            || (expired().finding_successor(), found(START, LIFETIME, false)),
            Do(Action::AcquireLock, AcquiringLock),
        ),
        // After a refusal, the policy accepts any other refresh token.
        as_nothing_found("another refresh token, older", |search| {
            let fixture = searching(search, &Fixture::inactive);
            (!fixture.policy.is_refused()).then(|| (fixture, found(START - 1.0, HOUR, false)))
        }),
        row(
            FindingSuccessor,
            "another refresh token, older, after a refusal",
            || {
                (
                    expired().requesting().handle_all(&[Event::Refused, Event::WaitEnded]),
                    found(START - 1.0, LIFETIME, false),
                )
            },
            Do(Action::AcquireLock, AcquiringLock),
        ),
        row(
            FindingSuccessor,
            "another refresh token, older, after this process published too late",
            || {
                let refreshed = Event::Refreshed(times(expired().now, LIFETIME));
                (expired().requesting().handle_all(&[refreshed, Event::Superseded]), found(START, LIFETIME, false))
            },
            Do(Action::AcquireLock, AcquiringLock),
        ),
        row(
            FindingSuccessor,
            "the same refresh token, newer, not due",
            || (expired().finding_successor(), found(START + LIFETIME, LIFETIME, true)),
            Do(Action::SaveTokens, SavingTokens),
        ),
        row(
            FindingSuccessor,
            "the same refresh token, newer, due",
            || (expired().finding_successor(), found(START + 1.0, HOUR, true)),
            Do(Action::Enqueue, Queued),
        ),
        as_nothing_found("the same refresh token, not newer", |search| {
            Some((searching(search, &Fixture::inactive), found(START, HOUR, true)))
        }),
        row(
            FindingSuccessor,
            "not older",
            || (expired().finding_successor(), Event::RowTokensFound { times: times(START, LIFETIME) }),
            Do(Action::AcquireLock, AcquiringLock),
        ),
        as_nothing_found("older", |search| {
            Some((
                searching(search, &Fixture::inactive),
                Event::RowTokensFound { times: times(START - 1.0, LIFETIME) },
            ))
        }),
        row(
            FindingSuccessor,
            "not due",
            || died(Fixture::inactive(Age::Fresh).finding_successor(), 0.0),
            Do(Action::SaveTokens, SavingTokens),
        ),
        row(
            FindingSuccessor,
            "due, died just now",
            || died(expired().finding_successor(), 0.0),
            Do(Action::Done, Dead),
        ),
        row(
            FindingSuccessor,
            "due, died just now, a refusal is not judged yet",
            || died(expired().requesting().handle_all(&[Event::Refused, Event::WaitEnded]), 0.0),
            Do(Action::Done, Dead),
        ),
        row(
            FindingSuccessor,
            "due, died just now, a response may be lost",
            || died(expired().requesting().handle_all(&[FAILED, Event::WaitEnded]), 0.0),
            Do(Action::Enqueue, Queued),
        ),
        row(
            FindingSuccessor,
            "due, died in the future, by the clock of another process",
            || died(expired().finding_successor(), -DAY),
            Do(Action::Done, Dead),
        ),
        row(
            FindingSuccessor,
            "due, died nearly 4 hours ago",
            || died(expired().later(DAY).finding_successor(), 4.0 * HOUR - 1.0),
            Do(Action::Done, Dead),
        ),
        row(
            FindingSuccessor,
            "due, died 4 hours ago",
            || died(expired().later(DAY).finding_successor(), 4.0 * HOUR),
            Do(Action::Enqueue, Queued),
        ),
        // The process first saw the connection at START.
        row(
            FindingSuccessor,
            "due, this process first saw the connection nearly 10 minutes ago, and the token died before that",
            || died(forced_at(START + TEN_MINUTES - 1.0), TEN_MINUTES),
            Do(Action::Done, Dead),
        ),
        row(
            FindingSuccessor,
            "due, this process first saw the connection 10 minutes ago, and the token died before that",
            || died(forced_at(START + TEN_MINUTES), TEN_MINUTES + 1.0),
            Do(Action::Enqueue, Queued),
        ),
        row(
            FindingSuccessor,
            "due, died at an unknown time",
            || (expired().finding_successor(), Event::TombstoneFound { died_at: None }),
            Do(Action::Enqueue, Queued),
        ),
        as_nothing_found("the config brought other tokens after the refresh token died", |search| {
            // After such a config, one refusal is enough to declare the refresh token dead, so no search follows a refusal.
            let fixture = || searching(search, &Fixture::revived);
            (!refused_once(search.when))
                .then(|| (fixture(), Event::TombstoneFound { died_at: Some(START + LIFETIME) }))
        }),
    ];
    for (index, Search { when, decides, .. }) in searches().into_iter().enumerate() {
        let (decision, next) = decides.text();
        rows.push(Row {
            states: States::One(FindingSuccessor),
            cause: Cause::Named(event_name(Event::NoSuccessor)),
            when,
            decision,
            next,
            run: Box::new(move |state| {
                decides.check(state, || (searching(&searches()[index], &Fixture::inactive), Event::NoSuccessor));
            }),
        });
    }
    rows.push(any_other(FindingSuccessor));
    rows
}

fn requesting() -> Vec<Row> {
    use StateName::{
        AcquiringLock, AwaitingJudgement, BackingOff, FindingSuccessor, Inactive, Publishing, Queued,
        RequestingTokens, SavingTokens,
    };
    vec![
        always(Queued, Event::Admitted, Do(Action::RequestTokens, RequestingTokens)),
        always(Queued, Event::LockLost, Do(Action::AcquireLock, AcquiringLock)),
        any_other(Queued),
        always(RequestingTokens, Event::LockLost, Do(Action::AcquireLock, AcquiringLock)),
        always(RequestingTokens, Event::Refreshed(LATER), Do(Action::Publish, Publishing)),
        always(RequestingTokens, Event::Refused, Wait(2000.0, 2000.0, AwaitingJudgement)),
        row(
            RequestingTokens,
            "the lockout is 15 s",
            || (Fixture::with_lockout(15.0 * SECOND, Age::Expired).requesting(), Event::Refused),
            Wait(1000.0, 1000.0, AwaitingJudgement),
        ),
        row(
            RequestingTokens,
            "usable",
            || (Fixture::in_state(RequestingTokens, true), FAILED),
            Do(Action::SaveTokens, SavingTokens),
        ),
        row(
            RequestingTokens,
            "usable, a caller wants newer tokens, first failure",
            || (failed_forced(0), FAILED),
            Wait(250.0, 500.0, BackingOff),
        ),
        row(
            RequestingTokens,
            "usable, a caller wants newer tokens, fourth failure",
            || (failed_forced(3), FAILED),
            Do(Action::SaveTokens, SavingTokens),
        ),
        row(
            RequestingTokens,
            "usable, after a refusal, first failure",
            || (Fixture::in_state(RequestingTokens, true).refused().requesting_again(), FAILED),
            Wait(250.0, 500.0, BackingOff),
        ),
        row(RequestingTokens, "not usable, first failure", || (failed(0), FAILED), Wait(250.0, 500.0, BackingOff)),
        row(RequestingTokens, "not usable, second failure", || (failed(1), FAILED), Wait(500.0, 1000.0, BackingOff)),
        row(RequestingTokens, "not usable, third failure", || (failed(2), FAILED), Wait(1000.0, 2000.0, BackingOff)),
        row(RequestingTokens, "not usable, fourth failure", || (failed(3), FAILED), Do(Action::Done, Inactive)),
        row(
            RequestingTokens,
            "not usable, fourth failure, a minute after the first",
            || (Fixture { now: START + LIFETIME + MINUTE, ..failed(3) }, FAILED),
            Wait(1000.0, 2000.0, BackingOff),
        ),
        row(
            RequestingTokens,
            "not usable, `Retry-After` of 20 s",
            || (failed(0), failed_with_retry_after(20.0 * SECOND)),
            Wait(20000.0, 20000.0, BackingOff),
        ),
        row(
            RequestingTokens,
            "not usable, `Retry-After` of 50 s",
            || (failed(0), failed_with_retry_after(50.0 * SECOND)),
            Wait(50000.0, 50000.0, BackingOff),
        ),
        row(
            RequestingTokens,
            "not usable, `Retry-After` of more than 50 s",
            || (failed(0), failed_with_retry_after(50.0 * SECOND + 1.0)),
            Do(Action::Done, Inactive),
        ),
        row(
            RequestingTokens,
            "not usable, `Retry-After` of 2 minutes, 9 minutes after a response may have been lost",
            || (Fixture { now: START + LIFETIME + 9.0 * MINUTE, ..failed(1) }, failed_with_retry_after(2.0 * MINUTE)),
            Wait(30000.0, 30000.0, BackingOff),
        ),
        row(
            RequestingTokens,
            "usable",
            || (Fixture::in_state(RequestingTokens, true), Event::PermanentFailure),
            Do(Action::SaveTokens, SavingTokens),
        ),
        row(
            RequestingTokens,
            "not usable",
            || (Fixture::in_state(RequestingTokens, false), Event::PermanentFailure),
            Do(Action::Done, Inactive),
        ),
        any_other(RequestingTokens),
        always(AwaitingJudgement, Event::WaitEnded, Do(Action::FindSuccessor, FindingSuccessor)),
        always(AwaitingJudgement, Event::LockLost, Do(Action::AcquireLock, AcquiringLock)),
        any_other(AwaitingJudgement),
    ]
}

fn judging() -> Vec<Row> {
    use StateName::{
        AcquiringLock, BackingOff, Dead, FindingSuccessor, Inactive, JudgingRefusal, Queued, RequestingTokens,
        SavingTokens, WritingTombstone,
    };
    vec![
        row(JudgingRefusal, "explained", || (failed(0).judging_refusal(), EXPLAINED), Do(Action::Enqueue, Queued)),
        row(
            JudgingRefusal,
            "explained, in a review",
            || (Fixture::in_state(Dead, false).reviewing().judging_refusal(), EXPLAINED),
            Do(Action::Done, Dead),
        ),
        row(
            JudgingRefusal,
            "counts, first refusal, not usable",
            || (failed(0).judging_refusal(), COUNTS),
            Wait(60000.0, 300_000.0, BackingOff),
        ),
        row(
            JudgingRefusal,
            "counts, first refusal, usable",
            || (Fixture::in_state(JudgingRefusal, true), COUNTS),
            Wait(60000.0, 300_000.0, BackingOff),
        ),
        row(
            JudgingRefusal,
            "counts, first refusal, the lockout is 5 minutes",
            || (Fixture::with_lockout(5.0 * MINUTE, Age::Expired).requesting().judging_refusal(), COUNTS),
            Wait(600_000.0, 600_000.0, BackingOff),
        ),
        row(
            JudgingRefusal,
            "counts, first refusal, 9 minutes after a response may have been lost",
            || {
                (
                    Fixture { now: START + LIFETIME + 9.0 * MINUTE - 2.0 * SECOND, ..failed(1) }.judging_refusal(),
                    COUNTS,
                )
            },
            Wait(30000.0, 30000.0, BackingOff),
        ),
        row(
            JudgingRefusal,
            "counts, first refusal, less than a minute after a failure, not usable",
            || (failed(1).judging_refusal(), COUNTS),
            Do(Action::Done, Inactive),
        ),
        row(
            JudgingRefusal,
            "counts, first refusal, less than a minute after a failure, usable",
            || {
                let fixture = Fixture::in_state(RequestingTokens, true).handle_all(&[FAILED, Event::Saved]);
                (fixture.later(SECOND).requesting().judging_refusal(), COUNTS)
            },
            Do(Action::SaveTokens, SavingTokens),
        ),
        row(
            JudgingRefusal,
            "counts, second refusal",
            || (failed(0).refused().requesting_again().judging_refusal(), COUNTS),
            Do(Action::WriteTombstone, WritingTombstone),
        ),
        row(
            JudgingRefusal,
            "counts, second refusal, a response may be lost",
            || (failed(1).later(MINUTE).refused().requesting_again().judging_refusal(), COUNTS),
            Wait(60000.0, 300_000.0, BackingOff),
        ),
        row(
            JudgingRefusal,
            "counts, in a review",
            || (Fixture::in_state(Dead, false).reviewing().judging_refusal(), COUNTS),
            Do(Action::WriteTombstone, WritingTombstone),
        ),
        row(
            JudgingRefusal,
            "counts, in a review whose response may be lost",
            || {
                let fixture = Fixture::in_state(Dead, false).reviewing().handle_all(&[FAILED]).requesting_again();
                (fixture.later(MINUTE).judging_refusal(), COUNTS)
            },
            Wait(60000.0, 300_000.0, BackingOff),
        ),
        row(
            JudgingRefusal,
            "counts, the config brought other tokens meanwhile, due",
            || {
                let mut fixture = failed(0).judging_refusal();
                assert!(fixture.policy.on_stored_tokens(times(START + 1.0, HOUR), fixture.now));
                (fixture, COUNTS)
            },
            Do(Action::Enqueue, Queued),
        ),
        row(
            JudgingRefusal,
            "counts, the config brought other tokens meanwhile, not due",
            || {
                let mut fixture = failed(0).judging_refusal();
                fixture.receive_stored_tokens();
                (fixture, COUNTS)
            },
            Do(Action::SaveTokens, SavingTokens),
        ),
        always(JudgingRefusal, Event::LockLost, Do(Action::AcquireLock, AcquiringLock)),
        any_other(JudgingRefusal),
        always(BackingOff, Event::WaitEnded, Do(Action::FindSuccessor, FindingSuccessor)),
        always(BackingOff, Event::LockLost, Do(Action::AcquireLock, AcquiringLock)),
        any_other(BackingOff),
    ]
}

fn publishing() -> Vec<Row> {
    use StateName::{AcquiringLock, Dead, FindingSuccessor, Publishing, SavingTokens, WritingTombstone};
    vec![
        always(Publishing, Event::Published, Do(Action::SaveTokens, SavingTokens)),
        always(Publishing, Event::Superseded, Do(Action::FindSuccessor, FindingSuccessor)),
        any_other(Publishing),
        always(WritingTombstone, Event::Published, Do(Action::Done, Dead)),
        row(
            WritingTombstone,
            "the config brought other tokens meanwhile",
            || (stored_tokens_during_tombstone(), Event::Published),
            Do(Action::AcquireLock, AcquiringLock),
        ),
        always(WritingTombstone, Event::Superseded, Do(Action::FindSuccessor, FindingSuccessor)),
        row(
            WritingTombstone,
            "for the second time",
            || {
                let events = [Event::Superseded, Event::NoSuccessor];
                (Fixture::in_state(WritingTombstone, false).handle_all(&events), Event::Superseded)
            },
            Do(Action::Done, Dead),
        ),
        row(
            WritingTombstone,
            "the config brought other tokens meanwhile",
            || (stored_tokens_during_tombstone(), Event::Superseded),
            Do(Action::AcquireLock, AcquiringLock),
        ),
        any_other(WritingTombstone),
    ]
}

fn storing() -> Vec<Row> {
    use StateName::{AcquiringLock, AwaitingSave, Inactive, ReportingSaveFailure, SavingTokens};
    vec![
        always(SavingTokens, Event::Saved, Do(Action::Done, Inactive)),
        row(
            SavingTokens,
            "first failure",
            || (Fixture::in_state(SavingTokens, true), Event::SaveFailed),
            Wait(50.0, 100.0, AwaitingSave),
        ),
        row(
            SavingTokens,
            "second failure",
            || {
                (
                    Fixture::in_state(SavingTokens, true).handle_all(&[Event::SaveFailed, Event::WaitEnded]),
                    Event::SaveFailed,
                )
            },
            Wait(100.0, 200.0, AwaitingSave),
        ),
        row(
            SavingTokens,
            "third failure",
            || {
                let again = [Event::SaveFailed, Event::WaitEnded];
                (Fixture::in_state(SavingTokens, true).handle_all(&again).handle_all(&again), Event::SaveFailed)
            },
            Do(Action::ReportSaveFailure, ReportingSaveFailure),
        ),
        row(
            SavingTokens,
            "first failure, the previous token set was not saved either",
            || {
                let fixture = not_stored().force_refresh();
                let refreshed = Event::Refreshed(times(fixture.now, LIFETIME));
                let events = [Event::LockAcquired, Event::NoSuccessor, Event::Admitted, refreshed, Event::Published];
                (fixture.handle_all(&events), Event::SaveFailed)
            },
            Do(Action::ReportSaveFailure, ReportingSaveFailure),
        ),
        row(
            SavingTokens,
            "in a later cycle, a failure was already reported for this token set",
            || (not_stored().finding_successor().handle_all(&[Event::NoSuccessor]), Event::SaveFailed),
            Do(Action::Done, Inactive),
        ),
        always(SavingTokens, Event::LockLost, Do(Action::AcquireLock, AcquiringLock)),
        any_other(SavingTokens),
        always(AwaitingSave, Event::WaitEnded, Do(Action::SaveTokens, SavingTokens)),
        always(AwaitingSave, Event::LockLost, Do(Action::AcquireLock, AcquiringLock)),
        any_other(AwaitingSave),
        always(ReportingSaveFailure, Event::Reported, Do(Action::Done, Inactive)),
        any_other(ReportingSaveFailure),
    ]
}
