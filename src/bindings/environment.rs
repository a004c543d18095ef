//! The environment as JavaScript sees it: environment.rs and proxy.rs.

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

use super::{CallbackPage, Client, Failure, Members, leave};
use crate::endpoints::Address;
use crate::environment::{ClientCredentials, Environment, HostVerifier, RateLimit, RemovedEndpoints, variable};
use crate::error::Phase;
use crate::host::Properties;
use crate::proxy;
use crate::rate_limit::DEFAULT_LIMIT;
use crate::redis::Database;
use crate::secret::Secret;

/// Reads an environment: `{ client?, callbackPage?, apiUrl?, timeoutMs, lockoutMs, rateLimit?, isRateLimitConfigured,
/// mayActAsClient, isVerifierOptional, replacesRemoved, redisUrl?, redisVariable?, redisDatabase?, isRedisDatabaseSought,
/// otherRedisDatabases?, proxies, problems }`.
/// Without `client` OAuth cannot be offered; without `apiUrl` the API's override is unusable; without `rateLimit` there is
/// none. `problems` has an INVALID_CONFIG error for each variable that is missing or wrong.
#[wasm_bindgen(js_name = readEnvironment)]
pub fn read_environment(env: &JsValue) -> core::result::Result<JsValue, JsValue> {
    let variables = Properties::of(env, "env", Phase::Config)?;
    let environment = Environment::read(|name| variables.string(name).ok().flatten());
    let (limit, is_configured) = match environment.rate_limit {
        RateLimit::Default => (Some(DEFAULT_LIMIT), false),
        RateLimit::Configured(limit) => (Some(limit), true),
        RateLimit::Off => (None, true),
    };
    let (database, others) = match environment.redis.as_ref().map(|redis| &redis.database) {
        Some(Database::Named(number)) => (Some(*number), None),
        Some(Database::Sought { home, others }) => (Some(*home), Some(others)),
        None => (None, None),
    };
    let others_of_nocodb = others.map(|numbers| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(","));
    let problems: Vec<Failure<'_>> = environment.problems.iter().map(Failure::from).collect();
    let result = Members::new()
        .text("apiUrl", environment.api.as_ref().map(Address::as_str))
        .number("timeoutMs", Some(environment.timeout_ms.into()))
        .number("lockoutMs", Some(environment.lockout_ms.into()))
        .number("rateLimit", limit.map(u64::from))
        .flag("isRateLimitConfigured", is_configured)
        .flag("mayActAsClient", environment.client_credentials == ClientCredentials::Allowed)
        .flag("isVerifierOptional", environment.host_verifier == HostVerifier::Optional)
        .flag("replacesRemoved", environment.removed_endpoints == RemovedEndpoints::Replaced)
        .text("redisUrl", environment.redis.as_ref().map(|redis| redis.address.expose()))
        .text("redisVariable", environment.redis.as_ref().map(|redis| redis.variable))
        .number("redisDatabase", database.map(u64::from))
        .flag("isRedisDatabaseSought", others.is_some())
        .json("otherRedisDatabases", others_of_nocodb.map(|numbers| ["[", &numbers, "]"].concat()).as_deref())
        .into_js();
    Reflect::set(&result, &"problems".into(), &leave(&problems))?;
    if let Some(client) = environment.client {
        Reflect::set(&result, &"client".into(), &Client::from(client).into())?;
    }
    if let Some(page) = environment.callback_page {
        Reflect::set(&result, &"callbackPage".into(), &CallbackPage::from(page).into())?;
    }
    Reflect::set(&result, &"proxies".into(), &Proxies(environment.proxies).into())?;
    Ok(result)
}

/// The environment variables that [`read_environment`] looks at.
#[wasm_bindgen(js_name = environmentVariables)]
pub fn environment_variables() -> Vec<String> {
    variable::ALL.into_iter().map(str::to_owned).collect()
}

/// The proxy that the environment names, and the hosts that it excepts.
#[wasm_bindgen]
pub struct Proxies(proxy::Proxies);

#[wasm_bindgen]
impl Proxies {
    /// `{ variable, origin, authorization? }` of the proxy for a request to this address; `undefined` where there is none.
    #[wasm_bindgen(js_name = proxyFor)]
    pub fn proxy_for(&self, url: &str) -> core::result::Result<JsValue, JsValue> {
        let Some(proxy) = self.0.proxy_for(url)? else { return Ok(JsValue::UNDEFINED) };
        Ok(Members::new()
            .text("variable", Some(proxy.variable))
            .text("origin", Some(&proxy.origin))
            .text("authorization", proxy.authorization.as_ref().map(Secret::expose))
            .into_js())
    }
}

/// The environment variables about proxies, which [`read_environment`] looks at, too.
#[wasm_bindgen(js_name = proxyVariables)]
pub fn proxy_variables() -> Vec<String> {
    proxy::VARIABLES.into_iter().map(str::to_owned).collect()
}
