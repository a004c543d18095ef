//! A refresh policy in the state that a test needs.

use nocodb_bitbucket_auth::newest_tokens::Times;
use nocodb_bitbucket_auth::refresh_cycle::{Action, Decision, Event, State};
use nocodb_bitbucket_auth::refresh_policy::RefreshPolicy;

pub const SECOND: f64 = 1000.0;
pub const MINUTE: f64 = 60.0 * SECOND;
pub const HOUR: f64 = 60.0 * MINUTE;
pub const DAY: f64 = 24.0 * HOUR;

pub const START: f64 = 1_800_000_000_000.0;
pub const LIFETIME: f64 = 2.0 * HOUR;
pub const LOCKOUT: f64 = 30.0 * SECOND;
pub const GRACE: f64 = 10.0 * MINUTE;

/// The deadline of a caller that can wait forever.
pub const NEVER: f64 = f64::INFINITY;

pub const FAILED: Event = Event::TransientFailure { retry_after: None };
pub const COUNTS: Event = Event::RefusalJudged { explained: false };
pub const EXPLAINED: Event = Event::RefusalJudged { explained: true };

pub fn failed_with_retry_after(retry_after: f64) -> Event {
    Event::TransientFailure { retry_after: Some(retry_after) }
}

pub fn times(obtained_at: f64, lifetime: f64) -> Times {
    Times { obtained_at: Some(obtained_at), expires_at: Some(obtained_at + lifetime) }
}

/// The name of a state, without the time for which it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StateName {
    Inactive,
    Dead,
    AcquiringLock,
    AwaitingLock,
    FindingSuccessor,
    Queued,
    RequestingTokens,
    AwaitingJudgement,
    JudgingRefusal,
    BackingOff,
    Publishing,
    WritingTombstone,
    SavingTokens,
    AwaitingSave,
    ReportingSaveFailure,
}

impl StateName {
    pub const ALL: [Self; 15] = [
        Self::Inactive,
        Self::Dead,
        Self::AcquiringLock,
        Self::AwaitingLock,
        Self::FindingSuccessor,
        Self::Queued,
        Self::RequestingTokens,
        Self::AwaitingJudgement,
        Self::JudgingRefusal,
        Self::BackingOff,
        Self::Publishing,
        Self::WritingTombstone,
        Self::SavingTokens,
        Self::AwaitingSave,
        Self::ReportingSaveFailure,
    ];
}

pub fn name(state: State) -> StateName {
    match state {
        State::Inactive => StateName::Inactive,
        State::Dead => StateName::Dead,
        State::AcquiringLock => StateName::AcquiringLock,
        State::AwaitingLock(_) => StateName::AwaitingLock,
        State::FindingSuccessor => StateName::FindingSuccessor,
        State::Queued => StateName::Queued,
        State::RequestingTokens => StateName::RequestingTokens,
        State::AwaitingJudgement(_) => StateName::AwaitingJudgement,
        State::JudgingRefusal => StateName::JudgingRefusal,
        State::BackingOff(_) => StateName::BackingOff,
        State::Publishing => StateName::Publishing,
        State::WritingTombstone => StateName::WritingTombstone,
        State::SavingTokens => StateName::SavingTokens,
        State::AwaitingSave(_) => StateName::AwaitingSave,
        State::ReportingSaveFailure => StateName::ReportingSaveFailure,
    }
}

/// The age of the tokens: just received, due but usable, or expired.
#[derive(Clone, Copy, PartialEq)]
pub enum Age {
    Fresh,
    Due,
    Expired,
}

/// A policy and the current time.
#[derive(Clone)]
pub struct Fixture {
    pub policy: RefreshPolicy,
    pub now: f64,
    pub random: f64,
}

impl Fixture {
    /// An inactive policy with tokens of this age.
    pub fn inactive(age: Age) -> Self {
        Self::with_lockout(LOCKOUT, age)
    }

    pub fn with_lockout(lockout: f64, age: Age) -> Self {
        let policy = RefreshPolicy::new(times(START, LIFETIME), true, lockout, START);
        Self { policy, now: START, random: 0.5 }.at_age(age)
    }

    /// An inactive policy with tokens of this age. The policy received them from a stored config after its refresh token had
    /// been declared dead.
    pub fn revived(age: Age) -> Self {
        let mut fixture = Self::in_state(StateName::Dead, false);
        fixture.receive_stored_tokens();
        fixture.at_age(age)
    }

    fn at_age(mut self, age: Age) -> Self {
        self.now += match age {
            Age::Fresh => MINUTE,
            Age::Due => LIFETIME - 4.0 * MINUTE,
            Age::Expired => LIFETIME,
        };
        self
    }

    /// Passes newer tokens from a stored config to the policy. They were received at this moment.
    pub fn receive_stored_tokens(&mut self) {
        assert!(self.policy.on_stored_tokens(times(self.now, LIFETIME), self.now));
    }

    pub fn later(mut self, ms: f64) -> Self {
        self.now += ms;
        self
    }

    /// Lets the search find a tombstone. Another process has declared the refresh token dead at this moment.
    pub fn find_tombstone(self) -> Self {
        let died_at = Some(self.now);
        self.handle_all(&[Event::TombstoneFound { died_at }])
    }

    pub fn handle(&mut self, event: Event) -> Action {
        self.policy.handle(event, self.now, self.random)
    }

    /// Handles these events one after another. Before `WaitEnded`, the clock moves to the end of the wait.
    pub fn handle_all(mut self, events: &[Event]) -> Self {
        for event in events {
            if let (Event::WaitEnded, Action::WaitUntil(time)) = (event, self.policy.state().action()) {
                self.now = time;
            }
            let before = self.policy.state();
            self.handle(*event);
            assert_ne!(self.policy.state(), before, "{event:?} does not change the state");
        }
        self
    }

    /// Lets a caller start a cycle. The caller's store has old tokens.
    pub fn start_cycle(mut self) -> Self {
        assert_eq!(self.policy.acquire(0, NEVER, self.now), Decision::Wait);
        assert_eq!(self.policy.state(), State::AcquiringLock);
        self
    }

    /// Lets a caller force a refresh.
    pub fn force_refresh(mut self) -> Self {
        assert_eq!(self.policy.force_refresh(self.generation(), NEVER, self.now), Decision::Wait);
        assert!(self.policy.is_refresh_forced());
        self
    }

    pub fn finding_successor(self) -> Self {
        self.start_cycle().handle_all(&[Event::LockAcquired])
    }

    pub fn queued(self) -> Self {
        let fixture = self.finding_successor().handle_all(&[Event::NoSuccessor]);
        assert_eq!(fixture.policy.state(), State::Queued);
        fixture
    }

    pub fn requesting(self) -> Self {
        self.queued().handle_all(&[Event::Admitted])
    }

    /// From a state that needs the lock: the cycle loses the lock, acquires it again, and looks for a successor once more.
    pub fn finding_successor_again(self) -> Self {
        self.handle_all(&[Event::LockLost, Event::LockAcquired])
    }

    /// From `BackingOff`: the wait ends, and the cycle sends the request.
    pub fn requesting_again(self) -> Self {
        self.handle_all(&[Event::WaitEnded, Event::NoSuccessor, Event::Admitted])
    }

    /// From `RequestingTokens`: Bitbucket refuses the refresh token, and the refusal is about to be judged.
    pub fn judging_refusal(self) -> Self {
        self.handle_all(&[Event::Refused, Event::WaitEnded, Event::NoSuccessor])
    }

    /// From `RequestingTokens`: Bitbucket refuses the refresh token, and no refusal of another connection explains this.
    pub fn refused(self) -> Self {
        self.judging_refusal().handle_all(&[COUNTS])
    }

    /// From `Inactive`: the refresh token is about to be declared dead.
    pub fn writing_tombstone(self) -> Self {
        let mut fixture = self.requesting().refused();
        if fixture.policy.state() != State::WritingTombstone {
            fixture = fixture.requesting_again().refused();
        }
        assert_eq!(fixture.policy.state(), State::WritingTombstone);
        fixture
    }

    /// From `Dead`: four hours later, a cycle reviews the dead refresh token, that is, sends another request with it.
    pub fn reviewing(self) -> Self {
        self.later(4.0 * HOUR).requesting()
    }

    /// A policy in this state, with usable or unusable tokens.
    pub fn in_state(state: StateName, usable: bool) -> Self {
        let inactive = || Self::inactive(if usable { Age::Due } else { Age::Expired });
        let fixture = match state {
            StateName::Inactive => inactive(),
            StateName::Dead => inactive().writing_tombstone().handle_all(&[Event::Published]),
            StateName::AcquiringLock => inactive().start_cycle(),
            StateName::AwaitingLock => inactive().start_cycle().handle_all(&[Event::LockBusy]),
            StateName::FindingSuccessor => inactive().finding_successor(),
            StateName::Queued => inactive().queued(),
            StateName::RequestingTokens => inactive().requesting(),
            StateName::AwaitingJudgement => inactive().requesting().handle_all(&[Event::Refused]),
            StateName::JudgingRefusal => inactive().requesting().judging_refusal(),
            StateName::BackingOff => {
                let mut fixture = Self::inactive(Age::Expired).requesting().handle_all(&[FAILED]);
                if usable {
                    fixture.receive_stored_tokens();
                }
                fixture
            }
            StateName::Publishing => {
                let fixture = inactive().requesting();
                let tokens = times(fixture.now, if usable { LIFETIME } else { 0.0 });
                fixture.handle_all(&[Event::Refreshed(tokens)])
            }
            StateName::WritingTombstone => inactive().writing_tombstone(),
            StateName::SavingTokens => Self::in_state(StateName::Publishing, usable).handle_all(&[Event::Published]),
            StateName::AwaitingSave => {
                Self::in_state(StateName::SavingTokens, usable).handle_all(&[Event::SaveFailed])
            }
            StateName::ReportingSaveFailure => {
                let again = [Event::WaitEnded, Event::SaveFailed];
                Self::in_state(StateName::AwaitingSave, usable).handle_all(&again).handle_all(&again)
            }
        };
        assert_eq!(name(fixture.policy.state()), state);
        let now = fixture.now;
        let answer = fixture.policy.clone().acquire(fixture.generation(), now, now);
        assert_eq!(answer == Decision::Use, usable, "{state:?}");
        fixture
    }

    pub fn generation(&self) -> u32 {
        self.policy.generation()
    }
}
