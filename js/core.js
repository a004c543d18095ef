/**
 * The whole core, for everything but the login from a web page (browser/core.js).
 *
 * In: the core's glue, and what a caller brings along to `init`. Out: its classes and functions. What never happens here:
 * anything else; loader.js loads it.
 */

import makeGlue from '../pkg/core_bg.js';
import * as identity from '../pkg/core.wasm.key.js';
import { readSource } from './core-source.js';
import { createLoader } from './loader.js';

/** @typedef {import('./error.js').BitbucketAuthError} BitbucketAuthError */
/** @typedef {import('./error.js').Failure} Failure */

/**
 * What a token request needs on the wire. It holds secrets: send it, do not log it.
 *
 * @typedef {object} TokenRequest
 * @property {string} method always `POST`
 * @property {string} url the token endpoint
 * @property {Record<string, string>} headers
 * @property {string} body form-urlencoded
 */

/**
 * @typedef {object} TokenSet
 * @property {string} accessToken
 * @property {'bearer'} tokenType
 * @property {string} [refreshToken]
 * @property {number} [expiresAt] milliseconds since the epoch; absent when the answer did not say
 * @property {string[]} scopes as granted, in the answer's order
 */

/**
 * What has to be remembered between sending the user to Bitbucket and the callback.
 *
 * @typedef {object} AuthorizationRequest
 * @property {string} url where to send the user
 * @property {string} state belongs in the user's session; checked by `validateAuthorizationResponse`
 * @property {string} codeVerifier belongs in the user's session; for `buildTokenRequest` (RFC 7636 section 4.1)
 * @property {string} codeChallenge S256 of the verifier (RFC 7636 section 4.2)
 * @property {string} redirectUri as sent
 */

/** @typedef {import('./loader.js').Ending} Ending */

/** @typedef {'oauth' | 'api_key' | 'basic' | 'custom'} CredentialKind */

/**
 * What a stored config says of its credential.
 *
 * @typedef {object} StoredCredential
 * @property {CredentialKind} kind
 * @property {string} [accessToken]
 * @property {string} [authorization] the value of the header; absent when a token has to be fetched first
 * @property {string} [email]
 * @property {boolean} canRenew whether a new token can be had without anybody doing anything
 * @property {boolean} hasUser whether it is a person's
 * @property {string} [hint] what seems to be wrong with the token
 */

/**
 * A type of the runtime's own, or none: the declarations of this package also compile without those of the DOM.
 *
 * @template {string} Name
 * @typedef {typeof globalThis extends Record<Name, { prototype: infer Type }> ? Type : never} RuntimeType
 */

/**
 * @typedef {typeof globalThis extends { WebAssembly: { Module: { prototype: infer Type } } } ? Type : never} CompiledModule
 */

/**
 * The wasm, compiled or not, its address, or an HTTP response with it. Node.js also reads files, by `file:` address or path.
 *
 * @typedef {Uint8Array | ArrayBuffer | CompiledModule | RuntimeType<'Response'> | RuntimeType<'URL'> | string} CoreSource
 */

const loader = createLoader({ makeGlue, identity, read: readSource });

/** The core, loaded if it was not yet. */
export const core = loader.core;

/**
 * Loads the core ahead of its first use. Needed nowhere in Node.js; in a browser's page it keeps the main thread
 * free. Does nothing when the core is loaded; calls at the same time share one load; a failed one may be repeated.
 *
 * @type {(source?: CoreSource | Promise<CoreSource>) => Promise<void>}
 * @param source the wasm, its address, or an HTTP response with it; by default the bytes that are part of this package,
 *   which `nocodb-bitbucket-auth/slim` leaves out. In Node.js, addresses of files and paths are read, too.
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly, or where there is
 *   neither a source nor bytes, `INVALID_ARGUMENT` when `source` cannot be read, or is not this version's core
 */
export const init = loader.init;

/** A `BitbucketAuthError` for what only the shim can see. */
export const failure = loader.failure;
