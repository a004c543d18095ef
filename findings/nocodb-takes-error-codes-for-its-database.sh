#!/bin/sh
# NocoDB 0.301.3 with Node.js 22.23.3 and Axios 1.21.1: if a method of an integration throws an error with a member `code`,
# NocoDB responds as if its own database had failed, whatever the code is. The status is 400, and the message is lost.
# Errors of Axios and of Node.js have this member. So if the service behind an integration is down, the user reads about a
# failed database operation, and nothing about the network. Without `code`, the same error gets the status 500. An error with
# the methods getStatus and getResponse gets the status and body that these methods return, unless it also has a `code`. An
# engineer expects an exception filter to recognize database errors by their class, or by the codes of that database.
#
# Needs a C++ compiler and Python for sqlite3, 2 GB in the temporary folder, and some minutes.
#
# Seen with Node.js 22.23.3:
#   refused connection, as Axios throws it: 400 {"error":"ERR_DATABASE_OP_FAILED","code":"ECONNREFUSED"}
#   the same without code: 500
#   with getStatus 502 and getResponse: 502 {"msg":"Bitbucket is down"}
#   with getStatus 502, getResponse and a code: 400 {"error":"ERR_DATABASE_OP_FAILED","code":"DOWN"}
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >package.json <<'END'
{ "private": true, "overrides": { "xlsx": "0.18.5", "msgpackr-extract": "3.0.4" } }
END
npm install --silent --no-audit --no-fund --ignore-scripts nocodb@0.301.3 express@4.22.3 node@22.23.3 axios@1.21.1
npm rebuild --silent node
# If the headers of the installed Node.js exist, node-gyp uses them and downloads none.
prefix=$(dirname "$(dirname "$(command -v node)")")
[ ! -e "$prefix/include/node/node_api.h" ] || export npm_config_nodedir="$prefix"
npm rebuild --silent sqlite3
cat >nocodb.cjs <<'END'
const { once } = require('node:events');
const axios = require('axios');

const answering = (more) => Object.assign(new Error('x'), {
  getStatus: () => 502, getResponse: () => ({ msg: 'Bitbucket is down' }), ...more,
});
const refused = async () => {
  const closed = require('node:net').createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address();
  closed.close();
  return axios.get(`http://127.0.0.1:${port}/`, { proxy: false }).catch((error) => error);
};
class Wrapper {
  async axios() { throw await refused(); }
  async codeless() { throw Object.assign(await refused(), { code: undefined }); }
  async answer() { throw answering(); }
  async answerWithCode() { throw answering({ code: 'DOWN' }); }
}
const expose = ['axios', 'codeless', 'answer', 'answerWithCode'];

// NocoDB assigns its list of integrations, which is empty in this edition. NocoDB's class inherits this setter, which adds an
// integration to the list.
Object.defineProperty(Function.prototype, 'availableIntegrations', {
  configurable: true,
  set(value) {
    Object.defineProperty(this, 'availableIntegrations', { value, writable: true, enumerable: true, configurable: true });
    value.push({ type: 'development', sub_type: 'sample', wrapper: Wrapper, form: [], manifest: { title: 'Sample', expose } });
  },
});

const app = require('express')();
const server = require('node:http').createServer(app);
const EMAIL = 'admin@example.com';
const PASSWORD = 'Sample-Passw0rd!';
Object.assign(process.env, { NC_DISABLE_TELE: 'true', NC_TOOL_DIR: '.', NC_ADMIN_EMAIL: EMAIL, NC_ADMIN_PASSWORD: PASSWORD });
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  process.env.PORT = String(port);
  app.use(await require('nocodb').Noco.init({}, server, app));
  const post = async (path, body, token) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', 'xc-auth': token },
    });
    return { status: answer.status, body: await answer.text() };
  };
  const { token } = JSON.parse((await post('/api/v1/auth/user/signin', { email: EMAIL, password: PASSWORD })).body);
  const row = await post('/api/v2/meta/integrations', { title: 's', type: 'development', sub_type: 'sample', config: {} }, token);
  const { id } = JSON.parse(row.body);
  const ask = async (name, method, isWhole = true) => {
    const { status, body } = await post(`/api/v2/integrations/${id}/${method}`, {}, token);
    return `${name}: ${status}${isWhole ? ` ${body}` : ''}`;
  };
  const seen = [
    await ask('refused connection, as Axios throws it', 'axios'),
    await ask('the same without code', 'codeless', false),
    await ask('with getStatus 502 and getResponse', 'answer'),
    await ask('with getStatus 502, getResponse and a code', 'answerWithCode'),
  ];
  console.log(seen.join('\n'));
  process.exit(seen.join('\n') === require('node:fs').readFileSync('expected.txt', 'utf8').trim() ? 0 : 1);
});
END
cat >expected.txt <<'END'
refused connection, as Axios throws it: 400 {"error":"ERR_DATABASE_OP_FAILED","code":"ECONNREFUSED"}
the same without code: 500
with getStatus 502 and getResponse: 502 {"msg":"Bitbucket is down"}
with getStatus 502, getResponse and a code: 400 {"error":"ERR_DATABASE_OP_FAILED","code":"DOWN"}
END
status=0
node_modules/node/bin/node nocodb.cjs >output.txt 2>errors.txt || status=1
tail -4 output.txt
exit $status
