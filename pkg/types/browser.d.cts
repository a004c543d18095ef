import { OAuthClient } from './oauth.cjs';
import { C as CoreClient$1, R as RuntimeType } from './shared.cjs';
import { BitbucketAuthError as BitbucketAuthError$1 } from './index.cjs';

type CoreClient = CoreClient$1;
type BitbucketAuthError = BitbucketAuthError$1;
type Page = typeof globalThis extends {
    window: infer Type;
} ? Type : object;
type PageOptions = {
    /**
     * made by `createClient` without a secret
     */
    client?: OAuthClient;
    /**
     * the Key of the OAuth client at Bitbucket
     */
    clientId?: string;
    /**
     * an address on the page's own origin, without a fragment, as registered at Bitbucket;
     * plain http is accepted where the page itself is on it
     */
    redirectUri?: string;
    /**
     * by default `DEFAULT_SCOPES` of `nocodb-bitbucket-auth/oauth`
     */
    scopes?: readonly string[] | string;
    /**
     * other addresses than
     * Bitbucket Cloud's
     */
    endpoints?: {
        authorizeUrl?: string;
        tokenUrl?: string;
        apiUrl?: string;
    };
    /**
     * by default the window in which this module was loaded
     */
    window?: Page;
};
type PopupOptions = {
    /**
     * how long the user may take, 1 to 600000 milliseconds; by default ten minutes
     */
    timeoutMs?: number;
    /**
     * ends the login and closes the popup
     */
    signal?: RuntimeType<'AbortSignal'>;
};
type Grant = {
    /**
     * good for one use within minutes
     */
    code: string;
    /**
     * RFC 7636 section 4.1
     */
    code_verifier: string;
};
/**
 * Lets the user log in and consent in a popup. Call it in the very click, or browsers block the popup: it is opened
 * before anything else happens. The popup is closed in every outcome.
 *
 * The callback is seen in the popup's address. Where Bitbucket's page, or one that the login leads over, cuts the popup
 * off (`Cross-Origin-Opener-Policy`), nothing can be seen: then the redirect URI has to be that of the package's
 * `callback.html`, which hands its address over. Nor can it be seen then that the user closes the popup, so the login
 * counts as cancelled when the page has had the focus for a while.
 *
 * @param {PageOptions & PopupOptions} options
 * @returns {Promise<Grant | null>} `null`: the user closed the popup or denied access
 * @throws {BitbucketAuthError} `POPUP_BLOCKED`, `INVALID_ARGUMENT`, `INVALID_CONFIG`, `AUTHORIZATION_TIMEOUT`,
 *   `REQUEST_ABORTED`, and what `validateAuthorizationResponse` throws but `ACCESS_DENIED`
 */
declare function authorizeInPopup(options: PageOptions & PopupOptions): Promise<Grant | null>;
/**
 * Sends the page itself to Bitbucket. When it is back at the redirect URI, that page calls `completeRedirect`.
 *
 * @param {PageOptions} options
 * @returns {Promise<void>} the page is about to go
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`; `INVALID_CONFIG` also where the page has no session storage
 */
declare function beginRedirect(options: PageOptions): Promise<void>;
/**
 * Takes the answer to `beginRedirect` out of the page's address. Call it whenever the page at the redirect URI is
 * loaded, before anything else changes the address. What was remembered of the login is gone afterwards, and so are the
 * answer's parameters from the address, whatever the outcome. Calls at the same time share one outcome.
 *
 * @param {{ window?: Page }} [options]
 * @returns {Promise<Grant | null>} `null`: the address carries no answer, or the user denied access
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`, `STATE_MISMATCH` also when the answer was taken before,
 *   `AUTHORIZATION_TIMEOUT` when the login began more than ten minutes ago, and what `validateAuthorizationResponse`
 *   throws but `ACCESS_DENIED`
 */
declare function completeRedirect(options?: {
    window?: Page;
}): Promise<Grant | null>;

export { authorizeInPopup, beginRedirect, completeRedirect };
export type { BitbucketAuthError, CoreClient, Grant, Page, PageOptions, PopupOptions };
