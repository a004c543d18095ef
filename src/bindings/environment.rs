//! The environment as JavaScript sees it: environment.rs and proxy.rs.

use js_sys::JSON;
use serde::{Serialize, Serializer};
use serde_wasm_bindgen::preserve;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::{CallbackPage, ErrorDetails, OAuthCore, leave, texts};
use crate::authorization_request::authorization_url;
use crate::client_config::ClientConfig;
use crate::endpoints::Address;
use crate::environment::{
    ClientCredentials, Environment, HostVerifier, NamedRedis, RateLimit, RemovedEndpoints, variable,
};
use crate::proxy;
use crate::rate_limit::DEFAULT_LIMIT;
use crate::redis::Database;

/// What the environment says, judged.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct JudgedEnvironment<'a> {
    /// All that is data.
    #[serde(serialize_with = "in_one_piece")]
    settings: Settings<'a>,
    /// Absent when OAuth cannot be offered.
    #[serde(with = "preserve", skip_serializing_if = "JsValue::is_undefined")]
    #[tsify(optional, type = "OAuthCore")]
    client: JsValue,
    /// The page at the client's redirect URI.
    #[serde(with = "preserve", skip_serializing_if = "JsValue::is_undefined")]
    #[tsify(optional, type = "CallbackPage")]
    callback_page: JsValue,
    /// The way to Bitbucket.
    #[serde(with = "preserve")]
    #[tsify(type = "Proxies")]
    proxies: JsValue,
}

/// What the environment says, as far as it is data.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Settings<'a> {
    /// What is missing or wrong: `INVALID_CONFIG` with the variable's name in `field`, never its value.
    problems: Vec<ErrorDetails<'a>>,
    /// What NocoDB's form needs to begin a login; absent when OAuth cannot be offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<Login<'a>>,
    /// Where a user logs in; absent when its override cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorize_url: Option<&'a str>,
    /// The token endpoint; absent when its override cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_url: Option<&'a str>,
    /// The API's base; absent when its override cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_url: Option<&'a str>,
    /// The time limit of one request, in milliseconds.
    timeout_ms: u32,
    /// How long to wait after a refusal before a refresh token is tried again, in milliseconds.
    lockout_ms: u32,
    /// Requests to the API in an hour; absent when there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<u32>,
    /// Whether the environment says so.
    is_rate_limit_configured: bool,
    /// Whether connections may act as the OAuth client itself.
    allows_client_credentials: bool,
    /// Whether the host's form may send a code without its verifier.
    is_verifier_optional: bool,
    /// Whether the variables say that NocoDB runs its jobs in processes of their own.
    has_workers: bool,
    /// Whether requests to endpoints that Atlassian removed are answered from others.
    replaces_removed: bool,
    /// The Redis through which processes share their tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    redis: Option<RedisAddress<'a>>,
}

/// What NocoDB's form needs to begin a login: it adds state and PKCE by itself.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Login<'a> {
    /// Where to send the user.
    authorization_url: String,
    /// The Key.
    client_id: &'a str,
    /// Where Bitbucket sends the user back to, byte for byte as configured.
    redirect_uri: &'a str,
    /// The scopes that are requested, in order.
    scopes: Vec<String>,
}

/// Where the Redis is that processes share.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RedisAddress<'a> {
    /// As it was written; it may hold a password.
    url: &'a str,
    /// The variable that names it, for the log.
    #[tsify(optional)]
    variable: &'a str,
    /// The number of its database; by default the one in the address.
    #[tsify(optional)]
    database: u32,
    /// Whether that is NocoDB's own, and another one is to be found beside it.
    #[tsify(optional)]
    searches_database: bool,
    /// Those that NocoDB's other variables name.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_databases: Option<&'a [u32]>,
}

/// So many members would be two or three calls each. As JSON, which the runtime reads, they are two together.
fn in_one_piece<S: Serializer>(value: &impl Serialize, serializer: S) -> Result<S::Ok, S::Error> {
    let json = serde_json::to_string(value).unwrap_or_default();
    preserve::serialize(&JSON::parse(&json).unwrap_or(JsValue::UNDEFINED), serializer)
}

/// Judges an environment. `variables`: JSON of an object with those that [`environment_variables`] and [`proxy_variables`]
/// name; what is no text counts as absent.
#[wasm_bindgen(js_name = readEnvironment, unchecked_return_type = "JudgedEnvironment")]
pub fn read_environment(variables: &str) -> JsValue {
    let environment = Environment::read(texts(variables));
    leave(&JudgedEnvironment {
        settings: Settings::from(&environment),
        client: environment.client.clone().map(OAuthCore::from).into(),
        callback_page: environment.callback_page.clone().map(CallbackPage::from).into(),
        proxies: Proxies(environment.proxies.clone()).into(),
    })
}

impl<'a> From<&'a Environment> for Settings<'a> {
    fn from(environment: &'a Environment) -> Self {
        let (rate_limit, is_rate_limit_configured) = match environment.rate_limit {
            RateLimit::Default => (Some(DEFAULT_LIMIT), false),
            RateLimit::Configured(limit) => (Some(limit), true),
            RateLimit::Off => (None, true),
        };
        Self {
            problems: environment.problems.iter().map(ErrorDetails::from).collect(),
            login: environment.client.as_ref().map(Login::from),
            authorize_url: environment.authorize.as_ref().map(Address::as_str),
            token_url: environment.token.as_ref().map(Address::as_str),
            api_url: environment.api.as_ref().map(Address::as_str),
            timeout_ms: environment.timeout_ms,
            lockout_ms: environment.lockout_ms,
            rate_limit,
            is_rate_limit_configured,
            allows_client_credentials: environment.client_credentials == ClientCredentials::Allowed,
            is_verifier_optional: environment.host_verifier == HostVerifier::Optional,
            has_workers: environment.has_workers,
            replaces_removed: environment.removed_endpoints == RemovedEndpoints::Replaced,
            redis: environment.redis.as_ref().map(RedisAddress::from),
        }
    }
}

impl<'a> From<&'a ClientConfig> for Login<'a> {
    fn from(client: &'a ClientConfig) -> Self {
        Self {
            authorization_url: authorization_url(client),
            client_id: client.client_id(),
            redirect_uri: client.redirect_uri().as_str(),
            scopes: client.scopes().to_vec(),
        }
    }
}

impl<'a> From<&'a NamedRedis> for RedisAddress<'a> {
    fn from(redis: &'a NamedRedis) -> Self {
        let (database, other_databases) = match &redis.database {
            Database::Named(number) => (*number, None),
            Database::Sought { home, others } => (*home, Some(others.as_slice())),
        };
        Self {
            url: redis.address.expose(),
            variable: redis.variable,
            database,
            searches_database: other_databases.is_some(),
            other_databases,
        }
    }
}

/// The environment variables that [`read_environment`] looks at, with spaces between them.
#[wasm_bindgen(js_name = environmentVariables)]
pub fn environment_variables() -> String {
    variable::ALL.join(" ")
}

/// The environment variables about proxies, which [`read_environment`] looks at, too, with spaces between them.
#[wasm_bindgen(js_name = proxyVariables)]
pub fn proxy_variables() -> String {
    proxy::VARIABLES.join(" ")
}

/// The proxy that the environment names, and the hosts that it excepts.
#[wasm_bindgen]
pub struct Proxies(proxy::Proxies);

#[wasm_bindgen]
impl Proxies {
    /// The proxy for a request to this address; `undefined` where there is none.
    #[wasm_bindgen(js_name = proxyFor, unchecked_return_type = "Proxy | undefined")]
    pub fn proxy_for(&self, url: &str) -> core::result::Result<JsValue, JsValue> {
        Ok(self.0.proxy_for(url)?.map_or(JsValue::UNDEFINED, leave))
    }
}
