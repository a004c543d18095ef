/**
 * Errors that NocoDB reports to the sender of a request.
 *
 * In: a `BitbucketAuthError`, and errors of NocoDB's own. Out: errors for which NocoDB's exception filter responds with a status
 *   and the message. Never: a copy of NocoDB's code, or a response with more of the `BitbucketAuthError` than its message and its
 *   `code`.
 */

/** @typedef {import('./plugin.js').BitbucketAuthError} BitbucketAuthError */

/**
 * Rejects a request to NocoDB. NocoDB's exception filter responds with the status and the message if the error has no `code`.
 * The filter takes an error with a `code` for a database error, and replaces its message.
 */
export class HttpError extends Error {
  #status;

  /**
   * @param {BitbucketAuthError} cause
   * @param {number} status
   */
  constructor(cause, status) {
    super(cause.message, { cause });
    this.name = cause.name;
    this.#status = status;
  }

  getStatus() {
    return this.#status;
  }

  getResponse() {
    return { msg: this.message };
  }
}

/**
 * Converts an error to an instance of NocoDB's own error class, for routes that report only errors of that class.
 *
 * @param {HttpError} httpError
 * @param {() => Promise<unknown>} provokeError makes NocoDB throw an error of its own class, in the same transaction
 * @returns {Promise<Error>} the unchanged `httpError` when NocoDB threw no error of its own class, or one that cannot be copied
 */
export async function asNocodbError(httpError, provokeError) {
  try {
    await provokeError();
  } catch (thrown) {
    if (isNocodbError(thrown)) {
      const error = copyWithText(thrown, httpError);
      if (isReadable(error)) return error;
    }
  }
  return httpError;
}

/** @param {unknown} value */
const isStatus = (value) => Number.isInteger(value) && Number(value) >= 400 && Number(value) <= 599;

/**
 * Whether this is an error of NocoDB's own class. Such an error has a status, but database errors have none.
 *
 * @param {unknown} thrown
 * @returns {thrown is Error}
 */
const isNocodbError = (thrown) => thrown instanceof Error && Object.getPrototypeOf(thrown) !== Error.prototype
  && Object.values(thrown).some(isStatus);

/**
 * Copies NocoDB's error, and gives the copy the status and text of the `HttpError`. NocoDB's versions differ in the members
 * that their exception filter reads, and in the class that defines these members. So every status and every text is replaced. A
 * filter that finds no status may end the process.
 *
 * @param {Error} thrown
 * @param {HttpError} httpError
 */
function copyWithText(thrown, httpError) {
  const { code } = /** @type {BitbucketAuthError} */ (httpError.cause);
  /** @param {string} name @param {unknown} member */
  const textFor = (name, member) => {
    if (typeof member !== 'string') return undefined;
    // The name is not replaced, because it identifies the class.
    if (name === 'name') return member;
    return member === thrown.message ? httpError.message : code;
  };
  const error = new Error(httpError.message, { cause: httpError.cause });
  Object.setPrototypeOf(error, Object.getPrototypeOf(thrown));
  for (const [name, member] of Object.entries(thrown)) {
    const value = isStatus(member) ? httpError.getStatus() : textFor(name, member);
    if (value !== undefined) Object.defineProperty(error, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return error;
}

/**
 * Whether NocoDB's exception filter can read the copy: all methods of the class that return a part of the error must work.
 * Private members exist only on objects that the class itself created, so a method that reads a private member of the copy
 * throws. A filter that throws may end the process.
 *
 * @param {any} error
 */
function isReadable(error) {
  try {
    for (let from = error; from !== Error.prototype; from = Object.getPrototypeOf(from)) {
      for (const name of Object.getOwnPropertyNames(from)) {
        const member = error[name];
        if (typeof member === 'function' && member.length === 0 && /^(get[A-Z]|to(JSON|String)$)/.test(name)) error[name]();
      }
    }
    return true;
  } catch {
    return false;
  }
}
