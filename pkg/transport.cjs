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
  // The only requests that undici ends by itself are those that a proxy turns down.
  [/^UND_ERR_ABORTED$/, "the proxy turned the connection down"]
];
var TELLING_NOTHING = ["Error", "TypeError", "AggregateError"];
var LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;
var proxying;
var dispatcher = new import_undici.Agent().compose((direct) => (options, handler) => {
  if (isLoopback(options.origin)) return direct(options, handler);
  proxying ??= new import_undici.EnvHttpProxyAgent();
  return proxying.dispatch(options, handler);
});
async function send(request, options) {
  const { origin } = new URL(request.url);
  let limit = limits.get(origin);
  if (!limit) limits.set(origin, limit = (0, import_p_limit.default)(MAX_AT_ONCE));
  return limit(() => sendNow(request, options));
}
async function sendNow(request, { phase, timeoutMs, signal, maxBytes = MAX_BYTES }) {
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
    const response = await (0, import_undici.fetch)(request.url, {
      method: request.method,
      headers: request.headers,
      body: (
        /** @type {import('undici').BodyInit | null | undefined} */
        request.body
      ),
      duplex: "half",
      redirect: "manual",
      signal: controller.signal,
      dispatcher
    });
    const body = await read(response.body, maxBytes);
    if (!body) throw (0, import_core.failure)("RESPONSE_TOO_LARGE", phase, { status: response.status });
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  } catch (error) {
    if (error instanceof import_error.BitbucketAuthError) throw error;
    if (late) throw (0, import_core.failure)("REQUEST_TIMEOUT", phase);
    if (signal?.aborted) throw (0, import_core.failure)("REQUEST_ABORTED", phase);
    throw networkFailure(error, phase, request.url);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
    abort();
  }
}
function isLoopback(url) {
  return url !== void 0 && URL.canParse(url) && LOOPBACK.test(new URL(url).hostname);
}
async function read(stream, maxBytes) {
  const chunks = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
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
