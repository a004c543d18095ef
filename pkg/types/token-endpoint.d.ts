/**
 * Sends the core's token requests and has the answers judged.
 *
 * In: the environment, judged, and a request that the core built. Out: a token set, or a `BitbucketAuthError`. What
 * never happens here: a request is repeated, a token is kept, or an answer is believed before the core has seen it.
 */
import { BitbucketAuthError } from './error.js';
export type CoreClient = import('./core.js').CoreClient;
export type TokenRequest = import('./core.js').TokenRequest;
export type TokenSet = import('./core.js').TokenSet;
export type Environment = import('./environment.js').Environment;
/** @typedef {import('./core.js').CoreClient} CoreClient */
/** @typedef {import('./core.js').TokenRequest} TokenRequest */
/** @typedef {import('./core.js').TokenSet} TokenSet */
/** @typedef {import('./environment.js').Environment} Environment */
/**
 * The client that the environment describes.
 *
 * @param {Environment} environment
 * @returns {CoreClient}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` with the variable that is missing or wrong
 */
export declare function clientOf({ client, problems }: Environment): CoreClient;
/**
 * @param {import('./error.js').Failure[]} problems of the environment, the first of which is told
 * @returns {BitbucketAuthError}
 */
export declare function configFailure([problem]: import('./error.js').Failure[]): BitbucketAuthError;
/**
 * @param {Environment} environment
 * @param {(client: CoreClient) => TokenRequest} build
 * @param {'authorization_code' | 'refresh_token' | 'client_credentials'} grant
 * @param {Partial<Pick<TokenSet, 'refreshToken' | 'scopes'>>} [previous] what stays where the answer is silent
 * @returns {Promise<TokenSet & { obtainedAt: number }>} `obtainedAt`: milliseconds since the epoch
 * @throws {BitbucketAuthError} `INVALID_CONFIG`, `INVALID_ARGUMENT`, and what the transport and
 *   `OAuthClient.parseTokenResponse` throw
 */
export declare function requestTokens(environment: Environment, build: (client: CoreClient) => TokenRequest, grant: 'authorization_code' | 'refresh_token' | 'client_credentials', previous?: Partial<Pick<TokenSet, 'refreshToken' | 'scopes'>>): Promise<TokenSet & {
    obtainedAt: number;
}>;
