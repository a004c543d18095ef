//! Chooses the proxy for a request, from `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, which are read once.
//!
//! In: the variables as an administrator wrote them, then the URL of each request. Out: the proxy that tunnels the request (RFC
//! 9110 section 9.3.6), with the credentials for the proxy; or no proxy. Never: a variable's value in an error, the use of a
//! variable over which another one takes precedence, or, if the proxy is invalid, a direct request to a host that does not
//! bypass the proxy.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use tsify::Tsify;
use url::Url;

use crate::Reason;
use crate::endpoints::{is_loopback, origin, parse_web_url, split_url};
use crate::error::{Code, Error, Phase, Result};
use crate::secret::{Secret, exposed};
use crate::{pasted, query};

/// The variables for the proxy. The first one that is set takes precedence. The order is that of undici's
/// `EnvHttpProxyAgent`.
const PROXY: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/// The variables for hosts that bypass the proxy. The first one that is set takes precedence.
const NO_PROXY: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// All proxy variables.
pub const VARIABLES: [&str; 6] = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"];

const NOT_ENCODED: Reason =
    "has a user name or a password with a character that must be percent-encoded: %2F for /, %3F for ?, %23 for #";

/// A valid proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
pub struct Proxy {
    /// The variable that contains its URL.
    pub variable: &'static str,
    /// Scheme, host and port.
    pub origin: String,
    /// The value of `Proxy-Authorization` (RFC 7617), if the URL contains credentials.
    #[serde(serialize_with = "exposed", skip_serializing_if = "Option::is_none")]
    #[tsify(type = "string")]
    pub authorization: Option<Secret>,
}

/// The configured proxy, and the hosts that bypass it.
#[derive(Debug, Clone)]
pub struct Proxies {
    configured: Option<(&'static str, core::result::Result<Proxy, Reason>)>,
    exceptions: Vec<Exception>,
    /// The variable with an invalid list of exceptions, and the reason.
    invalid_list: Option<(&'static str, Reason)>,
}

impl Proxies {
    /// Reads the variables with `get`. White space around a value is trimmed, and an empty value counts as absent.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| {
            names.iter().find_map(|name| {
                let value = get(name)?.trim().to_owned();
                (!value.is_empty()).then_some((*name, value))
            })
        };
        let configured = first(&PROXY).map(|(variable, value)| (variable, parse(variable, &value)));
        let (mut exceptions, mut invalid_list) = (Vec::new(), None);
        if let Some((variable, value)) = first(&NO_PROXY) {
            let entries = value.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty());
            invalid_list =
                entries.clone().find_map(|entry| check_exception(entry).err()).map(|reason| (variable, reason));
            exceptions.extend(entries.map(Exception::parse));
        }
        Self { configured, exceptions, invalid_list }
    }

    /// Returns the problems of the variables that take precedence. Exceptions only matter if there is a proxy.
    pub fn problems(&self) -> impl Iterator<Item = Box<Error>> {
        let proxy = self.configured.as_ref().and_then(|(variable, proxy)| Some((*variable, *proxy.as_ref().err()?)));
        let invalid_list = self.invalid_list.filter(|_| self.configured.is_some());
        proxy.into_iter().chain(invalid_list).map(|(variable, reason)| invalid_variable(variable, reason))
    }

    /// Returns the proxy for a request to this URL; `None` when the request goes directly. Requests to loopback addresses bypass
    /// the proxy: plain http is accepted for them because they stay on this machine, and a proxy would read the secrets in them.
    /// Returns `INVALID_CONFIG` if the proxy is invalid, because an administrator who configures a proxy does not want requests
    /// to bypass it.
    pub fn proxy_for(&self, url: &str) -> Result<Option<&Proxy>> {
        let Some((variable, proxy)) = &self.configured else { return Ok(None) };
        let is_direct = |url: Url| is_loopback(&url) || self.exceptions.iter().any(|entry| entry.matches(&url));
        if Url::parse(url).is_ok_and(is_direct) {
            return Ok(None);
        }
        proxy.as_ref().map(Some).map_err(|reason| invalid_variable(variable, reason))
    }
}

fn invalid_variable(variable: &str, reason: Reason) -> Box<Error> {
    Error::new(Code::InvalidConfig, Phase::Config).with_field(variable).with_reason(reason)
}

fn parse(variable: &'static str, value: &str) -> core::result::Result<Proxy, Reason> {
    pasted::check_without_quotes(value)?;
    if value.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("must not contain white space or control characters");
    }
    if value.contains('\\') {
        return Err("must not contain a backslash");
    }
    let address = if value.contains("://") { value.to_owned() } else { ["http://", value].concat() };
    let (scheme, authority, after) = split_url(&address);
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err("must start with http:// or https://: other types of proxies, such as SOCKS, are not supported");
    }
    if !matches!(after, "" | "/") {
        return Err(if after.contains('@') { NOT_ENCODED } else { "must not have a path, a query or a fragment" });
    }
    let (user_info, host) = authority.rsplit_once('@').map_or((None, authority), |(info, host)| (Some(info), host));
    let authorization = user_info.map(parse_user_info).transpose()?.flatten();
    let url = parse_web_url(&[scheme, "://", host].concat())?;
    if url.port() == Some(0) {
        return Err("has port 0");
    }
    Ok(Proxy { variable, origin: origin(&url).to_owned(), authorization })
}

/// Returns `Basic base64(user ":" password)` (RFC 7617 section 2). Some proxies expect a token as the user name, and no
/// password.
fn parse_user_info(user_info: &str) -> core::result::Result<Option<Secret>, Reason> {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let decode = |text: &str| {
        query::percent_decode(text).map_err(|_| {
            "has a user name or a password with a % that is not followed by two hexadecimal digits (write %25), or bytes that are not UTF-8"
        })
    };
    let (user, password) = (decode(user)?, decode(password)?);
    if user.contains(':') {
        return Err("has a user name with a colon, which proxies interpret as the end of the user name");
    }
    if [&user, &password].into_iter().any(|text| text.chars().any(char::is_control)) {
        return Err("has a user name or a password with control characters");
    }
    let is_empty = user.is_empty() && password.is_empty();
    Ok((!is_empty).then(|| Secret::new(format!("Basic {}", STANDARD.encode([&user, ":", &password].concat())))))
}

/// Rejects an entry that cannot match any host. With such an entry, requests to the intended host would go through the proxy.
fn check_exception(entry: &str) -> core::result::Result<(), Reason> {
    pasted::check_without_quotes(entry)?;
    if entry.contains("://") {
        return Err("has a URL, which matches no host: write only the host");
    }
    Ok(())
}

/// An entry of `NO_PROXY`, which matches a host and its subdomains: `example.com`, `.example.com`, `*.example.com`,
/// `example.com:8443`, an IP address, or `*` for all hosts.
#[derive(Debug, Clone)]
struct Exception {
    host: String,
    port: Option<u16>,
}

impl Exception {
    fn parse(entry: &str) -> Self {
        let has_port = entry.matches(':').count() == 1 || entry.starts_with('[');
        let port = has_port.then(|| entry.rsplit_once(':')).flatten();
        let port = port.and_then(|(host, port)| Some((host, port.parse::<u16>().ok()?)));
        let (host, port) = port.map_or((entry, None), |(host, port)| (host, Some(port)));
        let host = host.strip_prefix('*').filter(|rest| rest.starts_with('.')).unwrap_or(host);
        Self { host: normalized(host.strip_prefix('.').unwrap_or(host)), port }
    }

    fn matches(&self, url: &Url) -> bool {
        if self.port.is_some_and(|port| Some(port) != url.port_or_known_default()) {
            return false;
        }
        let host = normalized(url.host_str().unwrap_or_default());
        let is_below = || host.strip_suffix(self.host.as_str()).is_some_and(|rest| rest.ends_with('.'));
        self.host == "*" || host == self.host || is_below()
    }
}

/// Normalizes a host for the comparison: lower case, without brackets and without the trailing dot of the root.
fn normalized(host: &str) -> String {
    let host = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}
