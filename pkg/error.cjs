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

// js/error.js
var error_exports = {};
__export(error_exports, {
  BitbucketAuthError: () => BitbucketAuthError,
  judge: () => judge
});
module.exports = __toCommonJS(error_exports);
var FIELDS = [
  "code",
  "phase",
  "retryable",
  "reauthorize",
  "error",
  "errorDescription",
  "status",
  "field",
  "retryAfter",
  "required",
  "granted",
  "announcementUrl"
];
var BitbucketAuthError = class _BitbucketAuthError extends Error {
  /**
   * @param {Failure} failure as the core describes it
   * @param {{ detail?: string, cause?: Error }} [extra] `detail`: more words for the message, in brackets;
   *   `cause`: an error that holds nothing but a message and a `code`
   * @param {Function} [caller] the public function in whose caller the stack shall start
   */
  constructor(failure, { detail, cause } = {}, caller = _BitbucketAuthError) {
    super(detail ? `${failure.message.replace(/\.$/, "")} (${detail}).` : failure.message, cause && { cause });
    this.code = failure.code;
    this.phase = failure.phase;
    this.retryable = failure.retryable;
    this.reauthorize = failure.reauthorize;
    if (failure.error !== void 0) {
      this.error = failure.error;
    }
    if (failure.errorDescription !== void 0) {
      this.errorDescription = failure.errorDescription;
    }
    if (failure.status !== void 0) {
      this.status = failure.status;
    }
    if (failure.field !== void 0) {
      this.field = failure.field;
    }
    if (failure.retryAfter !== void 0) {
      this.retryAfter = failure.retryAfter;
    }
    if (failure.required !== void 0) {
      this.required = failure.required;
    }
    if (failure.granted !== void 0) {
      this.granted = failure.granted;
    }
    if (failure.announcementUrl !== void 0) {
      this.announcementUrl = failure.announcementUrl;
    }
    Error.captureStackTrace?.(this, caller);
  }
  /**
   * What a log may keep: the message and the fields, without the stack.
   *
   * @returns {Record<string, unknown>}
   */
  toJSON() {
    const plain = { name: this.name, message: this.message };
    for (const key of FIELDS) {
      if (Object.hasOwn(this, key)) plain[key] = Reflect.get(this, key);
    }
    return plain;
  }
};
Object.defineProperty(BitbucketAuthError.prototype, "name", {
  value: "BitbucketAuthError",
  writable: true,
  configurable: true
});
function isFailure(thrown) {
  return typeof thrown === "object" && thrown !== null && !(thrown instanceof Error) && "code" in thrown && "phase" in thrown && "message" in thrown;
}
function judge(caller, call) {
  try {
    return call();
  } catch (thrown) {
    throw isFailure(thrown) ? new BitbucketAuthError(thrown, {}, caller) : thrown;
  }
}
