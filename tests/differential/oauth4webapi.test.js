// Runs the shared cases about callbacks and token responses with oauth4webapi, a certified client by other authors.
//
// disagreements.json lists the cases on which oauth4webapi and the core disagree, with the reasons. A test fails if they
// disagree on another case, or if they agree on a listed case.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as oauth4webapi from 'oauth4webapi';

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));

const server = { issuer: 'https://bitbucket.org', token_endpoint: 'https://bitbucket.org/site/oauth2/access_token' };
const client = { client_id: 'Key' };

/** Reads a text of a shared case. A case may describe a long text by its repeated part. */
const text = (value) => (typeof value === 'object' && value !== null
  ? value.before + value.repeat.repeat(value.times) + value.after
  : value);

/** Parses a callback, because oauth4webapi takes a `URL` or `URLSearchParams`. */
function parsed({ kind, callback, redirectUri = 'https://nocodb.example/dashboard/' }) {
  const value = text(callback);
  const isAddress = kind === 'url' || /^[a-z][\w+.-]*:|^\/|^\.\./i.test(value) || /^[^=&?]+\?/.test(value);
  return isAddress ? new URL(value, redirectUri) : new URLSearchParams(value.split('#')[0]);
}

const VERDICTS = {
  callback(vector) {
    const issuer = vector.authorizeUrl ? new URL(vector.authorizeUrl).origin : server.issuer;
    const parameters = oauth4webapi.validateAuthResponse({ ...server, issuer }, client, parsed(vector), vector.state);
    // oauth4webapi rejects a response without a code later, in the token request.
    return parameters.get('code') || undefined;
  },

  async token_response({ status, headers, body, encoding, grant }) {
    const bytes = encoding === 'hex' ? Buffer.from(body, 'hex') : Buffer.from(text(body));
    const answer = new Response([204, 304].includes(status) ? null : bytes, { status, headers });
    const process = {
      authorization_code: oauth4webapi.processAuthorizationCodeResponse,
      refresh_token: oauth4webapi.processRefreshTokenResponse,
      client_credentials: oauth4webapi.processClientCredentialsResponse,
    }[grant];
    return (await process(server, client, answer)).access_token;
  },
};

/** The result that a shared case expects: the code or the access token, or undefined for an error. */
const expected = ({ expect }) => expect && (expect.code ?? expect.accessToken);

const listed = read('disagreements.json');

for (const [file, verdict] of Object.entries(VERDICTS)) {
  test(`oauth4webapi agrees with the core on all ${file} cases except those in disagreements.json`, async () => {
    const found = [];
    for (const vector of read(`../vectors/${file}.json`).cases) {
      let theirs;
      try {
        theirs = await verdict(vector);
      } catch {
        theirs = undefined;
      }
      if (theirs !== expected(vector)) found.push(vector.name);
    }
    const known = listed[file].flatMap(({ reason, cases }) => {
      assert.ok(reason);
      return cases;
    });
    assert.equal(new Set(known).size, known.length, 'a case is listed twice');
    assert.deepEqual(found.filter((name) => !known.includes(name)), [], 'disagreements that are not listed');
    assert.deepEqual(known.filter((name) => !found.includes(name)), [], 'listed cases on which oauth4webapi and the core agree');
  });
}
