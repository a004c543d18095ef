//! The JavaScript bindings of `src/refresh_policy.rs`: the refresh policy of one connection.
//!
//! Times are milliseconds since 1970; `random` is from 0 to 1.

use wasm_bindgen::prelude::*;

use super::newest_tokens::times;
use super::{RefreshAction, RefreshDecision, RefreshEvent};
use crate::error::Code;
use crate::refresh_cycle::{self, Action, Decision, Event};
use crate::refresh_policy::RefreshPolicy;
use crate::refresh_queue::Priority;

/// Whether the error code of a failed token request means that Bitbucket refused the refresh token.
#[wasm_bindgen(js_name = isRefreshTokenRefused)]
pub fn is_refresh_token_refused(code: &str) -> bool {
    Code::from_name(code).is_some_and(|code| Event::of_failure(code, false, None) == Event::Refused)
}

/// Decides when the tokens of one connection are refreshed.
#[wasm_bindgen(js_name = RefreshPolicy)]
pub struct Policy(RefreshPolicy);

#[wasm_bindgen(js_class = RefreshPolicy)]
impl Policy {
    /// Creates the policy of a connection whose token set comes from a stored config or from a token response.
    #[wasm_bindgen(constructor)]
    pub fn new(
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
        has_access_token: bool,
        lockout: f64,
        now: f64,
    ) -> Policy {
        Self(RefreshPolicy::new(times(obtained_at, expires_at), has_access_token, lockout, now))
    }

    /// The number of the newest token set.
    #[wasm_bindgen(getter)]
    pub fn generation(&self) -> u32 {
        self.0.generation()
    }

    /// Whether a caller has forced a refresh that is not over yet.
    #[wasm_bindgen(getter, js_name = isRefreshForced)]
    pub fn is_refresh_forced(&self) -> bool {
        self.0.is_refresh_forced()
    }

    /// Whether Bitbucket refused the refresh token.
    #[wasm_bindgen(getter, js_name = isRefused)]
    pub fn is_refused(&self) -> bool {
        self.0.is_refused()
    }

    /// What the caller does next in the cycle that is under way.
    #[wasm_bindgen(getter)]
    pub fn action(&self) -> RefreshAction {
        self.0.state().action().into()
    }

    /// How many milliseconds the action `Wait` lasts. A single wait has a maximum length, so it may end before the time
    /// that the connection waits for.
    #[wasm_bindgen(js_name = waitDuration)]
    pub fn wait_duration(&self, now: f64) -> Option<f64> {
        match self.0.state().action() {
            Action::WaitUntil(time) => Some(refresh_cycle::wait_until(time, now)),
            _ => None,
        }
    }

    /// A caller wants to use the newest token set, and waits for it until `deadline`. `known_generation` is the number
    /// of the token set that the caller's store was last asked to save.
    pub fn acquire(&mut self, known_generation: u32, deadline: f64, now: f64) -> RefreshDecision {
        self.0.acquire(known_generation, deadline, now).into()
    }

    /// A caller wants a token set that is newer than the one with the number `generation`, and waits for it until
    /// `deadline`.
    #[wasm_bindgen(js_name = forceRefresh)]
    pub fn force_refresh(&mut self, generation: u32, deadline: f64, now: f64) -> RefreshDecision {
        self.0.force_refresh(generation, deadline, now).into()
    }

    /// Returns the reason why a caller that stops waiting gets no tokens.
    #[wasm_bindgen(js_name = failureReason)]
    pub fn failure_reason(&self, now: f64) -> RefreshDecision {
        Decision::Fail(self.0.failure_reason(now)).into()
    }

    /// How many milliseconds this connection has to wait before it may send a token request; `undefined` if it may
    /// send one now.
    pub fn backoff(&self, now: f64) -> Option<f64> {
        self.0.backoff(now)
    }

    /// The priority with which the connection enters the queue for token requests (`RefreshQueue.enqueue`).
    pub fn priority(&self, now: f64) -> Priority {
        self.0.priority(now)
    }

    /// Whether the refresh token has been unused for so long that it should be used before it expires.
    #[wasm_bindgen(js_name = isIdle)]
    pub fn is_idle(&self, now: f64) -> bool {
        self.0.is_idle(now)
    }

    /// In how many milliseconds to begin a cycle although no caller acquires the tokens. 0 means now, and `undefined`
    /// means that there is no reason to begin a cycle.
    #[wasm_bindgen(js_name = backgroundRefreshIn)]
    pub fn background_refresh_in(&self, now: f64) -> Option<f64> {
        self.0.background_refresh_at(now).map(|time| refresh_cycle::wait_until(time, now))
    }

    /// The API returned 401 for a request with the token set of this number, after `repetitions` earlier attempts.
    /// Returns whether to repeat the request.
    #[wasm_bindgen(js_name = onUnauthorized)]
    pub fn on_unauthorized(&mut self, generation: u32, repetitions: u32, now: f64) -> bool {
        self.0.on_unauthorized(generation, repetitions, now)
    }

    /// A caller's work failed, after `repetitions` earlier attempts, with an error that an expired access token may
    /// cause. Returns whether to repeat the work with a newer token set.
    #[wasm_bindgen(js_name = onWorkFailed)]
    pub fn on_work_failed(&mut self, generation: u32, repetitions: u32, now: f64) -> bool {
        self.0.on_work_failed(generation, repetitions, now)
    }

    /// A stored config has the newest refresh token and another access token. Returns whether to use the config's
    /// token set.
    #[wasm_bindgen(js_name = onStoredTokens)]
    pub fn on_stored_tokens(&mut self, obtained_at: Option<f64>, expires_at: Option<f64>, now: f64) -> bool {
        self.0.on_stored_tokens(times(obtained_at, expires_at), now)
    }

    /// Whether a token set that was found elsewhere, with these times, counts as the successor of the current one.
    #[wasm_bindgen(js_name = isSuccessor)]
    pub fn is_successor(&self, obtained_at: Option<f64>, expires_at: Option<f64>) -> bool {
        self.0.is_successor(times(obtained_at, expires_at))
    }

    /// Continues the cycle after an event that carries no data.
    pub fn handle(&mut self, event: RefreshEvent, now: f64, random: f64) -> RefreshAction {
        self.0.handle(event.into(), now, random).into()
    }

    /// Continues after the search found a successor.
    #[wasm_bindgen(js_name = onSuccessorFound)]
    pub fn on_successor_found(
        &mut self,
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
        same_refresh_token: bool,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        let event = Event::SuccessorFound { times: times(obtained_at, expires_at), same_refresh_token };
        self.0.handle(event, now, random).into()
    }

    /// Continues after the search found a token set with another refresh token in a row of NocoDB's database. The
    /// shared store does not record that one of the two refresh tokens replaced the other.
    #[wasm_bindgen(js_name = onRowTokensFound)]
    pub fn on_row_tokens_found(
        &mut self,
        obtained_at: Option<f64>,
        expires_at: Option<f64>,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        self.0.handle(Event::RowTokensFound { times: times(obtained_at, expires_at) }, now, random).into()
    }

    /// Continues after the search found a tombstone: the record in the shared store that the refresh token is dead.
    #[wasm_bindgen(js_name = onTombstoneFound)]
    pub fn on_tombstone_found(&mut self, died_at: Option<f64>, now: f64, random: f64) -> RefreshAction {
        let died_at = died_at.filter(|time| time.is_finite());
        self.0.handle(Event::TombstoneFound { died_at }, now, random).into()
    }

    /// Continues after Bitbucket returned a new token set.
    #[wasm_bindgen(js_name = onRefreshed)]
    pub fn on_refreshed(
        &mut self,
        obtained_at: f64,
        expires_at: Option<f64>,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        self.0.handle(Event::Refreshed(times(Some(obtained_at), expires_at)), now, random).into()
    }

    /// Continues after a token request failed with this error code.
    #[wasm_bindgen(js_name = onRequestFailed)]
    pub fn on_request_failed(
        &mut self,
        code: &str,
        retryable: bool,
        retry_after: Option<f64>,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        let code = Code::from_name(code).unwrap_or(Code::RequestFailed);
        self.0.handle(Event::of_failure(code, retryable, retry_after), now, random).into()
    }

    /// Continues after the caller looked up the shared record of refusals. Bitbucket refused the refresh token of
    /// another connection of the client `others_refused_ago` milliseconds ago, and that of this connection
    /// `refused_ago` milliseconds ago.
    #[wasm_bindgen(js_name = onRefusalJudged)]
    pub fn on_refusal_judged(
        &mut self,
        others_refused_ago: Option<f64>,
        refused_ago: f64,
        now: f64,
        random: f64,
    ) -> RefreshAction {
        let explained = self.0.is_explained(others_refused_ago, refused_ago);
        self.0.handle(Event::RefusalJudged { explained }, now, random).into()
    }
}
