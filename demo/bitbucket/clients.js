/**
 * The OAuth clients that are registered with the simulator.
 *
 * In: what a workspace's administrator enters in Bitbucket's form. Out: the client for a Key, and whether it may use a redirect
 * URI. Each client has at most one callback, as at Bitbucket.
 */
import { randomBytes, timingSafeEqual, createHash } from 'node:crypto';
import { DESCRIPTIONS, REGISTERED_BY_DEFAULT } from './scopes.js';

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const LENGTHS = { older: { key: 18, secret: 32 }, newer: { key: 32, secret: 76 } };

/** The callback URL of NocoDB's own guide, at NocoDB's default port. */
const DEFAULT_CALLBACK = 'http://localhost:8080/';

function randomName(length) {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

export class OAuthClient {
  #callback;

  constructor(
    {
      key,
      secret,
      callback = DEFAULT_CALLBACK,
      scopes = REGISTERED_BY_DEFAULT,
      private: isPrivate = false,
      name = 'NocoDB',
    },
    backend,
  ) {
    const unknown = scopes.find((scope) => !Object.hasOwn(DESCRIPTIONS, scope));
    if (unknown !== undefined) throw new TypeError(`Bitbucket has no scope "${unknown}"`);
    this.key = key ?? randomName(LENGTHS[backend].key);
    this.secret = secret ?? randomName(LENGTHS[backend].secret);
    this.name = name;
    this.scopes = [...scopes];
    /** "This is a private consumer" in Bitbucket's form. Required for client_credentials. */
    this.private = isPrivate;
    this.backend = backend;
    this.callback = callback;
  }

  /** @returns {string | null} */
  get callback() {
    return this.#callback;
  }

  /** @param {string | null} value an absolute URL in ASCII; null: no callback is registered */
  set callback(value) {
    if (
      value !== null &&
      !(typeof value === 'string' && /^[\x21-\x7e]+$/.test(value) && URL.canParse(value))
    ) {
      throw new TypeError('callback must be an absolute URL in ASCII, or null');
    }
    this.#callback = value;
  }

  hasSecret(secret) {
    const digest = (value) => createHash('sha256').update(value).digest();
    return timingSafeEqual(digest(secret), digest(this.secret));
  }

  /**
   * Whether the browser may be redirected to this URL. Bitbucket's newer back end compares the URL with the registered callback
   * byte for byte, as RFC 9700 section 2.1 requires. The older back end also accepts the callback with additions to its path or
   * query. An addition must not turn `https://host` into `https://host.evil`, and must not contain dot segments, which could
   * leave the registered path.
   */
  allowsRedirectTo(uri) {
    if (this.#callback === null) return false;
    if (uri === this.#callback) return true;
    if (this.backend !== 'older' || !uri.startsWith(this.#callback)) return false;
    const extension = uri.slice(this.#callback.length);
    if (/[#\\]|[^\x21-\x7e]/.test(extension)) return false;
    if (this.#callback.includes('?')) return extension.startsWith('&');
    if (/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(extension.split('?')[0])) return false;
    return this.#callback.endsWith('/') || /^[/?]/.test(extension);
  }
}

export class ClientRegistry {
  #clients;

  constructor(descriptions, backend) {
    this.#clients = descriptions.map((description) => new OAuthClient(description, backend));
    const keys = new Set(this.#clients.map((client) => client.key));
    if (keys.size !== this.#clients.length) throw new TypeError('two clients have the same Key');
  }

  get first() {
    return this.#clients[0];
  }

  /** @returns {OAuthClient | undefined} */
  find(key) {
    return this.#clients.find((client) => client.key === key);
  }
}
