/**
 * Coordination within one process: who may refresh, and which tokens are the newest.
 *
 * In: keys of refresh tokens, and the tokens that followed them. Out: locks, and the newest tokens of a chain. What
 * never happens here: a refresh token used as a key (keys are keyed hashes), or a decision about tokens.
 */
export type Pair = import('../token-keeper.cjs').Pair;
export type Value = Pair | {
    dead: true;
};
export type Entry = {
    /**
     * of the refresh token in `value`
     */
    key: string;
    value: Value;
    /**
     * of the lock under which it was obtained
     */
    fence: number;
};
export type Lock = {
    /**
     * greater for each later lock
     */
    fence: number;
    isHeld: () => boolean;
    release: () => Promise<void>;
};
export type Coordination = {
    /**
     * `undefined`: somebody else has it
     */
    lock: (key: string) => Promise<Lock | undefined>;
    /**
     * the newest entry that follows a key, its own included
     */
    find: (key: string) => Promise<Entry | undefined>;
    /**
     * the same, from this process's memory only
     */
    findLocal: (key: string) => Entry | undefined;
    /**
     * makes an entry the one that follows a key;
     * `false` when something newer, or with a higher fence, does already: that then follows `entry.key`, too
     */
    publish: (key: string, entry: Entry) => Promise<boolean>;
    /**
     * for how many milliseconds yet the refusal of others than this
     * key explains one of this
     */
    lockout: (key: string) => Promise<number>;
    /**
     * notes a refusal of this key
     */
    lockOut: (key: string, ms: number) => Promise<void>;
    close: () => Promise<void>;
};
export type Chain = {
    /**
     * the newest
     */
    entry: Entry;
    /**
     * that lead to it, the oldest first
     */
    keys: string[];
    /**
     * in milliseconds since the epoch
     */
    publishedAt: number;
};
/** @implements {Coordination} */
export declare class MemoryCoordination implements Coordination {
    #private;
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
     * Makes an entry the one that follows a key, whatever the fences: somebody who knows more has decided.
     *
     * @param {string} key
     * @param {Entry} entry
     */
    settle(key: string, entry: Entry): void;
    /**
     * The last keys of each chain that lead to its newest entry: its own, and the one before.
     *
     * @returns {string[]}
     */
    lastKeys(): string[];
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
