/**
 * What `npm run chaos -- nocodb` adds to NocoDB's processes, beside the plugin's own preload.
 *
 * In: `CHAOS_PROCESS`, the name of this process in its token requests; in a worker `CHAOS_WORKER_PORT`.
 * Out: the name in a header of each token request; and in a worker a server on that port that accepts
 *   `POST /<workspace>/<integration>/<method>`. A worker of NocoDB has no endpoint for integrations, because only its jobs use
 *   integrations. In this edition (version) of NocoDB, no job does. So the server calls the service that the main process's
 *   endpoint calls.
 * Never: code of the plugin, or a row that NocoDB did not read itself.
 */
const { subscribe } = require('node:diagnostics_channel');
const { createServer } = require('node:http');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const HOST = join(__dirname, '..', '..', '..', '..', 'demo', 'nocodb', 'server.js');
const TOKEN_PATH = '/site/oauth2/access_token';

/** NocoDB's own `IntegrationsService`. */
function integrationsService() {
  const { nestApp } = createRequire(HOST)('nocodb').Noco;
  for (const { providers } of nestApp.container.getModules().values()) {
    for (const { name, instance } of providers.values()) if (name === 'IntegrationsService') return instance;
  }
  throw new Error('NocoDB has no IntegrationsService');
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

async function serve(request, response) {
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  try {
    const [workspaceId, integrationId, endpoint] = request.url.split('/').slice(1);
    const call = { integrationId, endpoint, payload: await readJson(request) };
    answer(201, await integrationsService().callIntegrationEndpoint({ workspace_id: workspaceId }, call));
  } catch (error) {
    // The errors of the plugin's preload contain the status for NocoDB's response. The error of an unavailable database contains
    // none.
    answer(error.getStatus?.() ?? 500, { msg: error.message });
  }
}

// Programs that NocoDB starts inherit its NODE_OPTIONS, and so load this file, too.
if (process.argv[1] === HOST) {
  subscribe('undici:request:create', ({ request }) => {
    if (request.path === TOKEN_PATH) request.addHeader('x-process', process.env.CHAOS_PROCESS);
  });
  if (process.env.CHAOS_WORKER_PORT) createServer(serve).listen(Number(process.env.CHAOS_WORKER_PORT), '127.0.0.1');
}
