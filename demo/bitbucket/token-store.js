/**
 * Codes, grants and tokens: which are valid, which are used up, which are revoked.
 *
 * In: a user's consent, a code, a refresh token. Out: new tokens, or the name of an error (the token endpoint's table maps it to
 * a status and a body). Codes and tokens are kept only as digests, so that nothing here can leak them.
 */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { expand } from './scopes.js';

const digest = (value) => createHash('sha256').update(value).digest('base64');
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

/** An opaque token of the older back end: 92 characters, including padding. */
function opaqueToken() {
  return randomBytes(68).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** A token with the form and the size of Bitbucket's JWTs. Only the simulator accepts it, so its signature is random. */
function jwt(claims, length) {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = encode({ typ: 'JWT', alg: 'RS512', kid: 'simulator/1' });
  const signature = randomBytes(512).toString('base64url');
  const room = Math.floor(((length - header.length - signature.length - 2) * 3) / 4);
  const noise = randomBytes(room).toString('base64url');
  const bare = JSON.stringify({ ...claims, context: '' }).length;
  return `${header}.${encode({ ...claims, context: noise.slice(0, room - bare) })}.${signature}`;
}

export class TokenStore {
  #backend;
  #clock;
  #settings;
  #codes;
  #grants;
  #accessTokens;
  #refreshTokens;
  #lockedUntil;

  constructor({ backend, clock, settings }) {
    this.#backend = backend;
    this.#clock = clock;
    this.#settings = settings;
    this.reset();
  }

  reset() {
    this.#codes = new Map();
    this.#grants = new Set();
    this.#accessTokens = new Map();
    this.#refreshTokens = new Map();
    this.#lockedUntil = new Map();
  }

  /**
   * @param {{ client, user, scopes: string[], redirectUri?: string, codeChallenge?: string }} consent
   *   `redirectUri` only if the authorization request contained one
   * @returns {string}
   */
  issueCode(consent) {
    const code = randomBytes(30).toString('base64url');
    this.#codes.set(digest(code), {
      ...consent,
      expiresAt: this.#clock.now() + this.#settings.codeLifetimeMs,
      used: false,
      grant: undefined,
    });
    return code;
  }

  /** @returns {{ tokens: object } | { errorName: string }} */
  redeemCode({ client, code, redirectUri, codeVerifier }) {
    const entry = this.#codes.get(digest(code));
    if (!entry || entry.client !== client) return { errorName: 'invalidCode' };
    if (entry.used) {
      // RFC 6749 section 4.1.2: a code that is used twice has leaked, and its tokens should be revoked. It is not known whether
      // Bitbucket revokes them; revoking is the stricter possibility.
      if (entry.grant) this.#revoke(entry.grant);
      return { errorName: 'invalidCode' };
    }
    // A failed attempt also uses up the code, so that nobody can guess verifiers.
    entry.used = true;
    if (this.#clock.now() > entry.expiresAt) return { errorName: 'invalidCode' };
    // If the authorization request contained a redirect_uri, the token request must repeat it unchanged (RFC 6749 section 4.1.3).
    // If it contained none, the token request may contain only the registered redirect URI.
    const expected = entry.redirectUri ?? (redirectUri === undefined ? undefined : client.callback);
    if (redirectUri !== expected) return { errorName: 'invalidCode' };
    if (!this.#provesPossession(entry.codeChallenge, codeVerifier)) return { errorName: 'invalidCode' };
    entry.grant = this.#createGrant(client, entry.user);
    return { tokens: this.#issueFirst(entry.grant, entry.scopes) };
  }

  /** Creates tokens without a code. */
  issueForUser(client, user, scopes) {
    return this.#issueFirst(this.#createGrant(client, user), scopes);
  }

  #issueFirst(grant, scopes) {
    return this.#issue(grant, scopes, { refreshToken: this.#newRefreshToken(grant, scopes) });
  }

  /**
   * It is not known whether Bitbucket rejects a wrong verifier; rejecting is stricter. A verifier without a challenge is
   * rejected, too, because it is the sign of a PKCE downgrade (RFC 9700 section 4.8.2).
   */
  #provesPossession(codeChallenge, codeVerifier) {
    if (codeChallenge === undefined) return codeVerifier === undefined;
    return (
      codeVerifier !== undefined &&
      VERIFIER.test(codeVerifier) &&
      createHash('sha256').update(codeVerifier).digest('base64url') === codeChallenge
    );
  }

  /** @returns {{ tokens: object } | { errorName: string }} */
  refresh({ client, refreshToken, scopes }) {
    return this.#backend === 'older'
      ? this.#refreshLongLived(client, refreshToken, scopes)
      : this.#refreshRotating(client, refreshToken, scopes);
  }

  #refreshLongLived(client, refreshToken, scopes) {
    const entry = this.#refreshTokens.get(digest(refreshToken));
    if (!entry || entry.grant.client !== client || entry.grant.revoked)
      return { errorName: 'invalidRefreshToken' };
    if (!this.#covers(entry.scopes, scopes)) return { errorName: 'invalidScope' };
    // Bitbucket documents that a narrower `scope` "narrows the token". The stricter reading is that the token stays narrower.
    if (scopes.length) entry.scopes = scopes;
    return { tokens: this.#issue(entry.grant, entry.scopes, { refreshToken }) };
  }

  #refreshRotating(client, refreshToken, scopes) {
    const now = this.#clock.now();
    const entry = this.#refreshTokens.get(digest(refreshToken));
    const own = entry?.grant.client === client;
    if (own && entry.rotatedAt !== undefined && now > entry.rotatedAt + this.#settings.refreshGraceMs) {
      // A refresh token that was already replaced is used again: the other tokens stay valid, but Bitbucket rejects all refreshes
      // of the client for a while (the lockout). Each further reuse extends the lockout, which is the stricter of two
      // possibilities.
      this.#lockedUntil.set(client.key, now + this.#settings.lockoutMs);
    }
    if (now < (this.#lockedUntil.get(client.key) ?? 0)) return { errorName: 'deadRefreshToken' };
    if (!own || entry.grant.revoked) return { errorName: 'deadRefreshToken' };
    if (entry.rotatedAt === undefined && now > entry.issuedAt + this.#settings.refreshTokenIdleMs) {
      return { errorName: 'deadRefreshToken' };
    }
    if (!this.#covers(entry.scopes, scopes)) return { errorName: 'invalidScope' };
    // Within the grace period, a used refresh token yields new tokens again. The period starts at the first use; otherwise a
    // client could keep the refresh token valid forever. The previous tokens stay valid, because Bitbucket does not revoke token
    // families.
    entry.rotatedAt ??= now;
    const granted = scopes.length ? scopes : entry.scopes;
    return {
      tokens: this.#issue(entry.grant, granted, {
        refreshToken: this.#newRefreshToken(entry.grant, granted),
      }),
    };
  }

  #covers(granted, wanted) {
    const all = expand(granted);
    return wanted.every((scope) => all.has(scope));
  }

  /** For client_credentials: without a user and without a refresh token (RFC 6749 section 4.4.3). */
  issueForClient(client, scopes) {
    return { tokens: this.#issue(this.#createGrant(client, null), scopes, {}) };
  }

  #createGrant(client, user) {
    const grant = { client, user, revoked: false };
    this.#grants.add(grant);
    return grant;
  }

  #newRefreshToken(grant, scopes) {
    // With an access token of at least 1,900 characters, both tokens together exceed 5.5 KB.
    const refreshToken =
      this.#backend === 'older'
        ? randomBytes(24).toString('base64url')
        : randomBytes(3000).toString('base64url').slice(0, randomInt(3750, 3950));
    this.#refreshTokens.set(digest(refreshToken), {
      grant,
      scopes,
      issuedAt: this.#clock.now(),
      rotatedAt: undefined,
    });
    return refreshToken;
  }

  // A refresh does not revoke earlier access tokens: no source says that it does, and a JWT could not be revoked anyway.
  #issue(grant, scopes, { refreshToken }) {
    const now = this.#clock.now();
    const lifetime = this.#settings.accessTokenLifetimeMs;
    const accessToken =
      this.#backend === 'older'
        ? opaqueToken()
        : jwt(
            {
              iss: 'https://simulator.invalid/',
              sub: grant.user?.accountId ?? grant.client.key,
              aud: 'api',
              iat: Math.floor(now / 1000),
              exp: Math.floor((now + lifetime) / 1000),
              scope: scopes.join(' '),
            },
            randomInt(1900, 2600),
          );
    this.#accessTokens.set(digest(accessToken), { grant, scopes, expiresAt: now + lifetime });
    return { accessToken, refreshToken, scopes, expiresIn: Math.floor(lifetime / 1000) };
  }

  /** @returns {{ state: 'valid' | 'expired' | 'unknown', grant?: object, scopes?: string[] }} */
  findAccessToken(accessToken) {
    const entry = this.#accessTokens.get(digest(accessToken));
    if (!entry || entry.grant.revoked) return { state: 'unknown' };
    if (this.#clock.now() >= entry.expiresAt) return { state: 'expired' };
    return { state: 'valid', grant: entry.grant, scopes: entry.scopes };
  }

  #revoke(grant) {
    grant.revoked = true;
  }

  /**
   * The user revokes the access under "Authorized applications": all tokens and unused codes become invalid.
   */
  revokeAll() {
    for (const grant of this.#grants) this.#revoke(grant);
    for (const code of this.#codes.values()) code.used = true;
  }
}
