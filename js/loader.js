/**
 * Loads a WebAssembly core on first use, once per process or page.
 *
 * In: the core's glue (the JavaScript that wasm-bindgen generated), the identity of its WebAssembly, and the bytes that an entry
 * inlined or a caller supplied. Out: the glue's classes and functions. Never: a second compilation, WebAssembly of another
 * version, the validation of a value, or an import of the bytes. If this file imported the bytes, a bundler could not leave them
 * out. Importing this file has no side effects.
 */

import { BitbucketAuthError, callCore } from './error.js';

/** @typedef {import('./error.js').ErrorCode} ErrorCode */
/** @typedef {import('./error.js').ErrorDetails} ErrorDetails */
/** @typedef {import('./error.js').Phase} Phase */

/**
 * The identity of the WebAssembly of this build.
 *
 * @typedef {object} Identity
 * @property {symbol} key under which the entry's script puts the bytes, as a string, into the global object
 * @property {string} hash of the bytes
 * @property {string} section the name of the custom section of a module
 * @property {string} build the contents of that section
 */

/** @typedef {Uint8Array<ArrayBuffer> | WebAssembly.Module} Wasm */

/** @typedef {Pick<typeof import('../pkg/core.js'), 'errorDetails'>} AnyCore */

/** @typedef {'replaced' | 'deleted'} ConnectionEnd the user authenticated the connection again, or deleted it */

/**
 * @typedef {object} FailureDetails
 * @property {number} [status]
 * @property {string} [field]
 * @property {number} [retryAfter] in milliseconds
 * @property {ConnectionEnd | 'unexchanged'} [connectionEnd] why the wrapper's connection ended although Bitbucket rejected
 *   nothing; `unexchanged`: the connection's row in NocoDB has an authorization code instead of tokens
 */

/**
 * wasm-bindgen's glue: the core's classes and functions, the imports of the WebAssembly, and the setter for the instance.
 *
 * @template {AnyCore} Core
 * @typedef {Core & WebAssembly.ModuleImports & { __wbg_set_wasm(exports: WebAssembly.Exports): void }} Glue
 */

/**
 * @template {AnyCore} Core
 * @template [Source=undefined]
 * @param {object} options
 * @param {() => Glue<Core>} options.makeGlue creates new glue, which only one instance may use
 * @param {Identity} options.identity
 * @param {import('./inlined-bytes.js').Decoder} options.decode decodes the string that an entry inlined
 * @param {(source: Source | Promise<Source>, identity: Identity, caller: Function) => Promise<Wasm>} [options.read] reads a
 *   source, and rejects it if it is not this core's WebAssembly
 */
export function createLoader({ makeGlue, identity, decode, read }) {
  /** @type {Core | undefined} */
  let loaded;

  /** The load that is in progress. @type {{ source: unknown, end: Promise<void> } | undefined} */
  let loading;

  /**
   * The core. The first call loads it.
   *
   * @returns {Core}
   * @throws {BitbucketAuthError} `INVALID_CONFIG` if the runtime refuses to compile WebAssembly, or if the entry inlined no bytes
   *   and `init` got no source
   */
  function core() {
    if (loaded) return loaded;
    try {
      checkRuntime(core);
      const wasm = inlinedWasm(identity, decode, core);
      const module = isModule(wasm) ? wasm : new WebAssembly.Module(wasm);
      const glue = makeGlue();
      return start(glue, module, new WebAssembly.Instance(module, importsOf(glue)));
    } catch (error) {
      throw loadFailure(error, core, ': in a page, await init() before the first call');
    }
  }

  /**
   * Loads the core before its first use. If the core is already loaded, the call does nothing. Simultaneous calls share one load.
   * After a failed load, another call tries again.
   *
   * @param {Source | Promise<Source>} [source]
   * @returns {Promise<void>}
   */
  async function init(source) {
    while (!loaded) {
      const { source: loadedSource, end } = loading ??= begin(source);
      try {
        await end;
      } catch (error) {
        // If another caller's source failed, this caller's source may still work.
        if (loadedSource === source) throw error;
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
      const wasm = given === undefined ? inlinedWasm(identity, decode, init) : compiledModule(identity) ?? given;
      const module = isModule(wasm) ? wasm : await WebAssembly.compile(wasm);
      const glue = makeGlue();
      const instance = await WebAssembly.instantiate(module, importsOf(glue));
      // Another call may have loaded the core synchronously meanwhile.
      if (!loaded) start(glue, module, instance);
    } catch (error) {
      throw loadFailure(error, init);
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
    // ES modules and CommonJS modules use different copies of this file, and each copy has its own instance. The other copy
    // reuses this compiled module. The module replaces the inlined string, whose memory is released.
    Reflect.set(globalThis, identity.key, module);
    loaded = glue;
    return loaded;
  }

  /**
   * Creates a `BitbucketAuthError` for a failure that only the shim can detect. The core supplies message and flags.
   *
   * @param {ErrorCode} code
   * @param {Phase} phase
   * @param {FailureDetails} [details]
   * @param {{ detail?: string, cause?: Error }} [extra]
   * @returns {BitbucketAuthError}
   */
  function failure(code, phase, { field, status, retryAfter, connectionEnd } = {}, extra) {
    const described = callCore(failure, () => core().errorDetails(code, phase, field, status, retryAfter, connectionEnd));
    return new BitbucketAuthError(described, extra, failure);
  }

  return { core, init, failure };
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function';

/**
 * The class name of an object, from its `Symbol.toStringTag`. Unlike `instanceof`, this also works for objects of another realm
 * (a frame, a test runner's sandbox).
 *
 * @param {unknown} value
 * @returns {unknown}
 */
export const tagOf = (value) => isObject(value) ? Reflect.get(value, Symbol.toStringTag) : undefined;

/** @param {unknown} value @returns {value is WebAssembly.Module} */
export const isModule = (value) => tagOf(value) === 'WebAssembly.Module';

/**
 * The imports of the WebAssembly, under the module name that wasm-bindgen uses.
 *
 * @param {WebAssembly.ModuleImports} glue
 * @returns {WebAssembly.Imports}
 */
const importsOf = (glue) => ({ './core_bg.js': glue });

/**
 * The WebAssembly in the global object: the string that an entry's script in pkg/inlined left there, or the module that was
 * compiled from it. That script serves both `import` and `require`, so it can pass the string only through a global symbol.
 *
 * @param {Identity} identity
 * @param {import('./inlined-bytes.js').Decoder} decode
 * @param {Function} caller
 * @returns {Wasm}
 */
function inlinedWasm({ key }, decode, caller) {
  /** @type {unknown} */
  const found = Reflect.get(globalThis, key);
  if (isModule(found)) return found;
  if (typeof found !== 'string') throw missingWasm(caller);
  return decode(found);
}

/** @param {Identity} identity */
function compiledModule({ key }) {
  /** @type {unknown} */
  const found = Reflect.get(globalThis, key);
  return isModule(found) ? found : undefined;
}

/**
 * Whether a Content Security Policy without 'wasm-unsafe-eval' caused an error. Chromium throws a CompileError that names the
 * directive. Firefox throws an EvalError or CompileError with the policy's name.
 *
 * @param {unknown} error
 */
function isForbidden(error) {
  return error instanceof EvalError
    || (error instanceof Error && /content security policy|unsafe-eval|\bcsp\b/i.test(error.message));
}

/**
 * Whether the runtime refuses to compile WebAssembly at run time, as Cloudflare Workers do. Older versions of Chromium use the
 * same message for a Content Security Policy.
 *
 * @param {unknown} error
 */
function isCompiledAheadOnly(error) {
  return error instanceof Error && /disallowed by embedder|dynamic wasm code generation/i.test(error.message);
}

/** The globals that the core needs. Some runtimes lack one, for instance the sandbox of jest's jsdom. */
const NEEDED = ['WebAssembly', 'TextDecoder', 'TextEncoder'];

/**
 * @param {Function} caller
 * @throws {BitbucketAuthError} `INVALID_CONFIG`
 */
function checkRuntime(caller) {
  const name = NEEDED.find((needed) => Reflect.get(globalThis, needed) === undefined);
  if (name === undefined) return;
  throw unavailable(`This runtime has no ${name}, which nocodb-bitbucket-auth needs. Use a runtime that has it. In a test's `
    + 'sandbox, copy it from Node.js before the first call.', caller, { field: name });
}

// These messages cannot come from the core, because the core could not be loaded.

const IMPORT_SLIM = 'import nocodb-bitbucket-auth/slim, and await init() with nocodb-bitbucket-auth/core.wasm as a module '
  + 'that was compiled with the program';

/**
 * @param {unknown} error
 * @param {Function} caller
 * @param {string} [advice]
 */
function loadFailure(error, caller, advice = '') {
  if (error instanceof BitbucketAuthError) return error;
  const detail = describeCause(error);
  if (isForbidden(error)) {
    return unavailable('The Content Security Policy of this page forbids WebAssembly: add \'wasm-unsafe-eval\' to its '
      + 'script-src.', caller, { detail });
  }
  if (isCompiledAheadOnly(error)) {
    return unavailable(`This runtime does not compile WebAssembly at run time: ${IMPORT_SLIM}. In a page, add `
      + '\'wasm-unsafe-eval\' to the script-src of its Content Security Policy.', caller);
  }
  return unavailable(`This runtime could not load the WebAssembly core${advice}.`, caller, { detail });
}

/** The code or the name of an error. A message may contain nothing else of the error. @param {unknown} error */
export function describeCause(error) {
  if (!(error instanceof Error)) return 'no error';
  return 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code) ? error.code : error.name;
}

/** @param {Function} caller */
function missingWasm(caller) {
  return unavailable('This entry does not contain the WebAssembly core: before the first call, await init() with '
    + 'nocodb-bitbucket-auth/core.wasm, as bytes, module, response or URL.', caller);
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
