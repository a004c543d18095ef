//! The JavaScript bindings of src/environment.rs and src/proxy.rs: the configuration from the environment.

use js_sys::JSON;
use serde::{Serialize, Serializer};
use serde_wasm_bindgen::preserve;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::{CallbackPage, ErrorDetails, OAuthCore, texts, to_js_value};
use crate::authorization_request::authorization_url;
use crate::client_config::ClientConfig;
use crate::endpoints::WebUrl;
use crate::environment::{
    ClientCredentials, CodeVerifierPolicy, Environment, NamedRedis, RateLimit, RemovedEndpoints, variable,
};
use crate::proxy;
use crate::rate_limit::DEFAULT_LIMIT;
use crate::redis::Database;

/// The configuration from the environment.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ValidatedEnvironment<'a> {
    /// The part that is plain data.
    #[serde(serialize_with = "in_one_piece")]
    settings: Settings<'a>,
    /// The OAuth client; absent when its variables are missing or invalid.
    #[serde(with = "preserve", skip_serializing_if = "JsValue::is_undefined")]
    #[tsify(optional, type = "OAuthCore")]
    client: JsValue,
    /// The page at the client's redirect URI.
    #[serde(with = "preserve", skip_serializing_if = "JsValue::is_undefined")]
    #[tsify(optional, type = "CallbackPage")]
    callback_page: JsValue,
    /// The proxies for requests to Bitbucket.
    #[serde(with = "preserve")]
    #[tsify(type = "Proxies")]
    proxies: JsValue,
}

/// The part of the configuration that is plain data.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Settings<'a> {
    /// An error for each missing or invalid variable. Its code is `INVALID_CONFIG`, and `field` is the variable's name.
    /// No error contains the variable's value.
    problems: Vec<ErrorDetails<'a>>,
    /// What NocoDB's form needs to start a login; absent when there is no OAuth client.
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<Login<'a>>,
    /// The authorization endpoint; absent when its override is invalid.
    #[serde(skip_serializing_if = "Option::is_none")]
    authorize_url: Option<&'a str>,
    /// The token endpoint; absent when its override is invalid.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_url: Option<&'a str>,
    /// The API's base URL; absent when its override is invalid.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_url: Option<&'a str>,
    /// The time limit of one request, in milliseconds.
    timeout_ms: u32,
    /// The lockout in milliseconds. After a client has sent a dead refresh token, Bitbucket may refuse all its refresh tokens
    /// for this long.
    lockout_ms: u32,
    /// The maximum number of requests to the API in an hour; absent when there is no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_limit: Option<u32>,
    /// Whether an administrator configured the rate limit.
    is_rate_limit_configured: bool,
    /// Whether connections may act as the OAuth client itself.
    allows_client_credentials: bool,
    /// Whether NocoDB's form may send an authorization code without its code verifier.
    is_verifier_optional: bool,
    /// Whether the variables make NocoDB run its jobs in separate processes.
    has_workers: bool,
    /// Whether requests to endpoints that Atlassian removed are replaced by requests to other endpoints.
    replaces_removed: bool,
    /// The Redis through which processes share their tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    redis: Option<RedisAddress<'a>>,
}

/// What NocoDB's form needs to start a login. The form itself adds state and PKCE.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Login<'a> {
    /// The URL to which the form sends the user.
    authorization_url: String,
    /// The client ID, which Bitbucket calls Key.
    client_id: &'a str,
    /// The redirect URI, byte for byte as configured.
    redirect_uri: &'a str,
    /// The scopes that are requested, in order.
    scopes: Vec<String>,
}

/// The Redis that processes share.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct RedisAddress<'a> {
    /// The URL as configured. It may contain a password.
    url: &'a str,
    /// The variable that contains the URL, for the log.
    #[tsify(optional)]
    variable: &'a str,
    /// The number of the database; by default the one in the URL.
    #[tsify(optional)]
    database: u32,
    /// Whether `database` is NocoDB's own. If so, the plugin searches for another database on the same Redis.
    #[tsify(optional)]
    searches_database: bool,
    /// The numbers of the databases that NocoDB's other variables name.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_databases: Option<&'a [u32]>,
}

/// Serializes the members as JSON, which the JavaScript runtime parses. This takes two calls to JavaScript, instead of two or
/// three for each member.
fn in_one_piece<S: Serializer>(value: &impl Serialize, serializer: S) -> Result<S::Ok, S::Error> {
    let json = serde_json::to_string(value).unwrap_or_default();
    preserve::serialize(&JSON::parse(&json).unwrap_or(JsValue::UNDEFINED), serializer)
}

/// Reads the environment. `variables` is the JSON of an object with the variables that [`environment_variables`] and
/// [`proxy_variables`] name. A value that is not a string counts as absent.
#[wasm_bindgen(js_name = readEnvironment, unchecked_return_type = "ValidatedEnvironment")]
pub fn read_environment(variables: &str) -> JsValue {
    let environment = Environment::read(texts(variables));
    to_js_value(&ValidatedEnvironment {
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
            authorize_url: environment.authorize.as_ref().map(WebUrl::as_str),
            token_url: environment.token.as_ref().map(WebUrl::as_str),
            api_url: environment.api.as_ref().map(WebUrl::as_str),
            timeout_ms: environment.timeout_ms,
            lockout_ms: environment.lockout_ms,
            rate_limit,
            is_rate_limit_configured,
            allows_client_credentials: environment.client_credentials == ClientCredentials::Allowed,
            is_verifier_optional: environment.code_verifier_policy == CodeVerifierPolicy::Optional,
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
            Database::Searched { home, others } => (*home, Some(others.as_slice())),
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

/// The names of the environment variables that [`read_environment`] reads, separated by spaces.
#[wasm_bindgen(js_name = environmentVariables)]
pub fn environment_variables() -> String {
    variable::ALL.join(" ")
}

/// The names of the proxy variables that [`read_environment`] also reads, separated by spaces.
#[wasm_bindgen(js_name = proxyVariables)]
pub fn proxy_variables() -> String {
    proxy::VARIABLES.join(" ")
}

/// The proxy from the environment, and the hosts that bypass it.
#[wasm_bindgen]
pub struct Proxies(proxy::Proxies);

#[wasm_bindgen]
impl Proxies {
    /// The proxy for a request to this URL; `undefined` when the request goes directly.
    #[wasm_bindgen(js_name = proxyFor, unchecked_return_type = "Proxy | undefined")]
    pub fn proxy_for(&self, url: &str) -> core::result::Result<JsValue, JsValue> {
        Ok(self.0.proxy_for(url)?.map_or(JsValue::UNDEFINED, to_js_value))
    }
}
