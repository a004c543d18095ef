//! The rows about the questions that callers ask the policy.

use super::lab::{
    Age, DAY, FAILED, GRACE, HOUR, LIFETIME, Lab, MINUTE, NEVER, SECOND, START, StateName, name, times, told_to_wait,
};
use super::rows::States::{Any, One, UnderWay, Waiting, Working};
use super::rows::{Cause, Row, States, method_name};
use nocodb_bitbucket_auth::newest_tokens::Times;
use nocodb_bitbucket_auth::refresh_policy::RefreshPolicy;
use nocodb_bitbucket_auth::refresh_turn::{Answer, Event, Reason, State};

/// The methods that every state has a row for.
pub fn methods() -> [String; 6] {
    [
        method_name(RefreshPolicy::asked),
        method_name(RefreshPolicy::renew),
        method_name(RefreshPolicy::reject),
        method_name(RefreshPolicy::suspect),
        method_name(RefreshPolicy::configured),
        method_name(RefreshPolicy::retry_at),
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

/// A row: the function puts the question in a state, and gives the policy after it and the decision, as the document shows it.
fn row(
    states: States,
    method: String,
    when: &'static str,
    decision: String,
    next: Option<StateName>,
    question: impl Fn(StateName) -> (Lab, String) + 'static,
) -> Row {
    let expected = decision.clone();
    Row {
        states,
        cause: Cause::Named(method),
        when,
        decision,
        next: next.map_or("—".to_owned(), |state| format!("`{state:?}`")),
        run: Box::new(move |state| {
            let (lab, decision) = question(state);
            assert_eq!(decision, expected);
            assert_eq!(name(lab.policy.state()), next.unwrap_or(state));
        }),
    }
}

fn text(answer: Answer) -> String {
    format!("`{answer:?}`")
}

/// The situation of a caller, and the caller's deadline.
type Situation = fn(StateName) -> (Lab, f64);

fn usable(state: StateName) -> (Lab, f64) {
    (Lab::reach(state, true), NEVER)
}

fn unusable(state: StateName) -> (Lab, f64) {
    (Lab::reach(state, false), NEVER)
}

fn fresh(_: StateName) -> (Lab, f64) {
    (Lab::at_rest(Age::Fresh), NEVER)
}

fn at_deadline(lab: Lab) -> (Lab, f64) {
    let now = lab.now;
    (lab, now)
}

fn unusable_at_deadline(state: StateName) -> (Lab, f64) {
    at_deadline(Lab::reach(state, false))
}

/// The deadline comes so many milliseconds before the wait ends.
fn before_end_of_wait(lab: Lab, ms: f64) -> (Lab, f64) {
    let end = lab.now + lab.policy.wait(lab.now).unwrap();
    (lab, end - ms)
}

fn wait_ends_by_deadline(state: StateName) -> (Lab, f64) {
    before_end_of_wait(Lab::reach(state, false), 0.0)
}

fn wait_ends_after_deadline(state: StateName) -> (Lab, f64) {
    before_end_of_wait(Lab::reach(state, false), 1.0)
}

fn usable_must_wait(_: StateName) -> (Lab, f64) {
    (Lab::reach(StateName::Refreshing, true).all(&[told_to_wait(MINUTE), Event::Stored]), NEVER)
}

fn requesting() -> Lab {
    Lab::at_rest(Age::Expired).refreshing()
}

/// At rest after the lock could not be had.
fn busy() -> Lab {
    Lab::at_rest(Age::Fresh).begin().later(2.0 * SECOND).all(&[Event::LockBusy])
}

/// In this state of a cycle that began four hours after the death.
fn dead(state: StateName) -> Lab {
    let lab = Lab::reach(StateName::Dead, false).later(4.0 * HOUR);
    match state {
        StateName::Locking => lab.begin(),
        StateName::AwaitingLock => lab.begin().all(&[Event::LockBusy]),
        StateName::Looking => lab.looking(),
        StateName::Queued => lab.queued(),
        StateName::Refreshing => lab.refreshing(),
        _ => panic!("no way to {state:?} after a death"),
    }
}

fn unusable_dead(state: StateName) -> (Lab, f64) {
    (dead(state), NEVER)
}

/// This process renewed the tokens, which does not cure a 401.
fn renewed_here() -> Lab {
    let lab = requesting();
    let renewed = Event::Renewed(times(lab.now, LIFETIME));
    lab.all(&[renewed, Event::Published, Event::Stored])
}

/// A caller wants to use the newest tokens. If they were not offered, the caller's store has the token set before them.
fn ask(
    states: States,
    when: &'static str,
    is_offered: bool,
    situation: Situation,
    answer: Answer,
    next: Option<StateName>,
) -> Row {
    row(states, method_name(RefreshPolicy::asked), when, text(answer), next, move |state| {
        let (mut lab, deadline) = situation(state);
        assert_eq!(name(lab.policy.state()), state);
        let known = lab.generation() - u32::from(!is_offered);
        let answer = lab.policy.asked(known, deadline, lab.now);
        (lab, text(answer))
    })
}

fn use_rows() -> Vec<Row> {
    use StateName::{
        AwaitingLock, AwaitingRequest, AwaitingStore, AwaitingVerdict, Burying, Dead, Judging, Locking, Looking,
        Publishing, Queued, Refreshing, Reporting, Resting, Storing,
    };
    let offered = |states, when, situation, answer, next| ask(states, when, true, situation, answer, next);
    let not_offered = |states, when, situation, answer, next| ask(states, when, false, situation, answer, next);
    let give_up = Answer::GiveUp;
    let deadline = "not usable, the deadline has come";
    vec![
        not_offered(
            Any,
            "usable, not offered, the deadline has come",
            |state| at_deadline(Lab::reach(state, true)),
            Answer::Use,
            None,
        ),
        offered(One(Resting), "usable, offered, not due", fresh, Answer::Use, None),
        offered(One(Resting), "usable, offered, due", usable, Answer::Turn, Some(Locking)),
        offered(One(Resting), "usable, offered, due, must wait", usable_must_wait, Answer::Use, None),
        not_offered(One(Resting), "usable, not offered", fresh, Answer::Turn, Some(Locking)),
        not_offered(
            One(Resting),
            "usable, not offered, due, must wait",
            usable_must_wait,
            Answer::Turn,
            Some(Locking),
        ),
        not_offered(
            One(Resting),
            "usable, not offered, the lock was busy nearly a minute ago",
            |_| (busy().later(MINUTE - 1.0), NEVER),
            Answer::Use,
            None,
        ),
        not_offered(
            One(Resting),
            "usable, not offered, the lock was busy a minute ago",
            |_| (busy().later(MINUTE), NEVER),
            Answer::Turn,
            Some(Locking),
        ),
        offered(One(Resting), "not usable", unusable, Answer::Turn, Some(Locking)),
        offered(
            One(Resting),
            "not usable, must wait after a failure",
            |_| (requesting().all(&[Event::FailedForGood]), NEVER),
            give_up(Reason::LastRequest),
            None,
        ),
        offered(
            One(Resting),
            "not usable, must wait for more than a minute after a failure",
            |_| (requesting().all(&[told_to_wait(2.0 * MINUTE)]).later(MINUTE), NEVER),
            give_up(Reason::LastRequest),
            None,
        ),
        offered(
            One(Resting),
            "not usable, must wait after a refusal",
            |_| (requesting().all(&[FAILED]).refreshing_again().refused(), NEVER),
            give_up(Reason::Doubt),
            None,
        ),
        offered(UnderWay, "usable, offered", usable, Answer::Use, None),
        not_offered(Working, "usable, not offered", usable, Answer::Turn, None),
        not_offered(Waiting, "usable, not offered", usable, Answer::Use, None),
        offered(One(Locking), "not usable", unusable, Answer::Turn, None),
        offered(One(Locking), "not usable, dead", unusable_dead, Answer::Turn, None),
        offered(One(Locking), deadline, unusable_at_deadline, give_up(Reason::Busy), None),
        offered(
            One(Locking),
            "not usable, the deadline has come, less than a minute after a failure",
            |_| at_deadline(requesting().all(&[FAILED]).all(&[Event::LockLost])),
            give_up(Reason::LastRequest),
            None,
        ),
        offered(One(AwaitingLock), "not usable", unusable, Answer::Turn, None),
        offered(One(AwaitingLock), "not usable, dead", unusable_dead, give_up(Reason::Dead), None),
        offered(One(AwaitingLock), deadline, unusable_at_deadline, give_up(Reason::Doubt), None),
        offered(One(Looking), "not usable", unusable, Answer::Turn, None),
        offered(One(Looking), "not usable, dead", unusable_dead, Answer::Turn, None),
        offered(One(Looking), deadline, unusable_at_deadline, give_up(Reason::Busy), None),
        offered(One(Queued), "not usable", unusable, Answer::Turn, None),
        offered(One(Queued), "not usable, dead", unusable_dead, give_up(Reason::Dead), None),
        offered(One(Queued), deadline, unusable_at_deadline, give_up(Reason::Doubt), None),
        offered(
            One(Queued),
            "not usable, the deadline has come, less than a minute after a failure",
            |_| at_deadline(requesting().all(&[FAILED]).all(&[Event::Woke, Event::NothingFound])),
            give_up(Reason::LastRequest),
            None,
        ),
        // A review after a death, while the API still accepts the access token.
        not_offered(
            One(Refreshing),
            "usable, not offered, dead",
            |_| {
                let dead = Event::FoundDead { died_at: None };
                (Lab::at_rest(Age::Fresh).wish().all(&[Event::Locked, dead, Event::Admitted]), NEVER)
            },
            Answer::Use,
            None,
        ),
        offered(One(Refreshing), "not usable", unusable, Answer::Turn, None),
        offered(One(Refreshing), "not usable, dead", unusable_dead, give_up(Reason::Dead), None),
        offered(One(Refreshing), deadline, unusable_at_deadline, give_up(Reason::Busy), None),
        offered(
            One(Refreshing),
            "not usable, the deadline has come, after a refusal",
            |_| at_deadline(requesting().refused().refreshing_again()),
            give_up(Reason::Doubt),
            None,
        ),
        offered(One(AwaitingVerdict), "not usable", unusable, Answer::Turn, None),
        offered(One(AwaitingVerdict), deadline, unusable_at_deadline, give_up(Reason::Doubt), None),
        offered(One(Judging), "not usable", unusable, Answer::Turn, None),
        offered(One(Judging), deadline, unusable_at_deadline, give_up(Reason::Doubt), None),
        offered(
            One(AwaitingRequest),
            "not usable, the wait ends by the deadline",
            wait_ends_by_deadline,
            Answer::Turn,
            None,
        ),
        offered(
            One(AwaitingRequest),
            "not usable, the wait ends after the deadline",
            wait_ends_after_deadline,
            give_up(Reason::LastRequest),
            None,
        ),
        offered(
            One(AwaitingRequest),
            "not usable, the wait ends after the deadline, after a refusal",
            |_| before_end_of_wait(requesting().refused(), 1.0),
            give_up(Reason::Doubt),
            None,
        ),
        offered(One(Publishing), "not usable", unusable, Answer::Turn, None),
        offered(One(Publishing), deadline, unusable_at_deadline, give_up(Reason::Busy), None),
        not_offered(One(Burying), "usable, not offered", usable, Answer::Use, None),
        offered(One(Burying), "not usable", unusable, give_up(Reason::Dead), None),
        offered(One(Storing), "not usable", unusable, Answer::Turn, None),
        offered(One(Storing), deadline, unusable_at_deadline, give_up(Reason::Busy), None),
        offered(One(AwaitingStore), "not usable", unusable, Answer::Turn, None),
        offered(One(Reporting), "not usable", unusable, Answer::Turn, None),
        not_offered(One(Dead), "usable, not offered", usable, Answer::Use, None),
        offered(
            One(Dead),
            "not usable, nearly a minute after the last search for a successor",
            |state| (Lab::reach(state, false).later(MINUTE - 1.0), NEVER),
            give_up(Reason::Dead),
            None,
        ),
        offered(
            One(Dead),
            "not usable, a minute after the last search for a successor",
            |state| (Lab::reach(state, false).later(MINUTE), NEVER),
            Answer::Turn,
            Some(Locking),
        ),
    ]
}

fn force_rows() -> Vec<Row> {
    use StateName::{
        AwaitingLock, AwaitingRequest, AwaitingStore, AwaitingVerdict, Burying, Dead, Judging, Locking, Looking,
        Publishing, Queued, Refreshing, Reporting, Resting, Storing,
    };
    let method = || method_name(RefreshPolicy::renew);
    let newest = |state, when, situation: Situation, answer, next| {
        row(One(state), method(), when, text(answer), next, move |state| {
            let (mut lab, deadline) = situation(state);
            assert_eq!(name(lab.policy.state()), state);
            let answer = lab.policy.renew(lab.generation(), deadline, lab.now);
            (lab, text(answer))
        })
    };
    let of_newest = "newer than the newest tokens";
    let mut rows = vec![
        row(Any, method(), "newer than older tokens", text(Answer::Use), None, |state| {
            let mut lab = Lab::reach(state, false);
            let answer = lab.policy.renew(lab.generation() - 1, NEVER, lab.now);
            (lab, text(answer))
        }),
        newest(Resting, of_newest, unusable, Answer::Turn, Some(Locking)),
        newest(
            Resting,
            "newer than the newest tokens, usable, must wait after a failure",
            usable_must_wait,
            Answer::GiveUp(Reason::LastRequest),
            None,
        ),
        newest(
            Queued,
            "newer than the newest tokens, usable, the deadline has come",
            |state| at_deadline(Lab::reach(state, true)),
            Answer::GiveUp(Reason::Doubt),
            None,
        ),
        newest(
            AwaitingRequest,
            "newer than the newest tokens, the wait ends by the deadline",
            wait_ends_by_deadline,
            Answer::Turn,
            None,
        ),
        newest(
            AwaitingRequest,
            "newer than the newest tokens, the wait ends after the deadline",
            wait_ends_after_deadline,
            Answer::GiveUp(Reason::LastRequest),
            None,
        ),
        newest(Burying, of_newest, unusable, Answer::GiveUp(Reason::Dead), None),
        newest(Dead, of_newest, unusable, Answer::GiveUp(Reason::Dead), None),
        newest(
            Dead,
            "newer than the newest tokens, a minute after the last search for a successor",
            |state| (Lab::reach(state, false).later(MINUTE), NEVER),
            Answer::Turn,
            Some(Locking),
        ),
    ];
    let join = [
        Locking,
        AwaitingLock,
        Looking,
        Queued,
        Refreshing,
        AwaitingVerdict,
        Judging,
        Publishing,
        Storing,
        AwaitingStore,
        Reporting,
    ];
    rows.extend(join.map(|state| newest(state, of_newest, unusable, Answer::Turn, None)));
    rows
}

fn rejected_rows() -> Vec<Row> {
    use StateName::Resting;
    let rejected = |states, when, is_repeated: bool, policy: fn(StateName) -> Lab, age: u32, repetitions| {
        let words = |is_repeated| if is_repeated { "repeat" } else { "do not repeat" }.to_owned();
        let method = method_name(RefreshPolicy::reject);
        row(states, method, when, words(is_repeated), None, move |state| {
            let mut lab = policy(state);
            let is_repeated = lab.policy.reject(lab.generation() - age, repetitions, lab.now);
            (lab, words(is_repeated))
        })
    };
    let reach = |state| Lab::reach(state, true);
    /// A 401 to the first repetition, with tokens that this process renewed.
    fn not_cured_here() -> Lab {
        let mut lab = renewed_here();
        assert!(!lab.policy.reject(lab.generation(), 1, lab.now));
        lab
    }
    vec![
        rejected(Any, "401 to older tokens", true, reach, 1, 0),
        rejected(Any, "401 to the newest tokens", true, reach, 0, 0),
        rejected(
            Any,
            "401 to the newest tokens, for the second time",
            true,
            |state| {
                let mut lab = Lab::reach(state, true);
                assert!(lab.policy.reject(lab.generation(), 0, lab.now));
                lab
            },
            0,
            0,
        ),
        rejected(Any, "401 to the first repetition, with older tokens", true, reach, 1, 1),
        rejected(Any, "401 to the second repetition, with older tokens", false, reach, 1, 2),
        rejected(
            One(Resting),
            "401 to the first repetition, with the newest tokens, which another process renewed",
            true,
            reach,
            0,
            1,
        ),
        rejected(
            One(Resting),
            "401 to the second repetition, with the newest tokens, which another process renewed",
            false,
            reach,
            0,
            2,
        ),
        rejected(
            One(Resting),
            "401 to the newest tokens, after that",
            true,
            |state| {
                let mut lab = Lab::reach(state, true);
                assert!(lab.policy.reject(lab.generation(), 0, lab.now));
                assert!(!lab.policy.reject(lab.generation(), 2, lab.now));
                lab
            },
            0,
            0,
        ),
        rejected(
            One(Resting),
            "401 to the first repetition, with the newest tokens, which this process renewed",
            false,
            |_| renewed_here(),
            0,
            1,
        ),
        rejected(
            One(Resting),
            "401 to the newest tokens, which this process renewed, after that",
            false,
            |_| not_cured_here(),
            0,
            0,
        ),
        rejected(
            One(Resting),
            "401 to the first repetition, with newer tokens of another process, after that",
            false,
            |_| {
                let mut lab = not_cured_here().later(1.0);
                lab.configure();
                lab
            },
            0,
            1,
        ),
    ]
}

fn suspect_rows() -> Vec<Row> {
    use StateName::Resting;
    let suspect = |states, when, is_cured: bool, policy: fn(StateName) -> Lab, age: u32, repetitions| {
        let words = |is_cured| if is_cured { "renew" } else { "leave it" }.to_owned();
        row(states, method_name(RefreshPolicy::suspect), when, words(is_cured), None, move |state| {
            let mut lab = policy(state);
            let newest = lab.generation();
            let usable = lab.policy.clone().asked(newest, NEVER, lab.now);
            let is_cured = lab.policy.suspect(newest - age, repetitions, lab.now);
            assert_eq!(lab.policy.clone().asked(newest, NEVER, lab.now), usable, "as usable as before");
            (lab, words(is_cured))
        })
    };
    let reach = |state| Lab::reach(state, true);
    fn after_a_second_time(mut lab: Lab) -> Lab {
        assert!(!lab.policy.suspect(lab.generation(), 1, lab.now));
        lab
    }
    vec![
        suspect(Any, "with older tokens", true, reach, 1, 0),
        suspect(Any, "with the newest tokens", true, reach, 0, 0),
        suspect(Any, "for the second time, with the newest tokens", false, reach, 0, 1),
        suspect(Any, "for the second time, with older tokens", false, reach, 1, 1),
        suspect(One(Resting), "with the newest tokens, which this process renewed", true, |_| renewed_here(), 0, 0),
        suspect(
            One(Resting),
            "with the newest tokens, which this process renewed, after a second time",
            false,
            |_| after_a_second_time(renewed_here()),
            0,
            0,
        ),
        suspect(
            One(Resting),
            "with the newest tokens, which another process renewed, after a second time",
            true,
            |state| after_a_second_time(Lab::reach(state, true)),
            0,
            0,
        ),
    ]
}

fn configured_rows() -> Vec<Row> {
    use StateName::{Burying, Dead, Queued, Resting};
    let configured = |states, when, is_taken: bool, situation: fn(StateName) -> (Lab, Times), next| {
        let words = |is_taken| if is_taken { "accept" } else { "ignore" }.to_owned();
        row(states, method_name(RefreshPolicy::configured), when, words(is_taken), next, move |state| {
            let (mut lab, tokens) = situation(state);
            let before = lab.generation();
            let is_taken = lab.policy.configured(tokens, lab.now);
            assert_eq!(lab.generation(), before + u32::from(is_taken));
            (lab, words(is_taken))
        })
    };
    let newer = |state| {
        let lab = Lab::reach(state, false);
        let tokens = times(lab.now + 1.0, LIFETIME);
        (lab, tokens)
    };
    let not_comparable = |state| (Lab::reach(state, false), Times::default());
    vec![
        configured(Any, "older", false, |state| (Lab::reach(state, false), times(START - DAY, LIFETIME)), None),
        configured(One(Resting), "newer", true, newer, None),
        configured(One(Resting), "not comparable", false, not_comparable, None),
        configured(UnderWay, "newer", true, newer, None),
        configured(
            UnderWay,
            "not comparable, not refused twice",
            false,
            |state| {
                let mut lab = Lab::reach(state, false);
                if state == Burying {
                    lab.configure();
                }
                (lab, Times::default())
            },
            None,
        ),
        configured(One(Queued), "not comparable, in a review", true, |state| (dead(state), Times::default()), None),
        configured(One(Burying), "not comparable, refused twice", true, not_comparable, None),
        configured(One(Dead), "newer", true, newer, Some(Resting)),
        configured(One(Dead), "not comparable", true, not_comparable, Some(Resting)),
    ]
}

fn retry_time_rows() -> Vec<Row> {
    use StateName::{Dead, Resting};
    let retry = |states, when, is_set: bool, policy: fn(StateName) -> Lab| {
        let words = |is_set| if is_set { "a time" } else { "no time" }.to_owned();
        row(states, method_name(RefreshPolicy::retry_at), when, words(is_set), None, move |state| {
            let lab = policy(state);
            let at = lab.policy.retry_at(lab.now);
            assert!(at.is_none() || lab.policy.state() == State::Resting);
            (lab, words(at.is_some()))
        })
    };
    let reach = |state| Lab::reach(state, false);
    fn in_vain() -> Lab {
        Lab::at_rest(Age::Due).refreshing().all(&[FAILED, Event::Stored])
    }
    vec![
        retry(One(Resting), "a response may have been lost nearly 10 minutes ago", true, |_| {
            in_vain().later(GRACE - 1.0)
        }),
        retry(One(Resting), "a response may have been lost 10 minutes ago", false, |_| in_vain().later(GRACE)),
        retry(One(Resting), "no response may be lost", false, reach),
        retry(UnderWay, "", false, reach),
        retry(One(Dead), "", false, reach),
    ]
}
