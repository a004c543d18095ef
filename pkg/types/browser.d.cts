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
     * an address on the page's own origin, without a fragment, as registered at
     * Bitbucket; plain http is accepted where the page itself is on it
     */
    redirectUri?: string | undefined;
    /**
     * by default `DEFAULT_SCOPES` of
     * `nocodb-bitbucket-auth/oauth`
     */
    scopes?: readonly string[] | string | undefined;
    /**
     * other addresses than
     * Bitbucket Cloud's
     */
    endpoints?: ClientOptions['endpoints'];
    /**
     * by default the window in which this module was loaded
     */
    window?: Page$1 | undefined;
};
type Grant$3 = {
    /**
     * good for one use within minutes
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
     * gets what the user granted after the outcome was `null`,
     * because the popup seemed to be closed and was not
     */
    onLateGrant?: ((grant: Grant$2) => void) | undefined;
};
/**
 * Lets the user log in and consent in a popup. Call it in the very click, or browsers block the popup: it is opened
 * before anything else happens. The popup is closed in every outcome, and cannot reach the page that opened it.
 *
 * The callback is seen in the popup's address. Where this page, Bitbucket's, or one that the login leads over, cuts the
 * popup off (`Cross-Origin-Opener-Policy`), nothing can be seen: then the redirect URI has to be that of the package's
 * `callback.html`, which hands its address over. A popup that was cut off looks to the page like one that the user has
 * closed. So neither ends the login at once: it counts as cancelled when the page has had the focus for a minute since.
 * To let the user end it sooner, offer a button that aborts the `signal`.
 *
 * @param {PageOptions & PopupOptions} options
 * @returns {Promise<Grant | null>} `null`: the user closed the popup or denied access
 * @throws {BitbucketAuthError} `POPUP_BLOCKED`, `INVALID_ARGUMENT`, `AUTHORIZATION_TIMEOUT`, `REQUEST_ABORTED`, and what
 *   `validateAuthorizationResponse` throws but `ACCESS_DENIED`; `INVALID_CONFIG` also in a worker (`field` is `window`),
 *   in a frame whose sandbox takes its origin away (`origin`), and in a page that is not a browser's (`BroadcastChannel`)
 */
declare function authorizeInPopup(options: PageOptions$2 & PopupOptions$1): Promise<Grant$2 | null>;

type PublicClientOptions$1 = Omit<ClientOptions, 'clientSecret'>;
/**
 * Validates the configuration of a public client (RFC 6749 section 2.1), once. A secret is refused. In a page, a redirect URI
 * on the page's own origin may be plain http, if the page itself is on it.
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
 * Sends the page itself to Bitbucket. When it is back at the redirect URI, that page calls `completeRedirect`.
 *
 * @param {PageOptions} options
 * @returns {Promise<void>} the page is about to go
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` also where the page has no session storage or no room
 *   in it (`field` is `sessionStorage`), in a worker (`window`), and in a frame whose sandbox takes its origin away
 *   (`origin`)
 */
declare function beginRedirect(options: PageOptions$1): Promise<void>;
/**
 * Takes the answer to `beginRedirect` out of the page's address. Call it whenever the page at the redirect URI is
 * loaded, before anything else changes the address. What was remembered of the login is gone afterwards, and so are the
 * answer's parameters from the address, whatever the outcome. Calls at the same time share one outcome.
 *
 * @param {{ window?: Page | undefined }} [options]
 * @returns {Promise<Grant | null>} `null`: the address carries no answer, or the user denied access
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `STATE_MISMATCH` also when the answer was taken before,
 *   `AUTHORIZATION_TIMEOUT` when the login began more than ten minutes ago, and what `validateAuthorizationResponse`
 *   throws but `ACCESS_DENIED`; `INVALID_CONFIG` in a worker (`field` is `window`)
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
