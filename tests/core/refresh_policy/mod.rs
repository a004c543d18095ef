//! Tests of the refresh policy: the rows of the tables in docs/refresh-policy.md, and the numbers in that document.
//!
//! The rows are data in `cycle_rows`, `caller_rows` and `number_rows`. The tests here run each row against the policy, and
//! `crate::tables` writes the document's tables from the same rows.

mod caller_rows;
mod cycle_rows;
mod fixture;
mod number_rows;
mod numbers;
mod rows;
mod verdicts;

use crate::tables::Table;
use fixture::StateName;
use rows::{Cause, Row, States, event_name};
use std::collections::BTreeSet;

/// A row, run in one state and for one event.
struct Case {
    state: StateName,
    cause: String,
    when: &'static str,
    run: Box<dyn Fn()>,
}

/// All tables of transitions.
fn transitions() -> Vec<(&'static str, Vec<Row>)> {
    let mut tables = vec![("refresh-cycle", cycle_rows::rows())];
    tables.extend(caller_rows::tables());
    tables
}

/// Every row once for each of its states, and each row "any other" once for each event without a row of its own.
fn cases() -> Vec<Case> {
    let rows: Vec<Row> = transitions().into_iter().flat_map(|(_, rows)| rows).collect();
    let named: BTreeSet<(StateName, Cause)> =
        rows.iter().flat_map(|row| row.states.list().into_iter().map(|state| (state, row.cause.clone()))).collect();
    let mut cases = Vec::new();
    for row in rows {
        let run = std::rc::Rc::new(row.run);
        for state in row.states.list() {
            match &row.cause {
                Cause::Named(name) => {
                    let run = run.clone();
                    let run = Box::new(move || run(state));
                    cases.push(Case { state, cause: name.clone(), when: row.when, run });
                }
                Cause::AnyOtherEvent => {
                    for event in cycle_rows::EVENTS {
                        let cause = event_name(event);
                        if !named.contains(&(state, Cause::Named(cause.clone()))) {
                            let run = Box::new(move || cycle_rows::changes_nothing(state, event));
                            cases.push(Case { state, cause, when: row.when, run });
                        }
                    }
                }
            }
        }
    }
    cases
}

/// The tables of docs/refresh-policy.md whose rows are in this module.
pub fn tables() -> Vec<Table> {
    let mut tables = number_rows::tables();
    for (name, rows) in transitions() {
        let header = &["state", "event", "when", "decision", "next state"];
        tables.push(Table { name, header, rows: rows.iter().map(Row::cells).collect() });
    }
    tables
}

#[test]
fn the_policy_decides_what_every_row_says() {
    let cases = cases();
    let failed: Vec<String> = cases
        .iter()
        .filter(|case| std::panic::catch_unwind(std::panic::AssertUnwindSafe(&case.run)).is_err())
        .map(|case| format!("{:?} | {} | {}", case.state, case.cause, case.when))
        .collect();
    assert!(failed.is_empty(), "{} of {} rows failed: {failed:#?}", failed.len(), cases.len());
}

#[test]
fn the_rows_cover_every_event_in_every_state_and_each_condition_once() {
    let cases = cases();
    let mut seen = BTreeSet::new();
    for Case { state, cause, when, .. } in &cases {
        assert!(seen.insert((state, cause, when)), "twice: {state:?} | {cause} | {when}");
    }
    for state in States::Any.list() {
        for event in cycle_rows::EVENTS.into_iter().map(event_name).chain(caller_rows::methods()) {
            assert!(
                cases.iter().any(|case| case.state == state && case.cause == event),
                "missing: {state:?} | {event}"
            );
        }
    }
    assert_eq!(BTreeSet::from_iter(States::Any.list()), BTreeSet::from(StateName::ALL));
}

#[test]
fn the_policy_behaves_as_every_documented_number_says() {
    for number in number_rows::numbers() {
        assert!(!number.proofs.is_empty(), "{}", number.what);
        for proof in number.proofs {
            proof();
        }
    }
}
