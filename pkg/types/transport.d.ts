/**
 * The one HTTP sender.
 *
 * In: a request as data. Out: status, header fields and bytes of the answer, a redirect being one like any other, or a
 * `BitbucketAuthError` that says what kind of trouble the network has. What never happens here: an answer is judged or
 * followed, a request for this machine leaves it, or an address, header or body gets into an error.
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
