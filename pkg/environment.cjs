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

// js/environment.js
var environment_exports = {};
__export(environment_exports, {
  lazyEnvironment: () => lazyEnvironment,
  readEnvironment: () => readEnvironment
});
module.exports = __toCommonJS(environment_exports);
var import_core = require("./core.cjs");
function readEnvironment(env) {
  const { environmentVariables, readEnvironment: judgeEnvironment } = (0, import_core.core)();
  return judgeEnvironment(Object.fromEntries(environmentVariables().map((name) => [name, env[name]])));
}
function lazyEnvironment(env) {
  let environment;
  return () => environment ??= readEnvironment(env);
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  lazyEnvironment,
  readEnvironment
});
