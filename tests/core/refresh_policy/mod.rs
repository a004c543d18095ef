//! The policy of renewal: every row of the tables in docs/refresh-policy.md, and the numbers in it.

mod asked_of_it;
mod in_a_turn;
mod lab;
mod numbers;
mod verdicts;

use std::collections::BTreeSet;

const DOCUMENT: &str = include_str!("../../../docs/refresh-policy.md");

const WORKING: [&str; 8] =
    ["Locking", "AwaitingLock", "Looking", "Refreshing", "Publishing", "Storing", "AwaitingStore", "Reporting"];
const WAITING: [&str; 4] = ["Queued", "AwaitingVerdict", "Judging", "AwaitingRequest"];

/// What a row says, for one state.
pub struct Row {
    state: String,
    event: String,
    when: String,
    action: String,
    next: String,
}

fn under_way() -> Vec<&'static str> {
    [&WORKING[..], &WAITING, &["Burying"]].concat()
}

fn all_states() -> Vec<&'static str> {
    [&under_way()[..], &["Resting", "Dead"]].concat()
}

/// The rows of all tables of a document with this head, without the marks of code.
pub fn tables<const COLUMNS: usize>(document: &str, head: &str) -> Vec<[String; COLUMNS]> {
    let mut rows = Vec::new();
    let mut inside = false;
    for line in document.lines() {
        if !line.starts_with('|') {
            inside = false;
        } else if line == head {
            inside = true;
        } else if inside && !line.starts_with("|---") {
            let cells: Vec<String> =
                line.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
            rows.push(cells.try_into().expect(line));
        }
    }
    rows
}

/// The rows of all tables of transitions, with the words for many states and events replaced by each of them.
fn rows() -> Vec<Row> {
    let written: Vec<[String; 5]> = tables(DOCUMENT, "| state | event | when | action | next state |");
    let named = |state: &str, event: &str| written.iter().any(|row| row[0] == state && row[1] == event);
    let mut rows = Vec::new();
    for [state, event, when, action, next] in &written {
        let states = match state.as_str() {
            "working" => WORKING.to_vec(),
            "waiting" => WAITING.to_vec(),
            "under way" => under_way(),
            "any" => all_states(),
            one => vec![one],
        };
        for state in states {
            let events = match event.as_str() {
                "any other" => in_a_turn::EVENTS.into_iter().filter(|event| !named(state, event)).collect(),
                one => vec![one],
            };
            rows.extend(events.into_iter().map(|event| Row {
                state: state.to_owned(),
                event: event.to_owned(),
                when: when.clone(),
                action: action.clone(),
                next: if next == "—" { state.to_owned() } else { next.clone() },
            }));
        }
    }
    rows
}

#[test]
fn every_row_of_the_documented_tables_is_what_the_policy_does() {
    let mut failed = Vec::new();
    let rows = rows();
    for row in &rows {
        let is_in_a_turn = in_a_turn::EVENTS.contains(&row.event.as_str());
        let run = || if is_in_a_turn { in_a_turn::run(row) } else { asked_of_it::run(row) };
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err() {
            failed.push(format!("{} | {} | {}", row.state, row.event, row.when));
        }
    }
    assert!(failed.is_empty(), "{} of {} rows failed: {failed:#?}", failed.len(), rows.len());
}

#[test]
fn the_documented_tables_have_every_event_in_every_state_once_for_each_condition() {
    let rows = rows();
    let mut seen = BTreeSet::new();
    for row in &rows {
        assert!(
            seen.insert((&row.state, &row.event, &row.when)),
            "twice: {} | {} | {}",
            row.state,
            row.event,
            row.when
        );
    }
    for state in all_states() {
        for event in in_a_turn::EVENTS.into_iter().chain(asked_of_it::EVENTS) {
            assert!(rows.iter().any(|row| row.state == state && row.event == event), "missing: {state} | {event}");
        }
    }
    let documented: BTreeSet<&str> = rows
        .iter()
        .filter(|row| row.event == "NothingFound" && row.state == "Looking")
        .map(|row| row.when.as_str())
        .collect();
    assert_eq!(documented, BTreeSet::from(in_a_turn::ON_NOTHING_FOUND));
}
