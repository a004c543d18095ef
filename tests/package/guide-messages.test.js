/**
 * docs/troubleshooting.md: the package produces every message that the document quotes.
 *
 * In: the document, and guide/messages.js, which causes each symptom. Out: checks whether the quoted messages and the actual
 * messages are the same, one for one.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { documentAt, documents } from './guide/documents.js';
import { producers, redisWords, refreshSays } from './guide/messages.js';
import { packageIn, packed } from './support.js';

const { headings, blocks, tables, text } = documentAt('docs/troubleshooting.md');
const symptoms = headings.filter(({ depth }) => depth === 3);

/** Removes names, times and the plugin's name at the beginning, which depends on NocoDB's logger. */
const comparable = (message) => message.replace('[nocodb-bitbucket-auth] ', '')
  .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME');

test('the guide has at least 25 symptoms with a message', () => {
  assert.ok(Object.keys(producers).length >= 25);
  assert.deepEqual(Object.keys(producers).filter((slug) => !symptoms.some((symptom) => symptom.slug === slug)), []);
});

// These tests run one after the other, because they read the console.
describe('the package produces the messages that the guide quotes for a symptom', () => {
  for (const { text: title, slug } of symptoms) {
    const quoted = blocks.filter(({ language, under, marker }) => language === 'text' && under === slug && !marker?.startsWith('shown by'))
      .map(({ content }) => comparable(content));
    if (quoted.length === 0 && !producers[slug]) continue;
    test(title, async (t) => {
      assert.ok(producers[slug], 'no function causes this symptom');
      assert.deepEqual(quoted, (await producers[slug](t)).map(comparable));
    });
  }
});

test('each symptom in the guide has a cure or a link', () => {
  const parts = text.split(/^### /m).slice(1).map((part) => part.split(/^## /m)[0]);
  assert.deepEqual(parts.filter((part) => !/\*\*Cure:\*\*|\]\(/.test(part)).map((part) => part.split('\n')[0]), []);
});

test("the table of Redis failures in the guide lists exactly the core's words for these failures", () => {
  const [{ rows }] = tables.filter(({ under, header: [first] }) => under === 'the-redis-cannot-be-used' && first === 'word');
  // The word itself may contain a comma.
  const words = rows.flatMap(([word]) => (redisWords.includes(word) ? [word] : word.split(', ')));
  assert.deepEqual(words.toSorted(), redisWords.toSorted());
});

test('the table of error codes in the guide lists exactly the codes of the declarations', () => {
  const declarations = readFileSync(join(packageIn(packed.folder), 'pkg', 'types', 'shared.d.cts'), 'utf8');
  const [, union] = /type \w*Code = ([^;]*"PERSIST_FAILED"[^;]*);/.exec(declarations);
  const codes = [...union.matchAll(/"([A-Z_]+)"/g)].map(([, code]) => code);
  assert.ok(codes.length > 30);
  const [{ rows }] = tables.filter(({ under }) => under === 'by-error-code');
  assert.deepEqual(rows.flatMap(([names]) => names.split(', ')).toSorted(), codes.toSorted());
});

test('the package logs the line that docs/observability.md quotes', async (t) => {
  const { blocks: examples } = documentAt('docs/observability.md');
  const [{ content }] = examples.filter(({ language }) => language === 'text');
  const timeless = (line) => line.replace(/\d+ ms/, 'TIME');
  assert.deepEqual((await refreshSays(t, 'Sales')).map(timeless), [timeless(content)]);
});

test('every message that another document quotes is in docs/troubleshooting.md or in docs/configuration.md', () => {
  const known = [text, documentAt('docs/configuration.md').text].join('\n');
  for (const { path, blocks: others } of documents.filter(({ path: each }) => each !== 'docs/observability.md')) {
    for (const { content } of others.filter(({ language }) => language === 'text')) {
      assert.ok(known.includes(content), `${path}: ${content}`);
    }
  }
});
