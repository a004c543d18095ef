//! The queue of the token requests of an OAuth client: the rows of its tables in docs/refresh-policy.md, which `crate::tables`
//! writes from here, and the order.

use crate::tables::Table;
use nocodb_bitbucket_auth::refresh_queue::{Admission, Outcome, Priority, RefreshQueue};
use std::collections::{BTreeSet, HashMap};

const LOCKOUT: f64 = 30_000.0;
/// Some time after the process has started.
const START: f64 = 100_000.0;

const CLOSED: f64 = 1.25 * LOCKOUT;
const CAREFUL: f64 = 3.0 * LOCKOUT;

/// A line and the time.
struct Lab {
    queue: RefreshQueue,
    now: f64,
    /// The last refusal that counts as one of its own.
    refused_at: f64,
}

impl Lab {
    fn new() -> Self {
        Self { queue: RefreshQueue::new(LOCKOUT), now: START, refused_at: f64::NAN }
    }

    /// Requests that are sent, whatever the line says.
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

    /// Requests that were sent now are granted.
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

    /// A request is granted that was sent so long after the last refusal.
    fn granted(self, after: f64) -> Self {
        let sent_at = self.refused_at + after;
        self.later(after.max(0.0)).ended(Outcome::Granted { sent_at })
    }

    /// Another process tells of a refusal at this time.
    fn told_of_refusal(mut self, at: f64) -> Self {
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
    /// None until 1.25 lockouts after the last refusal that counts as one of its own.
    NoneUntilReopened,
}

/// A row of the document's table.
struct Row {
    /// The lane of the first request in the queue.
    first: Option<Priority>,
    when: &'static str,
    lab: fn() -> Lab,
    admitted: Admitted,
}

impl Row {
    fn cells(&self) -> Vec<String> {
        let first = self.first.map_or("none".to_owned(), |lane| format!("`{lane:?}`"));
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
        let mut lab = (self.lab)();
        if let Some(lane) = self.first {
            lab.queue.enqueue(lane);
        }
        let expected = match self.admitted {
            Admitted::Now(admission) => admission,
            Admitted::NoneUntilReopened => {
                assert!(lab.queue.wait_time(lab.now) > 0.0);
                assert_eq!(lab.now + lab.queue.wait_time(lab.now), lab.refused_at + CLOSED);
                Admission::NoneUntil(lab.refused_at + CLOSED)
            }
        };
        assert_eq!(lab.queue.admission(lab.now), expected);
    }
}

/// Another process reports a refusal.
fn told() -> Lab {
    Lab { refused_at: START, ..Lab::new() }.told_of_refusal(START)
}

/// Another process reports the times of a refusal and of a grant, one second after a refusal of this process.
fn refused_then_told(refused_at: Option<f64>, granted_at: Option<f64>) -> Lab {
    let mut lab = Lab::new().refused().later(1000.0);
    lab.queue.apply_update(refused_at, granted_at);
    lab
}

fn alone(mut lab: Lab) -> Lab {
    lab.queue.enqueue(Priority::Suspect);
    assert_eq!(lab.queue.admission(lab.now), Admission::FirstExclusive);
    assert!(lab.queue.admit_first(true).is_some());
    lab
}

fn rows() -> Vec<Row> {
    const FIRST: Admitted = Admitted::Now(Admission::First);
    const ALONE: Admitted = Admitted::Now(Admission::FirstExclusive);
    const NONE: Admitted = Admitted::Now(Admission::None);
    let row = |first, when, lab, admitted| Row { first: Some(first), when, lab, admitted };
    let sound = |when, lab, admitted| row(Priority::Normal, when, lab, admitted);
    let reopens = |when, lab| row(Priority::Normal, when, lab, Admitted::NoneUntilReopened);
    let closed = "a refusal just now, none under way";
    vec![
        Row { first: None, when: "", lab: Lab::new, admitted: NONE },
        sound("no result is known, none under way", Lab::new, FIRST),
        sound("no result is known, 3 under way", || Lab::new().under_way(3), FIRST),
        sound("no result is known, 4 under way", || Lab::new().under_way(4), NONE),
        row(Priority::Urgent, "no result is known, 3 under way", || Lab::new().under_way(3), FIRST),
        row(Priority::Urgent, "no result is known, 4 under way", || Lab::new().under_way(4), NONE),
        sound("1 success, 4 under way", || Lab::new().successes(1).under_way(4), FIRST),
        sound("1 success, 5 under way", || Lab::new().successes(1).under_way(5), NONE),
        sound("1 failure, 3 under way", || Lab::new().ended(Outcome::Failed).under_way(3), FIRST),
        sound("1 failure, 4 under way", || Lab::new().ended(Outcome::Failed).under_way(4), NONE),
        sound("16 successes, 19 under way", || Lab::new().successes(16).under_way(19), FIRST),
        sound("16 successes, 20 under way", || Lab::new().successes(16).under_way(20), NONE),
        sound("30 successes, 19 under way", || Lab::new().successes(30).under_way(19), FIRST),
        sound("30 successes, 20 under way", || Lab::new().successes(30).under_way(20), NONE),
        row(Priority::Suspect, "no result is known, none under way", Lab::new, ALONE),
        row(Priority::Suspect, "no result is known, 1 under way", || Lab::new().under_way(1), NONE),
        row(Priority::Suspect, "16 successes, 1 under way", || Lab::new().successes(16).under_way(1), NONE),
        sound("one is under way alone", || alone(Lab::new()), NONE),
        row(Priority::Urgent, "one is under way alone", || alone(Lab::new()), NONE),
        sound(
            "one that was alone has ended, 3 under way",
            || {
                let mut lab = alone(Lab::new());
                lab.queue.on_ended(Outcome::Failed, lab.now);
                lab.under_way(3)
            },
            FIRST,
        ),
        reopens(closed, || Lab::new().refused()),
        row(Priority::Urgent, closed, || Lab::new().refused(), Admitted::NoneUntilReopened),
        row(Priority::Suspect, closed, || Lab::new().refused(), Admitted::NoneUntilReopened),
        reopens("a refusal nearly 1.25 lockouts ago, none under way", || Lab::new().refused().later(CLOSED - 1.0)),
        sound("a refusal 1.25 lockouts ago, none under way", || Lab::new().refused().later(CLOSED), ALONE),
        sound("a refusal 1.25 lockouts ago, 1 under way", || Lab::new().refused().later(CLOSED).under_way(1), NONE),
        sound("a refusal nearly 3 lockouts ago, none under way", || Lab::new().refused().later(CAREFUL - 1.0), ALONE),
        sound(
            "a refusal nearly 3 lockouts ago, 1 under way",
            || Lab::new().refused().later(CAREFUL - 1.0).under_way(1),
            NONE,
        ),
        sound("a refusal 3 lockouts ago, 3 under way", || Lab::new().refused().later(CAREFUL).under_way(3), FIRST),
        sound("a refusal 3 lockouts ago, 4 under way", || Lab::new().refused().later(CAREFUL).under_way(4), NONE),
        sound(
            "16 successes, then a refusal 3 lockouts ago, 4 under way",
            || Lab::new().successes(16).refused().later(CAREFUL).under_way(4),
            NONE,
        ),
        sound(
            "a refusal 3 lockouts ago, then 2 successes, 5 under way",
            || Lab::new().refused().later(CLOSED).successes(2).later(CAREFUL - CLOSED).under_way(5),
            FIRST,
        ),
        reopens("a refusal, then a grant of a request that was sent before it", || {
            Lab::new().refused().granted(-1.0)
        }),
        reopens("a refusal, then a grant of a request that was sent 100 ms after it", || {
            Lab::new().refused().granted(100.0)
        }),
        sound(
            "a refusal, then a grant of a request that was sent 101 ms after it, none under way",
            || Lab::new().refused().granted(101.0),
            ALONE,
        ),
        sound(
            "a refusal, then a grant of a request that was sent 101 ms after it, 1 under way",
            || Lab::new().refused().granted(101.0).under_way(1),
            NONE,
        ),
        reopens("a refusal, then a grant of a request that was sent after it, then a refusal", || {
            Lab::new().refused().granted(1000.0).later(1000.0).refused()
        }),
        sound(
            "a refusal, then a grant of a request that was sent after it, then a report of an earlier grant",
            || {
                let mut lab = Lab::new().refused().granted(1000.0);
                lab.queue.apply_update(None, Some(START - 1000.0));
                lab
            },
            ALONE,
        ),
        reopens("two refusals, 50 ms apart", || Lab::new().refused().later(50.0).refused()),
        reopens("a refusal of another process", told),
        reopens("a refusal of another process, reported again 100 ms later", || {
            told().told_of_refusal(START + 100.0)
        }),
        reopens("a refusal of another process, and one 101 ms later", || Lab {
            refused_at: START + 101.0,
            ..told().told_of_refusal(START + 101.0)
        }),
        reopens("a refusal of another process, then a report of an earlier one", || {
            told().told_of_refusal(START - 1000.0)
        }),
        sound(
            "16 successes, then a refusal of another process 3 lockouts ago, 4 under way",
            || Lab::new().successes(16).told_of_refusal(START).later(CAREFUL).under_way(4),
            NONE,
        ),
        sound(
            "a refusal, then a grant to another process of a request that was sent after it",
            || refused_then_told(None, Some(START + 1000.0)),
            ALONE,
        ),
        reopens("a refusal, then a grant to another process of a request that was sent before it", || {
            refused_then_told(Some(START), Some(START - 1.0))
        }),
    ]
}

fn meaning_of_lane(lane: Priority) -> &'static str {
    match lane {
        Priority::Urgent => "a connection for which a response may be lost",
        Priority::Normal => "a connection without a refusal that counts",
        Priority::Suspect => {
            "a connection with a refusal that counts, or a dead one in a review. The queue admits such a request *alone*: while it is under way, this process sends no other request, and no other process sends one that must be alone"
        }
    }
}

/// The tables of the document that this module knows.
pub fn tables() -> Vec<Table> {
    let lanes = [Priority::Urgent, Priority::Normal, Priority::Suspect];
    let lanes = lanes.map(|lane| vec![format!("`{lane:?}`"), meaning_of_lane(lane).to_owned()]).to_vec();
    let admissions = rows().iter().map(Row::cells).collect();
    vec![
        Table { name: "lanes", header: &["lane", "which connections"], rows: lanes },
        Table { name: "admissions", header: &["first in the queue", "when", "admitted"], rows: admissions },
    ]
}

#[test]
fn the_queue_admits_what_every_row_says() {
    let rows = rows();
    assert!(!rows.is_empty());
    let mut seen = BTreeSet::new();
    let mut failed = Vec::new();
    for row in &rows {
        assert!(seen.insert(row.cells()[..2].to_vec()), "twice: {:?}", row.cells());
        if std::panic::catch_unwind(|| row.run()).is_err() {
            failed.push(row.cells());
        }
    }
    assert!(failed.is_empty(), "{} of {} rows failed: {failed:#?}", failed.len(), rows.len());
}

#[test]
fn the_order_is_that_of_the_lanes_and_then_that_of_arrival() {
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
    let tickets = arrivals.map(|lane| queue.enqueue(lane));
    let order: Vec<usize> = std::iter::from_fn(|| queue.admit_first(false))
        .map(|ticket| tickets.iter().position(|other| *other == ticket).unwrap())
        .collect();
    assert_eq!(order, [2, 5, 1, 3, 6, 0, 4, 7]);
    assert_eq!(queue.admit_first(true), None);
    assert_eq!(queue.admission(START), Admission::None);
}

#[test]
fn nobody_has_the_ticket_of_another_one() {
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
fn whoever_finds_the_line_empty_takes_no_place_in_the_window() {
    let mut lab = Lab::new();
    for _ in 0..4 {
        assert_eq!(lab.queue.admit_first(false), None);
    }
    lab.queue.enqueue(Priority::Normal);
    assert_eq!(lab.queue.admission(lab.now), Admission::First);
}

#[test]
fn a_line_is_as_good_as_new_after_all_requests_have_ended() {
    let mut lab = Lab::new().under_way(4);
    for _ in 0..10 {
        lab.queue.on_ended(Outcome::Failed, lab.now);
    }
    lab = lab.under_way(3);
    lab.queue.enqueue(Priority::Normal);
    assert_eq!(lab.queue.admission(lab.now), Admission::First);
    assert!(lab.queue.admit_first(false).is_some());
    lab.queue.enqueue(Priority::Normal);
    assert_eq!(lab.queue.admission(lab.now), Admission::None);
}

#[test]
fn the_wait_that_is_left_counts_down() {
    let lab = Lab::new();
    assert_eq!(lab.queue.wait_time(lab.now), 0.0);
    let lab = lab.refused().later(LOCKOUT);
    assert_eq!(lab.queue.wait_time(lab.now), 0.25 * LOCKOUT);
    let lab = lab.later(LOCKOUT);
    assert_eq!(lab.queue.wait_time(lab.now), 0.0);
}

#[test]
fn times_that_jitter_neither_close_the_line_again_nor_open_it() {
    let mut lab = Lab::new().successes(3).refused();
    let (refused_at, opens_at) = (lab.refused_at, lab.refused_at + CLOSED);
    // A request that was sent just before the refusal was granted.
    for ago in [0.0, 99.0, 12.0, 57.0, 100.0] {
        lab.queue.apply_update(Some(refused_at + ago), Some(refused_at - 1.0 + ago));
        assert_eq!(lab.now + lab.queue.wait_time(lab.now), opens_at, "{ago}");
    }
    lab = lab.later(CLOSED).successes(2);
    // Nor do they forget the successes.
    lab.queue.apply_update(Some(refused_at + 100.0), None);
    lab = lab.later(CAREFUL).under_way(5);
    lab.queue.enqueue(Priority::Normal);
    assert_eq!(lab.queue.admission(lab.now), Admission::First);
}

/// A connection in a crowd.
struct Member {
    is_dead: bool,
    refusals: usize,
}

/// Has a crowd renew its tokens, each request taking a second, until all the good ones have new tokens. Gives how many
/// requests were sent, and how often the unluckiest good one was refused.
fn crowd(dead: usize, good: usize, first_dead: usize) -> (usize, usize) {
    let mut lab = Lab::new();
    let mut members: Vec<Member> = (0..dead + good)
        .map(|place| Member { is_dead: (first_dead..first_dead + dead).contains(&place), refusals: 0 })
        .collect();
    let mut waiting: HashMap<u32, usize> =
        (0..members.len()).map(|member| (lab.queue.enqueue(Priority::Normal), member)).collect();
    let (mut sent, mut granted, mut locked_until) = (0, 0, f64::NEG_INFINITY);
    while granted < good {
        let mut under_way = Vec::new();
        while let admission @ (Admission::First | Admission::FirstExclusive) = lab.queue.admission(lab.now) {
            let ticket = lab.queue.admit_first(admission == Admission::FirstExclusive).unwrap();
            under_way.push(waiting.remove(&ticket).unwrap());
        }
        sent += under_way.len();
        let sent_at = lab.now;
        lab.now += 1000.0;
        for at in under_way {
            let member = &mut members[at];
            if !member.is_dead && locked_until <= lab.now {
                granted += 1;
                lab.queue.on_ended(Outcome::Granted { sent_at }, lab.now);
                continue;
            }
            member.refusals += 1;
            if member.is_dead {
                locked_until = lab.now + LOCKOUT;
            } else {
                waiting.insert(lab.queue.enqueue(Priority::Normal), at);
            }
            lab.queue.on_ended(Outcome::Refused, lab.now);
        }
        assert!(lab.now < START + 1000.0 * LOCKOUT, "no end");
    }
    (sent, members.iter().filter(|member| !member.is_dead).map(|member| member.refusals).max().unwrap())
}

#[test]
fn in_a_crowd_the_dead_ones_have_each_good_one_refused_once_at_most() {
    for (dead, good) in [(1, 8), (3, 8), (8, 8), (8, 24), (50, 50)] {
        for first_dead in [0, good / 2, good] {
            let (sent, refusals) = crowd(dead, good, first_dead);
            assert!(refusals <= 1, "{dead} dead and {good} good ones, from {first_dead} on: {refusals}");
            assert!(sent <= 2 * good + dead, "{dead} dead and {good} good ones, from {first_dead} on: {sent}");
        }
    }
}
