/**
 * The error class of this package.
 *
 * In: the plain object with which the core describes a failure. Out: a `BitbucketAuthError` whose stack starts at the caller.
 * Never: a message that this file words itself, or an attached response, request or error of other code. The core decides what an
 * error may contain.
 */

/** @typedef {import('../pkg/core.js').Code} ErrorCode */
/** @typedef {import('../pkg/core.js').ErrorDetails} ErrorDetails */
/** @typedef {import('../pkg/core.js').Phase} Phase */

/** @type {readonly (keyof ErrorDetails)[]} */
const FIELDS = [
  'code', 'phase', 'retryable', 'reauthorize', 'error', 'errorDescription', 'status', 'field', 'retryAfter',
  'required', 'granted', 'announcementUrl',
];

/**
 * An error with the members of a failure, which the core documents.
 *
 * @type {new (message: string, options?: { cause?: Error }) => Error & ErrorDetails}
 */
const Described = /** @type {any} */ (Error);

/**
 * Every failure of this package. Branch on `code`; messages may change. No property contains an authorization code, token,
 * secret, verifier, state or complete URL.
 */
export class BitbucketAuthError extends Described {
  /**
   * @param {ErrorDetails} failure as the core describes it
   * @param {{ detail?: string, cause?: Error }} [extra] `detail`: a text to append to the message in brackets; `cause`: an error
   *   that has only a message and a `code`
   * @param {Function} [caller] the public function that was called; the stack trace starts at the code that called it
   */
  constructor(failure, { detail, cause } = {}, caller = BitbucketAuthError) {
    const message = detail ? `${failure.message.replace(/\.$/, '')} (${detail}).` : failure.message;
    const options = cause && { cause };
    // `super` captures no stack, because the capture below is enough, and each capture takes half of the time that creating an
    // error takes.
    const limit = setStackTraceLimit(0);
    super(message, options);
    setStackTraceLimit(limit);
    // Absent fields stay absent: NocoDB merges objects, and a member with the value `undefined` would erase the same member of
    // another object.
    for (const name of FIELDS) if (failure[name] !== undefined) Reflect.set(this, name, failure[name]);
    Error.captureStackTrace?.(this, caller);
  }

  /**
   * The message and the fields, without the stack, for logs.
   *
   * @returns {Record<string, unknown>}
   */
  toJSON() {
    /** @type {Record<string, unknown>} */
    const plain = { name: this.name, message: this.message };
    for (const key of FIELDS) {
      if (Object.hasOwn(this, key)) plain[key] = Reflect.get(this, key);
    }
    return plain;
  }
}

/**
 * A copy of the error, with the wait time that is left.
 *
 * @param {BitbucketAuthError} error
 * @param {number} wait in milliseconds
 * @returns {BitbucketAuthError}
 */
export function withRetryAfter(error, wait) {
  const details = /** @type {any} */ ({ ...error.toJSON(), retryAfter: Math.ceil(wait) });
  return new BitbucketAuthError(details, error.cause ? { cause: /** @type {Error} */ (error.cause) } : {}, withRetryAfter);
}

/**
 * Sets the number of frames of a stack, in runtimes that can also capture a stack on demand.
 *
 * @param {unknown} limit
 * @returns {unknown} the previous value
 */
function setStackTraceLimit(limit) {
  if (!Error.captureStackTrace) return undefined;
  const before = Error.stackTraceLimit;
  // This has no effect in hardened processes, where `Error` is frozen: then `super` captures a stack, too.
  Reflect.set(Error, 'stackTraceLimit', limit);
  return before;
}

// The name is defined on the prototype, as for built-in errors, so that an instance has no own property for it.
Object.defineProperty(BitbucketAuthError.prototype, 'name', {
  value: 'BitbucketAuthError',
  writable: true,
  configurable: true,
});

/**
 * Whether a thrown value is a failure that the core described.
 *
 * @param {unknown} thrown
 * @returns {thrown is ErrorDetails}
 */
function isFailure(thrown) {
  return typeof thrown === 'object' && thrown !== null && !(thrown instanceof Error)
    && 'code' in thrown && 'phase' in thrown && 'message' in thrown;
}

/**
 * Calls the core, and converts its description of a failure into an error.
 *
 * @template T
 * @param {Function} caller the public function that was called; the stack trace starts at the code that called it
 * @param {() => T} call
 * @returns {T}
 * @throws {BitbucketAuthError}
 */
export function callCore(caller, call) {
  try {
    return call();
  } catch (thrown) {
    throw isFailure(thrown) ? new BitbucketAuthError(thrown, {}, caller) : thrown;
  }
}
