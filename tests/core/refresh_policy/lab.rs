//! A policy in whatever state a test wants.

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

/// The deadline of somebody who has all the time.
pub const NEVER: f64 = f64::INFINITY;

pub const FAILED: Event = Event::TransientFailure { retry_after: None };
pub const COUNTS: Event = Event::RefusalJudged { explained: false };
pub const EXPLAINED: Event = Event::RefusalJudged { explained: true };

pub fn told_to_wait(retry_after: f64) -> Event {
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
    AwaitingVerdict,
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
        Self::AwaitingVerdict,
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
        State::AwaitingVerdict(_) => StateName::AwaitingVerdict,
        State::JudgingRefusal => StateName::JudgingRefusal,
        State::BackingOff(_) => StateName::BackingOff,
        State::Publishing => StateName::Publishing,
        State::WritingTombstone => StateName::WritingTombstone,
        State::SavingTokens => StateName::SavingTokens,
        State::AwaitingSave(_) => StateName::AwaitingSave,
        State::ReportingSaveFailure => StateName::ReportingSaveFailure,
    }
}

/// How old the pair is: just received, to be renewed but usable, or expired.
#[derive(Clone, Copy, PartialEq)]
pub enum Age {
    Fresh,
    Due,
    Expired,
}

/// A policy and the time.
#[derive(Clone)]
pub struct Lab {
    pub policy: RefreshPolicy,
    pub now: f64,
    pub random: f64,
}

impl Lab {
    /// At rest, with a pair of this age.
    pub fn at_rest(age: Age) -> Self {
        Self::with_lockout(LOCKOUT, age)
    }

    pub fn with_lockout(lockout: f64, age: Age) -> Self {
        let policy = RefreshPolicy::new(times(START, LIFETIME), true, lockout, START);
        Self { policy, now: START, random: 0.5 }.aged(age)
    }

    /// At rest, with a pair of this age that came with a config after the refresh token had died.
    pub fn revived(age: Age) -> Self {
        let mut lab = Self::reach(StateName::Dead, false);
        lab.configure();
        lab.aged(age)
    }

    fn aged(mut self, age: Age) -> Self {
        self.now += match age {
            Age::Fresh => MINUTE,
            Age::Due => LIFETIME - 4.0 * MINUTE,
            Age::Expired => LIFETIME,
        };
        self
    }

    /// A config comes with a newer access token, which was just received.
    pub fn configure(&mut self) {
        assert!(self.policy.on_stored_tokens(times(self.now, LIFETIME), self.now));
    }

    pub fn later(mut self, ms: f64) -> Self {
        self.now += ms;
        self
    }

    /// Somebody has just declared the refresh token dead, and that is found.
    pub fn found_dead(self) -> Self {
        let died_at = Some(self.now);
        self.all(&[Event::TombstoneFound { died_at }])
    }

    pub fn on(&mut self, event: Event) -> Action {
        self.policy.handle(event, self.now, self.random)
    }

    /// Has these events happen one after another, each wait being waited for.
    pub fn all(mut self, events: &[Event]) -> Self {
        for event in events {
            if let (Event::WaitEnded, Action::WaitUntil(time)) = (event, self.policy.state().action()) {
                self.now = time;
            }
            let before = self.policy.state();
            self.on(*event);
            assert_ne!(self.policy.state(), before, "{event:?} does nothing");
        }
        self
    }

    /// Somebody whose store has an old pair asks.
    pub fn begin(mut self) -> Self {
        assert_eq!(self.policy.acquire(0, NEVER, self.now), Decision::Wait);
        assert_eq!(self.policy.state(), State::AcquiringLock);
        self
    }

    /// Somebody wants a newer pair.
    pub fn wish(mut self) -> Self {
        assert_eq!(self.policy.force_refresh(self.generation(), NEVER, self.now), Decision::Wait);
        assert!(self.policy.is_refresh_forced());
        self
    }

    pub fn looking(self) -> Self {
        self.begin().all(&[Event::LockAcquired])
    }

    pub fn queued(self) -> Self {
        let lab = self.looking().all(&[Event::NoSuccessor]);
        assert_eq!(lab.policy.state(), State::Queued);
        lab
    }

    pub fn refreshing(self) -> Self {
        self.queued().all(&[Event::Admitted])
    }

    /// In a turn that has the lock: looks for a successor once more.
    pub fn looking_again(self) -> Self {
        self.all(&[Event::LockLost, Event::LockAcquired])
    }

    /// From the wait for a request on.
    pub fn refreshing_again(self) -> Self {
        self.all(&[Event::WaitEnded, Event::NoSuccessor, Event::Admitted])
    }

    /// From the request on: the refusal is about to be judged.
    pub fn judging(self) -> Self {
        self.all(&[Event::Refused, Event::WaitEnded, Event::NoSuccessor])
    }

    /// From the request on: it is refused, and the refusal counts.
    pub fn refused(self) -> Self {
        self.judging().all(&[COUNTS])
    }

    /// From the rest on: the refresh token is about to be declared dead.
    pub fn burying(self) -> Self {
        let mut lab = self.refreshing().refused();
        if lab.policy.state() != State::WritingTombstone {
            lab = lab.refreshing_again().refused();
        }
        assert_eq!(lab.policy.state(), State::WritingTombstone);
        lab
    }

    /// From the death on: it is reviewed.
    pub fn reviewing(self) -> Self {
        self.later(4.0 * HOUR).refreshing()
    }

    /// In this state, with a pair that is usable or not.
    pub fn reach(state: StateName, usable: bool) -> Self {
        let at_rest = || Self::at_rest(if usable { Age::Due } else { Age::Expired });
        let lab = match state {
            StateName::Inactive => at_rest(),
            StateName::Dead => at_rest().burying().all(&[Event::Published]),
            StateName::AcquiringLock => at_rest().begin(),
            StateName::AwaitingLock => at_rest().begin().all(&[Event::LockBusy]),
            StateName::FindingSuccessor => at_rest().looking(),
            StateName::Queued => at_rest().queued(),
            StateName::RequestingTokens => at_rest().refreshing(),
            StateName::AwaitingVerdict => at_rest().refreshing().all(&[Event::Refused]),
            StateName::JudgingRefusal => at_rest().refreshing().judging(),
            StateName::BackingOff => {
                let mut lab = Self::at_rest(Age::Expired).refreshing().all(&[FAILED]);
                if usable {
                    lab.configure();
                }
                lab
            }
            StateName::Publishing => {
                let lab = at_rest().refreshing();
                let pair = times(lab.now, if usable { LIFETIME } else { 0.0 });
                lab.all(&[Event::Refreshed(pair)])
            }
            StateName::WritingTombstone => at_rest().burying(),
            StateName::SavingTokens => Self::reach(StateName::Publishing, usable).all(&[Event::Published]),
            StateName::AwaitingSave => Self::reach(StateName::SavingTokens, usable).all(&[Event::SaveFailed]),
            StateName::ReportingSaveFailure => {
                let again = [Event::WaitEnded, Event::SaveFailed];
                Self::reach(StateName::AwaitingSave, usable).all(&again).all(&again)
            }
        };
        assert_eq!(name(lab.policy.state()), state);
        let now = lab.now;
        let answer = lab.policy.clone().acquire(lab.generation(), now, now);
        assert_eq!(answer == Decision::Use, usable, "{state:?}");
        lab
    }

    pub fn generation(&self) -> u32 {
        self.policy.generation()
    }
}
