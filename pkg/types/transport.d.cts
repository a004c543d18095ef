/**
 * The one HTTP sender.
 *
 * In: a request as data. Out: status, header fields and bytes of the answer, or a `BitbucketAuthError` that says what
 * kind of trouble the network has. What never happens here: an answer is judged, a credential follows a redirect to
 * another origin, a request for this machine leaves it, or an address, header or body gets into an error.
 */
export type Phase = import('./error.cjs').Phase;
export type SendOptions = {
    /**
     * for the error, if it comes to that
     */
    phase: Phase;
    /**
     * for the whole answer, body included; without it only `signal` ends the request
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
 * through none.
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
}, { phase, timeoutMs, signal, maxBytes, redirect }: SendOptions): Promise<Answer>;
/**
 * A `fetch` for Axios that attaches the credential by itself, and only to requests for the API's origin. So the
 * credential is in no Axios config and in no Axios error, and undici takes it off when a redirect leaves the origin.
 *
 * @param {{ apiUrl: string, maxBytes: number, accessToken: () => string }} options
 * @returns {(input: string | URL | Request, init?: RequestInit) => Promise<Response>}
 */
export declare function createApiFetch({ apiUrl, maxBytes, accessToken }: {
    apiUrl: string;
    maxBytes: number;
    accessToken: () => string;
}): (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
