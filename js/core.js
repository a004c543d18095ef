/**
 * Loads the WebAssembly core, once per process or page, on first use.
 *
 * In: the wasm bytes that an entry brought along inside JavaScript, or what the caller brings along. Out: the glue's
 * classes and functions, typed. What never happens here: a file or address is read unless the caller asks for it, the
 * wasm is loaded twice, a wasm runs that is not this version's core, a value is judged, or the bytes are imported (then a
 * bundler could not leave them out). Importing this file does nothing.
 */

import makeGlue from '../pkg/core_bg.js';
import INLINED, { build, hash, section } from '../pkg/core.wasm.key.js';
import { BitbucketAuthError, judge } from './error.js';

/** @typedef {typeof import('../pkg/core.js')} Core */
/** @typedef {ReturnType<typeof makeGlue>} Glue */
/** @typedef {import('./error.js').ErrorCode} ErrorCode */
/** @typedef {import('./error.js').Failure} Failure */
/** @typedef {import('./error.js').Phase} Phase */

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

/**
 * @typedef {object} FailureDetails
 * @property {number} [status]
 * @property {string} [field]
 * @property {number} [retryAfter] in milliseconds
 * @property {Ending | 'unexchanged'} [ending] of the wrapper's connection, though Bitbucket refused nothing; `unexchanged`: its
 *   row has a code in the place of tokens
 */

/** @typedef {'replaced' | 'deleted'} Ending the connection was authenticated again; it was deleted */

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

/** @typedef {{ fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }} Base64Decoder in newer runtimes */

/** @type {Core | undefined} */
let loaded;

/** The load that is under way. @type {{ source: unknown, end: Promise<void> } | undefined} */
let loading;

/**
 * The core, loaded if it was not yet.
 *
 * @returns {Core}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly, or where the entry
 *   brought no bytes and `init` did not get any
 */
export function core() {
  if (loaded) return loaded;
  try {
    checkRuntime(core);
    const module = new WebAssembly.Module(inlinedBytes(core));
    return start(makeGlue(), (imports) => new WebAssembly.Instance(module, imports));
  } catch (error) {
    throw refused(error, core);
  }
}

/**
 * Loads the core ahead of its first use. Needed nowhere in Node.js; in a browser's page it keeps the main thread
 * free. Does nothing when the core is loaded; calls at the same time share one load; a failed one may be repeated.
 *
 * @param {CoreSource | Promise<CoreSource>} [source] the wasm, its address, or an HTTP response with it; by default
 *   the bytes that are part of this package, which `nocodb-bitbucket-auth/slim` leaves out. In Node.js, addresses
 *   of files and paths are read, too.
 * @returns {Promise<void>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly, or where there is
 *   neither a source nor bytes, `INVALID_ARGUMENT` when `source` cannot be read, or is not this version's core
 */
export async function init(source) {
  while (!loaded) {
    const { source: its, end } = loading ??= begin(source);
    try {
      await end;
    } catch (error) {
      // The failure of another caller's source says nothing about this one.
      if (its === source) throw error;
    }
  }
}

/** @param {CoreSource | Promise<CoreSource>} [source] */
function begin(source) {
  const end = load(source).finally(() => {
    loading = undefined;
  });
  return { source, end };
}

/**
 * A `BitbucketAuthError` for what only the shim can see; the core has the words and the flags.
 *
 * @param {ErrorCode} code
 * @param {Phase} phase
 * @param {FailureDetails} [details]
 * @param {{ detail?: string, cause?: Error }} [extra]
 * @returns {BitbucketAuthError}
 */
export function failure(code, phase, details, extra) {
  return new BitbucketAuthError(judge(failure, () => core().failure(code, phase, details)), extra, failure);
}

/** @param {CoreSource | Promise<CoreSource>} [source] */
async function load(source) {
  try {
    checkRuntime(init);
    const wasm = source === undefined ? inlinedBytes(init) : await ours(source);
    const module = isModule(wasm) ? wasm : await WebAssembly.compile(wasm);
    const glue = makeGlue();
    const instance = await WebAssembly.instantiate(module, importsOf(glue));
    // A first use may have loaded it in the meantime.
    if (!loaded) start(glue, () => instance);
  } catch (error) {
    throw refused(error, init);
  }
}

/**
 * The wasm that a source gives, after a look at whether it is this version's. Nothing else may be started.
 *
 * @param {CoreSource | Promise<CoreSource>} source
 * @returns {Promise<Uint8Array<ArrayBuffer> | WebAssembly.Module>}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
async function ours(source) {
  const wasm = await read(source);
  if (isModule(wasm)) {
    if (!isMarked(wasm)) throw unusableSource();
    return wasm;
  }
  const { subtle } = globalThis.crypto ?? {};
  if (subtle) {
    const digest = new Uint8Array(await subtle.digest('SHA-256', wasm));
    const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (found !== hash) throw unusableSource();
    return wasm;
  }
  // A page on plain http has no digest.
  if (!WebAssembly.validate(wasm)) throw unusableSource();
  const module = await WebAssembly.compile(wasm);
  if (!isMarked(module)) throw unusableSource();
  return module;
}

/**
 * Whether a compiled module, which does not show its bytes, has the section that the build gave this version's.
 *
 * @param {WebAssembly.Module} module
 */
function isMarked(module) {
  return WebAssembly.Module.customSections(module, section)
    .some((content) => String.fromCharCode(...new Uint8Array(content)) === build);
}

/**
 * @param {CoreSource | Promise<CoreSource>} source
 * @returns {Promise<Uint8Array<ArrayBuffer> | WebAssembly.Module>}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
async function read(source) {
  /** @type {unknown} */
  let found;
  try {
    found = await source;
    if (typeof found === 'string' || tagOf(found) === 'URL') found = await fetched(String(found));
    if (isObject(found) && 'arrayBuffer' in found) {
      const response = /** @type {Response} */ (found);
      if ('ok' in response && !response.ok) throw unusableSource(`could not be read (status ${Number(response.status)})`);
      found = await response.arrayBuffer();
    }
  } catch (error) {
    throw error instanceof BitbucketAuthError ? error : unusableSource(`could not be read (${kindOf(error)})`);
  }
  if (isModule(found)) return found;
  const isBuffer = tagOf(found) === 'ArrayBuffer';
  if (!isBuffer && !ArrayBuffer.isView(found)) throw unusableSource();
  const bytes = /** @type {Uint8Array} */ (/** @type {unknown} */ (isBuffer ? new Uint8Array(
    /** @type {ArrayBuffer} */ (/** @type {unknown} */ (found))) : found));
  // A copy, which nobody changes between the look at it and its use.
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice();
}

/**
 * What is at an address, or in a file.
 *
 * @param {string} address
 * @returns {Promise<Response | Uint8Array>}
 */
async function fetched(address) {
  const file = address.startsWith('file:') ? new URL(address) : address;
  // A page reads no files, and what is no address there is one below its own. A single letter is a drive.
  const isPath = !URL.canParse(address) || /^[a-z]:/i.test(address);
  const isFile = typeof file !== 'string' || (isPath && typeof location === 'undefined');
  const fs = isFile ? globalThis.process?.getBuiltinModule?.('node:fs') : undefined;
  return fs ? fs.promises.readFile(file) : fetch(address);
}

/** @param {unknown} value @returns {value is object} */
const isObject = (value) => typeof value === 'object' && value !== null;

/**
 * What an object says it is: one of another realm (a frame, a test runner's sandbox) is as good as one of this realm.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
const tagOf = (value) => isObject(value) ? Reflect.get(value, Symbol.toStringTag) : undefined;

/** @param {unknown} value @returns {value is WebAssembly.Module} */
const isModule = (value) => tagOf(value) === 'WebAssembly.Module';

/** @param {Glue} glue @returns {WebAssembly.Imports} */
const importsOf = (glue) => ({ './core_bg.js': glue });

/**
 * @param {Glue} glue that no other instance has
 * @param {(imports: WebAssembly.Imports) => WebAssembly.Instance} instantiate
 * @returns {Core}
 */
function start(glue, instantiate) {
  const { exports } = instantiate(importsOf(glue));
  glue.__wbg_set_wasm(exports);
  const prepare = exports.__wbindgen_start;
  if (typeof prepare === 'function') prepare();
  loaded = glue;
  return loaded;
}

/**
 * What an entry brought along by importing pkg/inlined/core.wasm.js. That file is a plain script, which serves `import`
 * and `require` alike, so it can hand over its text by a global symbol only.
 *
 * @param {Function} caller
 * @returns {Uint8Array<ArrayBuffer>}
 */
function inlinedBytes(caller) {
  /** @type {unknown} */
  const inlined = Reflect.get(globalThis, INLINED);
  if (typeof inlined !== 'string') throw missing(caller);
  const decoder = /** @type {Base64Decoder} */ (/** @type {unknown} */ (Uint8Array));
  if (decoder.fromBase64) return decoder.fromBase64(inlined);
  if (typeof Buffer === 'function') return Buffer.from(inlined, 'base64');
  return Uint8Array.from(atob(inlined), (character) => character.charCodeAt(0));
}

/**
 * Whether a Content Security Policy without 'wasm-unsafe-eval' is in the way. Chromium throws a CompileError that
 * names the directive, Firefox an EvalError or CompileError with the policy's name.
 *
 * @param {unknown} error
 */
function isForbidden(error) {
  return error instanceof EvalError
    || (error instanceof Error && /content security policy|unsafe-eval|\bcsp\b/i.test(error.message));
}

/**
 * Whether the runtime compiles no WebAssembly while a program runs, as Cloudflare's Workers and their like do. Older
 * Chromiums have the same words for a Content Security Policy.
 *
 * @param {unknown} error
 */
function isCompiledAheadOnly(error) {
  return error instanceof Error && /disallowed by embedder|dynamic wasm code generation/i.test(error.message);
}

/** What the core and its glue need, and not every runtime has: the sandbox of jest's jsdom for instance. */
const NEEDED = ['WebAssembly', 'TextDecoder', 'TextEncoder'];

/**
 * @param {Function} caller
 * @throws {BitbucketAuthError} `INVALID_CONFIG`
 */
function checkRuntime(caller) {
  const name = NEEDED.find((needed) => Reflect.get(globalThis, needed) === undefined);
  if (name === undefined) return;
  throw unavailable(`This runtime has no ${name}, which nocodb-bitbucket-auth needs: use one that has it, or in a `
    + 'test\'s sandbox set it from Node.js before the first call.', caller, { field: name });
}

// The messages that cannot come from the core, because it is what could not be loaded.

const IMPORT_SLIM = 'import nocodb-bitbucket-auth/slim, and await init() with nocodb-bitbucket-auth/core.wasm as a module '
  + 'that was compiled with the program';

/**
 * @param {unknown} error
 * @param {Function} caller
 */
function refused(error, caller) {
  if (error instanceof BitbucketAuthError) return error;
  const detail = kindOf(error);
  if (isForbidden(error)) {
    return unavailable('The Content Security Policy of this page forbids WebAssembly: add \'wasm-unsafe-eval\' to its '
      + 'script-src.', caller, { detail });
  }
  if (isCompiledAheadOnly(error)) {
    return unavailable(`This runtime compiles no WebAssembly while a program runs: ${IMPORT_SLIM}. In a page, add `
      + '\'wasm-unsafe-eval\' to the script-src of its Content Security Policy.', caller);
  }
  const advice = caller === core ? ': in a page, await init() before the first call' : '';
  return unavailable(`This runtime could not load the WebAssembly core${advice}.`, caller, { detail });
}

/** The kind of a failure of which nothing else may be told. @param {unknown} error */
function kindOf(error) {
  if (!(error instanceof Error)) return 'no error';
  return 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code) ? error.code : error.name;
}

/** @param {Function} caller */
function missing(caller) {
  return unavailable('The WebAssembly core is not part of this entry: before the first call, await init() with '
    + 'nocodb-bitbucket-auth/core.wasm, as bytes, module, response or address.', caller);
}

/**
 * @param {string} message
 * @param {Function} caller
 * @param {{ detail?: string, field?: string }} [more]
 */
function unavailable(message, caller, { detail, field = 'WebAssembly' } = {}) {
  const flags = { retryable: false, reauthorize: false };
  return new BitbucketAuthError({ code: 'INVALID_CONFIG', phase: 'config', message, ...flags, field }, { detail }, caller);
}

function unusableSource(reason = 'is not this version\'s WebAssembly core') {
  return new BitbucketAuthError({
    code: 'INVALID_ARGUMENT',
    phase: 'config',
    message: `A value given to nocodb-bitbucket-auth cannot be used: source ${reason}.`,
    retryable: false,
    reauthorize: false,
    field: 'source',
  }, {}, init);
}
