/**
 * Keeps the requests of each account within Bitbucket's rate limit.
 *
 * In: who is about to send a request, and what Bitbucket answered. Out: the moment at which it may be sent, in the order
 * of asking. What never happens here: more requests than the limit in any hour, a request that is lost or fails because
 * Redis does, or a credential in a key.
 *
 * Bitbucket's hour rolls, so requests are counted in slots of five minutes, and all slots that an hour can touch are
 * added: the whole limit may go out in one burst, and no hour holds more. The counters are those of rate-limiter-flexible,
 * whose own windows are fixed: two of their bursts may meet at the border of two windows.
 */
export type Environment = import('./environment.js').Environment;
export type TakeOptions = {
    signal?: AbortSignal | null;
    /**
     * by default there is no end to waiting
     */
    maxWaitMs?: number;
    log?: (message: string) => void;
};
export type Settings = Pick<Environment, 'rateLimit' | 'isRateLimitConfigured' | 'redisUrl'>;
/**
 * The rate limiter for these settings; the same one for all of a process that have them.
 *
 * @param {Settings} settings
 * @returns {RateLimiter | undefined} `undefined` without a limit
 */
export declare function rateLimiterOf({ rateLimit, isRateLimitConfigured, redisUrl }: Settings): RateLimiter | undefined;
export declare class RateLimiter {
    #private;
    /** @param {Settings} settings */
    constructor(settings: Settings);
    /**
     * Waits until a request may be sent, which then counts.
     *
     * @param {string} account whose limit it is; no secret
     * @param {string} group of resources
     * @param {TakeOptions} [options]
     * @returns {Promise<void>}
     * @throws {BitbucketAuthError} `API_RATE_LIMITED` when too many wait or the wait would be too long, with `retryAfter`;
     *   `REQUEST_ABORTED`
     */
    take(account: string, group: string, options?: TakeOptions): Promise<void>;
    /**
     * Learns from an answer.
     *
     * @param {string} account
     * @param {string} group
     * @param {{ status: number, headers: Record<string, string> }} answer with lower-case names of header fields
     * @returns {Promise<void>}
     */
    observe(account: string, group: string, { status, headers }: {
        status: number;
        headers: Record<string, string>;
    }): Promise<void>;
}
export type Reading = {
    /**
     * before which these are
     */
    slot: number;
    /**
     * whether nobody counts there any more
     */
    isSettled: boolean;
    counts: Map<number, number>;
    sum: number;
};
