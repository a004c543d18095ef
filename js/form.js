/**
 * The form that NocoDB's GUI shows for the integration.
 *
 * In: the judged environment. Out: form elements as NocoDB's form builder takes them. What never happens here: the
 * client secret appears, or OAuth2 is offered without a valid configuration.
 */

/**
 * @typedef {object} FormCondition
 * @property {string} model path of the value that is looked at
 * @property {string} value what it has to be
 */

/**
 * One element of NocoDB's form; a structural subset of the `FormBuilderElement` of `nocodb-sdk`. The literal types
 * are the values of its enums.
 *
 * @typedef {object} FormElement
 * @property {'input' | 'select' | 'password' | 'oauth'} type
 * @property {string} model path in the integration that the element writes to
 * @property {string} label
 * @property {string} [placeholder]
 * @property {number} [span] of 24 columns
 * @property {string} [category]
 * @property {string} [helpText]
 * @property {boolean} [required] shows the asterisk only
 * @property {string} [defaultValue]
 * @property {FormCondition} [condition] when the element is shown
 * @property {{ type: 'required', message: string }[]} [validators]
 * @property {{ label: string, value: string }[]} [options]
 * @property {OAuthMeta} [oauthMeta]
 */

/**
 * @typedef {object} OAuthMeta
 * @property {string} provider
 * @property {string} authUri has a query: the GUI appends `&code_challenge=…&code_challenge_method=S256&state=…`
 * @property {string} redirectUri
 * @property {string} clientId
 * @property {string[]} scopes shown only; the GUI does not add them to `authUri`
 * @property {string} codeKey the callback's parameter with the code
 */

const CATEGORY = 'Authentication';

/**
 * @param {Pick<import('./environment.js').Environment, 'client'>} environment
 * @returns {FormElement[]}
 */
export function form({ client }) {
  const accessToken = { label: 'Access token', value: 'api_key' };
  const oauth = { label: 'OAuth2', value: 'oauth' };
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
      defaultValue: client ? oauth.value : accessToken.value,
      options: client ? [accessToken, oauth] : [accessToken],
      validators: [{ type: 'required', message: 'Auth type is required' }],
    },
    {
      type: 'password',
      label: 'Access token',
      model: 'config.token',
      category: CATEGORY,
      placeholder: 'Enter your access token',
      helpText: 'A repository, project or workspace access token of Bitbucket Cloud',
      condition: { model: 'config.type', value: accessToken.value },
      validators: [{ type: 'required', message: 'Access token is required' }],
    },
    ...(client ? [oauthButton(client, oauth.value)] : []),
  ];
}

/**
 * @param {import('./core.js').CoreClient} client
 * @param {string} type
 * @returns {FormElement}
 */
function oauthButton(client, type) {
  return {
    type: 'oauth',
    label: 'Bitbucket account',
    // The GUI writes { code, code_verifier } to this path.
    model: 'config.oauth.code',
    category: CATEGORY,
    condition: { model: 'config.type', value: type },
    validators: [{ type: 'required', message: 'Authenticate with Bitbucket first' }],
    oauthMeta: {
      provider: 'Bitbucket',
      authUri: client.authorizationUrl(),
      redirectUri: client.redirectUri,
      clientId: client.clientId,
      scopes: client.scopes,
      codeKey: 'code',
    },
  };
}
