/**
 * The client for Bitbucket's API: an Axios instance, and the sender beneath it.
 *
 * In: requests as Axios' users make them, and where the credential and the room within the rate limit come from. Out:
 * Axios' answers and errors, each error with what the core makes of it in `error.bitbucket`. What never happens here: a
 * credential in a config, an error or a request to another origin, or a decision about where a request may go, whether
 * it is repeated, or what an answer means.
 */
import { BitbucketAuthError } from './error.js';
export type AxiosError = import('axios').AxiosError;
export type AxiosInstance = import('axios').AxiosInstance;
export type AxiosRequestConfig = import('axios').AxiosRequestConfig;
export type CredentialKind = import('./core.js').CredentialKind;
export type Answer = import('./transport.js').Answer;
export type Paginate = (path: string, params?: Record<string, unknown>, config?: AxiosRequestConfig) => AsyncGenerator<any, void, void>;
export type BitbucketClient = AxiosInstance & {
    readonly paginate: Paginate;
};
export type Credential = {
    authorization: string;
};
export type CredentialSource<T extends Credential> = {
    newest: () => Promise<T>;
    /**
     * whether the request is to be
     * repeated with the newest credential
     */
    answered: (status: number, used: T, isRepetition: boolean) => boolean;
    /**
     * told when it is, and cannot be: its body was a stream
     */
    onUnrepeatable: () => void;
};
export type Throttle = {
    /**
     * waits until a request to this group of
     * resources may be sent
     */
    take: (group: string, signal?: AbortSignal | null) => Promise<void>;
    /**
     * learns from an answer
     */
    observe: (group: string, answer: Answer) => Promise<void>;
};
export type SenderOptions<T extends Credential> = {
    apiUrl: string;
    /**
     * of each request, from the moment at which it is sent
     */
    timeoutMs: number;
    credentials: CredentialSource<T>;
    /**
     * by default there is no limit
     */
    throttle?: Throttle;
};
export type ApiRequest = {
    method: string;
    /**
     * absolute
     */
    url: string;
    /**
     * lower-case names
     */
    headers?: Record<string, string>;
    body?: unknown;
    signal?: AbortSignal | null;
    /**
     * which redirects are followed: all that the core allows, which is
     * the default; those to the API only; or none, each being an answer like any other
     */
    redirect?: 'follow' | 'own' | 'manual';
};
export type Sender = (request: ApiRequest) => Promise<Answer>;
/**
 * Sends requests to the API with the newest credential, each in its turn.
 *
 * @template {Credential} T
 * @param {SenderOptions<T>} options
 * @returns {Sender} throws `FOREIGN_ORIGIN`, `REDIRECT_REFUSED`, and what the transport, `credentials` and `throttle`
 *   throw
 */
export declare function createSender<T extends Credential>({ apiUrl, timeoutMs, credentials, throttle }: SenderOptions<T>): Sender;
/**
 * An Axios instance that sends through a sender.
 *
 * @param {{ apiUrl: string, kind: CredentialKind, sender: Sender }} options
 * @returns {BitbucketClient}
 */
export declare function createClient({ apiUrl, kind, sender }: {
    apiUrl: string;
    kind: CredentialKind;
    sender: Sender;
}): BitbucketClient;
/**
 * What an error of the client means.
 *
 * @param {unknown} error
 * @returns {BitbucketAuthError}
 */
export declare function meaningOf(error: unknown): BitbucketAuthError;
