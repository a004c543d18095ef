#!/bin/sh
# NocoDB 0.301.3 with Node.js 22.23.3: the member `version` of GET /api/v2/meta/nocodb/info depends on the folder in which
# the process was started. If this folder contains node_modules/nocodb, the member is NocoDB's version. Otherwise the member is
# the version in this folder's package.json, even if that describes another package. Without a package.json, the member is
# missing. In all three cases, the same program loads the same NocoDB. An engineer expects the version of the running NocoDB,
# and uses it to determine what the instance supports.
#
# Needs a C++ compiler and Python for sqlite3, 2 GB in the temporary folder, and some minutes.
#
# Seen:
#   started in the folder that contains node_modules: 0.301.3
#   started in a folder of version 8.8.8: 8.8.8
#   started in an empty folder: undefined
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >package.json <<'END_OF_JSON'
{ "private": true, "overrides": { "xlsx": "0.18.5", "msgpackr-extract": "3.0.4" } }
END_OF_JSON
npm install --silent --no-audit --no-fund --ignore-scripts nocodb@0.301.3 express@4.22.3 node@22.23.3
npm rebuild --silent node
# If the headers of the installed Node.js exist, node-gyp uses them and downloads none.
prefix=$(dirname "$(dirname "$(command -v node)")")
[ ! -e "$prefix/include/node/node_api.h" ] || export npm_config_nodedir="$prefix"
npm rebuild --silent sqlite3
mkdir other empty
echo '{ "private": true, "version": "8.8.8" }' >other/package.json
cat >nocodb.cjs <<'END_OF_SCRIPT'
const app = require('express')();
const server = require('node:http').createServer(app);
const EMAIL = 'admin@example.com';
const PASSWORD = 'Sample-Passw0rd!';
Object.assign(process.env, { NC_DISABLE_TELE: 'true', NC_TOOL_DIR: '.', NC_ADMIN_EMAIL: EMAIL, NC_ADMIN_PASSWORD: PASSWORD });
server.listen(0, '127.0.0.1', async () => {
  const origin = `http://127.0.0.1:${server.address().port}`;
  process.env.PORT = String(server.address().port);
  app.use(await require('nocodb').Noco.init({}, server, app));
  const answer = await fetch(`${origin}/api/v1/auth/user/signin`, {
    method: 'POST', body: JSON.stringify({ email: EMAIL, password: PASSWORD }), headers: { 'content-type': 'application/json' },
  });
  const { token } = await answer.json();
  const info = await fetch(`${origin}/api/v2/meta/nocodb/info`, { headers: { 'xc-auth': token } });
  require('node:fs').writeFileSync(process.argv[2], String((await info.json()).version));
  process.exit(0);
});
END_OF_SCRIPT
version_in() {
  (cd "$1" && "$folder/node_modules/node/bin/node" "$folder/nocodb.cjs" "$folder/version.txt" >output.txt 2>errors.txt) || exit 1
  cat "$folder/version.txt"
}
{
  echo "started in the folder that contains node_modules: $(version_in .)"
  echo "started in a folder of version 8.8.8: $(version_in other)"
  echo "started in an empty folder: $(version_in empty)"
} >seen.txt
cat seen.txt
cat >expected.txt <<'END_OF_TEXT'
started in the folder that contains node_modules: 0.301.3
started in a folder of version 8.8.8: 8.8.8
started in an empty folder: undefined
END_OF_TEXT
diff expected.txt seen.txt
