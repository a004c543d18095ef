//! The Redis of the environment as JavaScript sees it: redis.rs.

use wasm_bindgen::prelude::*;

use super::leave;
use crate::error::{Error, Phase};
use crate::redis::{Choice, Server, Trouble, database_candidates};

/// The Redis at an address.
#[wasm_bindgen(js_name = parseRedisUrl, unchecked_return_type = "RedisServer")]
pub fn parse_redis_url(address: &str) -> core::result::Result<JsValue, JsValue> {
    let server = Server::parse(address).map_err(|reason| Error::argument(Phase::Config, "address", reason))?;
    Ok(leave(&server))
}

/// Why a Redis did not do what it was asked, in a word, by the code and the message of its client's error. `undefined`
/// when it can be used all the same.
#[wasm_bindgen(js_name = redisErrorSummary)]
pub fn redis_error_summary(code: &str, message: &str) -> Option<String> {
    let trouble = Trouble::of(code, message);
    trouble.is_serious().then(|| trouble.as_str().to_owned())
}

/// The databases to be looked at for one that is not NocoDB's own, which is the first of them. `others`: those that NocoDB's
/// other variables name.
#[wasm_bindgen(js_name = redisDatabaseCandidates)]
pub fn redis_database_candidates(home: u32, others: &[u32]) -> Vec<u32> {
    database_candidates(home, others)
}

/// The database to be used, of those of [`redis_database_candidates`], by a word for each: `missing`, `empty`, `ours`, `others`, `marked`
/// or `invaded`.
#[wasm_bindgen(js_name = chooseRedisDatabase, unchecked_return_type = "RedisChoice")]
pub fn choose_redis_database(surveyed: &[u32], survey: &str) -> JsValue {
    leave(&Choice::of(surveyed, survey))
}

/// Why NocoDB's own database is to be used, when looking at the others was refused with this reply. `undefined`: no database
/// can be used at present.
#[wasm_bindgen(js_name = redisFallbackReason)]
pub fn redis_fallback_reason(reply: &str) -> Option<String> {
    Trouble::of("", reply).fallback_reason().map(str::to_owned)
}
