/**
 * The one error class, and the only place where it is made.
 *
 * In: the plain object by which the core describes a failure. Out: a `BitbucketAuthError` with a stack that starts
 * at the caller. What never happens here: a text is made up, or a server's answer, a request or a library's own
 * error is attached; the core has already decided what may be told.
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
 * What a failure has beside its stack: the core documents it.
 *
 * @type {new (message: string, options?: { cause?: Error }) => Error & ErrorDetails}
 */
const Described = /** @type {any} */ (Error);

/**
 * Every failure of this package. Branch on `code`; texts may change. No property ever holds a code, token, secret,
 * verifier, state or full address.
 */
export class BitbucketAuthError extends Described {
  /**
   * @param {ErrorDetails} failure as the core describes it
   * @param {{ detail?: string, cause?: Error }} [extra] `detail`: more words for the message, in brackets;
   *   `cause`: an error that holds nothing but a message and a `code`
   * @param {Function} [caller] the public function in whose caller the stack shall start
   */
  constructor(failure, { detail, cause } = {}, caller = BitbucketAuthError) {
    const message = detail ? `${failure.message.replace(/\.$/, '')} (${detail}).` : failure.message;
    const options = cause && { cause };
    // One stack is enough, which is half of the cost: `super` shall not take another.
    const limit = replaceStackLimit(0);
    super(message, options);
    replaceStackLimit(limit);
    // Absent fields stay absent: hosts merge objects, and a key with the value `undefined` would erase.
    for (const name of FIELDS) if (failure[name] !== undefined) Reflect.set(this, name, failure[name]);
    Error.captureStackTrace?.(this, caller);
  }

  /**
   * What a log may keep: the message and the fields, without the stack.
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
 * A failure that is told again when a part of its wait is over.
 *
 * @param {BitbucketAuthError} error
 * @param {number} wait what is left of it, in milliseconds
 * @returns {BitbucketAuthError}
 */
export function withRetryAfter(error, wait) {
  const later = /** @type {any} */ ({ ...error.toJSON(), retryAfter: Math.ceil(wait) });
  return new BitbucketAuthError(later, error.cause ? { cause: /** @type {Error} */ (error.cause) } : {}, withRetryAfter);
}

/**
 * How many frames a stack is to have, in runtimes that also take a stack on demand.
 *
 * @param {unknown} limit
 * @returns {unknown} what it was
 */
function replaceStackLimit(limit) {
  if (!Error.captureStackTrace) return undefined;
  const before = Error.stackTraceLimit;
  // Frozen in hardened processes: then there is a second stack.
  Reflect.set(Error, 'stackTraceLimit', limit);
  return before;
}

// On the prototype, as with the built-in errors, so that it is not listed among an instance's own fields.
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
 * Runs `call` and turns the core's description of a failure into a real error.
 *
 * @template T
 * @param {Function} caller the public function in whose caller the stack shall start
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
