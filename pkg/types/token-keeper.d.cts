/**
 * Keeps the newest tokens of each connection of this process.
 *
 * In: the tokens of stored configs, in whatever order hosts hand them out. Out: the newest tokens of the same
 * connection, renewed in time, published to other processes and handed to the host's store before they are used. What
 * never happens here: a decision (the core's refresh policy makes them all), or two token requests with one refresh
 * token at the same time.
 */
export type RefreshPolicy = import('./core.cjs').RefreshPolicy;
export type Coordination = import('./coordination/memory.cjs').Coordination;
export type Lock = import('./coordination/memory.cjs').Lock;
export type Environment = import('./environment.cjs').Environment;
export type Pair = {
    /**
     * absent when a config has none that can be sent
     */
    accessToken?: string;
    refreshToken: string;
    /**
     * of the access token, in milliseconds since the epoch
     */
    expiresAt?: number;
    /**
     * in milliseconds since the epoch
     */
    obtainedAt?: number;
    /**
     * as granted
     */
    scopes?: string[];
};
export type Holder = {
    /**
     * has the host store a pair; rejects when it could not
     */
    store: (pair: Pair) => unknown;
    log: (message: string) => void;
    /**
     * the number of the pair that its store has, as far as known
     */
    stored: number;
    /**
     * the number of the pair that its store was handed last
     */
    handed: number;
};
export type ConfiguredEnvironment = Environment & {
    client: import('./core.cjs').CoreClient;
};
export type Current = Readonly<{
    accessToken: string;
    generation: number;
    pair: Pair;
}>;
/**
 * The keeper for the OAuth client that an environment describes; the same one for each environment that describes it.
 *
 * @param {ConfiguredEnvironment} environment
 * @returns {TokenKeeper}
 */
export declare function keeperOf(environment: ConfiguredEnvironment): TokenKeeper;
/**
 * A pair, made member by member: V8 gives most objects that come out of a spread a hidden class of their own, which
 * takes more memory than the object.
 *
 * @param {{ [Name in keyof Pair]: Pair[Name] | undefined } & { refreshToken: string }} members
 * @returns {Pair}
 */
export declare function makePair({ accessToken, refreshToken, expiresAt, obtainedAt, scopes }: { [Name in keyof Pair]: Pair[Name] | undefined; } & {
    refreshToken: string;
}): Pair;
/**
 * A holder whose store is not known to have any pair.
 *
 * @param {Pick<Holder, 'store' | 'log'>} host
 * @returns {Holder}
 */
export declare function holder({ store, log }: Pick<Holder, 'store' | 'log'>): Holder;
/** The connections of one OAuth client. */
export declare class TokenKeeper {
    #private;
    environment: ConfiguredEnvironment;
    coordination: import("./coordination/memory.cjs").Coordination;
    grant: "client_credentials" | "refresh_token";
    /**
     * @param {ConfiguredEnvironment} environment
     * @param {Coordination} coordination
     * @param {'refresh_token' | 'client_credentials'} [grant] how its connections get new tokens
     */
    constructor(environment: ConfiguredEnvironment, coordination: Coordination, grant?: 'refresh_token' | 'client_credentials');
    /**
     * The connection that a pair belongs to, be it the newest or an older one.
     *
     * @param {Pair} pair out of a config
     * @param {Holder} [owner] whose config that is
     * @returns {Connection}
     */
    attach(pair: Pair, owner?: Holder): Connection;
    /**
     * The connection of the OAuth client itself (RFC 6749 section 4.4). It has no refresh token, and nobody's tokens die
     * when it gets new ones, so it is this process' own, and no store has to know.
     *
     * @returns {Connection}
     */
    ofClient(): Connection;
    /**
     * What a refresh token is called outside of this process.
     *
     * @param {string} refreshToken
     */
    keyOf(refreshToken: string): string;
    /**
     * Notes that a connection has a newer refresh token.
     *
     * @param {Connection} connection
     * @param {string} before
     * @param {string} key
     */
    rename(connection: Connection, before: string, key: string): void;
}
/** One chain of refresh tokens, of which only the last one is good. */
export declare class Connection {
    #private;
    /**
     * @param {TokenKeeper} keeper
     * @param {Pair} pair
     * @param {string} key
     */
    constructor(keeper: TokenKeeper, pair: Pair, key: string);
    /**
     * @param {Pair} pair
     * @param {string} key
     * @param {Holder} [owner]
     */
    attach(pair: Pair, key: string, owner?: Holder): void;
    /**
     * The newest tokens, renewed if that is due, after they were handed to the holder's store.
     *
     * @param {Holder} owner
     * @returns {Promise<Current>}
     * @throws {BitbucketAuthError} `RECONNECT_REQUIRED`, and what `requestTokens` throws
     */
    newest(owner: Holder): Promise<Current>;
    /**
     * Tokens that are newer than the newest, or than those with a certain refresh token.
     *
     * @param {Holder} owner
     * @param {string} [refreshToken]
     * @returns {Promise<Current>}
     * @throws {BitbucketAuthError} like `newest`
     */
    renewed(owner: Holder, refreshToken?: string): Promise<Current>;
    /**
     * The newest tokens that are known anywhere, as they are.
     *
     * @returns {Promise<Pair>}
     */
    latest(): Promise<Pair>;
    /**
     * Whether the refresh token was unused for so long that it should be used.
     *
     * @returns {boolean}
     */
    isIdle(): boolean;
    /**
     * Whether a request with these tokens that the API answered with this status is to be repeated with the newest.
     *
     * @param {number} status
     * @param {Current} used
     * @param {boolean} isRepetition
     * @returns {boolean}
     */
    answered(status: number, { generation }: Current, isRepetition: boolean): boolean;
    /**
     * Whether nobody needs this object: its tokens can be had from a config.
     *
     * @param {number} before
     */
    isForgettable(before: number): boolean;
}
