var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
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
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// js/token-endpoint.js
var token_endpoint_exports = {};
__export(token_endpoint_exports, {
  clientOf: () => clientOf,
  configFailure: () => configFailure,
  requestTokens: () => requestTokens
});
module.exports = __toCommonJS(token_endpoint_exports);
var import_core = require("./core.cjs");
var import_error = require("./error.cjs");
var import_transport = require("./transport.cjs");
function clientOf({ client, problems }) {
  if (client) return client;
  throw configFailure(problems);
}
function configFailure([problem]) {
  return problem ? new import_error.BitbucketAuthError(problem, {}, configFailure) : (0, import_core.failure)("INVALID_CONFIG", "config");
}
async function requestTokens(environment, build, grant, previous) {
  const client = clientOf(environment);
  const request = (0, import_error.judge)(requestTokens, () => build(client));
  const phase = grant === "refresh_token" ? "refresh" : "exchange";
  const answer = await (0, import_transport.send)(request, { phase, timeoutMs: environment.timeoutMs });
  const obtainedAt = Date.now();
  const tokens = (0, import_error.judge)(requestTokens, () => client.parseTokenResponse({
    ...answer,
    receivedAt: obtainedAt,
    grant,
    request,
    ...previous && { previous }
  }));
  return { ...tokens, obtainedAt };
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  clientOf,
  configFailure,
  requestTokens
});
