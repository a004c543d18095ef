//! Reads what an administrator configures with environment variables: the OAuth client, proxies, limits and a Redis.
//!
//! In: the variables. Out: an [`Environment`], with a list of problems. Never: a variable's value in an error. An error has
//! only the variable's name and the reason.

use crate::Reason;
use crate::callback_page::CallbackPage;
use crate::client_config::{ClientConfig, check_scopes, parse_credential};
use crate::endpoints::{Endpoint, Endpoints, WebUrl};
use crate::error::{Code, Error, Phase};
use crate::pasted;
use crate::proxy::Proxies;
use crate::rate_limit::MAX_LIMIT;
use crate::redis;
use crate::scope::ScopeSet;
use crate::secret::Secret;

/// The names of the environment variables.
pub mod variable {
    /// The Key of the OAuth client.
    pub const CLIENT_ID: &str = "INTEGRATION_AUTH_BITBUCKET_CLIENT_ID";
    /// The Secret of the OAuth client.
    pub const CLIENT_SECRET: &str = "INTEGRATION_AUTH_BITBUCKET_CLIENT_SECRET";
    /// The callback URL that is registered with the OAuth client.
    pub const REDIRECT_URI: &str = "INTEGRATION_AUTH_BITBUCKET_REDIRECT_URI";
    /// The word `allow`: connections may act as the OAuth client itself.
    pub const CLIENT_CREDENTIALS: &str = "INTEGRATION_AUTH_BITBUCKET_CLIENT_CREDENTIALS";
    /// The word `optional`: NocoDB's form may omit the code verifier.
    pub const CODE_VERIFIER: &str = "INTEGRATION_AUTH_BITBUCKET_CODE_VERIFIER";
    /// Scopes separated by spaces or commas, or the word `none`.
    pub const SCOPES: &str = "INTEGRATION_AUTH_BITBUCKET_SCOPES";
    /// Overrides Bitbucket Cloud's authorization endpoint.
    pub const AUTHORIZE_URL: &str = "INTEGRATION_AUTH_BITBUCKET_AUTHORIZE_URL";
    /// Overrides Bitbucket Cloud's token endpoint.
    pub const TOKEN_URL: &str = "INTEGRATION_AUTH_BITBUCKET_TOKEN_URL";
    /// Overrides the base URL of Bitbucket Cloud's API.
    pub const API_URL: &str = "INTEGRATION_AUTH_BITBUCKET_API_URL";
    /// The time limit of one request, in milliseconds.
    pub const TIMEOUT_MS: &str = "INTEGRATION_AUTH_BITBUCKET_TIMEOUT_MS";
    /// The lockout in milliseconds: for how long Bitbucket refuses all refresh tokens of a client after a dead one was used.
    pub const LOCKOUT_MS: &str = "INTEGRATION_AUTH_BITBUCKET_LOCKOUT_MS";
    /// The maximum number of requests to the API in an hour, or the word `off`.
    pub const RATE_LIMIT: &str = "INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT";
    /// The Redis through which processes share their tokens.
    pub const REDIS_URL: &str = "INTEGRATION_AUTH_BITBUCKET_REDIS_URL";
    /// NocoDB's own Redis, used when `REDIS_URL` is not set or not valid.
    pub const NOCODB_REDIS_URL: &str = "NC_REDIS_URL";
    /// The Redis of NocoDB's jobs, if it is a different one.
    pub const NOCODB_JOBS_REDIS_URL: &str = "NC_JOBS_REDIS_URL";
    /// The Redis of NocoDB's cache, if it is a different one.
    pub const NOCODB_CACHE_REDIS_URL: &str = "NC_CACHE_REDIS_URL";
    /// All Redis variables of NocoDB, the general one first.
    pub const NOCODB_REDIS_URLS: [&str; 3] = [NOCODB_REDIS_URL, NOCODB_JOBS_REDIS_URL, NOCODB_CACHE_REDIS_URL];
    /// The number of the plugin's database in NocoDB's own Redis.
    pub const REDIS_DATABASE: &str = "INTEGRATION_AUTH_BITBUCKET_REDIS_DATABASE";
    /// Each of these variables makes NocoDB run its jobs in separate processes. The second one is the older name.
    pub const NOCODB_WORKERS: [&str; 2] = ["NC_WORKER_MODE_ENABLED", "NC_WORKER_CONTAINER"];
    /// NocoDB's own variable: the URL at which users open NocoDB.
    pub const NOCODB_PUBLIC_URL: &str = "NC_PUBLIC_URL";
    /// The word `off`: requests to endpoints that Atlassian removed are not replaced.
    pub const COMPAT: &str = "INTEGRATION_AUTH_BITBUCKET_COMPAT";
    /// All variables, in the order in which problems are reported.
    pub const ALL: [&str; 21] = [
        CLIENT_ID,
        CLIENT_SECRET,
        REDIRECT_URI,
        SCOPES,
        AUTHORIZE_URL,
        TOKEN_URL,
        API_URL,
        TIMEOUT_MS,
        LOCKOUT_MS,
        RATE_LIMIT,
        CLIENT_CREDENTIALS,
        CODE_VERIFIER,
        REDIS_URL,
        NOCODB_REDIS_URL,
        NOCODB_JOBS_REDIS_URL,
        NOCODB_CACHE_REDIS_URL,
        REDIS_DATABASE,
        NOCODB_WORKERS[0],
        NOCODB_WORKERS[1],
        NOCODB_PUBLIC_URL,
        COMPAT,
    ];
}

/// The time limit of one request when none is configured.
pub const DEFAULT_TIMEOUT_MS: u32 = 10_000;

/// The longest time that may be configured: five minutes.
const MAX_TIME_MS: u32 = 300_000;

/// The default of the lockout, in milliseconds. After a dead refresh token was used, Bitbucket also refuses valid refresh
/// tokens of the client during the lockout (src/refusals.rs). Nobody has measured how long Bitbucket's lockout lasts.
pub const DEFAULT_LOCKOUT_MS: u32 = 30_000;

/// The value of [`variable::SCOPES`] with which no scopes are requested. Bitbucket then grants all scopes of the client.
const NO_SCOPES: &str = "none";

/// How many requests to the API are sent in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimit {
    /// As many as Bitbucket allows.
    Default,
    /// As many as an administrator configured.
    Configured(u32),
    /// Without a limit.
    Off,
}

/// Whether a connection may act as the OAuth client itself (RFC 6749 section 4.4). No user consents to this access, and every
/// user who may create a connection can then read and change everything that the client can. So an administrator has to allow
/// it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ClientCredentials {
    /// No connection may act as the client.
    #[default]
    Refused,
    /// Every connection may act as the client.
    Allowed,
}

/// The value of [`variable::CLIENT_CREDENTIALS`] with which connections may act as the OAuth client.
const ALLOW: &str = "allow";

/// Whether NocoDB's form has to send a code verifier with an authorization code (RFC 7636). A code without one may have been
/// injected from another user's login (RFC 9700 section 4.5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CodeVerifierPolicy {
    /// The form has to send a code verifier, as NocoDB's form does.
    #[default]
    Required,
    /// The form may omit the code verifier, because the form of NocoDB 0.262 to 0.265 began its logins without a code
    /// challenge.
    Optional,
}

/// The value of [`variable::CODE_VERIFIER`] for versions of NocoDB whose form sends no code verifier.
const OPTIONAL: &str = "optional";

/// Whether requests to endpoints that Atlassian removed are replaced by requests to other endpoints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RemovedEndpoints {
    /// Such requests are replaced where that is possible.
    #[default]
    Replaced,
    /// No request is replaced, and the caller gets Bitbucket's own response.
    Left,
}

const TWO_DATABASE_SETTINGS: Reason = "applies to NocoDB's own Redis only: write the database into INTEGRATION_AUTH_BITBUCKET_REDIS_URL, as in redis://host:6379/5";

const PROCESSES_WITHOUT_REDIS: &str =
    "NocoDB runs in several processes here, and these processes lose connections if they share no Redis";

/// Follows the name of [`variable::REDIS_URL`] in the message.
const SHARED_REDIS_NEEDED: Reason = "or NC_REDIS_URL must contain the URL of one Redis, the same in all of these processes. Each process also needs this package, its preload and the same variables";

/// The value of [`variable::RATE_LIMIT`] for no limit.
const NO_LIMIT: &str = "off";

/// The URL of a Redis, and the variable that contains it.
#[derive(Debug, Clone)]
pub struct NamedRedis {
    /// The variable.
    pub variable: &'static str,
    /// The URL as it was written. [`redis::Server`] can parse it. It may contain a password.
    pub address: Secret,
    /// Which database of that Redis the plugin uses.
    pub database: redis::Database,
}

/// The configuration from the environment.
#[derive(Debug)]
pub struct Environment {
    /// The OAuth client, if all of its variables are valid. Only then does NocoDB's form offer OAuth.
    pub client: Option<ClientConfig>,
    /// The page at the client's redirect URI.
    pub callback_page: Option<CallbackPage>,
    /// The authorization endpoint, unless its override is invalid.
    pub authorize: Option<WebUrl>,
    /// The token endpoint, unless its override is invalid.
    pub token: Option<WebUrl>,
    /// The API's base URL, unless its override is invalid. Access tokens need it even without an OAuth client.
    pub api: Option<WebUrl>,
    /// The time limit of one request, in milliseconds.
    pub timeout_ms: u32,
    /// The lockout, in milliseconds ([`variable::LOCKOUT_MS`]).
    pub lockout_ms: u32,
    /// The limit of requests to the API.
    pub rate_limit: RateLimit,
    /// Whether connections may act as the OAuth client itself.
    pub client_credentials: ClientCredentials,
    /// Whether NocoDB's form has to send a code verifier.
    pub code_verifier_policy: CodeVerifierPolicy,
    /// The Redis through which processes share their tokens.
    pub redis: Option<NamedRedis>,
    /// Whether the variables make NocoDB run its jobs in separate processes.
    pub has_workers: bool,
    /// Whether requests to removed endpoints are replaced.
    pub removed_endpoints: RemovedEndpoints,
    /// The proxies for requests to Bitbucket.
    pub proxies: Proxies,
    /// Missing and invalid variables, in the order of [`variable::ALL`], followed by the variables for the proxy and its
    /// exceptions.
    pub problems: Vec<Error>,
}

impl Environment {
    /// Reads the variables with `get`. White space around a value is trimmed, and an empty value counts as absent.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let mut problems = Vec::new();
        let mut values = Values { get: &get, problems: &mut problems };
        let (client, [authorize, token, api]) = values.read_client();
        let callback_page = client.as_ref().map(|client| {
            let public_url = get(variable::NOCODB_PUBLIC_URL);
            CallbackPage::new(client.redirect_uri(), &client.endpoints().authorize, public_url.as_deref())
        });
        // An invalid value of one of the next variables does not disable OAuth. The defaults are safe.
        let timeout_ms = values.milliseconds(variable::TIMEOUT_MS, 1, DEFAULT_TIMEOUT_MS);
        let lockout_ms = values.milliseconds(variable::LOCKOUT_MS, 0, DEFAULT_LOCKOUT_MS);
        let rate_limit = values
            .optional(variable::RATE_LIMIT, |value| value.map_or(Ok(RateLimit::Default), parse_rate_limit))
            .unwrap_or(RateLimit::Default);
        // An invalid value of one of the next variables permits nothing: the defaults are the stricter rules.
        let client_credentials = values
            .word(variable::CLIENT_CREDENTIALS, ALLOW, "must be the word allow, or not set")
            .map_or(ClientCredentials::Refused, |()| ClientCredentials::Allowed);
        let code_verifier_policy = values
            .word(variable::CODE_VERIFIER, OPTIONAL, "must be the word optional, or not set")
            .map_or(CodeVerifierPolicy::Required, |()| CodeVerifierPolicy::Optional);
        let redis = values.read_redis();
        let has_workers = values.has_workers();
        if client.is_some() && redis.is_none() && has_workers {
            values.report_workers();
        }
        let removed_endpoints = values
            .optional(variable::COMPAT, |value| value.map_or(Ok(RemovedEndpoints::Replaced), parse_compat))
            .unwrap_or_default();
        let proxies = Proxies::read(get);
        problems.extend(proxies.problems().map(|problem| *problem));
        Self {
            client,
            callback_page,
            authorize,
            token,
            api,
            timeout_ms,
            lockout_ms,
            rate_limit,
            client_credentials,
            code_verifier_policy,
            redis,
            has_workers,
            removed_endpoints,
            proxies,
            problems,
        }
    }
}

struct Values<'a, G> {
    get: G,
    problems: &'a mut Vec<Error>,
}

impl<G: Fn(&str) -> Option<String>> Values<'_, G> {
    /// Reads the client, and the endpoints, which are also needed without a client.
    fn read_client(&mut self) -> (Option<ClientConfig>, [Option<WebUrl>; 3]) {
        // Each variable is checked separately, so that all problems are reported.
        let client_id = self.required(variable::CLIENT_ID, |value| parse_credential(value).map(str::to_owned));
        let client_secret = self.required(variable::CLIENT_SECRET, |value| parse_credential(value).map(Secret::new));
        let redirect_uri = self.required(variable::REDIRECT_URI, WebUrl::parse);
        let scopes = self.optional(variable::SCOPES, |value| {
            let scopes = value.map_or_else(|| Ok(ScopeSet::defaults()), parse_scopes_variable)?;
            check_scopes(&scopes).map(|()| scopes)
        });
        let authorize = self.optional(variable::AUTHORIZE_URL, |value| Endpoint::Authorize.parse(value));
        let token = self.optional(variable::TOKEN_URL, |value| Endpoint::Token.parse(value));
        let api = self.optional(variable::API_URL, |value| Endpoint::Api.parse(value));
        let client = (|| {
            let endpoints = Endpoints { authorize: authorize.clone()?, token: token.clone()?, api: api.clone()? };
            ClientConfig::new(
                &client_id?,
                Some(client_secret?.expose()),
                redirect_uri?.as_str(),
                Some(scopes?),
                endpoints,
            )
            .ok()
        })();
        (client, [authorize, token, api])
    }

    fn milliseconds(&mut self, name: &str, least: u32, default: u32) -> u32 {
        self.optional(name, |value| value.map_or(Ok(default), |value| parse_milliseconds(value, least)))
            .unwrap_or(default)
    }

    /// Reads a variable that has only one valid value.
    fn word(&mut self, name: &str, word: &str, reason: Reason) -> Option<()> {
        self.optional(name, |value| value.map(|value| if value == word { Ok(()) } else { Err(reason) }).transpose())
            .flatten()
    }

    /// Reads which Redis to use. The plugin uses NocoDB's own Redis if no other Redis is configured, or if the
    /// configured URL is invalid.
    fn read_redis(&mut self) -> Option<NamedRedis> {
        let parse =
            |address: &str| redis::Server::parse(address).map(|server| (Secret::new(address), server.database));
        let candidates = [variable::REDIS_URL].into_iter().chain(variable::NOCODB_REDIS_URLS);
        let named = candidates.into_iter().find_map(|variable| {
            let (address, number) = self.optional(variable, |value| value.map(parse).transpose()).flatten()?;
            Some((variable, address, number))
        });
        let names_its_own = matches!(named, Some((variable::REDIS_URL, ..)));
        let number = self.optional(variable::REDIS_DATABASE, |value| match value {
            Some(_) if names_its_own => Err(TWO_DATABASE_SETTINGS),
            _ => value.map(redis::parse_database_number).transpose(),
        });
        let (variable, address, written) = named?;
        let database = match number.flatten() {
            _ if names_its_own => redis::Database::Named(written),
            Some(number) => redis::Database::Named(number),
            None => redis::Database::Searched { home: written, others: self.other_databases(written) },
        };
        Some(NamedRedis { variable, address, database })
    }

    /// The numbers of all databases that NocoDB's Redis variables name, except `home`. The servers are not compared.
    fn other_databases(&self, home: u32) -> Vec<u32> {
        let addresses = variable::NOCODB_REDIS_URLS.into_iter().filter_map(|variable| (self.get)(variable));
        addresses
            .filter_map(|address| redis::Server::parse(address.trim()).ok())
            .map(|server| server.database)
            .filter(|number| *number != home)
            .collect()
    }

    fn has_workers(&self) -> bool {
        let is_on = |variable: &str| {
            let value = (self.get)(variable).unwrap_or_default();
            !matches!(value.trim().to_ascii_lowercase().as_str(), "" | "false" | "0")
        };
        variable::NOCODB_WORKERS.into_iter().any(is_on)
    }

    /// Reports that NocoDB's processes need a common Redis.
    fn report_workers(&mut self) {
        let error = Error::new(Code::InvalidConfig, Phase::Config);
        let error = error.with_explanation(PROCESSES_WITHOUT_REDIS).with_field(variable::REDIS_URL);
        self.problems.push(*error.with_reason(SHARED_REDIS_NEEDED));
    }

    fn required<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> core::result::Result<T, Reason>) -> Option<T> {
        self.optional(name, |value| value.map_or(Err("is not set"), parse))
    }

    fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(Option<&str>) -> core::result::Result<T, Reason>,
    ) -> Option<T> {
        let value = (self.get)(name);
        let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty());
        value
            .map_or(Ok(()), |value| pasted::check(value).and_then(|()| pasted::check_placeholder(value)))
            .and_then(|()| parse(value))
            .map_err(|reason| {
                let error = Error::new(Code::InvalidConfig, Phase::Config).with_field(name).with_reason(reason);
                self.problems.push(*error);
            })
            .ok()
    }
}

fn parse_scopes_variable(value: &str) -> core::result::Result<ScopeSet, Reason> {
    let scopes = ScopeSet::parse(value)?;
    let nothing = scopes.iter().any(|scope| scope.eq_ignore_ascii_case(NO_SCOPES));
    match scopes.iter().count() {
        1 if nothing => Ok(ScopeSet::default()),
        0 => Err("contains no scope: write none to request no scopes"),
        _ if nothing => Err("contains the word none together with other scopes"),
        _ => Ok(scopes),
    }
}

fn parse_milliseconds(value: &str, least: u32) -> core::result::Result<u32, Reason> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse() {
        Ok(time) if digits && (least..=MAX_TIME_MS).contains(&time) => Ok(time),
        _ if least == 0 => Err("must be a whole number of milliseconds from 0 to 300000"),
        _ => Err("must be a whole number of milliseconds from 1 to 300000"),
    }
}

fn parse_rate_limit(value: &str) -> core::result::Result<RateLimit, Reason> {
    if value.eq_ignore_ascii_case(NO_LIMIT) {
        return Ok(RateLimit::Off);
    }
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse() {
        Ok(limit) if digits && (1..=MAX_LIMIT).contains(&limit) => Ok(RateLimit::Configured(limit)),
        _ => Err("must be off, or a whole number of requests in an hour from 1 to 1000000"),
    }
}

fn parse_compat(value: &str) -> core::result::Result<RemovedEndpoints, Reason> {
    match value {
        _ if value.eq_ignore_ascii_case("on") => Ok(RemovedEndpoints::Replaced),
        _ if value.eq_ignore_ascii_case("off") => Ok(RemovedEndpoints::Left),
        _ => Err("must be on or off"),
    }
}
