/** The assertions in tests/support/page-assert.js, which pages use, are never more lenient than those of Node.js. */
import nodeAssert from 'node:assert/strict';
import { test } from 'node:test';
import pageAssert from '../support/page-assert.js';

const values = [
  undefined, null, false, true, 0, -0, 1, NaN, '', '1', [], [undefined], [1], [1, 2], [[1]], {}, { a: undefined }, { a: 1 },
  { a: '1' }, { a: 1, b: 2 }, { b: 2, a: 1 }, { a: [1, { b: null }] }, { a: [1, { b: undefined }] }, { length: 0 },
  Object.assign([1], { a: 1 }), [, 1], [undefined, 1], { [Symbol.for('a')]: 1 }, { 0: 1 },
];
const others = [new Date(0), new Map(), new Uint8Array(1), Object.create(null), new (class Point {})(), /a/, () => {}];

const passes = (work) => {
  try {
    work();
    return true;
  } catch {
    return false;
  }
};

for (const name of ['equal', 'deepEqual']) {
  test(`the assertion ${name}() for pages agrees with Node.js on each pair of plain values`, () => {
    for (const one of values) {
      for (const other of [...values, structuredClone(typeof one === 'object' && one !== null ? JSON.parse(JSON.stringify(one)) : one)]) {
        nodeAssert.equal(passes(() => pageAssert[name](one, other)), passes(() => nodeAssert[name](one, other)));
      }
    }
  });
}

test('the assertion deepEqual() for pages fails if a value is neither plain nor an array', () => {
  for (const other of others) {
    for (const value of [{}, [], new Date(0), new Uint8Array(1)]) {
      nodeAssert.equal(passes(() => pageAssert.deepEqual(other, value)), false);
      nodeAssert.equal(passes(() => pageAssert.deepEqual({ a: other }, { a: value })), false);
    }
  }
});

test('the assertion ok() for pages agrees with Node.js on each value', () => {
  for (const value of [...values, ...others]) {
    nodeAssert.equal(passes(() => pageAssert.ok(value)), passes(() => nodeAssert.ok(value)));
  }
});

test('the assertion throws() for pages passes only if its callback accepts the error', () => {
  const fail = () => { throw new Error('the error'); };
  for (const assert of [pageAssert, nodeAssert]) {
    nodeAssert.equal(passes(() => assert.throws(fail, ({ message }) => message === 'the error')), true);
    nodeAssert.equal(passes(() => assert.throws(fail, () => false)), false);
    nodeAssert.equal(passes(() => assert.throws(fail, () => nodeAssert.fail('not this one'))), false);
    nodeAssert.equal(passes(() => assert.throws(() => {}, () => true)), false);
  }
});
