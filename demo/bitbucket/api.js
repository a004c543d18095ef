/**
 * The API: /2.0/…
 *
 * In: a request and its Authorization header. Out: the response of the route (resources.js), or an error response. OAuth tokens
 * are accepted only as `Authorization: Bearer`. A token in the query or in a body is ignored, because Bitbucket has not accepted
 * tokens there since 2026-05-04.
 */
import { apiError, RATE_LIMITED } from './api-errors.js';
import { selectFields } from './fields.js';
import { json, text } from './http.js';
import { NOT_FOR_THIS_CREDENTIAL } from './resources.js';
import { REMOVED, ROUTES } from './routes.js';
import { expand } from './scopes.js';

const CHALLENGE = { 'www-authenticate': 'Bearer realm="Bitbucket simulator"' };
const INVALID_TOKEN = 'Token is invalid, expired, or not supported for this endpoint.';
const EXPIRED_TOKEN = 'Access token expired. Use your refresh token to obtain a new access token.';
/** Parameters that would change a list and are not implemented. They are rejected, not silently ignored. */
const NOT_SIMULATED = ['include', 'exclude', 'max_depth'];
const FILTERS = ['q', 'sort'];
const NO_SUCH_ROUTE = {
  detail:
    'There is no API hosted at this URL.\n\nFor information about our APIs, please refer to the documentation at: ' +
    'https://developer.atlassian.com/cloud/bitbucket/rest/',
};

function decodeSegment(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export class Api {
  #lists;
  #resources;
  #tokens;
  #settings;
  #rateLimit;

  constructor({ lists, resources, tokens, settings, rateLimit }) {
    this.#lists = lists;
    this.#resources = resources;
    this.#tokens = tokens;
    this.#settings = settings;
    this.#rateLimit = rateLimit;
  }

  /**
   * @param {URL} url
   * @param {string} body
   * @returns {{ response: import('./http.js').HttpResponse, endpoint: string }}
   */
  handle(request, url, body) {
    const path = url.pathname.slice('/2.0'.length);
    const { errorResponse, credential } = this.#authenticate(request.headers.authorization);
    const removed = REMOVED.find((candidate) => candidate.path.test(path));
    if (removed) {
      return { endpoint: 'removed', response: withHeaders(this.#removed(removed), this.#scopeHeaders(undefined, credential)) };
    }
    const route = ROUTES.find((candidate) => candidate.path.test(path));
    const operation = route?.methods[request.method];
    const response = errorResponse ?? this.#withinRateLimit(credential, path, () =>
      this.#routed({ request, url, body, credential, writers: operation?.writers }, route, operation, path));
    return { endpoint: route?.name ?? 'unknown', response: withHeaders(response, this.#scopeHeaders(operation, credential)) };
  }

  /** The headers of a response that a fault sends in place of the normal response. */
  headers(request, url) {
    const route = ROUTES.find((candidate) => candidate.path.test(url.pathname.slice('/2.0'.length)));
    const { credential } = this.#authenticate(request.headers.authorization);
    return this.#scopeHeaders(route?.methods[request.method], credential);
  }

  #removed({ error: { message, ...extra }, isTracker }) {
    return isTracker && this.#settings.trackerStatus === 404
      ? apiError(404, 'Resource not found', NO_SUCH_ROUTE)
      : apiError(410, message, extra);
  }

  /** Every response to a valid credential lists the scopes that the route requires and the scopes of the credential. */
  #scopeHeaders(operation, credential) {
    const needed = operation ? scopesFor(operation, credential) : [];
    return {
      server: 'AtlassianEdge',
      'x-accepted-oauth-scopes': needed.join(', '),
      ...(credential
        ? { 'x-oauth-scopes': credential.scopes.join(', '), 'x-credential-type': credential.type }
        : {}),
    };
  }

  #withinRateLimit(credential, path, then) {
    const group = path.startsWith('/repositories/') ? 'repositories' : 'others';
    const { allowed, limit, near } = this.#rateLimit.take(credential.id, group);
    // Bitbucket does not document Retry-After, so it is absent; a fault can add it.
    const response = allowed ? then() : apiError(429, RATE_LIMITED);
    if (credential.kind !== 'access' || limit === null) return response;
    return withHeaders(response, {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-resource': group,
      'x-ratelimit-nearlimit': String(near),
    });
  }

  /** The caller's credential: an OAuth or access token as Bearer, or an API token as Basic with the account's e-mail address. */
  #authenticate(header) {
    // Bitbucket sends some 401s as plain text. The simulator does so if the credential is missing or unreadable,
    // or if a Basic header contains a wrong credential.
    const plain = { errorResponse: text(401, 'Authentication required', CHALLENGE) };
    const match = /^(bearer|basic) +([^\s]+)$/i.exec(header?.trim() ?? '');
    if (!match) return plain;
    const [, scheme, value] = match;
    if (scheme.toLowerCase() === 'basic') {
      const decoded = Buffer.from(value, 'base64').toString('utf8');
      const found = this.#settings.apiTokens.find(({ email, token }) => decoded === `${email}:${token}`);
      if (!found) return plain;
      const { email, scopes } = found;
      const effective = new Set(scopes);
      return { credential: { kind: 'api', type: 'api_token', id: `user:${email}`, scopes, effective } };
    }
    const accessToken = this.#settings.accessTokens.find(({ token }) => token === value);
    if (accessToken) {
      const { token, scopes } = accessToken;
      const effective = expand(scopes);
      const type = `${accessToken.kind === 'repository' ? 'repo' : accessToken.kind}_access_token`;
      const id = `token:${token}`;
      return { credential: { kind: 'access', type, id, scopes, effective, restriction: accessToken } };
    }
    const { state, grant, scopes } = this.#tokens.findAccessToken(value);
    if (state === 'expired') return { errorResponse: apiError(401, EXPIRED_TOKEN, {}, CHALLENGE) };
    if (state === 'unknown') return { errorResponse: apiError(401, INVALID_TOKEN, {}, CHALLENGE) };
    const id = grant.user ? `user:${grant.user.email}` : `client:${grant.client.key}`;
    const kind = grant.user ? 'oauth' : 'client';
    return {
      credential: { kind, type: 'oauth2', id, scopes, effective: expand(scopes), user: grant.user ?? undefined },
    };
  }

  #routed(call, route, operation, path) {
    const { url, credential } = call;
    if (!route) return apiError(404, 'Resource not found', NO_SUCH_ROUTE);
    if (!operation) return apiError(405, 'Method not allowed', {}, { allow: Object.keys(route.methods).join(', ') });
    // A repository, project or workspace access token is a pseudo-user of its own, and a token from client_credentials has no
    // user.
    if (operation.user && ['access', 'client'].includes(credential.kind)) {
      return apiError(403, NOT_FOR_THIS_CREDENTIAL);
    }
    const required = scopesFor(operation, credential);
    if (!required.every((scope) => credential.effective.has(scope))) {
      return apiError(403, 'Your credentials lack one or more required privilege scopes.', {
        detail: { required, granted: credential.scopes },
      });
    }
    // Bitbucket declares no parameter as an array (`name[]`). A parameter with several values repeats its name.
    const array = [...url.searchParams.keys()].find((name) => name.endsWith('[]'));
    if (array !== undefined) return apiError(400, `Invalid parameter: ${array}`);
    const unknown = [...NOT_SIMULATED, ...(operation.filters ? [] : FILTERS)]
      .find((name) => url.searchParams.has(name));
    if (unknown !== undefined) return apiError(501, `The simulator does not know the parameter "${unknown}".`);
    if (url.searchParams.getAll('fields').length > 1) return apiError(400, 'Invalid fields');
    const fields = this.#lists.requestedParameters(url).get('fields');
    const segments = route.path.exec(path).slice(1).map((segment) => segment && decodeSegment(segment));
    const response = this.#resources[operation.handler](call, ...segments);
    const isObject = response.status < 300 && response.headers['content-type']?.startsWith('application/json');
    if (!fields || !isObject) return response;
    return { ...response, body: json(response.status, selectFields(JSON.parse(response.body), fields)).body };
  }
}

const scopesFor = ({ scopes, apiTokenScopes }, credential) => (credential?.kind === 'api' ? apiTokenScopes : scopes);

const withHeaders = (response, headers) => ({ ...response, headers: { ...headers, ...response.headers } });
