// A plain server that responds at once with one page of pull requests. A server with more work would take a larger part of the
// measured time, so the client's own part would look smaller.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { answer } from '../lib/processes.mjs';

await answer(async ({ pagelen }) => {
  const body = Buffer.from(JSON.stringify(page(pagelen)));
  const fields = { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length };
  const server = createServer((_request, response) => response.writeHead(200, fields).end(body));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { apiUrl: `http://127.0.0.1:${server.address().port}/2.0`, bytes: body.length };
});

function page(length) {
  const author = { type: 'user', uuid: '{00000000-0000-4000-8000-000000000000}', display_name: 'Ada', nickname: 'ada' };
  const end = (name) => ({ branch: { name }, commit: { hash: '0123456789ab' }, repository: { full_name: 'acme/one' } });
  return {
    pagelen: length,
    page: 1,
    size: length,
    values: Array.from({ length }, (_, index) => ({
      type: 'pullrequest',
      id: index + 1,
      title: `Pull request ${index + 1}`,
      description: 'What it changes, and why it should.',
      state: 'OPEN',
      author,
      source: end('feature'),
      destination: end('main'),
      created_on: '2026-11-24T08:00:00.000000+00:00',
      updated_on: '2026-11-24T09:00:00.000000+00:00',
    })),
  };
}
