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

// js/abort.js
var abort_exports = {};
__export(abort_exports, {
  unlessAborted: () => unlessAborted
});
module.exports = __toCommonJS(abort_exports);
var import_core = require("./core.cjs");
async function unlessAborted(work, signal) {
  if (!signal) return work;
  let stop = () => {
  };
  const aborted = new Promise((_resolve, reject) => {
    stop = () => reject((0, import_core.failure)("REQUEST_ABORTED", "api"));
  });
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await /** @type {Promise<T>} */
    Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  unlessAborted
});
