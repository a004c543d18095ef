/**
 * Where Bitbucket keeps big files: another server, to which its API sends the client.
 *
 * In: bytes, and later a request for them. Out: an address that is good for a while without any credential, and the
 * bytes. It refuses a request with an Authorization header, as storage services do whose addresses are signed: whoever
 * takes Bitbucket's credential there finds out.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { text } from './http.js';
import { bytes } from './ranges.js';

const LIFETIME_MS = 10 * 60 * 1000;

export class Storage {
  #clock;
  #key = randomBytes(32);
  #files = new Map();
  /** Known when its server listens. */
  origin;

  constructor({ clock }) {
    this.#clock = clock;
  }

  reset() {
    this.#files.clear();
  }

  /** @param {string} path below the storage's own @returns {string} where it can be fetched now */
  keep(path, body, contentType) {
    this.#files.set(path, { body, contentType });
    const expires = String(this.#clock.now() + LIFETIME_MS);
    return `${this.origin}/${path}?${new URLSearchParams({ expires, signature: this.#sign(path, expires) })}`;
  }

  /** @param {URL} url @returns {import('./http.js').Answer} */
  answer(request, url) {
    if (request.headers.authorization !== undefined) return text(400, 'Only one auth mechanism allowed');
    if (!['GET', 'HEAD'].includes(request.method)) return text(405, 'Method not allowed', { allow: 'GET, HEAD' });
    const path = url.pathname.slice(1);
    const expires = url.searchParams.get('expires');
    if (url.searchParams.get('signature') !== this.#sign(path, expires)) return text(403, 'Signature does not match');
    if (this.#clock.now() > Number(expires)) return text(403, 'Request has expired');
    const file = this.#files.get(path);
    return file ? bytes(request, file.body, file.contentType) : text(404, 'No such key');
  }

  #sign(path, expires) {
    return createHmac('sha256', this.#key).update(`${path} ${expires}`).digest('hex');
  }
}
