/**
 * Waiting that a signal ends.
 *
 * In: work that is under way, and a signal. Out: what the work gives, or the error that says who ended the wait. What
 * never happens here: the work itself is ended, as others may wait for it.
 */
/**
 * @template T
 * @param {Promise<T>} work goes on when its caller no longer waits: others may
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<T>}
 * @throws {BitbucketAuthError} `REQUEST_ABORTED`, and what `work` throws
 */
export declare function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T>;
