/**
 * The API as its requests see it.
 */
export class Api {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        ApiFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_api_free(ptr, 0);
    }
    /**
     * The group of resources, for the rate limit, of a request, which is one to the API.
     * @param {string} url
     * @returns {string}
     */
    admit(url) {
        let deferred3_0;
        let deferred3_1;
        try {
            const ptr0 = passStringToWasm0(url, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            const len0 = WASM_VECTOR_LEN;
            const ret = wasm.api_admit(this.__wbg_ptr, ptr0, len0);
            var ptr2 = ret[0];
            var len2 = ret[1];
            if (ret[3]) {
                ptr2 = 0; len2 = 0;
                throw takeFromExternrefTable0(ret[2]);
            }
            deferred3_0 = ptr2;
            deferred3_1 = len2;
            return getStringFromWasm0(ptr2, len2);
        } finally {
            wasm.__wbindgen_free(deferred3_0, deferred3_1, 1);
        }
    }
    /**
     * For the API's base, as the environment gave it.
     * @param {string} url
     */
    constructor(url) {
        const ptr0 = passStringToWasm0(url, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.api_new(ptr0, len0);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        ApiFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * `{ withCredential, becomesGet }` of the request that follows a redirect.
     * @param {string} method
     * @param {string} url
     * @param {boolean} with_credential
     * @param {number} status
     * @param {string} location
     * @returns {any}
     */
    redirect(method, url, with_credential, status, location) {
        const val4 = +with_credential;
        const val5 = +status;
        let ptr0, len0, ptr1, len1, ptr2, len2;
        try {
            ptr0 = passStringToWasm0(method, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len0 = WASM_VECTOR_LEN;
            ptr1 = passStringToWasm0(url, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len1 = WASM_VECTOR_LEN;
            ptr2 = passStringToWasm0(location, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
            len2 = WASM_VECTOR_LEN;
        } catch (e) {
            if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
            if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
            if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
            throw e;
        }
        const ret = wasm.api_redirect(this.__wbg_ptr, ptr0, len0, ptr1, len1, val4, val5, ptr2, len2);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
}
if (Symbol.dispose) Api.prototype[Symbol.dispose] = Api.prototype.free;

/**
 * A client, validated once and used for as long as the process runs.
 */
export class Client {
    static __wrap(ptr) {
        const obj = Object.create(Client.prototype);
        obj.__wbg_ptr = ptr;
        ClientFinalization.register(obj, obj.__wbg_ptr, obj);
        return obj;
    }
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        ClientFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_client_free(ptr, 0);
    }
    /**
     * The API's base.
     * @returns {string}
     */
    get apiUrl() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.client_apiUrl(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * The address for a host that appends state and PKCE by itself.
     * @returns {string}
     */
    authorizationUrl() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.client_authorizationUrl(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * The authorization endpoint.
     * @returns {string}
     */
    get authorizeUrl() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.client_authorizeUrl(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * `{ method, url, headers, body }` that asks for a token of the client itself.
     * @returns {any}
     */
    buildClientCredentialsRequest() {
        const ret = wasm.client_buildClientCredentialsRequest(this.__wbg_ptr);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * `{ method, url, headers, body }` that refreshes tokens.
     * @param {any} refresh_token
     * @returns {any}
     */
    buildRefreshRequest(refresh_token) {
        const ret = wasm.client_buildRefreshRequest(this.__wbg_ptr, refresh_token);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * `{ method, url, headers, body }` that exchanges a code.
     * @param {any} code
     * @param {any} code_verifier
     * @param {any} redirect_uri
     * @returns {any}
     */
    buildTokenRequest(code, code_verifier, redirect_uri) {
        const ret = wasm.client_buildTokenRequest(this.__wbg_ptr, code, code_verifier, redirect_uri);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * The Key.
     * @returns {string}
     */
    get clientId() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.client_clientId(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * Whether the client has a secret (RFC 6749 section 2.1).
     * @returns {boolean}
     */
    get confidential() {
        const ret = wasm.client_confidential(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * `{ url, state, codeVerifier, codeChallenge, redirectUri }`.
     * @param {any} extra_params
     * @returns {any}
     */
    createAuthorizationRequest(extra_params) {
        const ret = wasm.client_createAuthorizationRequest(this.__wbg_ptr, extra_params);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * A key for one purpose, derived from the secret.
     * @param {string} purpose
     * @returns {Uint8Array}
     */
    deriveKey(purpose) {
        const ptr0 = passStringToWasm0(purpose, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.client_deriveKey(this.__wbg_ptr, ptr0, len0);
        if (ret[3]) {
            throw takeFromExternrefTable0(ret[2]);
        }
        var v2 = getArrayU8FromWasm0(ret[0], ret[1]).slice();
        wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        return v2;
    }
    /**
     * Validates `{ clientId, clientSecret?, redirectUri, scopes?, endpoints? }`.
     * @param {any} options
     */
    constructor(options) {
        const ret = wasm.client_new(options);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        ClientFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Judges `{ status, headers, body, receivedAt, grant, previous?, request? }` and gives a token set. The headers
     * have lower-case names; the body is a `Uint8Array`.
     * @param {any} response
     * @returns {any}
     */
    parseTokenResponse(response) {
        const ret = wasm.client_parseTokenResponse(this.__wbg_ptr, response);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        return takeFromExternrefTable0(ret[0]);
    }
    /**
     * Where Bitbucket sends the user back to, byte for byte as configured.
     * @returns {string}
     */
    get redirectUri() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.client_redirectUri(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * The scopes that are requested, in order.
     * @returns {string[]}
     */
    get scopes() {
        const ret = wasm.client_scopes(this.__wbg_ptr);
        var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
        wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
        return v1;
    }
    /**
     * The token endpoint.
     * @returns {string}
     */
    get tokenUrl() {
        let deferred1_0;
        let deferred1_1;
        try {
            const ret = wasm.client_tokenUrl(this.__wbg_ptr);
            deferred1_0 = ret[0];
            deferred1_1 = ret[1];
            return getStringFromWasm0(ret[0], ret[1]);
        } finally {
            wasm.__wbindgen_free(deferred1_0, deferred1_1, 1);
        }
    }
    /**
     * Judges a callback (string, `URL` or `URLSearchParams`) and gives its code.
     * @param {any} callback
     * @param {any} state
     * @returns {string}
     */
    validateAuthorizationResponse(callback, state) {
        let deferred2_0;
        let deferred2_1;
        try {
            const ret = wasm.client_validateAuthorizationResponse(this.__wbg_ptr, callback, state);
            var ptr1 = ret[0];
            var len1 = ret[1];
            if (ret[3]) {
                ptr1 = 0; len1 = 0;
                throw takeFromExternrefTable0(ret[2]);
            }
            deferred2_0 = ptr1;
            deferred2_1 = len1;
            return getStringFromWasm0(ptr1, len1);
        } finally {
            wasm.__wbindgen_free(deferred2_0, deferred2_1, 1);
        }
    }
}
if (Symbol.dispose) Client.prototype[Symbol.dispose] = Client.prototype.free;

/**
 * A test of a connection. While there is a `path`, that is to be asked, and `answered` or `failed` to be told.
 */
export class ConnectionTest {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        ConnectionTestFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_connectiontest_free(ptr, 0);
    }
    /**
     * Takes the answer `{ status, headers, body, receivedAt }`.
     * @param {any} response
     */
    answered(response) {
        const ret = wasm.connectiontest_answered(this.__wbg_ptr, response);
        if (ret[1]) {
            throw takeFromExternrefTable0(ret[0]);
        }
    }
    /**
     * Takes the message of a failure that left the question without an answer.
     * @param {string} message
     */
    failed(message) {
        const ptr0 = passStringToWasm0(message, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        wasm.connectiontest_failed(this.__wbg_ptr, ptr0, len0);
    }
    /**
     * For `{ kind, workspace?, repository?, hint?, requestedScopes?, grantedScopes? }`.
     * @param {any} known
     */
    constructor(known) {
        const ret = wasm.connectiontest_new(known);
        if (ret[2]) {
            throw takeFromExternrefTable0(ret[1]);
        }
        this.__wbg_ptr = ret[0];
        ConnectionTestFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * The path below the API's base that is to be asked next.
     * @returns {string | undefined}
     */
    get path() {
        const ret = wasm.connectiontest_path(this.__wbg_ptr);
        let v1;
        if (ret[0] !== 0) {
            v1 = getStringFromWasm0(ret[0], ret[1]);
            wasm.__wbindgen_free(ret[0], ret[1] * 1, 1);
        }
        return v1;
    }
    /**
     * `{ success, message, account?, scopes?, missingScopes? }`, when there is no more to ask.
     * @returns {any}
     */
    get verdict() {
        const ret = wasm.connectiontest_verdict(this.__wbg_ptr);
        return ret;
    }
}
if (Symbol.dispose) ConnectionTest.prototype[Symbol.dispose] = ConnectionTest.prototype.free;

/**
 * What to do next in a turn.
 * @enum {0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10}
 */
export const RefreshAction = Object.freeze({
    /**
     * The turn is over.
     */
    Rest: 0, "0": "Rest",
    /**
     * Take the lock.
     */
    Lock: 1, "1": "Lock",
    /**
     * Look for a successor.
     */
    Look: 2, "2": "Look",
    /**
     * Send the token request.
     */
    Refresh: 3, "3": "Refresh",
    /**
     * Keep and show the new pair.
     */
    Publish: 4, "4": "Publish",
    /**
     * Show that the refresh token is dead.
     */
    Bury: 5, "5": "Bury",
    /**
     * Hand the pair to the stores.
     */
    Store: 6, "6": "Store",
    /**
     * Report that a store failed.
     */
    Report: 7, "7": "Report",
    /**
     * Wait until `waitUntil`.
     */
    Wait: 8, "8": "Wait",
    /**
     * The turn is over, for the reason of the last request.
     */
    FailWithLastRequest: 9, "9": "FailWithLastRequest",
    /**
     * The turn is over, the lock could not be had.
     */
    FailAsBusy: 10, "10": "FailAsBusy",
});

/**
 * What somebody who wants to use a pair of tokens shall do.
 * @enum {0 | 1 | 2}
 */
export const RefreshAnswer = Object.freeze({
    /**
     * Use it.
     */
    Use: 0, "0": "Use",
    /**
     * Wait for the turn, and ask again.
     */
    Turn: 1, "1": "Turn",
    /**
     * The connection is dead.
     */
    Dead: 2, "2": "Dead",
});

/**
 * What happened in a turn, where there is no more to say about it.
 * @enum {0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10}
 */
export const RefreshEvent = Object.freeze({
    /**
     * The lock is taken.
     */
    Locked: 0, "0": "Locked",
    /**
     * Somebody else has it.
     */
    LockBusy: 1, "1": "LockBusy",
    /**
     * It was lost.
     */
    LockLost: 2, "2": "LockLost",
    /**
     * The refresh token was found to be dead.
     */
    FoundDead: 3, "3": "FoundDead",
    /**
     * There is no successor.
     */
    NothingFound: 4, "4": "NothingFound",
    /**
     * The pair is published.
     */
    Published: 5, "5": "Published",
    /**
     * Somebody else's pair came first.
     */
    Superseded: 6, "6": "Superseded",
    /**
     * The stores took the pair.
     */
    Stored: 7, "7": "Stored",
    /**
     * One of them did not.
     */
    StoreFailed: 8, "8": "StoreFailed",
    /**
     * That was reported.
     */
    Reported: 9, "9": "Reported",
    /**
     * The wait is over.
     */
    Woke: 10, "10": "Woke",
});

/**
 * When the tokens of one connection are renewed. Times are milliseconds since 1970, `random` is from 0 to 1.
 */
export class RefreshPolicy {
    __destroy_into_raw() {
        const ptr = this.__wbg_ptr;
        this.__wbg_ptr = 0;
        RefreshPolicyFinalization.unregister(this);
        return ptr;
    }
    free() {
        const ptr = this.__destroy_into_raw();
        wasm.__wbg_refreshpolicy_free(ptr, 0);
    }
    /**
     * What is to be done in the turn that is under way.
     * @returns {RefreshAction}
     */
    get action() {
        const ret = wasm.refreshpolicy_action(this.__wbg_ptr);
        return ret;
    }
    /**
     * Whether a request that the API answered with `status` is to be repeated.
     * @param {number} status
     * @param {number} generation
     * @param {boolean} is_repetition
     * @param {number} now
     * @returns {boolean}
     */
    answered(status, generation, is_repetition, now) {
        const ret = wasm.refreshpolicy_answered(this.__wbg_ptr, status, generation, is_repetition, now);
        return ret !== 0;
    }
    /**
     * Somebody whose store has the pair `known` wants to use the newest.
     * @param {number} known
     * @param {number} now
     * @returns {RefreshAnswer}
     */
    asked(known, now) {
        const ret = wasm.refreshpolicy_asked(this.__wbg_ptr, known, now);
        return ret;
    }
    /**
     * Whether the pair of a config with the newest refresh token and another access token is to be used.
     * @param {number | null | undefined} obtained_at
     * @param {number | null | undefined} expires_at
     * @param {number} now
     * @returns {boolean}
     */
    configured(obtained_at, expires_at, now) {
        const ret = wasm.refreshpolicy_configured(this.__wbg_ptr, !isLikeNone(obtained_at), isLikeNone(obtained_at) ? 0 : obtained_at, !isLikeNone(expires_at), isLikeNone(expires_at) ? 0 : expires_at, now);
        return ret !== 0;
    }
    /**
     * Goes on after a token request failed with an error of this code.
     * @param {string} code
     * @param {boolean} retryable
     * @param {number | null | undefined} retry_after
     * @param {number} now
     * @param {number} random
     * @returns {RefreshAction}
     */
    failed(code, retryable, retry_after, now, random) {
        const val2 = +retryable;
        const val3 = +(isLikeNone(retry_after) ? 0 : retry_after);
        const val4 = +now;
        const val5 = +random;
        const ptr0 = passStringToWasm0(code, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        const len0 = WASM_VECTOR_LEN;
        const ret = wasm.refreshpolicy_failed(this.__wbg_ptr, ptr0, len0, val2, !isLikeNone(retry_after), val3, val4, val5);
        return ret;
    }
    /**
     * Goes on after a successor was found.
     * @param {number | null | undefined} obtained_at
     * @param {number | null | undefined} expires_at
     * @param {boolean} same_refresh_token
     * @param {number} now
     * @param {number} random
     * @returns {RefreshAction}
     */
    found(obtained_at, expires_at, same_refresh_token, now, random) {
        const ret = wasm.refreshpolicy_found(this.__wbg_ptr, !isLikeNone(obtained_at), isLikeNone(obtained_at) ? 0 : obtained_at, !isLikeNone(expires_at), isLikeNone(expires_at) ? 0 : expires_at, same_refresh_token, now, random);
        return ret;
    }
    /**
     * The number of the newest pair.
     * @returns {number}
     */
    get generation() {
        const ret = wasm.refreshpolicy_generation(this.__wbg_ptr);
        return ret >>> 0;
    }
    /**
     * Whether a wish for a newer pair stands.
     * @returns {boolean}
     */
    get isForced() {
        const ret = wasm.refreshpolicy_isForced(this.__wbg_ptr);
        return ret !== 0;
    }
    /**
     * Whether the refresh token was unused for too long.
     * @param {number} now
     * @returns {boolean}
     */
    isIdle(now) {
        const ret = wasm.refreshpolicy_isIdle(this.__wbg_ptr, now);
        return ret !== 0;
    }
    /**
     * Another connection of this client was refused.
     * @param {number} until
     */
    lockOut(until) {
        wasm.refreshpolicy_lockOut(this.__wbg_ptr, until);
    }
    /**
     * For how long the other connections are to know of the refusal of this one.
     * @returns {number | undefined}
     */
    get lockoutOfOthers() {
        const ret = wasm.refreshpolicy_lockoutOfOthers(this.__wbg_ptr);
        return ret[0] === 0 ? undefined : ret[1];
    }
    /**
     * For a pair that comes out of a config or was just exchanged.
     * @param {number | null | undefined} obtained_at
     * @param {number | null | undefined} expires_at
     * @param {boolean} has_access_token
     * @param {number} lockout
     * @param {number} now
     */
    constructor(obtained_at, expires_at, has_access_token, lockout, now) {
        const ret = wasm.refreshpolicy_new(!isLikeNone(obtained_at), isLikeNone(obtained_at) ? 0 : obtained_at, !isLikeNone(expires_at), isLikeNone(expires_at) ? 0 : expires_at, has_access_token, lockout, now);
        this.__wbg_ptr = ret;
        RefreshPolicyFinalization.register(this, this.__wbg_ptr, this);
        return this;
    }
    /**
     * Goes on after an event.
     * @param {RefreshEvent} event
     * @param {number} now
     * @param {number} random
     * @returns {RefreshAction}
     */
    on(event, now, random) {
        const ret = wasm.refreshpolicy_on(this.__wbg_ptr, event, now, random);
        return ret;
    }
    /**
     * Somebody wants a pair that is newer than `generation`.
     * @param {number} generation
     * @param {number} now
     * @returns {RefreshAnswer}
     */
    renew(generation, now) {
        const ret = wasm.refreshpolicy_renew(this.__wbg_ptr, generation, now);
        return ret;
    }
    /**
     * Goes on after Bitbucket sent a new pair.
     * @param {number} obtained_at
     * @param {number | null | undefined} expires_at
     * @param {number} now
     * @param {number} random
     * @returns {RefreshAction}
     */
    renewed(obtained_at, expires_at, now, random) {
        const ret = wasm.refreshpolicy_renewed(this.__wbg_ptr, obtained_at, !isLikeNone(expires_at), isLikeNone(expires_at) ? 0 : expires_at, now, random);
        return ret;
    }
    /**
     * When a turn is to begin although nobody asks.
     * @param {number} now
     * @returns {number | undefined}
     */
    retryAt(now) {
        const ret = wasm.refreshpolicy_retryAt(this.__wbg_ptr, now);
        return ret[0] === 0 ? undefined : ret[1];
    }
    /**
     * Until when a wait lasts.
     * @returns {number | undefined}
     */
    get waitUntil() {
        const ret = wasm.refreshpolicy_waitUntil(this.__wbg_ptr);
        return ret[0] === 0 ? undefined : ret[1];
    }
}
if (Symbol.dispose) RefreshPolicy.prototype[Symbol.dispose] = RefreshPolicy.prototype.free;

/**
 * Whether an answer says that the access token is no longer accepted.
 * @param {number} status
 * @returns {boolean}
 */
export function asksForRenewal(status) {
    const ret = wasm.asksForRenewal(status);
    return ret !== 0;
}

/**
 * The scopes that are requested when none are configured.
 * @returns {string[]}
 */
export function defaultScopes() {
    const ret = wasm.defaultScopes();
    var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
    wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
    return v1;
}

/**
 * The environment variables that [`read_environment`] looks at.
 * @returns {string[]}
 */
export function environmentVariables() {
    const ret = wasm.environmentVariables();
    var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
    wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
    return v1;
}

/**
 * Scopes with everything that they imply.
 * @param {any} list
 * @returns {string[]}
 */
export function expandScopes(list) {
    const ret = wasm.expandScopes(list);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
    wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
    return v1;
}

/**
 * The error object for a failure that only JavaScript can see, with the message and flags of the one table.
 * @param {string} code
 * @param {string} phase
 * @param {any} details
 * @returns {any}
 */
export function failure(code, phase, details) {
    let ptr0, len0, ptr1, len1;
    try {
        ptr0 = passStringToWasm0(code, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passStringToWasm0(phase, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len1 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.failure(ptr0, len0, ptr1, len1, details);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * Whether an access token is past its time; without a time it is not known to be.
 * @param {number | null | undefined} expires_at
 * @param {number} now
 * @returns {boolean}
 */
export function isExpired(expires_at, now) {
    const ret = wasm.isExpired(!isLikeNone(expires_at), isLikeNone(expires_at) ? 0 : expires_at, now);
    return ret !== 0;
}

/**
 * The error object for `{ status, headers, body, receivedAt, kind }`, an answer of the API that is no success.
 * @param {any} response
 * @returns {any}
 */
export function judgeApiResponse(response) {
    const ret = wasm.judgeApiResponse(response);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * Whether a request that failed with an error of this code and status may be sent again.
 * @param {string} method
 * @param {string} code
 * @param {number | null} [status]
 * @returns {boolean}
 */
export function mayRepeat(method, code, status) {
    const val3 = +(isLikeNone(status) ? 0xFFFFFF : status);
    let ptr0, len0, ptr1, len1;
    try {
        ptr0 = passStringToWasm0(method, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = passStringToWasm0(code, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len1 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.mayRepeat(ptr0, len0, ptr1, len1, val3);
    return ret !== 0;
}

/**
 * The required scopes that are neither granted nor implied by a granted one.
 * @param {any} required
 * @param {any} granted
 * @returns {string[]}
 */
export function missingScopes(required, granted) {
    const ret = wasm.missingScopes(required, granted);
    if (ret[3]) {
        throw takeFromExternrefTable0(ret[2]);
    }
    var v1 = getArrayJsValueFromWasm0(ret[0], ret[1]);
    wasm.__wbindgen_free(ret[0], ret[1] * 4, 4);
    return v1;
}

/**
 * What an answer tells of the rate limit: `{ limit?, used?, pause? }`, the pause in milliseconds.
 * @param {number} status
 * @param {string | null | undefined} limit
 * @param {string | null | undefined} near_limit
 * @param {string | null | undefined} retry_after
 * @param {number} known
 * @param {boolean} is_configured
 * @param {number} received_at
 * @returns {any}
 */
export function rateLimitNews(status, limit, near_limit, retry_after, known, is_configured, received_at) {
    const val4 = +status;
    const val5 = +known;
    const val6 = +is_configured;
    const val7 = +received_at;
    let ptr0, len0, ptr1, len1, ptr2, len2;
    try {
        ptr0 = isLikeNone(limit) ? 0 : passStringToWasm0(limit, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len0 = WASM_VECTOR_LEN;
        ptr1 = isLikeNone(near_limit) ? 0 : passStringToWasm0(near_limit, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len1 = WASM_VECTOR_LEN;
        ptr2 = isLikeNone(retry_after) ? 0 : passStringToWasm0(retry_after, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
        len2 = WASM_VECTOR_LEN;
    } catch (e) {
        if (ptr2) { wasm.__wbindgen_free(ptr2, len2 * 1, 1); }
        if (ptr1) { wasm.__wbindgen_free(ptr1, len1 * 1, 1); }
        if (ptr0) { wasm.__wbindgen_free(ptr0, len0 * 1, 1); }
        throw e;
    }
    const ret = wasm.rateLimitNews(val4, ptr0, len0, ptr1, len1, ptr2, len2, val5, val6, val7);
    return ret;
}

/**
 * What a stored config says of its credential: `{ kind, accessToken?, authorization?, email?, canRenew, hasUser, hint? }`.
 * @param {any} config
 * @returns {any}
 */
export function readCredential(config) {
    const ret = wasm.readCredential(config);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * Reads an environment: `{ client?, apiUrl?, timeoutMs, lockoutMs, rateLimit?, isRateLimitConfigured, redisUrl?, problems }`.
 * Without `client` OAuth cannot be offered; without `apiUrl` the API's override is unusable; without `rateLimit` there is none. `problems` has an INVALID_CONFIG error for each variable that is
 * missing or wrong.
 * @param {any} env
 * @returns {any}
 */
export function readEnvironment(env) {
    const ret = wasm.readEnvironment(env);
    if (ret[2]) {
        throw takeFromExternrefTable0(ret[1]);
    }
    return takeFromExternrefTable0(ret[0]);
}

/**
 * How long to wait before a request is sent again, in milliseconds; `undefined`: too long.
 * @param {number} attempt
 * @param {number | null | undefined} retry_after
 * @param {number} random
 * @returns {number | undefined}
 */
export function retryDelay(attempt, retry_after, random) {
    const ret = wasm.retryDelay(attempt, !isLikeNone(retry_after), isLikeNone(retry_after) ? 0 : retry_after, random);
    return ret[0] === 0 ? undefined : ret[1];
}

/**
 * The slug of a workspace, or its UUID in braces, as a segment of a path.
 * @param {any} workspace
 * @returns {string}
 */
export function workspaceSegment(workspace) {
    let deferred2_0;
    let deferred2_1;
    try {
        const ret = wasm.workspaceSegment(workspace);
        var ptr1 = ret[0];
        var len1 = ret[1];
        if (ret[3]) {
            ptr1 = 0; len1 = 0;
            throw takeFromExternrefTable0(ret[2]);
        }
        deferred2_0 = ptr1;
        deferred2_1 = len1;
        return getStringFromWasm0(ptr1, len1);
    } finally {
        wasm.__wbindgen_free(deferred2_0, deferred2_1, 1);
    }
}
export function __wbg___wbindgen_is_function_741ff2bb612836f5(arg0) {
    const ret = typeof(arg0) === 'function';
    return ret;
}
export function __wbg___wbindgen_is_null_c22311b1cc228e3a(arg0) {
    const ret = arg0 === null;
    return ret;
}
export function __wbg___wbindgen_is_object_8b968c3ab8e96595(arg0) {
    const val = arg0;
    const ret = typeof(val) === 'object' && val !== null;
    return ret;
}
export function __wbg___wbindgen_is_undefined_be5b34249ff1fc15(arg0) {
    const ret = arg0 === undefined;
    return ret;
}
export function __wbg___wbindgen_number_get_934b640d0889af78(arg0, arg1) {
    const obj = arg1;
    const ret = typeof(obj) === 'number' ? obj : undefined;
    getDataViewMemory0().setFloat64((arg0 >>> 0) + 8 * 1, isLikeNone(ret) ? 0 : ret, true);
    getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, !isLikeNone(ret), true);
}
export function __wbg___wbindgen_string_get_7ce8eee7fd327545(arg0, arg1) {
    const obj = arg1;
    const ret = typeof(obj) === 'string' ? obj : undefined;
    var ptr1 = isLikeNone(ret) ? 0 : passStringToWasm0(ret, wasm.__wbindgen_malloc, wasm.__wbindgen_realloc);
    var len1 = WASM_VECTOR_LEN;
    getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 1, len1, true);
    getDataViewMemory0().setInt32((arg0 >>> 0) + 4 * 0, ptr1, true);
}
export function __wbg___wbindgen_throw_4c88d8bf264fd984(arg0, arg1) {
    throw new Error(getStringFromWasm0(arg0, arg1));
}
export function __wbg_call_40b008ba32f73991() { return handleError(function (arg0, arg1) {
    const ret = arg0.call(arg1);
    return ret;
}, arguments); }
export function __wbg_client_new(arg0) {
    const ret = Client.__wrap(arg0);
    return ret;
}
export function __wbg_getRandomValues_c864030bbb48649e() { return handleError(function (arg0, arg1) {
    const ret = arg0.getRandomValues(arg1);
    return ret;
}, arguments); }
export function __wbg_get_2080c49015e35254() { return handleError(function (arg0, arg1) {
    const ret = Reflect.get(arg0, arg1);
    return ret;
}, arguments); }
export function __wbg_get_bb8b6b35041e00c9() { return handleError(function (arg0, arg1) {
    const ret = Reflect.get(arg0, arg1 >>> 0);
    return ret;
}, arguments); }
export function __wbg_get_unchecked_e6325ad374eff861(arg0, arg1) {
    const ret = arg0[arg1 >>> 0];
    return ret;
}
export function __wbg_isArray_75715ef6ec4e691d() { return handleError(function (arg0) {
    const ret = Array.isArray(arg0);
    return ret;
}, arguments); }
export function __wbg_isView_33dca32122d664c0() { return handleError(function (arg0) {
    const ret = ArrayBuffer.isView(arg0);
    return ret;
}, arguments); }
export function __wbg_length_186163212ffe79c3(arg0) {
    const ret = arg0.length;
    return ret;
}
export function __wbg_length_b03a0fabb109b1e9(arg0) {
    const ret = arg0.length;
    return ret;
}
export function __wbg_new_37eb45aaf5eeb820() {
    const ret = new Array();
    return ret;
}
export function __wbg_new_98f3330582453d0d() { return handleError(function (arg0) {
    const ret = new Uint8Array(arg0);
    return ret;
}, arguments); }
export function __wbg_new_cd4348290afae586() {
    const ret = new Object();
    return ret;
}
export function __wbg_new_with_length_01b143a7e5dd5a3e(arg0) {
    const ret = new Uint8Array(arg0 >>> 0);
    return ret;
}
export function __wbg_ownKeys_c9890d5405932253() { return handleError(function (arg0) {
    const ret = Reflect.ownKeys(arg0);
    return ret;
}, arguments); }
export function __wbg_prototypesetcall_13162965d1fe7aa3(arg0, arg1, arg2) {
    Uint8Array.prototype.set.call(getArrayU8FromWasm0(arg0, arg1), arg2);
}
export function __wbg_push_c9f4893fc209f768(arg0, arg1) {
    const ret = arg0.push(arg1);
    return ret;
}
export function __wbg_set_2793479888329cb6() { return handleError(function (arg0, arg1, arg2) {
    const ret = Reflect.set(arg0, arg1, arg2);
    return ret;
}, arguments); }
export function __wbg_set_d2d33b52458e984a(arg0, arg1, arg2) {
    arg0[arg1 >>> 0] = arg2;
}
export function __wbg_set_e4b9a833d288759a(arg0, arg1, arg2) {
    arg0[arg1] = arg2;
}
export function __wbg_static_accessor_GLOBAL_THIS_003ee833af9699fc() {
    const ret = typeof globalThis === 'undefined' ? undefined : globalThis;
    return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
}
export function __wbg_static_accessor_GLOBAL_e4293fb22cbe77da() {
    const ret = typeof global === 'undefined' ? undefined : global;
    return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
}
export function __wbg_static_accessor_SELF_53bb20457401453d() {
    const ret = typeof self === 'undefined' ? undefined : self;
    return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
}
export function __wbg_static_accessor_WINDOW_b5e0810bfecb7feb() {
    const ret = typeof window === 'undefined' ? undefined : window;
    return isLikeNone(ret) ? 0 : addToExternrefTable0(ret);
}
export function __wbg_subarray_58f388a9247ac0bb(arg0, arg1, arg2) {
    const ret = arg0.subarray(arg1 >>> 0, arg2 >>> 0);
    return ret;
}
export function __wbg_toStringTag_1bdd39ac5d866229() {
    const ret = Symbol.toStringTag;
    return ret;
}
export function __wbindgen_generic_0000000000000001(arg0) {
    // Cast intrinsic for `F64 -> Externref`.
    const ret = arg0;
    return ret;
}
export function __wbindgen_generic_0000000000000002(arg0, arg1) {
    // Cast intrinsic for `Ref(String) -> Externref`.
    const ret = getStringFromWasm0(arg0, arg1);
    return ret;
}
export function __wbindgen_init_externref_table() {
    const table = wasm.__wbindgen_externrefs;
    table.set(0, undefined);
    table.set(1024, undefined);
    table.set(1025, null);
    table.set(1026, true);
    table.set(1027, false);
}
const ApiFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_api_free(ptr, 1));
const ClientFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_client_free(ptr, 1));
const ConnectionTestFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_connectiontest_free(ptr, 1));
const RefreshPolicyFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_refreshpolicy_free(ptr, 1));

function addToExternrefTable0(obj) {
    const idx = wasm.__externref_table_alloc();
    wasm.__wbindgen_externrefs.set(idx, obj);
    return idx;
}

function getArrayJsValueFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    const mem = getDataViewMemory0();
    const result = [];
    for (let i = ptr; i < ptr + 4 * len; i += 4) {
        result.push(wasm.__wbindgen_externrefs.get(mem.getUint32(i, true)));
    }
    wasm.__externref_drop_slice(ptr, len);
    return result;
}

function getArrayU8FromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return getUint8ArrayMemory0().subarray(ptr / 1, ptr / 1 + len);
}

let cachedDataViewMemory0 = null;
function getDataViewMemory0() {
    if (cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)) {
        cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
    }
    return cachedDataViewMemory0;
}

function getStringFromWasm0(ptr, len) {
    ptr = ptr >>> 0;
    return decodeText(getUint8ArrayMemory0().subarray(ptr, ptr + len));
}

let cachedUint8ArrayMemory0 = null;
function getUint8ArrayMemory0() {
    if (cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0) {
        cachedUint8ArrayMemory0 = new Uint8Array(wasm.memory.buffer);
    }
    return cachedUint8ArrayMemory0;
}

function handleError(f, args) {
    try {
        return f.apply(this, args);
    } catch (e) {
        const idx = addToExternrefTable0(e);
        wasm.__wbindgen_exn_store(idx);
    }
}

function isLikeNone(x) {
    return x === undefined || x === null;
}

function passStringToWasm0(arg, malloc, realloc) {
    if (realloc === undefined) {
        const buf = cachedTextEncoder.encode(arg);
        const ptr = malloc(buf.length, 1) >>> 0;
        getUint8ArrayMemory0().subarray(ptr, ptr + buf.length).set(buf);
        WASM_VECTOR_LEN = buf.length;
        return ptr;
    }

    let len = arg.length;
    let ptr = malloc(len, 1) >>> 0;

    const mem = getUint8ArrayMemory0();

    let offset = 0;

    for (; offset < len; offset++) {
        const code = arg.charCodeAt(offset);
        if (code > 0x7F) break;
        mem[ptr + offset] = code;
    }
    if (offset !== len) {
        if (offset !== 0) {
            arg = arg.slice(offset);
        }
        ptr = realloc(ptr, len, len = offset + arg.length * 3, 1) >>> 0;
        const view = getUint8ArrayMemory0().subarray(ptr + offset, ptr + len);
        const ret = cachedTextEncoder.encodeInto(arg, view);

        offset += ret.written;
        ptr = realloc(ptr, len, offset, 1) >>> 0;
    }

    WASM_VECTOR_LEN = offset;
    return ptr;
}

function takeFromExternrefTable0(idx) {
    const value = wasm.__wbindgen_externrefs.get(idx);
    wasm.__externref_table_dealloc(idx);
    return value;
}

let cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
cachedTextDecoder.decode();
const MAX_SAFARI_DECODE_BYTES = 2146435072;
let numBytesDecoded = 0;
function decodeText(bytes) {
    numBytesDecoded += bytes.length;
    if (numBytesDecoded >= MAX_SAFARI_DECODE_BYTES) {
        cachedTextDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
        cachedTextDecoder.decode();
        numBytesDecoded = bytes.length;
    }
    return cachedTextDecoder.decode(bytes);
}

const cachedTextEncoder = new TextEncoder();

if (!('encodeInto' in cachedTextEncoder)) {
    cachedTextEncoder.encodeInto = function (arg, view) {
        const buf = cachedTextEncoder.encode(arg);
        view.set(buf);
        return {
            read: arg.length,
            written: buf.length
        };
    };
}

let WASM_VECTOR_LEN = 0;


let wasm;
export function __wbg_set_wasm(val) {
    wasm = val;
}
