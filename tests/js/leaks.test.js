/**
 * Thrown errors, inspected objects and printed lines contain no code, token, secret, verifier, state or full URL. A child process
 * passes recognizable secrets to calls that fail. This file searches the child's report and output for pieces of these secrets.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The number of consecutive characters of a secret that count as a leak. */
const PIECE = 12;

/** A secret in the encodings in which a text may contain it. */
function formsOf(secret) {
  const bytes = Buffer.from(secret);
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), bytes.toString('hex')];
  forms.push(String(new URLSearchParams({ x: secret })).slice(2));
  // In the base64 form of a longer text, the secret begins at one of three offsets. Its first and last characters depend on the
  // neighbouring bytes, so they are cut off.
  for (let shift = 0; shift < 3; shift += 1) {
    const inner = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64url').slice(4, -4);
    forms.push(inner, inner.replaceAll('-', '+').replaceAll('_', '/'));
  }
  return forms;
}

/** Every piece of a secret, in every form. */
function piecesOf(secret) {
  const pieces = new Set();
  for (const form of formsOf(secret)) {
    for (let start = 0; start + PIECE <= form.length; start += 1) pieces.add(form.slice(start, start + PIECE));
  }
  return [...pieces];
}

/** The names of those secrets that have at least one piece in a text. */
function leaksIn(text, pieces) {
  return Object.keys(pieces).filter((name) => pieces[name].some((piece) => text.includes(piece)));
}

describe('the secrets in the calls of the child process', () => {
  let output;
  let scenarios;
  let pieces;

  before(async () => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('fixtures/leak.js', import.meta.url))], {
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => {
        output[stream] += text;
      });
    }
    let report;
    child.on('message', (message) => {
      report = message;
    });
    const [status] = await once(child, 'close');
    assert.equal(status, 0, output.stderr);
    const { marks } = report;
    scenarios = report.scenarios;
    // The secret part of a callback is its query; the rest is the configured redirect URI, which is no secret.
    pieces = Object.fromEntries(Object.entries({ ...marks, callback: marks.callback.split('?')[1] })
      .map(([name, mark]) => [name, piecesOf(mark)]));
  });

  test('would be found if they leaked', () => {
    for (const name of Object.keys(pieces)) {
      for (const piece of pieces[name]) assert.deepEqual(leaksIn(`before ${piece} after`, { [name]: pieces[name] }), [name]);
    }
    const basic = Buffer.from(`the-key:${'s3cret-'.repeat(4)}`).toString('base64');
    assert.deepEqual(leaksIn(basic, { secret: piecesOf('s3cret-'.repeat(4)) }), ['secret']);
    assert.deepEqual(leaksIn('nothing of the kind', pieces), []);
  });

  test('are in more than 400 calls, which all fail', () => {
    assert.deepEqual(scenarios.filter(({ threw }) => threw === null).map(({ name }) => name), []);
    assert.ok(scenarios.length > 400, `${scenarios.length} scenarios`);
    const codes = new Set(scenarios.map(({ threw }) => threw));
    for (const code of [
      'INVALID_ARGUMENT', 'INVALID_CONFIG', 'CALLBACK_INVALID', 'CALLBACK_DUPLICATE_PARAMETER',
      'CALLBACK_UNSUPPORTED_RESPONSE', 'STATE_MISSING', 'STATE_MISMATCH', 'ISSUER_MISMATCH', 'ACCESS_DENIED',
      'AUTHORIZATION_FAILED', 'CODE_MISSING', 'REQUEST_FAILED', 'REQUEST_TIMEOUT', 'REDIRECT_REFUSED',
      'RESPONSE_TOO_LARGE', 'RESPONSE_NOT_JSON', 'RESPONSE_INVALID', 'UNEXPECTED_STATUS', 'UNSUPPORTED_TOKEN_TYPE',
      'INVALID_CLIENT', 'INVALID_GRANT', 'RECONNECT_REQUIRED', 'TOKEN_REQUEST_FAILED', 'API_UNAUTHENTICATED',
      'API_INSUFFICIENT_SCOPE', 'API_NOT_FOUND', 'API_GONE', 'API_RATE_LIMITED', 'API_FAILED', 'FOREIGN_ORIGIN',
    ]) assert.ok(codes.has(code), `no scenario ended in ${code}`);
  });

  test('do not occur in thrown errors or inspected objects', () => {
    const leaks = scenarios
      .map(({ name, texts }) => ({ name, leaked: leaksIn([...new Set(texts)].join('\n'), pieces) }))
      .filter(({ leaked }) => leaked.length > 0);
    assert.deepEqual(leaks, []);
  });

  test('do not occur in printed lines', () => {
    assert.equal(output.stdout, 'done\n');
    const { length } = output.stderr.match(/^\[nocodb-bitbucket-auth\] /gm);
    assert.ok(length >= 8, 'the log reports a wrong variable and a store that fails');
    assert.deepEqual(leaksIn(output.stderr, pieces), []);
  });
});
