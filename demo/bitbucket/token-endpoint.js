/**
 * POST /site/oauth2/access_token.
 *
 * In: a form-urlencoded body and the client's credentials. Out: one of Bitbucket's two kinds of success bodies, or one row of
 * `TOKEN_ERRORS`. A JSON body and parameters in the query are ignored.
 */
import { json, mediaType, Parameters } from './http.js';
import { parseScopes, reduce } from './scopes.js';

const WRONG_CREDENTIALS = { error: 'unauthorized_client', description: 'Invalid OAuth client credentials' };

/**
 * All error responses. If Bitbucket's status for an error is not known, the row has 400, the status of all known errors. The
 * option `tokenErrors` replaces members of a row, so that a test can try another status, or the error `invalid_client` that other
 * servers send.
 */
export const TOKEN_ERRORS = {
  wrongCredentials: { status: 400, ...WRONG_CREDENTIALS },
  deadRefreshToken: { status: 400, ...WRONG_CREDENTIALS },
  noAuthentication: {
    status: 400,
    error: 'unauthorized_client',
    description: 'Requests must be authenticated using OAuth client credentials',
  },
  noCallback: {
    status: 400,
    error: 'invalid_request',
    description: 'No callback uri defined for the OAuth client.',
  },
  invalidRefreshToken: { status: 400, error: 'invalid_request', description: 'Invalid refresh_token' },
  invalidCode: { status: 400, error: 'invalid_grant', description: 'The specified code is not valid.' },
  unsupportedGrant: { status: 400, error: 'invalid_grant', description: 'Unsupported grant type: None' },
  notPrivate: {
    status: 400,
    error: 'invalid_grant',
    description:
      'Cannot use client_credentials with a consumer marked as "public". ' +
      'Calls for auto generated consumers should use urn:bitbucket:oauth2:jwt instead.',
  },
  // Not seen at Bitbucket; from RFC 6749 sections 3.2, 2.3 and 5.2.
  repeatedParameter: {
    status: 400,
    error: 'invalid_request',
    description: 'A parameter must not be included more than once.',
  },
  twoAuthentications: {
    status: 400,
    error: 'invalid_request',
    description: 'Use one way of client authentication only.',
  },
  missingParameter: {
    status: 400,
    error: 'invalid_request',
    description: 'A required parameter is missing.',
  },
  invalidScope: {
    status: 400,
    error: 'invalid_scope',
    description: 'The requested scope is not granted to the client.',
  },
};

/** Decodes one value of application/x-www-form-urlencoded (RFC 6749 appendix B); null when it is malformed. */
function formDecode(value) {
  try {
    return decodeURIComponent(value.replaceAll('+', ' '));
  } catch {
    return null;
  }
}

/**
 * @returns {{ key: string, secret: string } | null | undefined} undefined: no Basic header; null: a malformed one
 */
function basicCredentials(request) {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const match = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(header.trim());
  const decoded = match && Buffer.from(match[1], 'base64').toString('utf8');
  if (!decoded?.includes(':')) return null;
  const colon = decoded.indexOf(':');
  const key = formDecode(decoded.slice(0, colon));
  const secret = formDecode(decoded.slice(colon + 1));
  return key === null || secret === null ? null : { key, secret };
}

export class TokenEndpoint {
  #backend;
  #clients;
  #tokens;
  #errors;
  #settings;

  constructor({ backend, clients, tokens, settings }) {
    this.#backend = backend;
    this.#clients = clients;
    this.#tokens = tokens;
    this.#settings = settings;
    const unknown = Object.keys(settings.tokenErrors).find((name) => !Object.hasOwn(TOKEN_ERRORS, name));
    if (unknown !== undefined) throw new TypeError(`there is no token error "${unknown}"`);
    this.#errors = Object.fromEntries(
      Object.entries(TOKEN_ERRORS).map(([name, row]) => [name, { ...row, ...settings.tokenErrors[name] }]),
    );
  }

  /**
   * @param {string} body
   * @returns {{ response: import('./http.js').HttpResponse, grant: string, errorName?: string }} `grant`: for counts and the log
   */
  handle(request, body) {
    const isForm = mediaType(request) === 'application/x-www-form-urlencoded';
    const parameters = new Parameters(new URLSearchParams(isForm ? body : ''));
    const grantType = parameters.get('grant_type');
    const known = ['authorization_code', 'refresh_token', 'client_credentials'].includes(grantType);
    const grant = known ? grantType : 'other';
    const result = this.#process(request, parameters, grantType);
    if (result.errorName) return { response: this.#errorResponse(result), grant, errorName: result.errorName };
    return {
      response: json(200, this.#successBody(result.tokens, grantType), { 'cache-control': 'no-store' }),
      grant,
    };
  }

  /**
   * Returns the token response of a code exchange, without an exchange.
   * @param {string[]} [scopes] default: all registered scopes
   * @throws {TypeError} when a scope is not registered
   */
  connect(client, user, scopes = client.scopes) {
    if (!scopes.every((scope) => client.scopes.includes(scope))) throw new TypeError('scopes are not registered');
    return this.#successBody(this.#tokens.issueForUser(client, user, scopes), 'authorization_code');
  }

  #process(request, parameters, grantType) {
    if (parameters.isRepeated()) return { errorName: 'repeatedParameter' };
    const { client, errorName } = this.#authenticate(request, parameters);
    if (errorName) return { errorName };
    if (client.callback === null) return { errorName: 'noCallback' };
    switch (grantType) {
      case 'authorization_code':
        return this.#redeemCode(client, parameters);
      case 'refresh_token':
        return this.#refresh(client, parameters);
      case 'client_credentials':
        return this.#clientCredentials(client, parameters);
      default:
        // In its error_description, Bitbucket calls a missing grant type "None". It is only inferred that Bitbucket names an
        // unknown grant type in the same position. The simulator repeats only what looks like the name of a grant type, because
        // any other value from a client could be a secret.
        return {
          errorName: 'unsupportedGrant',
          description:
            grantType && /^[a-z_]{1,40}$/.test(grantType)
              ? `Unsupported grant type: ${grantType}`
              : undefined,
        };
    }
  }

  #authenticate(request, parameters) {
    const basic = basicCredentials(request);
    const key = parameters.get('client_id');
    const secret = parameters.get('client_secret');
    if (basic === null) return { errorName: 'wrongCredentials' };
    if (basic && secret !== undefined) return { errorName: 'twoAuthentications' };
    if (basic && key !== undefined && key !== basic.key) return { errorName: 'wrongCredentials' };
    const credentials = basic ?? (key !== undefined && secret !== undefined ? { key, secret } : undefined);
    if (!credentials) return { errorName: 'noAuthentication' };
    const client = this.#clients.find(credentials.key);
    return client?.hasSecret(credentials.secret) ? { client } : { errorName: 'wrongCredentials' };
  }

  #redeemCode(client, parameters) {
    const code = parameters.get('code');
    if (code === undefined) return { errorName: 'missingParameter' };
    return this.#tokens.redeemCode({
      client,
      code,
      redirectUri: parameters.get('redirect_uri'),
      codeVerifier: parameters.get('code_verifier'),
    });
  }

  #refresh(client, parameters) {
    const refreshToken = parameters.get('refresh_token');
    if (refreshToken === undefined) return { errorName: 'missingParameter' };
    return this.#tokens.refresh({ client, refreshToken, scopes: parseScopes(parameters.get('scope')) });
  }

  #clientCredentials(client, parameters) {
    if (!client.private) return { errorName: 'notPrivate' };
    const wanted = parseScopes(parameters.get('scope'));
    if (!wanted.every((scope) => client.scopes.includes(scope))) return { errorName: 'invalidScope' };
    return this.#tokens.issueForClient(client, wanted.length ? wanted : client.scopes);
  }

  #successBody({ accessToken, refreshToken, scopes, expiresIn }, grantType) {
    const refresh = refreshToken === undefined ? {} : { refresh_token: refreshToken };
    const separator = this.#settings.scopeSeparator;
    if (this.#backend === 'newer') {
      return {
        access_token: accessToken,
        scope: scopes.join(separator),
        expires_in: expiresIn,
        token_type: 'bearer',
        ...refresh,
      };
    }
    // Implied scopes are omitted: a client that compares granted with required scopes without expanding them must fail here. The
    // example in Bitbucket's documentation does not show whether Bitbucket omits them.
    return {
      scopes: reduce(scopes).join(separator),
      access_token: accessToken,
      expires_in: expiresIn,
      token_type: 'bearer',
      state: grantType,
      ...refresh,
    };
  }

  #errorResponse({ errorName, description }) {
    const row = this.#errors[errorName];
    const challenge = row.status === 401 ? { 'www-authenticate': 'Basic realm="Bitbucket simulator"' } : {};
    return json(
      row.status,
      { error_description: description ?? row.description, error: row.error },
      {
        'cache-control': 'no-store',
        ...challenge,
      },
    );
  }
}
