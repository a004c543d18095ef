import { A as AuthorizationClient$1, R as RuntimeType, a as AuthorizationRequest$1, E as ErrorCode$1, P as Phase$1 } from './shared.cjs';
export { B as BitbucketAuthError, i as init } from './shared.cjs';
import { ClientOptions } from './oauth.cjs';

type Page$1 = typeof globalThis extends {
    window: infer Type;
} ? Type : object;
type PageOptions$3 = {
    /**
     * made by `createClient` without a
     * secret
     */
    client?: AuthorizationClient$1 | undefined;
    /**
     * the Key of the OAuth client at Bitbucket
     */
    clientId?: string | undefined;
    /**
     * a URL on the page's own origin, without a fragment, as registered at Bitbucket;
     * plain http is accepted if the page itself uses it
     */
    redirectUri?: string | undefined;
    /**
     * by default `DEFAULT_SCOPES` of
     * `nocodb-bitbucket-auth/oauth`
     */
    scopes?: readonly string[] | string | undefined;
    /**
     * by default those of Bitbucket Cloud
     */
    endpoints?: ClientOptions['endpoints'];
    /**
     * by default the window that loaded this module
     */
    window?: Page$1 | undefined;
};
type Grant$3 = {
    /**
     * can be used once, within minutes
     */
    code: string;
    /**
     * RFC 7636 section 4.1
     */
    code_verifier: string;
};

type Grant$2 = Grant$3;
type PageOptions$2 = PageOptions$3;
type PopupOptions$1 = {
    /**
     * how long the user may take, 1 to 600000 milliseconds; by default ten minutes
     */
    timeoutMs?: number | undefined;
    /**
     * ends the login and closes the popup
     */
    signal?: RuntimeType<'AbortSignal'> | undefined;
    /**
     * receives the grant if the popup only seemed to be closed. In
     * this case, the promise has resolved to `null` before the user gives consent
     */
    onLateGrant?: ((grant: Grant$2) => void) | undefined;
};
/**
 * Lets the user log in and give consent in a popup. Call this function directly in the click handler; otherwise, browsers block
 * the popup. The function opens the popup before it does anything else, and closes the popup in every outcome. The popup cannot
 * access the page that opened it.
 *
 * The page detects the callback by the popup's URL. This page, Bitbucket's pages, or another page of the login may isolate the
 * popup with `Cross-Origin-Opener-Policy`. If so, the page cannot see the popup's URL, and the redirect URI has to be the URL
 * of the package's `callback.html`, which posts its own URL to the page. The page cannot distinguish an isolated popup from a
 * popup that the user has closed. So a popup that seems to be closed counts as cancelled only after the page has had the focus
 * for a minute. To let the user cancel sooner, offer a button that aborts the `signal`.
 *
 * @param {PageOptions & PopupOptions} options
 * @returns {Promise<Grant | null>} `null`: the user closed the popup or denied access
 * @throws {BitbucketAuthError} `POPUP_BLOCKED`, `INVALID_ARGUMENT`, `AUTHORIZATION_TIMEOUT`, `REQUEST_ABORTED`, and the errors of
 *   `validateAuthorizationResponse` except `ACCESS_DENIED`; `INVALID_CONFIG` also in a worker (`field` is `window`), in a
 *   sandboxed frame with an opaque origin (`origin`), and outside of a browser (`BroadcastChannel`)
 */
declare function authorizeInPopup(options: PageOptions$2 & PopupOptions$1): Promise<Grant$2 | null>;

type PublicClientOptions$1 = Omit<ClientOptions, 'clientSecret'>;
/**
 * Creates a public client (RFC 6749 section 2.1), whose configuration the core validates once. The core rejects a secret. If the
 * page itself was loaded over plain http, a redirect URI on the page's own origin may use plain http, too.
 *
 * @param {PublicClientOptions} options
 * @returns {AuthorizationClient}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT` with `field`
 */
declare function createClient(options: PublicClientOptions$1): AuthorizationClient$1;

type Grant$1 = Grant$3;
type Page = Page$1;
type PageOptions$1 = PageOptions$3;
/**
 * Navigates the page to Bitbucket. The page at the redirect URI then calls `completeRedirect`.
 *
 * @param {PageOptions} options
 * @returns {Promise<void>} resolves when the navigation starts
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` also when the page has no session storage or the storage is
 *   full (`field` is `sessionStorage`), in a worker (`window`), and in a sandboxed frame with an opaque origin (`origin`)
 */
declare function beginRedirect(options: PageOptions$1): Promise<void>;
/**
 * Reads the response to `beginRedirect` from the page's URL. Call it whenever the page at the redirect URI is loaded, before
 * anything else changes the URL. If the URL contains a response, the call deletes the pending login and removes the response's
 * parameters from the URL, whatever the outcome is. Concurrent calls share one outcome.
 *
 * @param {{ window?: Page | undefined }} [options]
 * @returns {Promise<Grant | null>} `null`: the URL contains no response, the user denied access, or the page is in a popup of
 *   `authorizeInPopup`
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `STATE_MISMATCH` also when the response was already used,
 *   `AUTHORIZATION_TIMEOUT` when the login began more than ten minutes ago, and the errors of `validateAuthorizationResponse`
 *   except `ACCESS_DENIED`; `INVALID_CONFIG` in a worker (`field` is `window`)
 */
declare function completeRedirect(options?: {
    window?: Page | undefined;
}): Promise<Grant$1 | null>;

type AuthorizationClient = AuthorizationClient$1;
type AuthorizationRequest = AuthorizationRequest$1;
type PublicClientOptions = PublicClientOptions$1;
type ErrorCode = ErrorCode$1;
type Phase = Phase$1;
type Grant = Grant$3;
type PageOptions = PageOptions$3;
type PopupOptions = PopupOptions$1;

export { authorizeInPopup, beginRedirect, completeRedirect, createClient };
export type { AuthorizationClient, AuthorizationRequest, ErrorCode, Grant, PageOptions, Phase, PopupOptions, PublicClientOptions };
