/**
 * The form that NocoDB's GUI shows for the integration.
 *
 * In: the validated environment. Out: form elements for NocoDB's form builder. Never: the client secret, the auth type OAuth2
 * without a valid configuration, or client credentials that the environment does not allow.
 */

/**
 * @typedef {object} FormCondition
 * @property {string} model path of the value that the condition tests
 * @property {string} [value] the required value
 * @property {string[]} [in] the allowed values
 */

/**
 * One element of NocoDB's form: a structural subset of the `FormBuilderElement` of `nocodb-sdk`. The literal types are the
 * values of its enums.
 *
 * @typedef {object} FormElement
 * @property {'input' | 'select' | 'password' | 'oauth'} type
 * @property {string} model path in the integration where the element stores its value
 * @property {string} label
 * @property {string} [placeholder]
 * @property {number} [span] of 24 columns
 * @property {string} [category]
 * @property {string} [helpText]
 * @property {boolean} [required] shows an asterisk, but does not require a value
 * @property {string} [defaultValue]
 * @property {FormCondition} [condition] when the element is shown
 * @property {FormValidator[]} [validators]
 * @property {{ label: string, value: string }[]} [options]
 * @property {OAuthMeta} [oauthMeta]
 */

/**
 * @typedef {{ type: 'required' | 'email', message: string } | { type: 'regex', pattern: string, message: string }
 *   } FormValidator
 */

/**
 * @typedef {object} OAuthMeta
 * @property {string} provider
 * @property {string} authUri contains a query, because the GUI appends `&code_challenge=…&code_challenge_method=S256&state=…`
 * @property {string} redirectUri
 * @property {string} clientId
 * @property {string[]} scopes for display only; the GUI does not add them to `authUri`
 * @property {string} codeKey name of the callback parameter that contains the code
 */

const CATEGORY = 'Authentication';

const OAUTH = { label: 'OAuth2', value: 'oauth' };
const ACCESS_TOKEN = { label: 'Access token', value: 'api_key' };
const API_TOKEN = { label: 'API token', value: 'basic' };
const CLIENT = { label: 'OAuth client itself', value: 'custom' };

const WORKSPACE_HELP = 'As in bitbucket.org/my-workspace. Optional, but the connection test may need it';

// A slug, or a UUID in braces. The patterns of the fields also allow an empty value.
const SLUG = '[A-Za-z0-9_.{}-]+';

/**
 * @param {Partial<Pick<import('./environment.js').Environment, 'login' | 'allowsClientCredentials'>>} environment
 * @returns {FormElement[]}
 */
export function form({ login, allowsClientCredentials }) {
  const offersClient = login !== undefined && allowsClientCredentials;
  return [
    {
      type: 'input',
      label: 'Integration name',
      model: 'title',
      placeholder: 'Integration name',
      category: 'General',
      validators: [{ type: 'required', message: 'Integration name is required' }],
    },
    {
      type: 'select',
      label: 'Auth type',
      model: 'config.type',
      category: CATEGORY,
      placeholder: 'Select auth type',
      defaultValue: login ? OAUTH.value : ACCESS_TOKEN.value,
      options: [...(login ? [OAUTH] : []), ACCESS_TOKEN, API_TOKEN, ...(offersClient ? [CLIENT] : [])],
      validators: [{ type: 'required', message: 'Auth type is required' }],
    },
    ...(login ? [oauthButton(login, OAUTH.value)] : []),
    {
      type: 'input',
      label: 'Atlassian account e-mail',
      model: 'config.email',
      category: CATEGORY,
      placeholder: 'you@example.com',
      helpText: 'The address that you log in to Atlassian with, not your Bitbucket user name',
      condition: { model: 'config.type', value: API_TOKEN.value },
      validators: [
        { type: 'required', message: 'The e-mail address is required' },
        { type: 'email', message: 'This is not an e-mail address' },
      ],
    },
    {
      type: 'password',
      label: 'Access token',
      model: 'config.token',
      category: CATEGORY,
      placeholder: 'Enter your access token',
      helpText: 'A repository, project or workspace access token, from the settings of that repository, project or '
        + 'workspace at Bitbucket Cloud',
      condition: { model: 'config.type', value: ACCESS_TOKEN.value },
      validators: [{ type: 'required', message: 'Access token is required' }],
    },
    {
      type: 'password',
      label: 'API token',
      model: 'config.token',
      category: CATEGORY,
      placeholder: 'Enter your API token',
      helpText: 'Created in the Atlassian account with "Create API token with scopes", for Bitbucket',
      condition: { model: 'config.type', value: API_TOKEN.value },
      validators: [{ type: 'required', message: 'API token is required' }],
    },
    workspaceField([ACCESS_TOKEN.value, API_TOKEN.value], WORKSPACE_HELP),
    ...(offersClient ? [workspaceField(
      [CLIENT.value],
      `No user is involved: NocoDB acts as the configured OAuth client. The client must be private at Bitbucket. ${WORKSPACE_HELP}`,
    )] : []),
    {
      type: 'input',
      label: 'Repository',
      model: 'config.repository',
      category: CATEGORY,
      placeholder: 'my-workspace/my-repository',
      helpText: 'For a repository access token, as in the URL of the repository. Optional, but the connection test may need it',
      condition: { model: 'config.type', value: ACCESS_TOKEN.value },
      validators: [{
        type: 'regex',
        pattern: `^(${SLUG}/${SLUG})?$`,
        message: 'Write it as workspace/repository',
      }],
    },
  ];
}

/**
 * @param {string[]} types
 * @param {string} helpText
 * @returns {FormElement}
 */
function workspaceField(types, helpText) {
  return {
    type: 'input',
    label: 'Workspace',
    model: 'config.workspace',
    category: CATEGORY,
    placeholder: 'my-workspace',
    helpText,
    condition: { model: 'config.type', in: types },
    validators: [{ type: 'regex', pattern: `^(${SLUG})?$`, message: 'This is not the name of a workspace' }],
  };
}

/**
 * @param {import('../../pkg/core.js').Login} login
 * @param {string} type
 * @returns {FormElement}
 */
function oauthButton({ authorizationUrl, redirectUri, clientId, scopes }, type) {
  return {
    type: 'oauth',
    label: 'Bitbucket account',
    // The GUI stores { code, code_verifier } at this path.
    model: 'config.oauth.code',
    category: CATEGORY,
    condition: { model: 'config.type', value: type },
    validators: [{ type: 'required', message: 'Authenticate with Bitbucket first' }],
    oauthMeta: {
      provider: 'Bitbucket',
      authUri: authorizationUrl,
      redirectUri,
      clientId,
      scopes,
      codeKey: 'code',
    },
  };
}
