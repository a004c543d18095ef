/**
 * Coordination of several processes through Redis: who may refresh, and which tokens are the newest.
 *
 * In: keys of refresh tokens, and the tokens that followed them. Out: locks, and the newest tokens of a chain, of all
 * processes that use the same Redis. What never happens here: a secret in a key (keys are keyed hashes), a token
 * outside of a ciphertext, an operation that fails or waits long because Redis does, or an error of the Redis client
 * that leaves this file (they hold what was sent).
 *
 * Everything is in this process's memory, too, and Redis only adds to it: without Redis, the processes are as good as
 * alone, and what they published meanwhile is passed on when it is back.
 */
export type Redis = import('ioredis').Redis;
export type Coordination = import('./memory.cjs').Coordination;
export type Entry = import('./memory.cjs').Entry;
export type Lock = import('./memory.cjs').Lock;
export type Value = import('./memory.cjs').Value;
export type Limits = Partial<typeof LIMITS>;
export type RedisOptions = {
    url: string;
    /**
     * of one OAuth client; no secret
     */
    namespace: string;
    /**
     * 256 bits
     */
    encryptionKey: Uint8Array;
    log: (message: string) => void;
    limits?: Limits;
};
export type Script = (prefix: string, ...args: (string | number)[]) => Promise<unknown>;
declare const LIMITS: {
    lock: number;
    operation: number;
    connection: number;
    reconnection: number;
    pointer: number;
    pair: number;
    deadMarker: number;
};
/** @implements {Coordination} */
export declare class RedisCoordination implements Coordination {
    #private;
    /** @param {RedisOptions} options */
    constructor(options: RedisOptions);
    /**
     * @param {string} key
     * @returns {Promise<Lock | undefined>}
     */
    lock(key: string): Promise<Lock | undefined>;
    /**
     * @param {string} key
     * @returns {Promise<Entry | undefined>}
     */
    find(key: string): Promise<Entry | undefined>;
    /**
     * @param {string} key
     * @returns {Entry | undefined}
     */
    findLocal(key: string): Entry | undefined;
    /**
     * @param {string} key
     * @param {Entry} entry
     * @returns {Promise<boolean>}
     */
    publish(key: string, entry: Entry): Promise<boolean>;
    /**
     * @param {string} key
     * @returns {Promise<number>}
     */
    lockout(key: string): Promise<number>;
    /**
     * @param {string} key
     * @param {number} ms
     * @returns {Promise<void>}
     */
    lockOut(key: string, ms: number): Promise<void>;
    close(): Promise<void>;
}
export {};
