/**
 * Errors by which NocoDB tells the sender of a request what is wrong.
 *
 * In: a `BitbucketAuthError`, and errors of NocoDB's own. Out: errors that NocoDB's exception filter answers with a status and
 *   the message. Never here: a part of NocoDB's code, or a property of the `BitbucketAuthError` other than its code.
 */

/** @typedef {import('./plugin.js').BitbucketAuthError} BitbucketAuthError */

/**
 * Refuses a request to NocoDB. NocoDB's exception filter answers with the status and the message, provided that the
 * error has no `code`: it takes an error with a `code` for the database's, and replaces the message.
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
 * The same refusal as an error of NocoDB's own class, for routes that pass on no others.
 *
 * @param {HttpError} httpError
 * @param {() => Promise<unknown>} provokeError has NocoDB throw an error of that class, in the same transaction
 * @returns {Promise<Error>} the refusal as it was, where NocoDB threw nothing like it
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
 * Whether it is an error that NocoDB answers with. A database's have no status.
 *
 * @param {unknown} thrown
 * @returns {thrown is Error}
 */
const isNocodbError = (thrown) => thrown instanceof Error && Object.getPrototypeOf(thrown) !== Error.prototype
  && Object.values(thrown).some(isStatus);

/**
 * Which members NocoDB's filter reads, and whether by the class or one above it, is NocoDB's business: every status and every
 * word of the error that it threw has its counterpart. A filter that finds no status may end the process.
 *
 * @param {Error} thrown
 * @param {HttpError} httpError
 */
function copyWithText(thrown, httpError) {
  const { code } = /** @type {BitbucketAuthError} */ (httpError.cause);
  /** @param {string} name @param {unknown} member */
  const textFor = (name, member) => {
    if (typeof member !== 'string') return undefined;
    // A name tells the class.
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
 * Whether what its class offers can be called: a class with private members does so for its own objects only, and a filter that
 * throws may end the process, too.
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
