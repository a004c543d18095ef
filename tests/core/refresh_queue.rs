//! The line for the token requests of an OAuth client: every row of its table in docs/refresh-policy.md, and the order.

use crate::refresh_policy::tables;
use nocodb_bitbucket_auth::refresh_queue::{Admission, Lane, Outcome, RefreshQueue};
use std::collections::{BTreeSet, HashMap};

const DOCUMENT: &str = include_str!("../../docs/refresh-policy.md");

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
            self.queue.enter(Lane::Sound);
            assert!(self.queue.admit(false).is_some());
        }
        self
    }

    fn ended(mut self, outcome: Outcome) -> Self {
        self = self.under_way(1);
        self.queue.ended(outcome, self.now);
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
        self.queue.learn(Some(at), None);
        self
    }

    fn later(mut self, ms: f64) -> Self {
        self.now += ms;
        self
    }
}

/// The line as the row has it, but for the first one in it.
fn recipe(when: &str) -> Lab {
    let lab = Lab::new();
    let told = || Lab { refused_at: START, ..Lab::new() }.told_of_refusal(START);
    match when {
        "—" | "nothing is known, none under way" => lab,
        "nothing is known, 1 under way" => lab.under_way(1),
        "nothing is known, 3 under way" => lab.under_way(3),
        "nothing is known, 4 under way" => lab.under_way(4),
        "1 success, 4 under way" => lab.successes(1).under_way(4),
        "1 success, 5 under way" => lab.successes(1).under_way(5),
        "1 failure, 3 under way" => lab.ended(Outcome::Failed).under_way(3),
        "1 failure, 4 under way" => lab.ended(Outcome::Failed).under_way(4),
        "16 successes, 1 under way" => lab.successes(16).under_way(1),
        "16 successes, 19 under way" => lab.successes(16).under_way(19),
        "16 successes, 20 under way" => lab.successes(16).under_way(20),
        "30 successes, 19 under way" => lab.successes(30).under_way(19),
        "30 successes, 20 under way" => lab.successes(30).under_way(20),
        "one is under way alone" => alone(lab),
        "one that was alone has ended, 3 under way" => {
            let mut lab = alone(lab);
            lab.queue.ended(Outcome::Failed, lab.now);
            lab.under_way(3)
        }
        "a refusal just now, none under way" => lab.refused(),
        "a refusal nearly 1.25 lockouts ago, none under way" => lab.refused().later(CLOSED - 1.0),
        "a refusal 1.25 lockouts ago, none under way" => lab.refused().later(CLOSED),
        "a refusal 1.25 lockouts ago, 1 under way" => lab.refused().later(CLOSED).under_way(1),
        "a refusal nearly 3 lockouts ago, none under way" => lab.refused().later(CAREFUL - 1.0),
        "a refusal nearly 3 lockouts ago, 1 under way" => lab.refused().later(CAREFUL - 1.0).under_way(1),
        "a refusal 3 lockouts ago, 3 under way" => lab.refused().later(CAREFUL).under_way(3),
        "a refusal 3 lockouts ago, 4 under way" => lab.refused().later(CAREFUL).under_way(4),
        "16 successes, then a refusal 3 lockouts ago, 4 under way" => {
            lab.successes(16).refused().later(CAREFUL).under_way(4)
        }
        "a refusal 3 lockouts ago, then 2 successes, 5 under way" => {
            lab.refused().later(CLOSED).successes(2).later(CAREFUL - CLOSED).under_way(5)
        }
        "a refusal, then a grant of a request that was sent before it" => lab.refused().granted(-1.0),
        "a refusal, then a grant of a request that was sent 100 ms after it" => lab.refused().granted(100.0),
        "a refusal, then a grant of a request that was sent 101 ms after it, none under way" => {
            lab.refused().granted(101.0)
        }
        "a refusal, then a grant of a request that was sent 101 ms after it, 1 under way" => {
            lab.refused().granted(101.0).under_way(1)
        }
        "a refusal, then a grant of a request that was sent after it, then a refusal" => {
            lab.refused().granted(1000.0).later(1000.0).refused()
        }
        "a refusal, then a grant of a request that was sent after it, then news of an earlier grant" => {
            let mut lab = lab.refused().granted(1000.0);
            lab.queue.learn(None, Some(START - 1000.0));
            lab
        }
        "two refusals, 50 ms apart" => lab.refused().later(50.0).refused(),
        "a refusal of another process" => told(),
        "a refusal of another process, told again 100 ms later" => told().told_of_refusal(START + 100.0),
        "a refusal of another process, and one 101 ms later" => {
            Lab { refused_at: START + 101.0, ..told().told_of_refusal(START + 101.0) }
        }
        "a refusal of another process, and then an earlier one" => told().told_of_refusal(START - 1000.0),
        "16 successes, then a refusal of another process 3 lockouts ago, 4 under way" => {
            lab.successes(16).told_of_refusal(START).later(CAREFUL).under_way(4)
        }
        "a refusal, then a grant to another process of a request that was sent after it" => {
            let mut lab = lab.refused().later(1000.0);
            lab.queue.learn(None, Some(START + 1000.0));
            lab
        }
        "a refusal, then a grant to another process of a request that was sent before it" => {
            let mut lab = lab.refused().later(1000.0);
            lab.queue.learn(Some(START), Some(START - 1.0));
            lab
        }
        _ => panic!("no recipe for {when}"),
    }
}

fn alone(mut lab: Lab) -> Lab {
    lab.queue.enter(Lane::Suspect);
    assert_eq!(lab.queue.next(lab.now), Admission::FirstAlone);
    assert!(lab.queue.admit(true).is_some());
    lab
}

fn run([first, when, admitted]: &[String; 3]) {
    let mut lab = recipe(when);
    let lane = match first.as_str() {
        "nobody" => None,
        "Urgent" => Some(Lane::Urgent),
        "Sound" => Some(Lane::Sound),
        "Suspect" => Some(Lane::Suspect),
        _ => panic!("no lane {first}"),
    };
    if let Some(lane) = lane {
        lab.queue.enter(lane);
    }
    let expected = match admitted.as_str() {
        "nobody" => Admission::Nobody,
        "the first" => Admission::First,
        "the first, alone" => Admission::FirstAlone,
        "nobody, until 1.25 lockouts after the refusal" | "nobody, until 1.25 lockouts after the last refusal" => {
            assert!(lab.queue.wait(lab.now) > 0.0);
            assert_eq!(lab.now + lab.queue.wait(lab.now), lab.refused_at + CLOSED);
            Admission::NobodyUntil(lab.refused_at + CLOSED)
        }
        _ => panic!("no words for {admitted}"),
    };
    assert_eq!(lab.queue.next(lab.now), expected);
}

#[test]
fn every_row_of_the_documented_table_is_what_the_line_does() {
    let rows: Vec<[String; 3]> = tables(DOCUMENT, "| first in line | when | admitted |");
    assert!(!rows.is_empty());
    let mut seen = BTreeSet::new();
    let mut failed = Vec::new();
    for row in &rows {
        assert!(seen.insert(&row[..2]), "twice: {row:?}");
        if std::panic::catch_unwind(|| run(row)).is_err() {
            failed.push(row);
        }
    }
    assert!(failed.is_empty(), "{} of {} rows failed: {failed:#?}", failed.len(), rows.len());
}

#[test]
fn the_order_is_that_of_the_lanes_and_then_that_of_arrival() {
    let mut queue = RefreshQueue::new(LOCKOUT);
    let arrivals = [
        Lane::Suspect,
        Lane::Sound,
        Lane::Urgent,
        Lane::Sound,
        Lane::Suspect,
        Lane::Urgent,
        Lane::Sound,
        Lane::Suspect,
    ];
    let tickets = arrivals.map(|lane| queue.enter(lane));
    let order: Vec<usize> = std::iter::from_fn(|| queue.admit(false))
        .map(|ticket| tickets.iter().position(|other| *other == ticket).unwrap())
        .collect();
    assert_eq!(order, [2, 5, 1, 3, 6, 0, 4, 7]);
    assert_eq!(queue.admit(true), None);
    assert_eq!(queue.next(START), Admission::Nobody);
}

#[test]
fn nobody_has_the_ticket_of_another_one() {
    let mut queue = RefreshQueue::new(LOCKOUT);
    let mut tickets = BTreeSet::new();
    for _ in 0..1000 {
        assert!(tickets.insert(queue.enter(Lane::Sound)));
        if tickets.len() % 3 == 0 {
            assert!(queue.admit(false).is_some());
        }
    }
}

#[test]
fn whoever_finds_the_line_empty_takes_no_place_in_the_window() {
    let mut lab = Lab::new();
    for _ in 0..4 {
        assert_eq!(lab.queue.admit(false), None);
    }
    lab.queue.enter(Lane::Sound);
    assert_eq!(lab.queue.next(lab.now), Admission::First);
}

#[test]
fn a_line_is_as_good_as_new_after_all_requests_have_ended() {
    let mut lab = Lab::new().under_way(4);
    for _ in 0..10 {
        lab.queue.ended(Outcome::Failed, lab.now);
    }
    lab = lab.under_way(3);
    lab.queue.enter(Lane::Sound);
    assert_eq!(lab.queue.next(lab.now), Admission::First);
    assert!(lab.queue.admit(false).is_some());
    lab.queue.enter(Lane::Sound);
    assert_eq!(lab.queue.next(lab.now), Admission::Nobody);
}

#[test]
fn the_wait_that_is_left_counts_down() {
    let lab = Lab::new();
    assert_eq!(lab.queue.wait(lab.now), 0.0);
    let lab = lab.refused().later(LOCKOUT);
    assert_eq!(lab.queue.wait(lab.now), 0.25 * LOCKOUT);
    let lab = lab.later(LOCKOUT);
    assert_eq!(lab.queue.wait(lab.now), 0.0);
}

#[test]
fn times_that_jitter_neither_close_the_line_again_nor_open_it() {
    let mut lab = Lab::new().successes(3).refused();
    let (refused_at, opens_at) = (lab.refused_at, lab.refused_at + CLOSED);
    // A request that was sent just before the refusal was granted.
    for ago in [0.0, 99.0, 12.0, 57.0, 100.0] {
        lab.queue.learn(Some(refused_at + ago), Some(refused_at - 1.0 + ago));
        assert_eq!(lab.now + lab.queue.wait(lab.now), opens_at, "{ago}");
    }
    lab = lab.later(CLOSED).successes(2);
    // Nor do they forget the successes.
    lab.queue.learn(Some(refused_at + 100.0), None);
    lab = lab.later(CAREFUL).under_way(5);
    lab.queue.enter(Lane::Sound);
    assert_eq!(lab.queue.next(lab.now), Admission::First);
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
        (0..members.len()).map(|member| (lab.queue.enter(Lane::Sound), member)).collect();
    let (mut sent, mut granted, mut locked_until) = (0, 0, f64::NEG_INFINITY);
    while granted < good {
        let mut under_way = Vec::new();
        while let admission @ (Admission::First | Admission::FirstAlone) = lab.queue.next(lab.now) {
            let ticket = lab.queue.admit(admission == Admission::FirstAlone).unwrap();
            under_way.push(waiting.remove(&ticket).unwrap());
        }
        sent += under_way.len();
        let sent_at = lab.now;
        lab.now += 1000.0;
        for at in under_way {
            let member = &mut members[at];
            if !member.is_dead && locked_until <= lab.now {
                granted += 1;
                lab.queue.ended(Outcome::Granted { sent_at }, lab.now);
                continue;
            }
            member.refusals += 1;
            if member.is_dead {
                locked_until = lab.now + LOCKOUT;
            } else {
                waiting.insert(lab.queue.enter(Lane::Sound), at);
            }
            lab.queue.ended(Outcome::Refused, lab.now);
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
