//! The JavaScript bindings of `src/redis.rs`: the shared Redis.

use wasm_bindgen::prelude::*;

use super::to_js_value;
use crate::error::{Error, Phase};
use crate::redis::{Choice, Problem, Server, database_candidates};

/// Parses a Redis URL.
#[wasm_bindgen(js_name = parseRedisUrl, unchecked_return_type = "RedisServer")]
pub fn parse_redis_url(address: &str) -> core::result::Result<JsValue, JsValue> {
    let server = Server::parse(address).map_err(|reason| Error::argument(Phase::Config, "address", reason))?;
    Ok(to_js_value(&server))
}

/// Summarizes an error of a Redis client in a word or two, from its code and message; `undefined` if the plugin can
/// use Redis in spite of the error.
#[wasm_bindgen(js_name = redisErrorSummary)]
pub fn redis_error_summary(code: &str, message: &str) -> Option<String> {
    let problem = Problem::of(code, message);
    problem.is_serious().then(|| problem.as_str().to_owned())
}

/// The databases from which the plugin chooses the one for its data. The first one is NocoDB's. `others` are the
/// databases that NocoDB's other variables name.
#[wasm_bindgen(js_name = redisDatabaseCandidates)]
pub fn redis_database_candidates(home: u32, others: &[u32]) -> Vec<u32> {
    database_candidates(home, others)
}

/// Chooses one of the [`redis_database_candidates`]. `survey` has one word for each candidate. The word says what the
/// database contains: `missing`, `empty`, `ours`, `others`, `marked` or `invaded` (see `Content` in src/redis.rs).
#[wasm_bindgen(js_name = chooseRedisDatabase, unchecked_return_type = "RedisChoice")]
pub fn choose_redis_database(surveyed: &[u32], survey: &str) -> JsValue {
    to_js_value(&Choice::of(surveyed, survey))
}

/// Returns the reason why the plugin uses NocoDB's own database after Redis rejected the survey of the other databases
/// with this reply; `undefined` if the plugin cannot use any database at present.
#[wasm_bindgen(js_name = redisFallbackReason)]
pub fn redis_fallback_reason(reply: &str) -> Option<String> {
    Problem::of("", reply).fallback_reason().map(str::to_owned)
}
