/**
 * The one HTTP sender.
 *
 * In: a request as data. Out: status, header fields and bytes of the answer, or a `BitbucketAuthError` that says what
 * kind of trouble the network has. What never happens here: an answer is judged, a credential follows a redirect to
 * another origin, a request for this machine leaves it, or an address, header or body gets into an error.
 */
export type Phase = import('./error.js').Phase;
export type SendOptions = {
    /**
     * for the error, if it comes to that
     */
    phase: Phase;
    /**
     * for the whole answer, body included, from the moment at which one of the connections
     * is free; without it only `signal` ends the request
     */
    timeoutMs?: number;
    signal?: AbortSignal | null;
    /**
     * of the body, content encoding removed; by default 1 MiB
     */
    maxBytes?: number;
    /**
     * by default a redirect is an answer like any other
     */
    redirect?: 'manual' | 'follow';
};
export type Answer = {
    status: number;
    /**
     * lower-case names
     */
    headers: Record<string, string>;
    body: Uint8Array<ArrayBuffer>;
};
/**
 * Sends a request through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name, if any; requests to loopback go
 * through none. At most 50 requests to one origin are under way at once; the others wait for their turn.
 *
 * @param {{ method: string, url: string, headers: Record<string, string>, body?: unknown }} request
 * @param {SendOptions} options
 * @returns {Promise<Answer>}
 * @throws {BitbucketAuthError} `REQUEST_FAILED`, `REQUEST_TIMEOUT`, `REQUEST_ABORTED`, `RESPONSE_TOO_LARGE`
 */
export declare function send(request: {
    method: string;
    url: string;
    headers: Record<string, string>;
    body?: unknown;
}, options: SendOptions): Promise<Answer>;
export type CredentialSource<T extends {
    accessToken: string;
}> = {
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
/**
 * Where the API's `fetch` gets its credential from.
 *
 * @template {{ accessToken: string }} T
 * @typedef {object} CredentialSource
 * @property {() => Promise<T>} newest
 * @property {(status: number, used: T, isRepetition: boolean) => boolean} answered whether the request is to be
 *   repeated with the newest credential
 * @property {() => void} onUnrepeatable told when it is, and cannot be: its body was a stream
 */
/**
 * A `fetch` for Axios that attaches the credential by itself, and only to requests for the API's origin. So the
 * credential is in no Axios config and in no Axios error, and undici takes it off when a redirect leaves the origin.
 * The time limit is for one request: a wait for new tokens, or a repetition, has its own.
 *
 * @template {{ accessToken: string }} T
 * @param {{ apiUrl: string, timeoutMs: number, maxBytes: number, credentials: CredentialSource<T> }} options
 * @returns {(input: string | URL | Request, init?: RequestInit) => Promise<Response>}
 */
export declare function createApiFetch<T extends {
    accessToken: string;
}>({ apiUrl, timeoutMs, maxBytes, credentials }: {
    apiUrl: string;
    timeoutMs: number;
    maxBytes: number;
    credentials: CredentialSource<T>;
}): (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
