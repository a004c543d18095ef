//! The queue of the token requests of an OAuth client: the order of the requests, and the rows of the queue's tables in
//! docs/refresh-policy.md. `crate::tables` writes these rows into the document. The document explains the words of the
//! rows, for example that the *lockout* is the time in which Bitbucket refuses all refresh tokens of a client after a
//! dead one was used.

use crate::tables::Table;
use nocodb_bitbucket_auth::refresh_queue::{Admission, Outcome, Priority, RefreshQueue};
use std::collections::{BTreeSet, HashMap};

const LOCKOUT: f64 = 30_000.0;
/// Some time after the process has started.
const START: f64 = 100_000.0;

const CLOSED_TIME: f64 = 1.25 * LOCKOUT;
const CAREFUL_TIME: f64 = 3.0 * LOCKOUT;

/// A queue and the current time.
struct Fixture {
    queue: RefreshQueue,
    now: f64,
    /// The time of the last refusal. A report that repeats a known refusal does not change this time.
    refused_at: f64,
}

impl Fixture {
    fn new() -> Self {
        Self { queue: RefreshQueue::new(LOCKOUT), now: START, refused_at: f64::NAN }
    }

    /// Takes this number of requests from the queue, even if the queue would admit none, and leaves them under way.
    fn under_way(mut self, requests: u32) -> Self {
        for _ in 0..requests {
            self.queue.enqueue(Priority::Normal);
            assert!(self.queue.admit_first(false).is_some());
        }
        self
    }

    fn ended(mut self, outcome: Outcome) -> Self {
        self = self.under_way(1);
        self.queue.on_ended(outcome, self.now);
        self
    }

    /// Bitbucket grants requests that were sent now.
    fn successes(mut self, count: u32) -> Self {
        for _ in 0..count {
            let sent_at = self.now;
            self = self.ended(Outcome::Granted { sent_at });
        }
        self
    }

    fn refused(mut self) -> Self {
        self.refused_at = self.now;
        self.ended(Outcome::Refused)
    }

    /// Bitbucket grants a request that was sent this long after the last refusal.
    fn granted(self, after: f64) -> Self {
        let sent_at = self.refused_at + after;
        self.later(after.max(0.0)).ended(Outcome::Granted { sent_at })
    }

    /// Another process reports a refusal at this time.
    fn report_refusal(mut self, at: f64) -> Self {
        self.queue.apply_update(Some(at), None);
        self
    }

    fn later(mut self, ms: f64) -> Self {
        self.now += ms;
        self
    }
}

/// Which request the queue admits.
#[derive(Debug, Clone, Copy)]
enum Admitted {
    Now(Admission),
    /// No request until 1.25 lockouts after the last refusal: the queue is closed. Reports that repeat a known refusal do not
    /// prolong this time.
    NoneUntilReopened,
}

/// A row of the table of admissions.
struct Row {
    /// The priority of the first request in the queue.
    first: Option<Priority>,
    when: &'static str,
    fixture: fn() -> Fixture,
    admitted: Admitted,
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let first = self.first.map_or("none".to_owned(), |priority| format!("`{priority:?}`"));
        let admitted = match self.admitted {
            Admitted::Now(Admission::First) => "the first",
            Admitted::Now(Admission::FirstExclusive) => "the first, alone",
            Admitted::Now(_) => "none",
            Admitted::NoneUntilReopened => "none until 1.25 lockouts after the last refusal",
        };
        let when = if self.when.is_empty() { "—" } else { self.when };
        vec![first, when.to_owned(), admitted.to_owned()]
    }

    fn run(&self) {
        let mut fixture = (self.fixture)();
        if let Some(priority) = self.first {
            fixture.queue.enqueue(priority);
        }
        let expected = match self.admitted {
            Admitted::Now(admission) => admission,
            Admitted::NoneUntilReopened => {
                assert!(fixture.queue.wait_time(fixture.now) > 0.0);
                assert_eq!(fixture.now + fixture.queue.wait_time(fixture.now), fixture.refused_at + CLOSED_TIME);
                Admission::NoneUntil(fixture.refused_at + CLOSED_TIME)
            }
        };
        assert_eq!(fixture.queue.admission(fixture.now), expected);
    }
}

/// Another process reports a refusal.
fn reported() -> Fixture {
    Fixture { refused_at: START, ..Fixture::new() }.report_refusal(START)
}

/// Another process reports the times of a refusal and of a grant, one second after a refusal of this process.
fn refused_then_reported(refused_at: Option<f64>, granted_at: Option<f64>) -> Fixture {
    let mut fixture = Fixture::new().refused().later(1000.0);
    fixture.queue.apply_update(refused_at, granted_at);
    fixture
}

fn admitted_alone(mut fixture: Fixture) -> Fixture {
    fixture.queue.enqueue(Priority::Suspect);
    assert_eq!(fixture.queue.admission(fixture.now), Admission::FirstExclusive);
    assert!(fixture.queue.admit_first(true).is_some());
    fixture
}

fn rows() -> Vec<Row> {
    const FIRST: Admitted = Admitted::Now(Admission::First);
    const ALONE: Admitted = Admitted::Now(Admission::FirstExclusive);
    const NONE: Admitted = Admitted::Now(Admission::None);
    let row = |first, when, fixture, admitted| Row { first: Some(first), when, fixture, admitted };
    let normal = |when, fixture, admitted| row(Priority::Normal, when, fixture, admitted);
    let closed_queue = |when, fixture| row(Priority::Normal, when, fixture, Admitted::NoneUntilReopened);
    let closed = "a refusal just now, no request under way";
    vec![
        Row { first: None, when: "", fixture: Fixture::new, admitted: NONE },
        normal("no result is known, no request under way", Fixture::new, FIRST),
        normal("no result is known, 3 requests under way", || Fixture::new().under_way(3), FIRST),
        normal("no result is known, 4 requests under way", || Fixture::new().under_way(4), NONE),
        row(Priority::Urgent, "no result is known, 3 requests under way", || Fixture::new().under_way(3), FIRST),
        row(Priority::Urgent, "no result is known, 4 requests under way", || Fixture::new().under_way(4), NONE),
        normal("1 granted request, 4 requests under way", || Fixture::new().successes(1).under_way(4), FIRST),
        normal("1 granted request, 5 requests under way", || Fixture::new().successes(1).under_way(5), NONE),
        normal(
            "1 failed request, 3 requests under way",
            || Fixture::new().ended(Outcome::Failed).under_way(3),
            FIRST,
        ),
        normal("1 failed request, 4 requests under way", || Fixture::new().ended(Outcome::Failed).under_way(4), NONE),
        normal("16 granted requests, 19 requests under way", || Fixture::new().successes(16).under_way(19), FIRST),
        normal("16 granted requests, 20 requests under way", || Fixture::new().successes(16).under_way(20), NONE),
        normal("30 granted requests, 19 requests under way", || Fixture::new().successes(30).under_way(19), FIRST),
        normal("30 granted requests, 20 requests under way", || Fixture::new().successes(30).under_way(20), NONE),
        row(Priority::Suspect, "no result is known, no request under way", Fixture::new, ALONE),
        row(Priority::Suspect, "no result is known, 1 request under way", || Fixture::new().under_way(1), NONE),
        row(
            Priority::Suspect,
            "16 granted requests, 1 request under way",
            || Fixture::new().successes(16).under_way(1),
            NONE,
        ),
        normal("a request is under way alone", || admitted_alone(Fixture::new()), NONE),
        row(Priority::Urgent, "a request is under way alone", || admitted_alone(Fixture::new()), NONE),
        normal(
            "a request that was under way alone has ended, 3 requests under way",
            || {
                let mut fixture = admitted_alone(Fixture::new());
                fixture.queue.on_ended(Outcome::Failed, fixture.now);
                fixture.under_way(3)
            },
            FIRST,
        ),
        closed_queue(closed, || Fixture::new().refused()),
        row(Priority::Urgent, closed, || Fixture::new().refused(), Admitted::NoneUntilReopened),
        row(Priority::Suspect, closed, || Fixture::new().refused(), Admitted::NoneUntilReopened),
        closed_queue("a refusal nearly 1.25 lockouts ago, no request under way", || {
            Fixture::new().refused().later(CLOSED_TIME - 1.0)
        }),
        normal(
            "a refusal 1.25 lockouts ago, no request under way",
            || Fixture::new().refused().later(CLOSED_TIME),
            ALONE,
        ),
        normal(
            "a refusal 1.25 lockouts ago, 1 request under way",
            || Fixture::new().refused().later(CLOSED_TIME).under_way(1),
            NONE,
        ),
        normal(
            "a refusal nearly 3 lockouts ago, no request under way",
            || Fixture::new().refused().later(CAREFUL_TIME - 1.0),
            ALONE,
        ),
        normal(
            "a refusal nearly 3 lockouts ago, 1 request under way",
            || Fixture::new().refused().later(CAREFUL_TIME - 1.0).under_way(1),
            NONE,
        ),
        normal(
            "a refusal 3 lockouts ago, 3 requests under way",
            || Fixture::new().refused().later(CAREFUL_TIME).under_way(3),
            FIRST,
        ),
        normal(
            "a refusal 3 lockouts ago, 4 requests under way",
            || Fixture::new().refused().later(CAREFUL_TIME).under_way(4),
            NONE,
        ),
        normal(
            "16 granted requests, then a refusal 3 lockouts ago, 4 requests under way",
            || Fixture::new().successes(16).refused().later(CAREFUL_TIME).under_way(4),
            NONE,
        ),
        normal(
            "a refusal 3 lockouts ago, then 2 granted requests, 5 requests under way",
            || {
                Fixture::new()
                    .refused()
                    .later(CLOSED_TIME)
                    .successes(2)
                    .later(CAREFUL_TIME - CLOSED_TIME)
                    .under_way(5)
            },
            FIRST,
        ),
        closed_queue("a refusal, then a grant of a request that was sent before the refusal", || {
            Fixture::new().refused().granted(-1.0)
        }),
        closed_queue("a refusal, then a grant of a request that was sent 100 ms after the refusal", || {
            Fixture::new().refused().granted(100.0)
        }),
        normal(
            "a refusal, then a grant of a request that was sent 101 ms after the refusal, no request under way",
            || Fixture::new().refused().granted(101.0),
            ALONE,
        ),
        normal(
            "a refusal, then a grant of a request that was sent 101 ms after the refusal, 1 request under way",
            || Fixture::new().refused().granted(101.0).under_way(1),
            NONE,
        ),
        closed_queue(
            "a refusal, then a grant of a request that was sent after the refusal, then another refusal",
            || Fixture::new().refused().granted(1000.0).later(1000.0).refused(),
        ),
        normal(
            "a refusal, then a grant of a request that was sent after the refusal, then a report of an earlier grant",
            || {
                let mut fixture = Fixture::new().refused().granted(1000.0);
                fixture.queue.apply_update(None, Some(START - 1000.0));
                fixture
            },
            ALONE,
        ),
        closed_queue("two refusals, 50 ms apart", || Fixture::new().refused().later(50.0).refused()),
        closed_queue("a refusal of another process", reported),
        closed_queue("a refusal of another process, reported again 100 ms later", || {
            reported().report_refusal(START + 100.0)
        }),
        closed_queue("a refusal of another process, and another refusal 101 ms later", || Fixture {
            refused_at: START + 101.0,
            ..reported().report_refusal(START + 101.0)
        }),
        closed_queue("a refusal of another process, then a report of an earlier refusal", || {
            reported().report_refusal(START - 1000.0)
        }),
        normal(
            "16 granted requests, then a refusal of another process 3 lockouts ago, 4 requests under way",
            || Fixture::new().successes(16).report_refusal(START).later(CAREFUL_TIME).under_way(4),
            NONE,
        ),
        normal(
            "a refusal, then another process reports the grant of a request that was sent after the refusal",
            || refused_then_reported(None, Some(START + 1000.0)),
            ALONE,
        ),
        closed_queue(
            "a refusal, then another process reports the grant of a request that was sent before the refusal",
            || refused_then_reported(Some(START), Some(START - 1.0)),
        ),
    ]
}

fn meaning_of_priority(priority: Priority) -> &'static str {
    match priority {
        Priority::Urgent => "a connection for which a response may be lost",
        Priority::Normal => "every other connection",
        Priority::Suspect => {
            "a connection whose refresh token Bitbucket refused, if no refusal of another connection explains this; and a dead connection in a review. The queue admits the request of such a connection *alone*: while that request is under way, this process sends no other request, and no other process sends a request that must be alone"
        }
    }
}

/// The tables of docs/refresh-policy.md whose rows are in this module.
pub fn tables() -> Vec<Table> {
    let lanes = [Priority::Urgent, Priority::Normal, Priority::Suspect];
    let lanes =
        lanes.map(|priority| vec![format!("`{priority:?}`"), meaning_of_priority(priority).to_owned()]).to_vec();
    let admissions = rows().iter().map(Row::cells).collect();
    vec![
        Table { name: "lanes", header: &["priority", "which connections"], rows: lanes },
        Table { name: "admissions", header: &["first in the queue", "when", "admitted"], rows: admissions },
    ]
}

#[test]
fn the_queue_decides_as_each_row_of_the_table_says() {
    let rows = rows();
    assert!(!rows.is_empty());
    let mut seen = BTreeSet::new();
    let mut failed = Vec::new();
    for row in &rows {
        assert!(seen.insert(row.cells()[..2].to_vec()), "two rows have the same condition: {:?}", row.cells());
        if std::panic::catch_unwind(|| row.run()).is_err() {
            failed.push(row.cells());
        }
    }
    assert!(failed.is_empty(), "{} of {} rows failed: {failed:#?}", failed.len(), rows.len());
}

#[test]
fn requests_are_admitted_by_priority_and_then_by_arrival() {
    let mut queue = RefreshQueue::new(LOCKOUT);
    let arrivals = [
        Priority::Suspect,
        Priority::Normal,
        Priority::Urgent,
        Priority::Normal,
        Priority::Suspect,
        Priority::Urgent,
        Priority::Normal,
        Priority::Suspect,
    ];
    let tickets = arrivals.map(|priority| queue.enqueue(priority));
    let order: Vec<usize> = std::iter::from_fn(|| queue.admit_first(false))
        .map(|ticket| tickets.iter().position(|other| *other == ticket).unwrap())
        .collect();
    assert_eq!(order, [2, 5, 1, 3, 6, 0, 4, 7]);
    assert_eq!(queue.admit_first(true), None);
    assert_eq!(queue.admission(START), Admission::None);
}

#[test]
fn the_queue_gives_each_request_a_unique_ticket() {
    let mut queue = RefreshQueue::new(LOCKOUT);
    let mut tickets = BTreeSet::new();
    for _ in 0..1000 {
        assert!(tickets.insert(queue.enqueue(Priority::Normal)));
        if tickets.len() % 3 == 0 {
            assert!(queue.admit_first(false).is_some());
        }
    }
}

#[test]
fn admitting_from_an_empty_queue_uses_no_capacity() {
    let mut fixture = Fixture::new();
    for _ in 0..4 {
        assert_eq!(fixture.queue.admit_first(false), None);
    }
    fixture.queue.enqueue(Priority::Normal);
    assert_eq!(fixture.queue.admission(fixture.now), Admission::First);
}

#[test]
fn the_queue_has_its_full_capacity_after_all_requests_have_ended() {
    let mut fixture = Fixture::new().under_way(4);
    for _ in 0..10 {
        fixture.queue.on_ended(Outcome::Failed, fixture.now);
    }
    fixture = fixture.under_way(3);
    fixture.queue.enqueue(Priority::Normal);
    assert_eq!(fixture.queue.admission(fixture.now), Admission::First);
    assert!(fixture.queue.admit_first(false).is_some());
    fixture.queue.enqueue(Priority::Normal);
    assert_eq!(fixture.queue.admission(fixture.now), Admission::None);
}

#[test]
fn the_time_until_a_closed_queue_reopens_counts_down() {
    let fixture = Fixture::new();
    assert_eq!(fixture.queue.wait_time(fixture.now), 0.0);
    let fixture = fixture.refused().later(LOCKOUT);
    assert_eq!(fixture.queue.wait_time(fixture.now), 0.25 * LOCKOUT);
    let fixture = fixture.later(LOCKOUT);
    assert_eq!(fixture.queue.wait_time(fixture.now), 0.0);
}

#[test]
fn reports_with_slightly_different_times_neither_close_nor_open_the_queue() {
    let mut fixture = Fixture::new().successes(3).refused();
    let (refused_at, opens_at) = (fixture.refused_at, fixture.refused_at + CLOSED_TIME);
    // Bitbucket granted a request that was sent just before the refusal.
    for ago in [0.0, 99.0, 12.0, 57.0, 100.0] {
        fixture.queue.apply_update(Some(refused_at + ago), Some(refused_at - 1.0 + ago));
        assert_eq!(fixture.now + fixture.queue.wait_time(fixture.now), opens_at, "{ago}");
    }
    fixture = fixture.later(CLOSED_TIME).successes(2);
    // Such reports do not reset the number of successes either.
    fixture.queue.apply_update(Some(refused_at + 100.0), None);
    fixture = fixture.later(CAREFUL_TIME).under_way(5);
    fixture.queue.enqueue(Priority::Normal);
    assert_eq!(fixture.queue.admission(fixture.now), Admission::First);
}

/// One of many connections.
struct Member {
    is_dead: bool,
    refusals: usize,
}

/// Refreshes the tokens of many connections until all valid connections have new tokens. Each request takes a second. Returns the
/// number of requests, and the number of refusals of the valid connection that was refused most often.
fn crowd(dead: usize, valid: usize, first_dead: usize) -> (usize, usize) {
    let mut fixture = Fixture::new();
    let mut members: Vec<Member> = (0..dead + valid)
        .map(|place| Member { is_dead: (first_dead..first_dead + dead).contains(&place), refusals: 0 })
        .collect();
    let mut waiting: HashMap<u32, usize> =
        (0..members.len()).map(|member| (fixture.queue.enqueue(Priority::Normal), member)).collect();
    let (mut sent, mut granted, mut locked_until) = (0, 0, f64::NEG_INFINITY);
    while granted < valid {
        let mut under_way = Vec::new();
        while let admission @ (Admission::First | Admission::FirstExclusive) = fixture.queue.admission(fixture.now) {
            let ticket = fixture.queue.admit_first(admission == Admission::FirstExclusive).unwrap();
            under_way.push(waiting.remove(&ticket).unwrap());
        }
        sent += under_way.len();
        let sent_at = fixture.now;
        fixture.now += 1000.0;
        for at in under_way {
            let member = &mut members[at];
            if !member.is_dead && locked_until <= fixture.now {
                granted += 1;
                fixture.queue.on_ended(Outcome::Granted { sent_at }, fixture.now);
                continue;
            }
            member.refusals += 1;
            if member.is_dead {
                locked_until = fixture.now + LOCKOUT;
            } else {
                waiting.insert(fixture.queue.enqueue(Priority::Normal), at);
            }
            fixture.queue.on_ended(Outcome::Refused, fixture.now);
        }
        assert!(fixture.now < START + 1000.0 * LOCKOUT, "the requests do not end");
    }
    (sent, members.iter().filter(|member| !member.is_dead).map(|member| member.refusals).max().unwrap())
}

#[test]
fn dead_connections_cause_at_most_one_refusal_of_each_valid_connection() {
    for (dead, valid) in [(1, 8), (3, 8), (8, 8), (8, 24), (50, 50)] {
        for first_dead in [0, valid / 2, valid] {
            let (sent, refusals) = crowd(dead, valid, first_dead);
            assert!(
                refusals <= 1,
                "{dead} dead and {valid} valid connections, the first dead one at place {first_dead}: a valid connection was refused {refusals} times"
            );
            assert!(
                sent <= 2 * valid + dead,
                "{dead} dead and {valid} valid connections, the first dead one at place {first_dead}: {sent} requests"
            );
        }
    }
}
