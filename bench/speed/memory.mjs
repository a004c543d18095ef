// Measures how the core's memory and the JavaScript heap grow over many logins.
import { answer } from '../lib/processes.mjs';
import { OPERATIONS, SETTINGS } from './operations.mjs';

/** The core's memory. The core exports it only to its own glue code, so the following class intercepts the export. */
let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(module, imports) {
    super(module, imports);
    if ('./core_bg.js' in imports) ({ memory } = this.exports);
  }
};

const { createClient } = await import('nocodb-bitbucket-auth/oauth');

await answer(({ warm, calls }) => {
  const { clientId, clientSecret, redirectUri } = SETTINGS;
  const client = createClient({ clientId, clientSecret, redirectUri });
  const { callback, refused, request, small } = OPERATIONS;
  const kinds = [
    () => client.createAuthorizationRequest(),
    () => client.validateAuthorizationResponse(...callback.given),
    () => client.buildTokenRequest(...request.given),
    () => client.parseTokenResponse(...small.given),
    () => {
      try {
        client.validateAuthorizationResponse(...refused.given);
      } catch { /* The core must reject this callback. */ }
    },
  ];
  const run = (count) => {
    for (let call = 0; call < count; call += 1) kinds[call % kinds.length]();
  };
  const measureMemory = () => {
    global.gc();
    global.gc();
    return { wasm: memory.buffer.byteLength, heap: process.memoryUsage().heapUsed };
  };
  run(warm);
  const before = measureMemory();
  run(calls - warm);
  const after = measureMemory();
  return { wasm: after.wasm, grown: after.wasm - before.wasm, heap: after.heap - before.heap };
});
