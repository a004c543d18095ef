/**
 * The authorization endpoint (GET and POST /site/oauth2/authorize), and the login page before it.
 *
 * In: the authorization request that a client built, and a person's decision. Out: pages, and finally a redirect to the callback
 * with a code or an error. Never: a redirect to another site that the client's registered callback does not allow.
 */
import { randomBytes } from 'node:crypto';
import { Parameters, redirect } from './http.js';
import { consentPage, errorPage, loginPage } from './pages.js';
import { parseScopes } from './scopes.js';

export const AUTHORIZE_PATH = '/site/oauth2/authorize';
export const SIGN_IN_PATH = '/site/signin';
const COOKIE = 'bitbucket_simulator_session';
const S256_CHALLENGE = /^[A-Za-z0-9\-_]{43}$/;

function sessionOf(request) {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

/** Appends parameters to the query of a redirect URI, and keeps the bytes of the URI, as RFC 6749 section 4.1.2 requires. */
function addToQuery(uri, parameters) {
  const separator = !uri.includes('?') ? '?' : /[?&]$/.test(uri) ? '' : '&';
  return uri + separator + new URLSearchParams(parameters).toString();
}

export class AuthorizeEndpoint {
  #clients;
  #tokens;
  #settings;
  #users;
  /** The sessions of users who are logged in. */
  #sessions;
  #pending;

  constructor({ clients, tokens, settings, users }) {
    this.#clients = clients;
    this.#tokens = tokens;
    this.#settings = settings;
    this.#users = users;
    this.reset();
  }

  reset() {
    this.#sessions = new Map();
    this.#pending = new Map();
  }

  /** GET /site/oauth2/authorize @param {URL} url */
  show(request, url) {
    const parameters = new Parameters(url.searchParams);
    const client = parameters.isRepeated('client_id')
      ? undefined
      : this.#clients.find(parameters.get('client_id'));
    if (!client) {
      return {
        response: errorPage(400, 'Invalid client_id', 'There is no OAuth client with this Key.'),
        outcome: 'refused',
      };
    }
    if (client.callback === null) {
      return {
        response: errorPage(400, 'Invalid request', 'No callback uri defined for the OAuth client.'),
        outcome: 'refused',
      };
    }
    // If the request has no redirect_uri, both of Bitbucket's back ends use the registered callback.
    const redirectUri = parameters.get('redirect_uri') ?? client.callback;
    if (parameters.isRepeated('redirect_uri') || !client.allowsRedirectTo(redirectUri)) {
      return {
        response: errorPage(
          400,
          'Invalid redirect_uri',
          'The redirect_uri does not match the callback that is registered for the OAuth client.',
        ),
        outcome: 'refused',
      };
    }
    const state = parameters.isRepeated('state') ? undefined : parameters.get('state');
    const error = this.#validate(parameters, client);
    if (error) {
      return { response: this.#redirectTo(302, redirectUri, error, state), outcome: 'refused' };
    }
    const session = sessionOf(request);
    if (!this.#sessions.has(session)) {
      return {
        response: redirect(302, addToQuery(SIGN_IN_PATH, { next: url.pathname + url.search })),
        outcome: 'login',
      };
    }
    const scopes = parseScopes(parameters.get('scope'));
    const requestId = randomBytes(16).toString('base64url');
    const wanted = {
      client,
      session,
      redirectUri,
      state,
      scopes: scopes.length ? scopes : client.scopes,
      sentRedirectUri: parameters.get('redirect_uri'),
      codeChallenge: parameters.get('code_challenge'),
    };
    this.#pending.set(requestId, wanted);
    return {
      response: consentPage({
        action: AUTHORIZE_PATH,
        requestId,
        client,
        scopes: wanted.scopes,
        user: this.#sessions.get(session),
        redirectUri,
      }),
      outcome: 'shown',
    };
  }

  #validate(parameters, client) {
    if (parameters.isRepeated())
      return {
        error: 'invalid_request',
        error_description: 'A parameter must not be included more than once.',
      };
    const responseType = parameters.get('response_type');
    if (responseType === undefined)
      return { error: 'invalid_request', error_description: 'response_type is missing.' };
    // Bitbucket removed the implicit grant on 2026-02-27.
    if (responseType !== 'code')
      return { error: 'unsupported_response_type', error_description: 'response_type must be code.' };
    // Only the scopes in the client's list count as registered. It is not known whether Bitbucket also lets a client request the
    // scopes that a registered scope implies.
    if (!parseScopes(parameters.get('scope')).every((scope) => client.scopes.includes(scope))) {
      return {
        error: 'invalid_scope',
        error_description: 'The OAuth client does not have a requested scope.',
      };
    }
    const challenge = parameters.get('code_challenge');
    const method = parameters.get('code_challenge_method');
    // Without a method, RFC 7636 section 4.3 assumes "plain", which is not accepted here.
    if (
      (challenge !== undefined || method !== undefined) &&
      !(method === 'S256' && S256_CHALLENGE.test(challenge ?? ''))
    ) {
      return {
        error: 'invalid_request',
        error_description: 'code_challenge_method must be S256, with a challenge of 43 characters.',
      };
    }
    return undefined;
  }

  #redirectTo(status, redirectUri, parameters, state) {
    return redirect(
      status,
      addToQuery(redirectUri, state === undefined ? parameters : { ...parameters, state }),
      {
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
      },
    );
  }

  /** POST /site/oauth2/authorize: the consent page's form. */
  decide(request, body) {
    const parameters = new Parameters(new URLSearchParams(body));
    const requestId = parameters.get('request');
    const wanted = this.#pending.get(requestId);
    const decision = parameters.get('decision');
    const session = sessionOf(request);
    if (
      !wanted ||
      wanted.session !== session ||
      !this.#sessions.has(session) ||
      !['grant', 'deny'].includes(decision)
    ) {
      return {
        response: errorPage(400, 'Invalid request', 'This page is not valid any more. Start again.'),
        outcome: 'refused',
      };
    }
    this.#pending.delete(requestId);
    const { client, redirectUri, sentRedirectUri, state, scopes, codeChallenge } = wanted;
    if (decision === 'deny') {
      // It is not known which text Bitbucket sends, or whether it returns the state. With the setting `stateOnDenial: false`, the
      // simulator omits the state.
      const error = { error: 'access_denied', error_description: 'The user denied access.' };
      return {
        response: this.#redirectTo(303, redirectUri, error, this.#settings.stateOnDenial ? state : undefined),
        outcome: 'denied',
      };
    }
    const code = this.#tokens.issueCode({
      client,
      user: this.#sessions.get(session),
      scopes,
      redirectUri: sentRedirectUri,
      codeChallenge,
    });
    return { response: this.#redirectTo(303, redirectUri, { code }, state), outcome: 'granted' };
  }

  /** GET /site/signin @param {URL} url */
  showLogin(url) {
    const next = url.searchParams.get('next') ?? '';
    if (!this.#isOwnPage(next)) return errorPage(400, 'Invalid request', 'There is nothing to log in for.');
    return loginPage({ action: SIGN_IN_PATH, next, users: this.#users, failed: false });
  }

  /** POST /site/signin */
  logIn(body) {
    const parameters = new Parameters(new URLSearchParams(body));
    const next = parameters.get('next') ?? '';
    if (!this.#isOwnPage(next)) return errorPage(400, 'Invalid request', 'There is nothing to log in for.');
    const user = this.#users.find(({ nickname, password }) =>
      parameters.get('username') === nickname && parameters.get('password') === password);
    if (!user) return loginPage({ action: SIGN_IN_PATH, next, users: this.#users, failed: true });
    const session = randomBytes(16).toString('base64url');
    this.#sessions.set(session, user);
    // Not "Secure": the simulator speaks plain http on loopback.
    return redirect(303, next, { 'set-cookie': `${COOKIE}=${session}; Path=/site; HttpOnly; SameSite=Lax` });
  }

  #isOwnPage(next) {
    return next.startsWith(`${AUTHORIZE_PATH}?`) && /^[\x21-\x7e]+$/.test(next);
  }
}
