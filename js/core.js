/**
 * Loads the WebAssembly core, once per process or page, on first use.
 *
 * In: the wasm bytes that an entry brought along inside JavaScript, or what the caller brings along. Out: the glue's
 * classes and functions, typed. What never happens here: a file or address is read unless the caller asks for it, the
 * wasm is loaded twice, a wasm runs that is not this version's core, a value is judged, or the bytes are imported (then a
 * bundler could not leave them out). Importing this file does nothing.
 */

import makeGlue from '../pkg/core_bg.js';
import INLINED, { build, hash, section } from '../pkg/core.wasm.key.js';
import { BitbucketAuthError, judge } from './error.js';

/** @typedef {import('./error.js').Failure} Failure */
/** @typedef {import('./error.js').Phase} Phase */

/**
 * What a token request needs on the wire. It holds secrets: send it, do not log it.
 *
 * @typedef {object} TokenRequest
 * @property {string} method always `POST`
 * @property {string} url the token endpoint
 * @property {Record<string, string>} headers
 * @property {string} body form-urlencoded
 */

/**
 * @typedef {object} TokenSet
 * @property {string} accessToken
 * @property {'bearer'} tokenType
 * @property {string} [refreshToken]
 * @property {number} [expiresAt] milliseconds since the epoch; absent when the answer did not say
 * @property {string[]} scopes as granted, in the answer's order
 */

/**
 * What has to be remembered between sending the user to Bitbucket and the callback.
 *
 * @typedef {object} AuthorizationRequest
 * @property {string} url where to send the user
 * @property {string} state belongs in the user's session; checked by `validateAuthorizationResponse`
 * @property {string} codeVerifier belongs in the user's session; for `buildTokenRequest` (RFC 7636 section 4.1)
 * @property {string} codeChallenge S256 of the verifier (RFC 7636 section 4.2)
 * @property {string} redirectUri as sent
 */

/**
 * The core's long-lived client. Its arguments may be any value: the core refuses what it cannot use.
 *
 * @typedef {object} CoreClient
 * @property {string} clientId
 * @property {string} redirectUri
 * @property {string[]} scopes
 * @property {string} authorizeUrl
 * @property {string} tokenUrl
 * @property {string} apiUrl
 * @property {boolean} confidential
 * @property {(purpose: string) => Uint8Array} deriveKey 256 bits derived from the secret (RFC 5869)
 * @property {() => string} authorizationUrl
 * @property {(extraParams: unknown) => AuthorizationRequest} createAuthorizationRequest
 * @property {(callback: unknown, state: unknown) => string} validateAuthorizationResponse
 * @property {(address: string) => boolean} isCallback whether an address is at the redirect URI, whatever it carries
 * @property {(address: string, state: string) => string | undefined} validateInPage `undefined` when the user said no
 * @property {(code: unknown, codeVerifier: unknown, redirectUri: unknown, itsOtherName?: unknown) => TokenRequest
 *   } buildTokenRequest `itsOtherName`: what the caller has as `code_verifier`
 * @property {(code: unknown, codeVerifier: unknown, isVerifierOptional: boolean) => TokenRequest} buildHostTokenRequest of
 *   what a host's form handed over
 * @property {(granted: unknown) => string[]} missingScopes of the requested ones, without those that Bitbucket no longer
 *   asks for
 * @property {(refreshToken: unknown) => TokenRequest} buildRefreshRequest
 * @property {() => TokenRequest} buildClientCredentialsRequest
 * @property {(response: unknown) => TokenSet} parseTokenResponse
 */

/**
 * What the environment says, judged.
 *
 * @typedef {object} CoreEnvironment
 * @property {CoreClient} [client] only when OAuth can be offered
 * @property {CoreCallbackPage} [callbackPage] only with a client
 * @property {string} [apiUrl] absent when its override cannot be used
 * @property {number} timeoutMs time limit of one request, in milliseconds
 * @property {number} lockoutMs how long to wait after a refusal before a refresh token is tried again, in milliseconds
 * @property {number} [rateLimit] requests to the API in an hour; absent when there is no limit
 * @property {boolean} isRateLimitConfigured whether the environment says so
 * @property {boolean} mayActAsClient whether connections may act as the OAuth client itself
 * @property {boolean} isVerifierOptional whether the host's form may send a code without its verifier
 * @property {boolean} replacesRemoved whether requests to endpoints that Atlassian removed are answered from others
 * @property {Proxies} proxies the way to Bitbucket
 * @property {string} [redisUrl] of the Redis through which processes share their tokens; it may hold a password
 * @property {string} [redisVariable] the variable that names it
 * @property {number} [redisDatabase] the number of its database
 * @property {boolean} isRedisDatabaseSought whether that is NocoDB's own, and another one is to be found beside it
 * @property {number[]} [otherRedisDatabases] those that NocoDB's other variables name
 * @property {Failure[]} problems `INVALID_CONFIG` with the variable's name in `field`, never its value
 */

/**
 * The page at the client's redirect URI, of which NocoDB's server is asked.
 *
 * @typedef {object} CoreCallbackPage
 * @property {(target: string) => { refusal?: Refusal } | undefined} shownAt what to show for a request with this target;
 *   `undefined` when it brings no authorization response
 */

/**
 * Why Bitbucket gave no code, without markup.
 *
 * @typedef {object} Refusal
 * @property {string} heading
 * @property {string} text
 */

/**
 * The proxy that the environment names, and the hosts that it excepts.
 *
 * @typedef {object} Proxies
 * @property {(url: string) => Proxy | undefined} proxyFor for a request to this address; throws `INVALID_CONFIG` with the
 *   variable's name in `field` where the proxy cannot be used
 */

/**
 * @typedef {object} Proxy
 * @property {string} variable the environment variable that names it
 * @property {string} origin scheme, host and port
 * @property {string} [authorization] the value of `Proxy-Authorization`
 */

/**
 * A Redis, by its address.
 *
 * @typedef {object} RedisServer
 * @property {string} host
 * @property {number} port
 * @property {string} [username]
 * @property {string} [password]
 * @property {number} database
 * @property {string} [tls] `true`, or the Redis client's name for an authority
 * @property {number} family of IP; 0 for any
 * @property {string} [keyPrefix]
 */

/**
 * When the tokens of one connection are renewed. Answers, actions and events are the numbers of the enumerations
 * below; times are milliseconds since the epoch, `random` is from 0 to 1.
 *
 * @typedef {object} RefreshPolicy
 * @property {number} generation the number of the newest pair
 * @property {boolean} isForced
 * @property {number} action
 * @property {(now: number) => number | undefined} pause how long the wait of an action is, in milliseconds; bounded
 * @property {boolean} isDoubtful whether Bitbucket refused the refresh token
 * @property {(known: number, deadline: number, now: number) => number} asked
 * @property {(generation: number, deadline: number, now: number) => number} renew
 * @property {(now: number) => number} reason why there is no pair for somebody who waits no longer
 * @property {(now: number) => number} lane of the line for token requests
 * @property {(now: number) => boolean} isIdle
 * @property {(now: number) => number | undefined} wait
 * @property {(now: number) => number | undefined} retryIn milliseconds until somebody is to look whether to begin a turn;
 *   0: begin it
 * @property {(obtainedAt: number | undefined, expiresAt: number | undefined) => boolean} believes whether a pair found
 *   elsewhere is taken for a later one
 * @property {(generation: number, repetitions: number, now: number) => boolean} reject whether a request that was answered 401
 *   is to be repeated with the newest pair
 * @property {(generation: number, repetitions: number, now: number) => boolean} suspect whether work that failed as with a bad
 *   token is to be repeated with a newer pair
 * @property {(obtainedAt: number | undefined, expiresAt: number | undefined, now: number) => boolean} configured
 * @property {(event: number, now: number, random: number) => number} on
 * @property {(obtainedAt: number | undefined, expiresAt: number | undefined, sameRefreshToken: boolean, now: number,
 *   random: number) => number} found
 * @property {(obtainedAt: number | undefined, expiresAt: number | undefined, now: number, random: number) => number
 *   } foundInRow
 * @property {(diedAt: number | undefined, now: number, random: number) => number} foundDead
 * @property {(obtainedAt: number, expiresAt: number | undefined, now: number, random: number) => number} renewed
 * @property {(code: string, retryable: boolean, retryAfter: number | undefined, now: number, random: number) => number
 *   } failed
 * @property {(othersRefusedAgo: number | undefined, refusedAgo: number, now: number, random: number) => number} judged
 */

/**
 * The line for the token requests of one OAuth client. Times are milliseconds by a clock that is never set.
 *
 * @typedef {object} RefreshQueue
 * @property {(lane: number) => number} enter gives a ticket
 * @property {(now: number) => number} next who may send a request: a number of `RefreshAdmission`
 * @property {(now: number) => number} wait for how long nobody may, in milliseconds
 * @property {(alone: boolean) => number | undefined} admit gives the ticket of the first one in line
 * @property {(sentAt: number, now: number) => void} granted
 * @property {(now: number) => void} refused
 * @property {(now: number) => void} failed
 * @property {(refusedAgo: number | undefined, grantedAgo: number | undefined, now: number) => void} learn
 */

/**
 * @typedef {new (obtainedAt: number | undefined, expiresAt: number | undefined, hasAccessToken: boolean,
 *   lockout: number, now: number) => RefreshPolicy} RefreshPolicyClass
 */

/**
 * @typedef {object} FailureDetails
 * @property {number} [status]
 * @property {string} [field]
 * @property {number} [retryAfter] in milliseconds
 * @property {Ending | 'unexchanged'} [ending] of the wrapper's connection, though Bitbucket refused nothing; `unexchanged`: its
 *   row has a code in the place of tokens
 */

/** @typedef {'replaced' | 'deleted'} Ending the connection was authenticated again; it was deleted */

/**
 * What is known of tokens, beside the tokens.
 *
 * @typedef {object} TokenOrigin
 * @property {string} [authorizedAt] as stored
 * @property {string} [account] UUID
 * @property {number} [obtainedAt] in milliseconds since the epoch
 * @property {number} [expiresAt] in milliseconds since the epoch
 */

/** @typedef {'oauth' | 'api_key' | 'basic' | 'custom'} CredentialKind */

/**
 * What a stored config says of its credential.
 *
 * @typedef {object} StoredCredential
 * @property {CredentialKind} kind
 * @property {string} [accessToken]
 * @property {string} [authorization] the value of the header; absent when a token has to be fetched first
 * @property {string} [email]
 * @property {boolean} canRenew whether a new token can be had without anybody doing anything
 * @property {boolean} hasUser whether it is a person's
 * @property {string} [hint] what seems to be wrong with the token
 */

/**
 * Whose credential it is, as Bitbucket tells.
 *
 * @typedef {object} Account
 * @property {string} [uuid] in braces
 * @property {string} [nickname]
 * @property {string} [displayName]
 */

/**
 * An answer of the API.
 *
 * @typedef {object} ApiAnswer
 * @property {number} status
 * @property {Record<string, string>} headers lower-case names
 * @property {Uint8Array} body
 * @property {number} receivedAt milliseconds since the epoch
 */

/**
 * @typedef {object} ConnectionTest
 * @property {string} [path] below the API's base, to be asked next
 * @property {(answer: ApiAnswer) => void} answered
 * @property {(message: string) => void} failed
 * @property {Verdict} [verdict] when there is nothing more to ask
 */

/**
 * @typedef {object} Verdict
 * @property {boolean} success
 * @property {string} message
 * @property {Account} [account]
 * @property {string[]} [scopes] as granted
 * @property {string[]} [missingScopes]
 */

/**
 * @typedef {object} KnownToTest
 * @property {CredentialKind} kind
 * @property {string} [workspace]
 * @property {string} [repository]
 * @property {string} [hint]
 * @property {string[]} [requestedScopes]
 * @property {string[]} [grantedScopes]
 */

/**
 * @typedef {object} Api
 * @property {(url: string) => string} admit gives the path of a request to the API, below its base
 * @property {(method: string, url: string, withCredential: boolean, status: number, location: string | undefined,
 *   followed: number, most: number | undefined, following: 'follow' | 'own' | 'manual' | 'error') =>
 *   'renew' | { withCredential: boolean, becomesGet: boolean, withBody: boolean } | undefined} judge what to do with an answer:
 *   send the request again if there is a newer credential, follow the redirect, or hand it on
 */

/**
 * Cuts a credential out, a body in pieces.
 *
 * @typedef {object} Redactor
 * @property {(text: string) => string} text
 * @property {(piece: Uint8Array) => Uint8Array} push gives what is ready
 * @property {() => Uint8Array} end gives the rest
 * @property {() => void} free
 */

/**
 * A list that is read page by page. The members of an answer may have any value.
 *
 * @typedef {object} List
 * @property {string} address of the page to ask for
 * @property {string} token what stands for that page outside
 * @property {(next: unknown, values: number, page: number | undefined, pagelen: number | undefined,
 *   size: number | undefined) => boolean} answered whether there is another page
 */

/**
 * The endpoints of an API that Atlassian removed. A list is known by the address that was asked for, a workspace by its
 * segment of a path.
 *
 * @typedef {object} RemovedEndpoints
 * @property {(method: string, url: string) => Replaced | undefined} replacement `undefined` for a request that is sent as it is
 * @property {(url: string, segment: string, withRole: boolean) => string} inWorkspace the address of what belongs to a list
 *   in a workspace
 * @property {(url: string, segment: string, withRole: boolean, answer: ApiAnswer & { kind: CredentialKind, path?: string,
 *   isElsewhere?: boolean }) => { verdict: 'refused' | 'left out' | 'without role', told?: string }} judge an answer about a
 *   workspace that is no success; `told`: what an administrator is told
 * @property {(url: string, size: number) => { from: number, to: number, page: number, pagelen: number, size: number,
 *   next?: string }} page of so many values in all
 */

/**
 * What takes the place of a request: a list that is collected, a refusal, or the request itself, whose answer `withoutTracker`
 * judges.
 *
 * @typedef {object} Replaced
 * @property {string} endpoint path of the removed endpoint, below the API's base
 * @property {string} notice what an administrator is told
 * @property {CollectedList} [list]
 * @property {string} [refusal] the body of a 400
 */

/** @typedef {{ member: string, isDescending: boolean }} Sort `member`: names with dots between them */

/**
 * What lists that are collected may take.
 *
 * @typedef {object} CollectionLimits
 * @property {number} keptMs how long a list is kept, in milliseconds
 * @property {number} mostLists of a connection
 * @property {number} longestList in characters of JSON
 * @property {number} mostAtOnce workspaces that are read at the same time
 */

/**
 * A list that is collected from all workspaces.
 *
 * @typedef {object} CollectedList
 * @property {string} key what tells it from others, whatever its page
 * @property {string} workspaces the address of the user's workspaces
 * @property {Sort} [sort]
 */

/**
 * @typedef {object} Core
 * @property {new (options: unknown) => CoreClient} Client
 * @property {(argument: string) => { name: string, phase: Phase, reads: string[] }} describeArgument `reads`: its members
 * @property {(argument: string, member: string) => void} checkMember throws for one that it cannot have
 * @property {RefreshPolicyClass} RefreshPolicy
 * @property {new (lockout: number) => RefreshQueue} RefreshQueue
 * @property {(code: string) => boolean} isRefusal whether a failed token request says that its refresh token was refused
 * @property {Record<'Use' | 'Turn' | 'Dead' | 'Failed' | 'Doubtful' | 'Busy', number>} RefreshAnswer
 * @property {Record<'Nobody' | 'NobodyYet' | 'First' | 'FirstAlone', number>} RefreshAdmission
 * @property {Record<'Rest' | 'Lock' | 'Look' | 'Queue' | 'Refresh' | 'Judge' | 'Publish' | 'Bury' | 'Store' | 'Report'
 *   | 'Wait', number>} RefreshAction
 * @property {Record<'Locked' | 'LockBusy' | 'LockLost' | 'Abandoned' | 'NothingFound' | 'Admitted' | 'Published' | 'Superseded'
 *   | 'Stored' | 'StoreFailed' | 'Reported' | 'Woke', number>} RefreshEvent
 * @property {(env: Record<string, string | undefined>) => CoreEnvironment} readEnvironment
 * @property {() => string[]} environmentVariables
 * @property {() => string[]} proxyVariables
 * @property {(address: string) => RedisServer} redisServer
 * @property {(code: string, message: string) => string | undefined} redisTrouble the kind of trouble in a word;
 *   `undefined` when it can be used all the same
 * @property {(home: number, others: Uint32Array) => Uint32Array} redisDatabases those to be looked at for one that is not
 *   NocoDB's own, which is the first of them; `others`: those that NocoDB's other variables name
 * @property {(surveyed: Uint32Array, survey: string) => { database: number, stays?: string }} chooseRedisDatabase by a word
 *   for each of them; `stays` says why NocoDB's own is to be used
 * @property {(reply: string) => string | undefined} redisDatabaseTrouble why NocoDB's own is to be used when looking at
 *   them was refused with this reply; `undefined`: none can be at present
 * @property {(obtainedAt: number | undefined, expiresAt: number | undefined, fence: number,
 *   foundObtainedAt: number | undefined, foundExpiresAt: number | undefined, foundFence: number) => boolean} outdates
 *   whether a published pair cannot have been followed by one that was found
 * @property {(status: number) => boolean} provesCredential
 * @property {() => string[]} defaultScopes
 * @property {(list: unknown) => string[]} readScopes
 * @property {(list: unknown) => string[]} expandScopes
 * @property {(required: unknown, granted: unknown) => string[]} missingScopes
 * @property {(expiresAt: unknown, now: number) => boolean} isExpired
 * @property {Record<'Chain' | 'Others' | 'OthersNewer' | 'InVault' | 'Replaced', number>} RowHolding what a row of the host's holds
 * @property {(row: TokenOrigin | undefined, own: TokenOrigin, isOfSameChain: boolean, isInVault: boolean, isRefused: boolean)
 *   => number} rowHolding for a wrapper with `own` tokens; `row` is `undefined` where the row has no refresh token
 * @property {(code: string, status: number | undefined) => number} hostStatus with which NocoDB answers a request that failed
 *   with this code, and with this status of Bitbucket's
 * @property {() => number} transactionLimit how long an exchange may keep a transaction open, in milliseconds
 * @property {() => Failure} lateInTransaction
 * @property {(type: unknown) => boolean} takesCode whether a config of this type takes its tokens for an authorization code
 * @property {(field: string) => Failure} maskedCredential
 * @property {(code: string, phase: Phase, details?: FailureDetails) => Failure} failure
 * @property {new (apiUrl: string) => Api} Api
 * @property {(path: string) => string} resourceGroup of a path below the API's base, for the rate limit
 * @property {(name: string, toApi: boolean, withBody: boolean) => boolean} mayCarry whether a caller's header field goes
 *   along; its name in lower case
 * @property {new (authorization: string) => Redactor} Redactor
 * @property {(config: unknown, mayActAsClient: boolean) => StoredCredential} readCredential
 * @property {(value: unknown) => boolean} isVaultReference whether a value of a config stands for a text in a vault
 * @property {(workspace: unknown) => string} workspaceSegment
 * @property {new (known: KnownToTest) => ConnectionTest} ConnectionTest
 * @property {(answer: ApiAnswer & { kind: CredentialKind, path?: string, isElsewhere?: boolean }) => Failure
 *   } judgeApiResponse
 * @property {(method: string, code: string, status: number | undefined, phase: import('./error.js').Phase)
 *   => boolean} mayRepeat
 * @property {(attempts: number, status: number | undefined, retryAfter: string | undefined, isQueued: boolean,
 *   patience: number, receivedAt: number, random: number) => number | undefined} retryDelay milliseconds; `undefined` when
 *   that is too long to wait
 * @property {(status: number | undefined, retryAfter: string | undefined, receivedAt: number) => boolean} isHourUsedUp
 * @property {(isOfClient: boolean, isUnrepeated: boolean, status: number | undefined, message: string) => boolean
 *   } isCuredByRenewal whether newer tokens may cure work that failed
 * @property {new (address: string) => List} List for the absolute address of the first page
 * @property {(list: string, next: unknown, page: unknown) => string} pageAddress
 * @property {{ new (apiUrl: string): RemovedEndpoints, limits(): CollectionLimits }} RemovedEndpoints
 * @property {(status: number, isElsewhere: boolean) => string | undefined} withoutTracker the body of a 404 in place of what
 *   Bitbucket answers for issues; `undefined`: that stays
 * @property {(status: number, retryAfter: string | undefined, number: number, patience: number, receivedAt: number,
 *   random: number) => number | undefined} pageRepetition milliseconds; `undefined` when the answer is the page
 * @property {(status: number, limit: string | undefined, nearLimit: string | undefined, retryAfter: string | undefined,
 *   known: number, isConfigured: boolean, refusals: number, receivedAt: number) =>
 *   { limit?: number, used?: number, pause?: number, pace?: number }} rateLimitNews `pause` and `pace` in milliseconds
 * @property {(told: number) => boolean} isWaitedFor
 * @property {(options: unknown, origin: string) => CoreClient} pageClient for a login that a page of `origin` starts
 * @property {(wanted: unknown) => number} waitingTime milliseconds
 * @property {(startedAt: number, now: number) => boolean} isPendingOver
 * @property {(address: string, isPending: boolean) => string | undefined} responseState empty when the response has
 *   none, `undefined` when the address carries no response
 * @property {(address: string) => string} withoutResponse
 * @property {(lacks: 'window' | 'sessionStorage' | 'BroadcastChannel') => never} refusePage by the name of the browser's
 *   own property
 * @property {(options: unknown) => void} refuseSecret
 * @property {(address: string, pending: unknown, origin: string, now: number) => string | undefined} completeRedirect
 *   the code; `undefined` when the user said no
 */

/**
 * A type of the runtime's own, or none: the declarations of this package also compile without those of the DOM.
 *
 * @template {string} Name
 * @typedef {typeof globalThis extends Record<Name, { prototype: infer Type }> ? Type : never} RuntimeType
 */

/**
 * @typedef {typeof globalThis extends { WebAssembly: { Module: { prototype: infer Type } } } ? Type : never} CompiledModule
 */

/**
 * The wasm, compiled or not, its address, or an HTTP response with it. Node.js also reads files, by `file:` address or path.
 *
 * @typedef {Uint8Array | ArrayBuffer | CompiledModule | RuntimeType<'Response'> | RuntimeType<'URL'> | string} CoreSource
 */

/** @typedef {{ __wbg_set_wasm: (exports: WebAssembly.Exports) => void }} Glue its one door for the instance */

/** @typedef {{ fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }} Base64Decoder in newer runtimes */

/** @type {Core | undefined} */
let loaded;

/** The load that is under way. @type {{ source: unknown, end: Promise<void> } | undefined} */
let loading;

/**
 * The core, loaded if it was not yet.
 *
 * @returns {Core}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly, or where the entry
 *   brought no bytes and `init` did not get any
 */
export function core() {
  if (loaded) return loaded;
  try {
    checkRuntime(core);
    const module = new WebAssembly.Module(inlinedBytes(core));
    return start(makeGlue(), (imports) => new WebAssembly.Instance(module, imports));
  } catch (error) {
    throw refused(error, core);
  }
}

/**
 * Loads the core ahead of its first use. Needed nowhere in Node.js; in a browser's page it keeps the main thread
 * free. Does nothing when the core is loaded; calls at the same time share one load; a failed one may be repeated.
 *
 * @param {CoreSource | Promise<CoreSource>} [source] the wasm, its address, or an HTTP response with it; by default
 *   the bytes that are part of this package, which `nocodb-bitbucket-auth/slim` leaves out. In Node.js, addresses
 *   of files and paths are read, too.
 * @returns {Promise<void>}
 * @throws {BitbucketAuthError} `INVALID_CONFIG` where the runtime refuses to compile WebAssembly, or where there is
 *   neither a source nor bytes, `INVALID_ARGUMENT` when `source` cannot be read, or is not this version's core
 */
export async function init(source) {
  while (!loaded) {
    const { source: its, end } = loading ??= begin(source);
    try {
      await end;
    } catch (error) {
      // The failure of another caller's source says nothing about this one.
      if (its === source) throw error;
    }
  }
}

/** @param {CoreSource | Promise<CoreSource>} [source] */
function begin(source) {
  const end = load(source).finally(() => {
    loading = undefined;
  });
  return { source, end };
}

/**
 * A `BitbucketAuthError` for what only the shim can see; the core has the words and the flags.
 *
 * @param {string} code
 * @param {Phase} phase
 * @param {FailureDetails} [details]
 * @param {{ detail?: string, cause?: Error }} [extra]
 * @returns {BitbucketAuthError}
 */
export function failure(code, phase, details, extra) {
  return new BitbucketAuthError(judge(failure, () => core().failure(code, phase, details)), extra, failure);
}

/** @param {CoreSource | Promise<CoreSource>} [source] */
async function load(source) {
  try {
    checkRuntime(init);
    const wasm = source === undefined ? inlinedBytes(init) : await ours(source);
    const module = isModule(wasm) ? wasm : await WebAssembly.compile(wasm);
    const glue = makeGlue();
    const instance = await WebAssembly.instantiate(module, importsOf(glue));
    // A first use may have loaded it in the meantime.
    if (!loaded) start(glue, () => instance);
  } catch (error) {
    throw refused(error, init);
  }
}

/**
 * The wasm that a source gives, after a look at whether it is this version's. Nothing else may be started.
 *
 * @param {CoreSource | Promise<CoreSource>} source
 * @returns {Promise<Uint8Array<ArrayBuffer> | WebAssembly.Module>}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
async function ours(source) {
  const wasm = await read(source);
  if (isModule(wasm)) {
    if (!isMarked(wasm)) throw unusableSource();
    return wasm;
  }
  const { subtle } = globalThis.crypto ?? {};
  if (subtle) {
    const digest = new Uint8Array(await subtle.digest('SHA-256', wasm));
    const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (found !== hash) throw unusableSource();
    return wasm;
  }
  // A page on plain http has no digest.
  if (!WebAssembly.validate(wasm)) throw unusableSource();
  const module = await WebAssembly.compile(wasm);
  if (!isMarked(module)) throw unusableSource();
  return module;
}

/**
 * Whether a compiled module, which does not show its bytes, has the section that the build gave this version's.
 *
 * @param {WebAssembly.Module} module
 */
function isMarked(module) {
  return WebAssembly.Module.customSections(module, section)
    .some((content) => String.fromCharCode(...new Uint8Array(content)) === build);
}

/**
 * @param {CoreSource | Promise<CoreSource>} source
 * @returns {Promise<Uint8Array<ArrayBuffer> | WebAssembly.Module>}
 * @throws {BitbucketAuthError} `INVALID_ARGUMENT`
 */
async function read(source) {
  /** @type {unknown} */
  let found;
  try {
    found = await source;
    if (typeof found === 'string' || tagOf(found) === 'URL') found = await fetched(String(found));
    if (isObject(found) && 'arrayBuffer' in found) {
      const response = /** @type {Response} */ (found);
      if ('ok' in response && !response.ok) throw unusableSource(`could not be read (status ${Number(response.status)})`);
      found = await response.arrayBuffer();
    }
  } catch (error) {
    throw error instanceof BitbucketAuthError ? error : unusableSource(`could not be read (${kindOf(error)})`);
  }
  if (isModule(found)) return found;
  const isBuffer = tagOf(found) === 'ArrayBuffer';
  if (!isBuffer && !ArrayBuffer.isView(found)) throw unusableSource();
  const bytes = /** @type {Uint8Array} */ (/** @type {unknown} */ (isBuffer ? new Uint8Array(
    /** @type {ArrayBuffer} */ (/** @type {unknown} */ (found))) : found));
  // A copy, which nobody changes between the look at it and its use.
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice();
}

/**
 * What is at an address, or in a file.
 *
 * @param {string} address
 * @returns {Promise<Response | Uint8Array>}
 */
async function fetched(address) {
  const file = address.startsWith('file:') ? new URL(address) : address;
  // A page reads no files, and what is no address there is one below its own. A single letter is a drive.
  const isPath = !URL.canParse(address) || /^[a-z]:/i.test(address);
  const isFile = typeof file !== 'string' || (isPath && typeof location === 'undefined');
  const fs = isFile ? globalThis.process?.getBuiltinModule?.('node:fs') : undefined;
  return fs ? fs.promises.readFile(file) : fetch(address);
}

/** @param {unknown} value @returns {value is object} */
const isObject = (value) => typeof value === 'object' && value !== null;

/**
 * What an object says it is: one of another realm (a frame, a test runner's sandbox) is as good as one of this realm.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
const tagOf = (value) => isObject(value) ? Reflect.get(value, Symbol.toStringTag) : undefined;

/** @param {unknown} value @returns {value is WebAssembly.Module} */
const isModule = (value) => tagOf(value) === 'WebAssembly.Module';

/** @param {Record<string, unknown>} glue @returns {WebAssembly.Imports} */
const importsOf = (glue) => ({ './core_bg.js': /** @type {WebAssembly.ModuleImports} */ (glue) });

/**
 * @param {Record<string, unknown>} glue that no other instance has
 * @param {(imports: WebAssembly.Imports) => WebAssembly.Instance} instantiate
 * @returns {Core}
 */
function start(glue, instantiate) {
  const { exports } = instantiate(importsOf(glue));
  /** @type {Glue} */ (/** @type {unknown} */ (glue)).__wbg_set_wasm(exports);
  const prepare = exports.__wbindgen_start;
  if (typeof prepare === 'function') prepare();
  loaded = /** @type {Core} */ (/** @type {unknown} */ (glue));
  return loaded;
}

/**
 * What an entry brought along by importing pkg/inlined/core.wasm.js. That file is a plain script, which serves `import`
 * and `require` alike, so it can hand over its text by a global symbol only.
 *
 * @param {Function} caller
 * @returns {Uint8Array<ArrayBuffer>}
 */
function inlinedBytes(caller) {
  /** @type {unknown} */
  const inlined = Reflect.get(globalThis, INLINED);
  if (typeof inlined !== 'string') throw missing(caller);
  const decoder = /** @type {Base64Decoder} */ (/** @type {unknown} */ (Uint8Array));
  if (decoder.fromBase64) return decoder.fromBase64(inlined);
  if (typeof Buffer === 'function') return Buffer.from(inlined, 'base64');
  return Uint8Array.from(atob(inlined), (character) => character.charCodeAt(0));
}

/**
 * Whether a Content Security Policy without 'wasm-unsafe-eval' is in the way. Chromium throws a CompileError that
 * names the directive, Firefox an EvalError or CompileError with the policy's name.
 *
 * @param {unknown} error
 */
function isForbidden(error) {
  return error instanceof EvalError
    || (error instanceof Error && /content security policy|unsafe-eval|\bcsp\b/i.test(error.message));
}

/**
 * Whether the runtime compiles no WebAssembly while a program runs, as Cloudflare's Workers and their like do. Older
 * Chromiums have the same words for a Content Security Policy.
 *
 * @param {unknown} error
 */
function isCompiledAheadOnly(error) {
  return error instanceof Error && /disallowed by embedder|dynamic wasm code generation/i.test(error.message);
}

/** What the core and its glue need, and not every runtime has: the sandbox of jest's jsdom for instance. */
const NEEDED = ['WebAssembly', 'TextDecoder', 'TextEncoder'];

/**
 * @param {Function} caller
 * @throws {BitbucketAuthError} `INVALID_CONFIG`
 */
function checkRuntime(caller) {
  const name = NEEDED.find((needed) => Reflect.get(globalThis, needed) === undefined);
  if (name === undefined) return;
  throw unavailable(`This runtime has no ${name}, which nocodb-bitbucket-auth needs: use one that has it, or in a `
    + 'test\'s sandbox set it from Node.js before the first call.', caller, { field: name });
}

// The messages that cannot come from the core, because it is what could not be loaded.

const IMPORT_SLIM = 'import nocodb-bitbucket-auth/slim, and await init() with nocodb-bitbucket-auth/core.wasm as a module '
  + 'that was compiled with the program';

/**
 * @param {unknown} error
 * @param {Function} caller
 */
function refused(error, caller) {
  if (error instanceof BitbucketAuthError) return error;
  const detail = kindOf(error);
  if (isForbidden(error)) {
    return unavailable('The Content Security Policy of this page forbids WebAssembly: add \'wasm-unsafe-eval\' to its '
      + 'script-src.', caller, { detail });
  }
  if (isCompiledAheadOnly(error)) {
    return unavailable(`This runtime compiles no WebAssembly while a program runs: ${IMPORT_SLIM}. In a page, add `
      + '\'wasm-unsafe-eval\' to the script-src of its Content Security Policy.', caller);
  }
  const advice = caller === core ? ': in a page, await init() before the first call' : '';
  return unavailable(`This runtime could not load the WebAssembly core${advice}.`, caller, { detail });
}

/** The kind of a failure of which nothing else may be told. @param {unknown} error */
function kindOf(error) {
  if (!(error instanceof Error)) return 'no error';
  return 'code' in error && typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code) ? error.code : error.name;
}

/** @param {Function} caller */
function missing(caller) {
  return unavailable('The WebAssembly core is not part of this entry: before the first call, await init() with '
    + 'nocodb-bitbucket-auth/core.wasm, as bytes, module, response or address.', caller);
}

/**
 * @param {string} message
 * @param {Function} caller
 * @param {{ detail?: string, field?: string }} [more]
 */
function unavailable(message, caller, { detail, field = 'WebAssembly' } = {}) {
  const flags = { retryable: false, reauthorize: false };
  return new BitbucketAuthError({ code: 'INVALID_CONFIG', phase: 'config', message, ...flags, field }, { detail }, caller);
}

function unusableSource(reason = 'is not this version\'s WebAssembly core') {
  return new BitbucketAuthError({
    code: 'INVALID_ARGUMENT',
    phase: 'config',
    message: `A value given to nocodb-bitbucket-auth cannot be used: source ${reason}.`,
    retryable: false,
    reauthorize: false,
    field: 'source',
  }, {}, init);
}
