/**
 * Loads a WebAssembly core, once per process or page, on first use.
 *
 * In: a core's glue, what tells its wasm from all others, and the bytes that an entry brought along inside JavaScript, or
 * what the caller brings along. Out: the glue's classes and functions. What never happens here: a wasm is compiled twice,
 * a wasm runs that is not this version's, a value is judged, or the bytes are imported (then a bundler could not leave
 * them out). Importing this file does nothing.
 */

import { BitbucketAuthError, callCore } from './error.js';

/** @typedef {import('./error.js').ErrorCode} ErrorCode */
/** @typedef {import('./error.js').ErrorDetails} ErrorDetails */
/** @typedef {import('./error.js').Phase} Phase */

/**
 * How a core is told from all others.
 *
 * @typedef {object} Identity
 * @property {symbol} key under which the entry's script leaves the bytes in the global object
 * @property {string} hash of the bytes
 * @property {string} section the name of the custom section of a module
 * @property {string} build the contents of that section
 */

/** @typedef {Uint8Array<ArrayBuffer> | WebAssembly.Module} Wasm */

/** @typedef {Pick<typeof import('../pkg/core.js'), 'errorDetails'>} AnyCore */

/** @typedef {'replaced' | 'deleted'} Ending the connection was authenticated again; it was deleted */

/**
 * @typedef {object} FailureDetails
 * @property {number} [status]
 * @property {string} [field]
 * @property {number} [retryAfter] in milliseconds
 * @property {Ending | 'unexchanged'} [ending] of the wrapper's connection, though Bitbucket refused nothing; `unexchanged`: its
 *   row has a code in the place of tokens
 */

/**
 * wasm-bindgen's glue: the core's classes and functions, what the wasm imports, and the door for the instance.
 *
 * @template {AnyCore} Core
 * @typedef {Core & WebAssembly.ModuleImports & { __wbg_set_wasm(exports: WebAssembly.Exports): void }} Glue
 */

/**
 * @template {AnyCore} Core
 * @template [Source=undefined]
 * @param {object} options
 * @param {() => Glue<Core>} options.makeGlue makes one that no other instance has
 * @param {Identity} options.identity
 * @param {import('./inlined-bytes.js').Decoder} options.decode reads the text that an entry brought along
 * @param {(source: Source | Promise<Source>, identity: Identity, caller: Function) => Promise<Wasm>} [options.read] gives the
 *   wasm of a source, if that is this core's
 */
export function createLoader({ makeGlue, identity, decode, read }) {
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
  function core() {
    if (loaded) return loaded;
    try {
      checkRuntime(core);
      const wasm = inHand(identity, decode, core);
      const module = isModule(wasm) ? wasm : new WebAssembly.Module(wasm);
      const glue = makeGlue();
      return start(glue, module, new WebAssembly.Instance(module, importsOf(glue)));
    } catch (error) {
      throw refused(error, core, ': in a page, await init() before the first call');
    }
  }

  /**
   * Loads the core ahead of its first use. Does nothing when it is loaded; calls at the same time share one load; a failed
   * one may be repeated.
   *
   * @param {Source | Promise<Source>} [source]
   * @returns {Promise<void>}
   */
  async function init(source) {
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

  /** @param {Source | Promise<Source>} [source] */
  function begin(source) {
    const end = load(source).finally(() => {
      loading = undefined;
    });
    return { source, end };
  }

  /** @param {Source | Promise<Source>} [source] */
  async function load(source) {
    try {
      checkRuntime(init);
      const given = source === undefined || !read ? undefined : await read(source, identity, init);
      const wasm = given === undefined ? inHand(identity, decode, init) : compiledBefore(identity) ?? given;
      const module = isModule(wasm) ? wasm : await WebAssembly.compile(wasm);
      const glue = makeGlue();
      const instance = await WebAssembly.instantiate(module, importsOf(glue));
      // A first use may have loaded it in the meantime.
      if (!loaded) start(glue, module, instance);
    } catch (error) {
      throw refused(error, init);
    }
  }

  /**
   * @param {Glue<Core>} glue
   * @param {WebAssembly.Module} module
   * @param {WebAssembly.Instance} instance
   * @returns {Core}
   */
  function start(glue, module, { exports }) {
    glue.__wbg_set_wasm(exports);
    const prepare = exports.__wbindgen_start;
    if (typeof prepare === 'function') prepare();
    // For the other module system, whose copy of this file has an instance of its own. The text may go.
    Reflect.set(globalThis, identity.key, module);
    loaded = glue;
    return loaded;
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
  function failure(code, phase, { field, status, retryAfter, ending } = {}, extra) {
    const described = callCore(failure, () => core().errorDetails(code, phase, field, status, retryAfter, ending));
    return new BitbucketAuthError(described, extra, failure);
  }

  return { core, init, failure };
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/**
 * What an object says it is: one of another realm (a frame, a test runner's sandbox) is as good as one of this realm.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
export const tagOf = (value) => isObject(value) ? Reflect.get(value, Symbol.toStringTag) : undefined;

/** @param {unknown} value @returns {value is WebAssembly.Module} */
export const isModule = (value) => tagOf(value) === 'WebAssembly.Module';

/** By the name that wasm-bindgen gives the module. @param {WebAssembly.ModuleImports} glue @returns {WebAssembly.Imports} */
const importsOf = (glue) => ({ './core_bg.js': glue });

/**
 * What is in the global object: the text that an entry brought along by importing its script in pkg/inlined, or what was
 * compiled before. That script serves `import` and `require` alike, so it can hand over its text by a global symbol only.
 *
 * @param {Identity} identity
 * @param {import('./inlined-bytes.js').Decoder} decode
 * @param {Function} caller
 * @returns {Wasm}
 */
function inHand({ key }, decode, caller) {
  /** @type {unknown} */
  const found = Reflect.get(globalThis, key);
  if (isModule(found)) return found;
  if (typeof found !== 'string') throw missing(caller);
  return decode(found);
}

/** @param {Identity} identity */
function compiledBefore({ key }) {
  /** @type {unknown} */
  const found = Reflect.get(globalThis, key);
  return isModule(found) ? found : undefined;
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
 * @param {string} [advice]
 */
function refused(error, caller, advice = '') {
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
  return unavailable(`This runtime could not load the WebAssembly core${advice}.`, caller, { detail });
}

/** The kind of a failure of which nothing else may be told. @param {unknown} error */
export function kindOf(error) {
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
