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

/**
 * What the environment says, judged.
 *
 * @typedef {object} CoreEnvironment
 * @property {import('../pkg/core.js').Client} [client] only when OAuth can be offered
 * @property {import('../pkg/core.js').CallbackPage} [callbackPage] only with a client
 * @property {string} [apiUrl] absent when its override cannot be used
 * @property {number} timeoutMs time limit of one request, in milliseconds
 * @property {number} lockoutMs how long to wait after a refusal before a refresh token is tried again, in milliseconds
 * @property {number} [rateLimit] requests to the API in an hour; absent when there is no limit
 * @property {boolean} isRateLimitConfigured whether the environment says so
 * @property {boolean} mayActAsClient whether connections may act as the OAuth client itself
 * @property {boolean} isVerifierOptional whether the host's form may send a code without its verifier
 * @property {boolean} replacesRemoved whether requests to endpoints that Atlassian removed are answered from others
 * @property {import('../pkg/core.js').Proxies} proxies the way to Bitbucket
 * @property {string} [redisUrl] of the Redis through which processes share their tokens; it may hold a password
 * @property {string} [redisVariable] the variable that names it
 * @property {number} [redisDatabase] the number of its database
 * @property {boolean} isRedisDatabaseSought whether that is NocoDB's own, and another one is to be found beside it
 * @property {number[]} [otherRedisDatabases] those that NocoDB's other variables name
 * @property {Failure[]} problems `INVALID_CONFIG` with the variable's name in `field`, never its value
 */

/**
 * Why Bitbucket gave no code, without markup.
 *
 * @typedef {object} Refusal
 * @property {string} heading
 * @property {string} text
 */

/**
 * @typedef {object} Proxy
 * @property {string} variable the environment variable that names it
 * @property {string} origin scheme, host and port
 * @property {string} [authorization] the value of `Proxy-Authorization`
 */

/**
 * A Redis, by its address.
 *
 * @typedef {object} RedisServer
 * @property {string} host
 * @property {number} port
 * @property {string} [username]
 * @property {string} [password]
 * @property {number} database
 * @property {string} [tls] `true`, or the Redis client's name for an authority
 * @property {number} family of IP; 0 for any
 * @property {string} [keyPrefix]
 */

/** @typedef {import('./loader.js').Ending} Ending */

/**
 * What is known of tokens, beside the tokens.
 *
 * @typedef {object} TokenOrigin
 * @property {string} [authorizedAt] as stored
 * @property {string} [account] UUID
 * @property {number} [obtainedAt] in milliseconds since the epoch
 * @property {number} [expiresAt] in milliseconds since the epoch
 */

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
 * Whose credential it is, as Bitbucket tells.
 *
 * @typedef {object} Account
 * @property {string} [uuid] in braces
 * @property {string} [nickname]
 * @property {string} [displayName]
 */

/**
 * An answer of the API.
 *
 * @typedef {object} ApiAnswer
 * @property {number} status
 * @property {Record<string, string>} headers lower-case names
 * @property {Uint8Array} body
 * @property {number} receivedAt milliseconds since the epoch
 */

/**
 * @typedef {object} Verdict
 * @property {boolean} success
 * @property {string} message
 * @property {Account} [account]
 * @property {string[]} [scopes] as granted
 * @property {string[]} [missingScopes]
 */

/**
 * @typedef {object} KnownToTest
 * @property {CredentialKind} kind
 * @property {string} [workspace]
 * @property {string} [repository]
 * @property {string} [hint]
 * @property {string[]} [requestedScopes]
 * @property {string[]} [grantedScopes]
 */

/**
 * What takes the place of a request: a list that is collected, a refusal, or the request itself, whose answer `withoutTracker`
 * judges.
 *
 * @typedef {object} Replaced
 * @property {string} endpoint path of the removed endpoint, below the API's base
 * @property {string} notice what an administrator is told
 * @property {CollectedList} [list]
 * @property {string} [refusal] the body of a 400
 */

/** @typedef {{ member: string, isDescending: boolean }} Sort `member`: names with dots between them */

/**
 * What lists that are collected may take.
 *
 * @typedef {object} CollectionLimits
 * @property {number} keptMs how long a list is kept, in milliseconds
 * @property {number} mostLists of a connection
 * @property {number} longestList in characters of JSON
 * @property {number} mostAtOnce workspaces that are read at the same time
 */

/**
 * A list that is collected from all workspaces.
 *
 * @typedef {object} CollectedList
 * @property {string} key what tells it from others, whatever its page
 * @property {string} workspaces the address of the user's workspaces
 * @property {Sort} [sort]
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
