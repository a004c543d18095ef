/**
 * The one error class, and the only place where it is made.
 *
 * In: the plain object by which the core describes a failure. Out: a `BitbucketAuthError` with a stack that starts
 * at the caller. What never happens here: a text is made up, or a server's answer, a request or a library's own
 * error is attached; the core has already decided what may be told.
 */

/** @typedef {import('../pkg/core.js').Code} ErrorCode */
/** @typedef {import('../pkg/core.js').Failure} Failure */
/** @typedef {import('../pkg/core.js').Phase} Phase */

/** @type {readonly (keyof Failure)[]} */
const FIELDS = [
  'code', 'phase', 'retryable', 'reauthorize', 'error', 'errorDescription', 'status', 'field', 'retryAfter',
  'required', 'granted', 'announcementUrl',
];

/**
 * Every failure of this package. Branch on `code`; texts may change. No property ever holds a code, token, secret,
 * verifier, state or full address.
 */
export class BitbucketAuthError extends Error {
  /**
   * @param {Failure} failure as the core describes it
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
    /**
     * Stable name of the failure, `INVALID_CONFIG` for instance.
     * @type {ErrorCode}
     */
    this.code = failure.code;
    /**
     * The step in which it happened.
     * @type {Phase}
     */
    this.phase = failure.phase;
    /**
     * Whether the same request may succeed later without anybody doing anything.
     * @type {boolean}
     */
    this.retryable = failure.retryable;
    /**
     * Whether only the user can mend it, by connecting again.
     * @type {boolean}
     */
    this.reauthorize = failure.reauthorize;
    // Absent fields stay absent: hosts merge objects, and a key with the value `undefined` would erase.
    if (failure.error !== undefined) {
      /**
       * The OAuth error code that Bitbucket sent.
       * @type {string | undefined}
       */
      this.error = failure.error;
    }
    if (failure.errorDescription !== undefined) {
      /**
       * Bitbucket's description: cut, control characters and secrets removed.
       * @type {string | undefined}
       */
      this.errorDescription = failure.errorDescription;
    }
    if (failure.status !== undefined) {
      /**
       * The HTTP status of the answer.
       * @type {number | undefined}
       */
      this.status = failure.status;
    }
    if (failure.field !== undefined) {
      /**
       * The argument, environment variable or member that is wrong.
       * @type {string | undefined}
       */
      this.field = failure.field;
    }
    if (failure.retryAfter !== undefined) {
      /**
       * How long to wait before the request is sent again, in milliseconds.
       * @type {number | undefined}
       */
      this.retryAfter = failure.retryAfter;
    }
    if (failure.required !== undefined) {
      /**
       * The scopes that the request needs, as Bitbucket's API says.
       * @type {string[] | undefined}
       */
      this.required = failure.required;
    }
    if (failure.granted !== undefined) {
      /**
       * The scopes that the credential has, as Bitbucket's API says.
       * @type {string[] | undefined}
       */
      this.granted = failure.granted;
    }
    if (failure.announcementUrl !== undefined) {
      /**
       * Atlassian's page about a part of the API that was removed.
       * @type {string | undefined}
       */
      this.announcementUrl = failure.announcementUrl;
    }
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
export function withWait(error, wait) {
  const later = /** @type {any} */ ({ ...error.toJSON(), retryAfter: Math.ceil(wait) });
  return new BitbucketAuthError(later, error.cause ? { cause: /** @type {Error} */ (error.cause) } : {}, withWait);
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
 * @returns {thrown is Failure}
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
export function judge(caller, call) {
  try {
    return call();
  } catch (thrown) {
    throw isFailure(thrown) ? new BitbucketAuthError(thrown, {}, caller) : thrown;
  }
}
