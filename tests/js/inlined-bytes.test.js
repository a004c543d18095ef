import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

const { fromBase64, fromHex } = await import(
  new URL('js/inlined-bytes.js', import.meta.resolve('nocodb-bitbucket-auth/package.json')),
);

const bytes = Uint8Array.from({ length: 1000 }, (_, at) => (at * 31) % 256);
const text = { base64: Buffer.from(bytes).toString('base64'), hex: Buffer.from(bytes).toString('hex') };

/** Sets a property of an object during a call. */
function during(object, name, value, call) {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
  try {
    return call();
  } finally {
    if (before) Object.defineProperty(object, name, before);
    else delete object[name];
  }
}

describe('the bytes of an inlined core are decoded', () => {
  for (const [encoding, decode, native] of [['base64', fromBase64, 'fromBase64'], ['hex', fromHex, 'fromHex']]) {
    const decoded = () => Uint8Array.from(decode(text[encoding]));

    test(`by the runtime's own decoder (${encoding})`, () => {
      assert.deepEqual(during(Uint8Array, native, () => bytes, decoded), bytes);
    });

    test(`by Buffer of Node.js if the runtime has no decoder of its own (${encoding})`, () => {
      assert.deepEqual(during(Uint8Array, native, undefined, decoded), bytes);
    });

    test(`by functions that every runtime has if there is no Buffer either (${encoding})`, () => {
      const found = during(Uint8Array, native, undefined, () => during(globalThis, 'Buffer', undefined, decoded));
      assert.deepEqual(found, bytes);
    });
  }
});
