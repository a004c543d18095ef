/**
 * The server for large files, to which Bitbucket's API redirects the client.
 *
 * In: a file, and later a request for it. Out: a URL that works for a while without a credential, and the file. The server
 * rejects a request with an Authorization header, as storage services with signed URLs do. So it detects clients that send
 * Bitbucket's credential to the storage server.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { text } from './http.js';
import { bytes } from './ranges.js';

const LIFETIME_MS = 10 * 60 * 1000;

export class Storage {
  #clock;
  #key = randomBytes(32);
  #files = new Map();
  /** Set when the server listens. */
  origin;

  constructor({ clock }) {
    this.#clock = clock;
  }

  reset() {
    this.#files.clear();
  }

  /** @param {string} path below the storage's base URL @returns {string} a URL from which the file can be fetched for a while */
  keep(path, body, contentType) {
    this.#files.set(path, { body, contentType });
    const expires = String(this.#clock.now() + LIFETIME_MS);
    return `${this.origin}/${path}?${new URLSearchParams({ expires, signature: this.#sign(path, expires) })}`;
  }

  /** @param {URL} url @returns {import('./http.js').HttpResponse} */
  handle(request, url) {
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
