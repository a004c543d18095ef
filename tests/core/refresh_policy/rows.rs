//! A row of a table of transitions: its text in docs/refresh-policy.md, and the code that runs it.

use super::fixture::StateName;
use nocodb_bitbucket_auth::refresh_cycle::Event;

/// The states of a cycle, without `WAITING` and without the state in which the cycle writes the tombstone.
const WORKING: [StateName; 8] = [
    StateName::AcquiringLock,
    StateName::AwaitingLock,
    StateName::FindingSuccessor,
    StateName::RequestingTokens,
    StateName::Publishing,
    StateName::SavingTokens,
    StateName::AwaitingSave,
    StateName::ReportingSaveFailure,
];
/// The states in which the cycle waits for Bitbucket.
const WAITING: [StateName; 4] =
    [StateName::Queued, StateName::AwaitingJudgement, StateName::JudgingRefusal, StateName::BackingOff];

/// The states for which a row holds.
#[derive(Debug, Clone, Copy)]
pub enum States {
    One(StateName),
    Working,
    Waiting,
    UnderWay,
    Any,
}

impl States {
    pub fn list(self) -> Vec<StateName> {
        match self {
            Self::One(state) => vec![state],
            Self::Working => WORKING.to_vec(),
            Self::Waiting => WAITING.to_vec(),
            Self::UnderWay => [&WORKING[..], &WAITING, &[StateName::WritingTombstone]].concat(),
            Self::Any => [&Self::UnderWay.list()[..], &[StateName::Inactive, StateName::Dead]].concat(),
        }
    }

    fn text(self) -> String {
        match self {
            Self::One(state) => format!("`{state:?}`"),
            Self::Working => "working".to_owned(),
            Self::Waiting => "waiting".to_owned(),
            Self::UnderWay => "under way".to_owned(),
            Self::Any => "any".to_owned(),
        }
    }
}

/// The event or method that a row handles.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// An event of the refresh cycle, or a method of the policy, by its name in the code.
    Named(String),
    /// Each event of the refresh cycle that no other row of the state names.
    AnyOtherEvent,
}

impl Cause {
    fn text(&self) -> String {
        match self {
            Self::Named(name) => format!("`{name}`"),
            Self::AnyOtherEvent => "any other".to_owned(),
        }
    }
}

pub struct Row {
    pub states: States,
    pub cause: Cause,
    /// The condition, as the document shows it. An empty string means always.
    pub when: &'static str,
    /// What the policy decides, as the document shows it.
    pub decision: String,
    /// The next state, as the document shows it.
    pub next: String,
    /// Runs the row in one of its states, and panics if the policy decides otherwise.
    pub run: Box<dyn Fn(StateName)>,
}

impl Row {
    /// The cells of the document's table.
    pub fn cells(&self) -> Vec<String> {
        let when = if self.when.is_empty() { "—" } else { self.when };
        vec![self.states.text(), self.cause.text(), when.to_owned(), self.decision.clone(), self.next.clone()]
    }
}

/// The name of an event in the code, without its data.
pub fn event_name(event: Event) -> String {
    let debug = format!("{event:?}");
    debug.chars().take_while(|character| character.is_alphanumeric()).collect()
}

/// The name of a method in the code.
pub fn method_name<M>(_: M) -> String {
    std::any::type_name::<M>().rsplit("::").next().unwrap().to_owned()
}
