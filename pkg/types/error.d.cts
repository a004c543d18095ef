/**
 * The one error class, and the only place where it is made.
 *
 * In: the plain object by which the core describes a failure. Out: a `BitbucketAuthError` with a stack that starts
 * at the caller. What never happens here: a text is made up, or a server's answer, a request or a library's own
 * error is attached; the core has already decided what may be told.
 */
export type Phase = 'config' | 'authorize' | 'callback' | 'exchange' | 'refresh' | 'api';
export type Failure = {
    /**
     * stable name, see `BitbucketAuthError.code`
     */
    code: string;
    /**
     * the step of a connection's life in which it happened
     */
    phase: Phase;
    /**
     * what is wrong and what mends it
     */
    message: string;
    /**
     * whether the same request may succeed later without anybody doing anything
     */
    retryable: boolean;
    /**
     * whether only the user can mend it, by connecting again
     */
    reauthorize: boolean;
    /**
     * the OAuth error code that Bitbucket sent (RFC 6749 sections 4.1.2.1 and 5.2)
     */
    error?: string;
    /**
     * Bitbucket's description: cut, control characters and secrets removed
     */
    errorDescription?: string;
    /**
     * the HTTP status of the answer
     */
    status?: number;
    /**
     * the argument, environment variable or member that is wrong
     */
    field?: string;
    /**
     * how long Bitbucket asks to wait, in milliseconds
     */
    retryAfter?: number;
    /**
     * the scopes that the request needs, as Bitbucket's API says
     */
    required?: string[];
    /**
     * the scopes that the credential has, as Bitbucket's API says
     */
    granted?: string[];
    /**
     * Atlassian's page about a part of the API that was removed
     */
    announcementUrl?: string;
};
/**
 * Every failure of this package. Branch on `code`; texts may change. No property ever holds a code, token, secret,
 * verifier, state or full address.
 */
export declare class BitbucketAuthError extends Error {
    /**
     * Stable name of the failure, `INVALID_CONFIG` for instance.
     * @type {string}
     */
    code: string;
    /**
     * The step in which it happened.
     * @type {Phase}
     */
    phase: Phase;
    /**
     * Whether the same request may succeed later without anybody doing anything.
     * @type {boolean}
     */
    retryable: boolean;
    /**
     * Whether only the user can mend it, by connecting again.
     * @type {boolean}
     */
    reauthorize: boolean;
    /**
     * The OAuth error code that Bitbucket sent.
     * @type {string | undefined}
     */
    error: string | undefined;
    /**
     * Bitbucket's description: cut, control characters and secrets removed.
     * @type {string | undefined}
     */
    errorDescription: string | undefined;
    /**
     * The HTTP status of the answer.
     * @type {number | undefined}
     */
    status: number | undefined;
    /**
     * The argument, environment variable or member that is wrong.
     * @type {string | undefined}
     */
    field: string | undefined;
    /**
     * How long Bitbucket asks to wait, in milliseconds.
     * @type {number | undefined}
     */
    retryAfter: number | undefined;
    /**
     * The scopes that the request needs, as Bitbucket's API says.
     * @type {string[] | undefined}
     */
    required: string[] | undefined;
    /**
     * The scopes that the credential has, as Bitbucket's API says.
     * @type {string[] | undefined}
     */
    granted: string[] | undefined;
    /**
     * Atlassian's page about a part of the API that was removed.
     * @type {string | undefined}
     */
    announcementUrl: string | undefined;
    /**
     * @param {Failure} failure as the core describes it
     * @param {{ detail?: string, cause?: Error }} [extra] `detail`: more words for the message, in brackets;
     *   `cause`: an error that holds nothing but a message and a `code`
     * @param {Function} [caller] the public function in whose caller the stack shall start
     */
    constructor(failure: Failure, { detail, cause }?: {
        detail?: string;
        cause?: Error;
    }, caller?: Function);
    /**
     * What a log may keep: the message and the fields, without the stack.
     *
     * @returns {Record<string, unknown>}
     */
    toJSON(): Record<string, unknown>;
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
export declare function judge<T>(caller: Function, call: () => T): T;
