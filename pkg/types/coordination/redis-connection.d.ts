/**
 * A connection to Redis that comes and goes.
 *
 * In: its address, and work to be done with it. Out: what the work gives, or nothing when Redis did not do it. What
 * never happens here: an operation that fails or waits long because Redis does, a process kept alive by it, or an error
 * of the Redis client that leaves this file (they hold what was sent).
 */
export type Redis = import('ioredis').Redis;
export type RedisConnectionOptions = {
    url: string;
    /**
     * in milliseconds; `reconnection`:
     * the longest pause between two attempts to connect
     */
    limits: {
        operation: number;
        connection: number;
        reconnection: number;
    };
    scripts?: Record<string, {
        lua: string;
        numberOfKeys: number;
    }>;
    log: (message: string) => void;
    /**
     * what this process does without Redis, for the log
     */
    without: string;
    /**
     * rejects when this Redis is of no use
     */
    check?: (redis: Redis) => Promise<void>;
    opened?: () => void;
};
export declare class RedisConnection {
    #private;
    /** @param {RedisConnectionOptions} options */
    constructor(options: RedisConnectionOptions);
    get isUsable(): boolean;
    /**
     * Does something with Redis, unless it is not there.
     *
     * @template T
     * @param {(redis: Redis) => Promise<T>} work
     * @param {{ isAwaited: boolean }} [options] whether the process stays alive for it
     * @returns {Promise<T | undefined>} `undefined` when Redis did not do it
     */
    use<T>(work: (redis: Redis) => Promise<T>, { isAwaited }?: {
        isAwaited: boolean;
    }): Promise<T | undefined>;
    /**
     * Waits for Redis only when it was never asked before.
     *
     * @returns {Promise<Redis | undefined>}
     */
    connected(): Promise<Redis | undefined>;
    close(): void;
}
