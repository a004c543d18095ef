// Checks that docs/observability.md is complete, and that its example works.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { createEntry } from 'nocodb-bitbucket-auth';
import { environment } from '../support/environment.js';
import { json, serve } from '../support/http-server.js';

test('docs/observability.md explains each event that the log can have', () => {
  const files = readdirSync(new URL('../../js', import.meta.url), { recursive: true }).filter((file) => file.endsWith('.js'));
  const sources = files.map((file) => readFileSync(new URL(`../../js/${file}`, import.meta.url), 'utf8'));
  const events = new Set(sources.flatMap((source) => [...source.matchAll(/(?:event: |log\([a-z]+, )'([a-z-]+)'/g)].map(([, event]) => event)));
  const explained = [...readFileSync(new URL('../../docs/observability.md', import.meta.url), 'utf8').matchAll(/^\| `([a-z-]+)` \| (?:INFO|WARN|ERROR) \|/gm)];
  assert.deepEqual(explained.map(([, event]) => event).sort(), [...events].sort());
});

test('docs/opentelemetry.mjs turns the messages of the diagnostics channels into spans without secrets', async (t) => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  trace.setGlobalTracerProvider(provider);
  t.after(() => trace.disable());
  await import('../../docs/opentelemetry.mjs');
  const { origin } = await serve(t, (request, response) => (
    request.url.startsWith('/2.0/') ? json(response, 404, {}) : json(response, 200, {
      access_token: 'the-new-access-token', refresh_token: 'the-new-refresh-token', token_type: 'bearer', expires_in: 7200,
    })
  ));
  const { wrapper: Wrapper } = createEntry(environment(origin));
  const expired = {
    type: 'oauth', oauth_token: 'the-access-token', refresh_token: 'the-refresh-token', expires_at: '2026-01-01T00:00:00.000Z',
  };
  const client = await new Wrapper(expired, { title: 'Sales', logger: () => {} }).authenticate();
  await assert.rejects(client.get('/user'));
  const spans = exporter.getFinishedSpans();
  assert.deepEqual(spans.map(({ name, attributes }) => [name, attributes['http.response.status_code'] ?? attributes['oauth.grant_type']]), [
    ['refresh', 'refresh_token'], ['GET', 404],
  ]);
  assert.doesNotMatch(JSON.stringify(spans.map(({ attributes }) => attributes)), /the-(new-)?(access|refresh)-token|secret|Bearer/);
});
