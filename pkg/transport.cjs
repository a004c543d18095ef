var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// js/transport.js
var transport_exports = {};
__export(transport_exports, {
  send: () => send
});
module.exports = __toCommonJS(transport_exports);
var import_node_stream = require("node:stream");
var import_node_zlib = require("node:zlib");
var import_p_limit = __toESM(require("p-limit"));
var import_undici = require("undici");
var import_core = require("./core.cjs");
var import_error = require("./error.cjs");
var MAX_BYTES = 1024 * 1024;
var MAX_AT_ONCE = 50;
var limits = /* @__PURE__ */ new Map();
var PROXY_VARIABLES = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];
var TIMEOUT = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;
var TROUBLES = [
  [/^(ENOTFOUND|EAI_\w+)$/, "the host name could not be resolved"],
  [/^ECONNREFUSED$/, "the connection was refused"],
  [/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/, "the connection was closed before the answer was complete"],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/, "there is no way to the host"],
  [
    /CERT|ISSUER|SIGNATURE|^UND_ERR_PRX_TLS$/,
    "the TLS certificate is not accepted; if it comes from a private authority, NODE_EXTRA_CA_CERTS must name its file"
  ],
  [/^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/, "the TLS handshake failed"],
  [/^(HPE_\w+|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)$/, "the answer is not HTTP as it should be"],
  [/^(Z_\w+|ERR_\w*BROTLI\w*|ERR__ERROR\w*)$/, "the compressed answer is damaged"],
  [/^PROXY_407$/, "the proxy asks for credentials, which belong into its address: http://user:password@host:port"],
  // The only requests that undici ends by itself are those that a proxy turns down.
  [/^(PROXY_\d+|UND_ERR_ABORTED)$/, "the proxy turned the connection down, so its rules must allow this host"]
];
var PROXY_ANSWER = /^Proxy response \((\d{3})\)/;
var TELLING_NOTHING = ["Error", "TypeError", "AggregateError"];
var LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
var direct = new import_undici.Agent();
var proxying;
var DECODERS = { gzip: import_node_zlib.createGunzip, br: import_node_zlib.createBrotliDecompress };
var NO_BODY = [204, 304];
var DEFAULT_HEADERS = { "accept-encoding": Object.keys(DECODERS).join(", "), "user-agent": "nocodb-bitbucket-auth" };
async function send(request, options) {
  const url = new URL(request.url);
  let limit = limits.get(url.origin);
  if (!limit) limits.set(url.origin, limit = (0, import_p_limit.default)(MAX_AT_ONCE));
  return limit(() => sendNow(url, request, options));
}
async function sendNow(url, { method, headers, body }, { phase, timeoutMs, signal, maxBytes = MAX_BYTES }) {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let late = false;
  const timer = timeoutMs === void 0 ? void 0 : setTimeout(() => {
    late = true;
    abort();
  }, timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  try {
    const dispatcher = isLoopback(url) ? direct : proxying ??= new import_undici.EnvHttpProxyAgent();
    const response = await dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: (
        /** @type {import('undici').Dispatcher.HttpMethod} */
        method
      ),
      headers: { ...DEFAULT_HEADERS, ...headers },
      body: (
        /** @type {import('node:stream').Readable | undefined} */
        body
      ),
      signal: controller.signal
    });
    const { statusCode: status } = response;
    const bytes = await read(method === "HEAD" ? response.body : decoded(response), maxBytes);
    if (!bytes) throw (0, import_core.failure)("RESPONSE_TOO_LARGE", phase, { status });
    return { status, headers: joined(response.headers), body: bytes };
  } catch (error) {
    if (error instanceof import_error.BitbucketAuthError) throw error;
    if (late) throw (0, import_core.failure)("REQUEST_TIMEOUT", phase);
    if (signal?.aborted) throw (0, import_core.failure)("REQUEST_ABORTED", phase);
    throw networkFailure(error, phase, url);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}
function isLoopback({ hostname }) {
  return LOOPBACK.test(hostname);
}
function joined(headers) {
  const fields = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== void 0) fields[name] = typeof value === "string" ? value : value.join(", ");
  }
  return fields;
}
function decoded({ statusCode, headers, body }) {
  const encoding = String(headers["content-encoding"] ?? "").toLowerCase();
  const decoder = NO_BODY.includes(statusCode) ? void 0 : DECODERS[encoding]?.();
  return decoder ? (0, import_node_stream.pipeline)(body, decoder, () => {
  }) : body;
}
async function read(stream, maxBytes) {
  const chunks = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxBytes) return void 0;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
function networkFailure(error, phase, url) {
  const code = codeOf(error);
  if (code && TIMEOUT.test(code)) return (0, import_core.failure)("REQUEST_TIMEOUT", phase, void 0, { cause: scrubbed(code, code) });
  const trouble = TROUBLES.find(([pattern]) => code && pattern.test(code))?.[1] ?? "the request could not be sent";
  const proxy = isLoopback(url) ? void 0 : PROXY_VARIABLES.find((name) => process.env[name]);
  const detail = [trouble, code, proxy && `the proxy of ${proxy} is in use unless NO_PROXY excepts the host`];
  return (0, import_core.failure)("REQUEST_FAILED", phase, void 0, {
    detail: detail.filter(Boolean).join("; "),
    cause: scrubbed(trouble, code)
  });
}
function scrubbed(message, code) {
  return Object.assign(new Error(message), code && { code });
}
function codeOf(error) {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; depth += 1) {
    const [, status] = PROXY_ANSWER.exec(at.message) ?? [];
    if (status !== void 0) return `PROXY_${status}`;
    const code = "code" in at && typeof at.code === "string" ? at.code : at.name;
    if (/^\w{1,64}$/.test(code) && !TELLING_NOTHING.includes(code)) return code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return void 0;
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  send
});
