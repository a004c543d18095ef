//! The other tables of docs/refresh-policy.md: the numbers and the tests that prove them, the states, and the reasons.

use super::fixture::StateName;
use super::{numbers, verdicts};
use crate::tables::Table;
use nocodb_bitbucket_auth::error::Code;
use nocodb_bitbucket_auth::refresh_cycle::FailureReason;

/// A number of the policy, as the document shows it.
pub struct Number {
    pub what: &'static str,
    pub value: &'static str,
    /// The tests that fail if the policy has another number.
    pub proofs: Vec<fn()>,
}

fn number(what: &'static str, value: &'static str, proofs: &[fn()]) -> Number {
    Number { what, value, proofs: proofs.to_vec() }
}

pub fn numbers() -> Vec<Number> {
    vec![
        number(
            "How long before its expiry a token set is refreshed",
            "5 minutes, or 10 % of its lifetime if that is less. If the time of receipt is unknown, the remaining time counts as the lifetime",
            &[numbers::tokens_are_refreshed_five_minutes_or_a_tenth_of_their_lifetime_before_they_expire],
        ),
        number(
            "Time after which an unused refresh token is used",
            "60 days",
            &[
                numbers::a_connection_counts_as_idle_sixty_days_after_its_last_refresh,
                numbers::tokens_without_an_expiry_time_are_refreshed_after_sixty_idle_days,
            ],
        ),
        number(
            "Failed token requests of one connection in one process",
            "at most 4 in any minute, in every state. Until the next request is allowed, callers get the last error immediately",
            &[
                numbers::at_most_four_requests_fail_in_any_minute,
                numbers::transient_and_permanent_failures_are_counted_together,
                verdicts::the_failures_of_the_last_minute_still_count_after_a_refresh,
            ],
        ),
        number(
            "Wait before a request that failed temporarily is repeated",
            "0.25 to 0.5 s, then 0.5 to 1 s, then 1 to 2 s, each at random, or `Retry-After` if that is longer. A `Retry-After` of more than two minutes counts as two minutes. The wait ends at the latest half a minute before the 10 minutes of the next row are over. A cycle ends if it would have to wait for more than 50 s. It also ends if the tokens are usable, unless a caller wants newer tokens",
            &[
                numbers::at_most_four_requests_fail_in_any_minute,
                numbers::retry_after_is_respected_after_the_last_repetition_too,
                numbers::retry_after_does_not_delay_the_last_request_beyond_the_grace_period,
                numbers::a_short_retry_after_does_not_shorten_the_wait,
            ],
        ),
        number(
            "Time for which a request whose response may be lost is repeated, even if no caller needs tokens",
            "10 minutes, the time for which Bitbucket still accepts the used refresh token",
            &[verdicts::a_request_whose_response_may_be_lost_is_repeated_in_the_grace_period_without_a_caller],
        ),
        number(
            "Wait after a failure that only an administrator can fix",
            "15 s, or 1 minute while the tokens are usable",
            &[numbers::the_next_request_waits_fifteen_seconds_or_a_minute_after_a_failure_that_only_an_administrator_can_fix],
        ),
        number(
            "Wait before a refusal is judged",
            "2 s, or a fifteenth of the lockout if that is less. `INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS` sets the lockout; the default is 30 s",
            &[verdicts::a_refusal_is_judged_after_two_seconds_or_a_fifteenth_of_the_lockout],
        ),
        number(
            "A refusal is explained if Bitbucket refused another connection of the same OAuth client",
            "between one lockout before the refusal and the moment when the refusal is judged. A refusal that is judged more than 10 minutes late is explained, too. An explained refusal does not count; the connection joins the request queue again",
            &[
                verdicts::a_refusal_of_another_connection_explains_a_refusal_that_came_at_most_one_lockout_later,
                verdicts::explained_refusals_do_not_count_even_if_there_are_many,
                verdicts::a_refusal_that_is_judged_more_than_ten_minutes_late_does_not_count,
            ],
        ),
        number(
            "Wait before the refresh token is tried again after the first refusal that counts",
            "2 to 10 lockouts, at random, but at most 10 minutes. If a response may be lost, the try comes at the latest half a minute before the grace period ends",
            &[verdicts::a_refused_refresh_token_is_tried_again_after_two_to_ten_times_the_lockout],
        ),
        number(
            "Refusals that must count before a refresh token is declared dead",
            "2. While a response may be lost, all refusals count as one, so that the refresh token is tried once more after that time. The tombstone is published together with the token set, so that a process whose row has older tokens takes over this token set and reviews it later",
            &[verdicts::no_refresh_token_is_declared_dead_while_a_response_may_be_lost],
        ),
        number(
            "Time until a dead refresh token is tried again: the *review*",
            "4 hours after its death. 10 minutes after the process first saw the connection, if the token died before that. 10 minutes after a review that did not show whether the token is dead. Immediately, if the time of death is unknown. Each review is one request, sent when a caller needs tokens",
            &[
                verdicts::a_dead_connection_is_reviewed_every_four_hours,
                verdicts::a_review_without_a_verdict_is_repeated_after_ten_minutes,
                verdicts::a_process_that_finds_a_tombstone_reviews_the_token_ten_minutes_after_it_first_saw_the_connection_then_every_four_hours,
            ],
        ),
        number(
            "Searches for a successor of a dead refresh token, without a request to Bitbucket",
            "at most one a minute, when a caller needs tokens: the shared store may have been unreachable before",
            &[verdicts::a_late_successor_of_a_dead_token_is_found_without_a_request],
        ),
        number(
            "Wait before the next try to take a lock that another process has",
            "a quarter of the time waited so far, but at least 10 ms and at most 500 ms; at random, between half of that time and all of it. The tries end after 2 s while the tokens are usable, otherwise after 2 minutes. Then, for 1 minute, no caller waits for the lock while the tokens are usable",
            &[
                numbers::a_cycle_waits_two_minutes_for_the_lock_and_as_long_again_after_it_lost_the_lock,
                numbers::newer_stored_tokens_make_callers_wait_for_the_lock_again,
            ],
        ),
        number(
            "Tries to save a token set in a store that fails",
            "3 in a cycle, with about 0.1 and 0.2 s between them. Then the failure is reported, once for each token set. After that, there is one try in each cycle until a token set is saved",
            &[
                verdicts::a_store_that_fails_is_reported_once_per_token_set_and_tried_in_each_cycle,
                verdicts::each_cycle_has_its_own_three_tries_to_save,
            ],
        ),
        number(
            "Refreshes after a 401",
            "1. If the API also returns 401 for an access token that this process has refreshed, further 401s cause no refresh until that token's regular time to be refreshed (for 10 minutes if that time is unknown)",
            &[
                numbers::a_401_causes_a_refresh,
                numbers::a_401_that_persists_after_a_refresh_causes_one_more_refresh_per_expiry,
                numbers::after_a_401_to_new_tokens_without_an_expiry_time_no_401_causes_a_refresh_for_ten_minutes,
            ],
        ),
        number(
            "Repetitions of a request after a 401",
            "1, or 2 if the first repetition used tokens that this process did not refresh, or that are no longer the newest",
            &[numbers::a_call_refreshes_the_tokens_of_another_process_once_if_they_get_a_401_too],
        ),
    ]
}

fn meaning_of_state(state: StateName) -> &'static str {
    match state {
        StateName::Inactive => "no cycle is under way",
        StateName::Dead => "no cycle is under way; the refresh token is dead and has no successor",
        StateName::AcquiringLock => "the cycle takes the lock",
        StateName::AwaitingLock => "another process has the lock; the cycle waits before the next try",
        StateName::FindingSuccessor => "the cycle looks for a successor of the token set",
        StateName::Queued => "the connection is in the request queue",
        StateName::RequestingTokens => "a token request is under way",
        StateName::AwaitingJudgement => {
            "Bitbucket refused the refresh token; the cycle waits for other refusals that may explain this one"
        }
        StateName::JudgingRefusal => "the cycle looks up whether a refusal of another connection explains this one",
        StateName::BackingOff => "the next token request has to wait",
        StateName::Publishing => "the cycle publishes the new token set in memory and in the shared store",
        StateName::WritingTombstone => "the cycle publishes the tombstone",
        StateName::SavingTokens => "the cycle saves the token set in the stores",
        StateName::AwaitingSave => "a store failed; the cycle waits before the next try",
        StateName::ReportingSaveFailure => "the cycle reports that a store failed",
    }
}

/// What the reason means, and the error that the caller gets.
fn meaning_of_reason(reason: FailureReason) -> (&'static str, String) {
    let code = |code: Code| format!("`{}`", code.as_str());
    match reason {
        FailureReason::Dead => ("the refresh token is dead", code(Code::ReconnectRequired)),
        FailureReason::RequestFailed => {
            ("the last token request failed, and the next one has to wait", "the error of that request".to_owned())
        }
        FailureReason::RefreshPending => (
            "Bitbucket refused a refresh token of this OAuth client, and the policy cannot tell yet which of its refresh tokens are dead. Or another process has the lock, and may be in the request queue for that reason",
            code(Code::RefreshPending),
        ),
        FailureReason::TimedOut => {
            ("the request, the store or the shared store takes too long", code(Code::RequestTimeout))
        }
    }
}

pub fn tables() -> Vec<Table> {
    let states = StateName::ALL.map(|state| vec![format!("`{state:?}`"), meaning_of_state(state).to_owned()]);
    let reasons =
        [FailureReason::Dead, FailureReason::RequestFailed, FailureReason::RefreshPending, FailureReason::TimedOut]
            .map(|reason| {
                let (meaning, error) = meaning_of_reason(reason);
                vec![format!("`{reason:?}`"), meaning.to_owned(), error]
            });
    let numbers = numbers().into_iter().map(|number| vec![number.what.to_owned(), number.value.to_owned()]);
    vec![
        Table { name: "numbers", header: &["what", "how much"], rows: numbers.collect() },
        Table { name: "states", header: &["state", "what it means"], rows: states.to_vec() },
        Table { name: "reasons", header: &["reason", "what it means", "error"], rows: reasons.to_vec() },
    ]
}
