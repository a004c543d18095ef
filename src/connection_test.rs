//! Tests whether a connection works, and which permissions its credential has.
//!
//! In: the type of the credential, its scopes and its workspace or repository as far as they are known, and the API's
//! responses. Out: the path to request next, and at the end a result with one or two sentences for the user who
//! started the test. Never: a request to one of the endpoints that Atlassian removed in 2026, or a failure message
//! that does not say how to fix the failure.

use serde::Serialize;
use tsify::Tsify;

use crate::api_response::{ApiResponse, ResponseFields, to_error};
use crate::credential::{AuthType, segment};
use crate::error::{Code, Error, Phase, Result};
use crate::json_object::{Value, members};
use crate::pasted::{self, is_graphic};
use crate::scope::{ScopeSet, purpose};
use crate::secret::clean_description;

/// The largest response that the test reads: 1 MiB. The response for a repository has about ten kilobytes.
pub const MAX_TESTED_BODY_SIZE: usize = 1_048_576;

/// The scopes that an access token needs so that NocoDB's packages can read from Bitbucket through the connection.
const ACCESS_TOKEN_READS: [&str; 2] = ["repository", "pullrequest"];

/// The scopes that an API token needs for the same purpose.
const API_TOKEN_READS: [&str; 4] =
    ["read:user:bitbucket", "read:workspace:bitbucket", "read:repository:bitbucket", "read:pullrequest:bitbucket"];

/// The longest identifier of an account.
const MAX_ID_LENGTH: usize = 64;

/// The account that a credential belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// The UUID in braces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uuid: Option<String>,
    /// The name that Bitbucket uses in URLs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nickname: Option<String>,
    /// The name that Bitbucket shows to users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// The result of a connection test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// Whether the connection works, as far as the responses show. False if Bitbucket rejects the credential, if the
    /// credential has no permission at all, or if a request of the test fails for another reason.
    pub success: bool,
    /// A message for the user.
    pub message: String,
    /// The account of the user to whom the credential belongs; absent for a credential without a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// The granted scopes, if they are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(type = "string[]")]
    pub scopes: Option<ScopeSet>,
    /// The scopes that the client requested or that the connection needs, and that were not granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(type = "string[]")]
    pub missing_scopes: Option<ScopeSet>,
}

/// A resource that the test requests from Bitbucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Probe {
    User,
    Workspace,
    Repositories,
    Repository,
}

/// The facts that are known before the test.
#[derive(Debug, Clone)]
pub struct TestContext<'a> {
    /// The type of the credential.
    pub auth_type: AuthType,
    /// The workspace of the credential, as the user entered it.
    pub workspace: Option<&'a str>,
    /// The repository of the credential, as the user entered it: `workspace/repository`.
    pub repository: Option<&'a str>,
    /// A sentence about a probable mistake, if the token looks like a token of another type.
    pub hint: Option<&'a str>,
    /// The scopes that the OAuth client requests. They do not apply to other types of credentials.
    pub requested: Option<ScopeSet>,
    /// The scopes that were granted.
    pub granted: Option<ScopeSet>,
}

/// A test that is under way.
#[derive(Debug, Clone)]
pub struct ConnectionTest {
    auth_type: AuthType,
    workspace: Option<String>,
    repository: Option<String>,
    hint: Option<String>,
    /// The scopes that the connection should have.
    wanted_scopes: ScopeSet,
    granted: Option<ScopeSet>,
    /// The missing scopes that a 403 named.
    missing_by_403: ScopeSet,
    /// Whether the credential has read a repository.
    has_read_repository: bool,
    /// The message so far, while another request is under way.
    message_so_far: Option<String>,
    state: State,
}

#[derive(Debug, Clone)]
enum State {
    Requesting(Probe),
    Over(TestResult),
}

impl ConnectionTest {
    /// Begins a test. Workspace and repository must be valid in Bitbucket's URLs.
    pub fn new(context: &TestContext<'_>) -> Result<Self> {
        // A user creates access tokens and API tokens at Bitbucket, without a login that requests scopes. For these
        // types, the wanted scopes are those that NocoDB's packages need.
        let wanted_scopes = match context.auth_type {
            AuthType::OAuth | AuthType::Custom => context.requested.clone().unwrap_or_default().without_retired(),
            AuthType::ApiKey => ACCESS_TOKEN_READS.into_iter().collect(),
            AuthType::Basic => API_TOKEN_READS.into_iter().collect(),
        };
        let entered = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let repository = entered(context.repository);
        let mut workspace = entered(context.workspace).map(|text| segment(&text, "workspace")).transpose()?;
        let repository = repository
            .map(|text| {
                pasted::check(&text).map_err(|reason| Error::argument(Phase::Api, "repository", reason))?;
                let (owner, name) = text.split_once('/').ok_or_else(|| {
                    Error::argument(Phase::Api, "repository", "must be written as workspace/repository")
                })?;
                let owner = segment(owner, "repository")?;
                let path = [&owner, "/", &segment(name, "repository")?].concat();
                workspace.get_or_insert(owner);
                Ok::<_, Box<Error>>(path)
            })
            .transpose()?;
        let first = match context.auth_type {
            AuthType::ApiKey if repository.is_some() => Probe::Repository,
            AuthType::ApiKey | AuthType::Custom if workspace.is_some() => Probe::Workspace,
            _ => Probe::User,
        };
        Ok(Self {
            auth_type: context.auth_type,
            workspace,
            repository,
            hint: context.hint.map(str::to_owned),
            wanted_scopes,
            granted: context.granted.clone(),
            missing_by_403: ScopeSet::default(),
            has_read_repository: false,
            message_so_far: None,
            state: State::Requesting(first),
        })
    }

    /// Returns the path to request next, below the API's base URL; `None` when the test is over.
    pub fn path(&self) -> Option<String> {
        let State::Requesting(probe) = self.state else { return None };
        let workspace = self.workspace.as_deref().unwrap_or_default();
        Some(match probe {
            Probe::User => "/user".to_owned(),
            Probe::Workspace => ["/workspaces/", workspace].concat(),
            Probe::Repositories => ["/repositories/", workspace, "?pagelen=1"].concat(),
            Probe::Repository => ["/repositories/", self.repository.as_deref().unwrap_or_default()].concat(),
        })
    }

    /// Returns the result when the test is over.
    pub fn result(&self) -> Option<&TestResult> {
        match &self.state {
            State::Requesting(_) => None,
            State::Over(result) => Some(result),
        }
    }

    /// Reads the response to the last request. Bitbucket's responses may name the scopes of the credential.
    pub fn on_response(&mut self, status: u16, fields: &ResponseFields, body: &[u8], received_at: f64) {
        let State::Requesting(probe) = self.state else { return };
        // The scopes in the response are newer than the stored ones.
        if let Some(granted) = fields.granted().and_then(|names| comparable(&names, self.auth_type)) {
            self.granted = Some(granted);
        }
        if (200..300).contains(&status) {
            return self.succeeded(probe, body, status);
        }
        let path = self.path();
        let error = to_error(&ApiResponse {
            status,
            fields,
            body,
            received_at,
            auth_type: self.auth_type,
            path: path.as_deref(),
            is_foreign_origin: false,
        });
        let lacks_scope = error.code == Code::ApiInsufficientScope;
        if lacks_scope {
            let missing = error.missing_scopes();
            self.missing_by_403.extend(missing.iter());
            // The scopes in the response are newer than the stored ones.
            if let Some(granted) = &error.granted {
                self.granted = Some(granted.iter().map(String::as_str).collect());
            }
        }
        // A 403 that comes from Bitbucket means that Bitbucket rejected the request but accepted the credential. If
        // Bitbucket had rejected the credential, the status would be 401.
        let is_authenticated =
            status == 403 && (lacks_scope || error.reason == Some(crate::api_response::NOT_ALLOWED));
        match probe {
            // The credential has no permissions at all, for any request.
            _ if lacks_scope && self.granted.as_ref().is_some_and(ScopeSet::is_empty) => {
                let mut message = error.message();
                if self.auth_type == AuthType::Basic {
                    message = "The API token has no scopes for Bitbucket: create a token with \"Create API token with scopes\", choose Bitbucket and the permissions, and enter the new token.".to_owned();
                }
                self.fail(message);
            }
            Probe::User if is_authenticated && !self.auth_type.has_user() => self.succeed(
                None,
                "Bitbucket accepts the token. Enter its workspace or repository to test its permissions.".to_owned(),
            ),
            Probe::User if lacks_scope && self.workspace.is_some() => self.state = State::Requesting(Probe::Repositories),
            // Only tokens of a whole workspace may read the workspace. Other tokens may read their repositories.
            Probe::Workspace if is_authenticated => self.state = State::Requesting(Probe::Repositories),
            // The credential may have other permissions. A token that may only read pull requests is useful, too.
            _ if lacks_scope => {
                let message = self.message_so_far.take().unwrap_or_else(|| "Bitbucket accepts the credential.".to_owned());
                self.succeed(None, message);
            }
            Probe::User if is_authenticated => self.fail(
                [&error.message(), " An access token of a repository, project or workspace belongs under \"Access token\"."]
                    .concat(),
            ),
            Probe::Repositories if is_authenticated && self.auth_type == AuthType::ApiKey => {
                let cure = " If the token belongs to a single repository, enter that repository.";
                match self.message_so_far.take() {
                    Some(message_so_far) => self.succeed(
                        None,
                        [&message_so_far, " The token cannot list the repositories of this workspace.", cure].concat(),
                    ),
                    None => self.fail([&error.message(), cure].concat()),
                }
            }
            Probe::User if status == 404 => self.fail(
                "Bitbucket's API is not at the configured URL: check INTEGRATION_AUTH_BITBUCKET_API_URL and the proxy.".to_owned(),
            ),
            Probe::Workspace | Probe::Repositories if status == 404 && self.message_so_far.is_none() => self.fail(
                "Bitbucket does not have this workspace, or does not show it to this credential: check its name, and the workspace to which the credential belongs."
                    .to_owned(),
            ),
            Probe::Repository if status == 404 => self.fail(
                "Bitbucket does not have this repository, or does not show it to this credential: check its name, and the repository to which the credential belongs."
                    .to_owned(),
            ),
            _ => self.fail(error.message()),
        }
    }

    /// Ends the test with an error: the last request got no response. The message says what is wrong and how to fix
    /// it.
    pub fn on_error(&mut self, message: &str) {
        self.fail(message.to_owned());
    }

    fn succeeded(&mut self, probe: Probe, body: &[u8], status: u16) {
        if body.len() > MAX_TESTED_BODY_SIZE {
            return self.fail(Error::new(Code::ResponseTooLarge, Phase::Api).with_status(status).message());
        }
        let Ok([uuid, nickname, display_name, values]) =
            members(body, ["uuid", "nickname", "display_name", "values"])
        else {
            return self.fail(Error::new(Code::ResponseNotJson, Phase::Api).with_status(status).message());
        };
        match probe {
            Probe::User => {
                let account = Account::read([uuid, nickname, display_name]);
                let name = account.display_name.as_ref().or(account.nickname.as_ref());
                let message = match name {
                    Some(name) => ["Connected as ", name, "."].concat(),
                    None => "Connected.".to_owned(),
                };
                self.succeed(Some(account).filter(|account| *account != Account::default()), message);
            }
            // Every token of a workspace may read the workspace. So this response does not show what else the token
            // may read there.
            Probe::Workspace if self.auth_type == AuthType::ApiKey && self.granted.is_none() => {
                let workspace = decoded(self.workspace.as_deref());
                self.message_so_far = Some(["Connected to the workspace ", &workspace, "."].concat());
                self.state = State::Requesting(Probe::Repositories);
            }
            Probe::Workspace | Probe::Repositories => {
                let workspace = decoded(self.workspace.as_deref());
                // A credential that may read no repository of the workspace gets an empty list.
                let is_empty = values.and_then(Value::texts).is_some_and(|values| values.is_empty());
                self.has_read_repository = probe == Probe::Repositories && !is_empty;
                let end = if is_empty {
                    ", but this credential can read no repository there: check the name of the workspace."
                } else {
                    "."
                };
                self.succeed(None, ["Connected to the workspace ", &workspace, end].concat());
            }
            Probe::Repository => {
                self.has_read_repository = true;
                let repository = decoded(self.repository.as_deref());
                self.succeed(None, ["Connected to the repository ", &repository, "."].concat());
            }
        }
    }

    fn succeed(&mut self, account: Option<Account>, mut message: String) {
        let mut missing = match &self.granted {
            Some(granted) => self.wanted_scopes.missing_from(granted),
            None => ScopeSet::default(),
        };
        missing.extend(self.missing_by_403.iter());
        if let [others @ .., last] = self.readable().as_slice() {
            let others = others.join(", ");
            let and = if others.is_empty() { "" } else { " and " };
            message = [&message, " The token can read ", &others, and, last, "."].concat();
        }
        if !missing.is_empty() {
            let named: Vec<String> = missing
                .iter()
                .map(|scope| purpose(scope).map_or_else(|| scope.to_owned(), |what| format!("{scope} ({what})")))
                .collect();
            let cure = match self.auth_type {
                AuthType::OAuth => {
                    "If they are needed, add them to the OAuth client at Bitbucket and authenticate again."
                }
                AuthType::Custom => "If they are needed, add them to the OAuth client at Bitbucket.",
                AuthType::ApiKey | AuthType::Basic => "If they are needed, create a token that has them.",
            };
            message = [&message, " These scopes are missing: ", &named.join(", "), ". ", cure].concat();
        }
        self.end(true, message, account, Some(missing));
    }

    /// Returns what a token can read, for the message. For OAuth, the message only names the missing scopes.
    fn readable(&self) -> Vec<&'static str> {
        match (self.auth_type, &self.granted) {
            (AuthType::OAuth | AuthType::Custom, _) => Vec::new(),
            (_, Some(granted)) => granted.readable(),
            (_, None) if self.has_read_repository => ScopeSet::from_iter(["repository"]).readable(),
            (_, None) => Vec::new(),
        }
    }

    fn fail(&mut self, message: String) {
        let missing_by_403 = core::mem::take(&mut self.missing_by_403);
        self.end(false, message, None, (!missing_by_403.is_empty()).then_some(missing_by_403));
    }

    fn end(&mut self, success: bool, message: String, account: Option<Account>, missing: Option<ScopeSet>) {
        let message = match self.hint.take() {
            Some(hint) => [&message, " ", &hint].concat(),
            None => message,
        };
        let scopes = self.granted.take();
        // If the granted scopes are unknown, an empty list of missing scopes would be misleading.
        let missing_scopes = missing.filter(|missing| scopes.is_some() || !missing.is_empty());
        self.state = State::Over(TestResult { success, message, account, scopes, missing_scopes });
    }
}

impl Account {
    /// Reads the account from the members of a user in a response.
    fn read([uuid, nickname, display_name]: [Option<Value>; 3]) -> Self {
        let is_id = |id: &String| (1..=MAX_ID_LENGTH).contains(&id.len()) && is_graphic(id);
        let name = |name: Option<Value>| clean_description(&name?.text()?, []);
        Self {
            uuid: uuid.and_then(Value::text).filter(is_id),
            nickname: name(nickname),
            display_name: name(display_name),
        }
    }
}

/// Returns the scopes in a response's header field if they can be compared with the needed scopes. Atlassian does not
/// document how the header field names the scopes of an API token. If no name ends like a scope of an API token, the
/// names cannot be compared.
fn comparable(names: &[String], auth_type: AuthType) -> Option<ScopeSet> {
    let scopes: ScopeSet = names.iter().map(String::as_str).collect();
    let is_comparable = |scope: &str| auth_type != AuthType::Basic || scope.ends_with(":bitbucket");
    let is_any_comparable = scopes.iter().any(is_comparable);
    is_any_comparable.then_some(scopes)
}

fn decoded(path: Option<&str>) -> String {
    path.unwrap_or_default().replace("%7B", "{").replace("%7D", "}")
}
