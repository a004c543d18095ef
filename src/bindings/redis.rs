//! The Redis of the environment as JavaScript sees it: redis.rs.

use wasm_bindgen::prelude::*;

use super::Members;
use crate::error::{Error, Phase};
use crate::redis::{Choice, Server, Trouble, surveyed_databases};
use crate::secret::Secret;

/// The Redis at an address: `{ host, port, username?, password?, database, tls?, family, keyPrefix? }`.
#[wasm_bindgen(js_name = redisServer)]
pub fn redis_server(address: &str) -> core::result::Result<JsValue, JsValue> {
    let server = Server::parse(address).map_err(|reason| Error::argument(Phase::Config, "address", reason))?;
    Ok(Members::new()
        .text("host", Some(&server.host))
        .number("port", Some(server.port.into()))
        .text("username", server.username.as_deref())
        .text("password", server.password.as_ref().map(Secret::expose))
        .number("database", Some(server.database.into()))
        .text("tls", server.tls.as_deref())
        .number("family", Some(server.family.into()))
        .text("keyPrefix", server.key_prefix.as_deref())
        .into_js())
}

/// Why a Redis did not do what it was asked, in a word, by the code and the message of its client's error. `undefined`
/// when it can be used all the same.
#[wasm_bindgen(js_name = redisTrouble)]
pub fn redis_trouble(code: &str, message: &str) -> Option<String> {
    let trouble = Trouble::of(code, message);
    trouble.is_serious().then(|| trouble.as_str().to_owned())
}

/// The databases to be looked at for one that is not NocoDB's own, which is the first of them. `others`: those that NocoDB's
/// other variables name.
#[wasm_bindgen(js_name = redisDatabases)]
pub fn redis_databases(home: u32, others: &[u32]) -> Vec<u32> {
    surveyed_databases(home, others)
}

/// The database to be used, `{ database, stays? }`, of those of [`redis_databases`], by a word for each: `missing`, `empty`,
/// `ours`, `others`, `marked` or `invaded`. `stays` says why it is NocoDB's own.
#[wasm_bindgen(js_name = chooseRedisDatabase)]
pub fn choose_redis_database(surveyed: &[u32], survey: &str) -> JsValue {
    let choice = Choice::of(surveyed, survey);
    Members::new().number("database", Some(choice.database.into())).text("stays", choice.stays).into_js()
}

/// Why NocoDB's own database is to be used, when looking at the others was refused with this reply. `undefined`: no database
/// can be used at present.
#[wasm_bindgen(js_name = redisDatabaseTrouble)]
pub fn redis_database_trouble(reply: &str) -> Option<String> {
    Trouble::of("", reply).keeps_from_choosing().map(str::to_owned)
}
