#!/bin/sh
# Node.js 20.20.2, 22.23.3, 24.21.0 and 26.10.0: an asynchronous generator yields the items of an array with `yield*`, as
# clients of paged APIs do with each page. The consumer of the generator calls throw(error). Up to Node.js 22, the call rejects
# with this error. From Node.js 24 on, the call rejects with a TypeError about the array's iterator, and the consumer's error is
# lost. With a loop that yields each item, the call rejects with the consumer's error in every version. An engineer expects
# `yield*` and the loop to behave in the same way, and sees no difference on the Node.js versions that NocoDB needs.
#
# Seen:
#   Node.js 20: yield* Error: enough, loop Error: enough
#   Node.js 22: yield* Error: enough, loop Error: enough
#   Node.js 24: yield* TypeError: The iterator does not provide a 'throw' method., loop Error: enough
#   Node.js 26: yield* TypeError: The iterator does not provide a 'throw' method., loop Error: enough
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true }' >package.json
npm install --silent --no-audit --no-fund node-20@npm:node@20.20.2 node-22@npm:node@22.23.3 node-24@npm:node@24.21.0 \
  node-26@npm:node@26.10.0
cat >pages.mjs <<'END_OF_SCRIPT'
async function* delegating() {
  yield* ['first', 'second'];
}
async function* looping() {
  for (const item of ['first', 'second']) yield item;
}
const told = async (pages) => {
  await pages.next();
  return pages.throw(new Error('enough')).catch(String);
};
console.log(`yield* ${await told(delegating())}, loop ${await told(looping())}`);
END_OF_SCRIPT
cat >expected.txt <<'END_OF_TEXT'
Node.js 20: yield* Error: enough, loop Error: enough
Node.js 22: yield* Error: enough, loop Error: enough
Node.js 24: yield* TypeError: The iterator does not provide a 'throw' method., loop Error: enough
Node.js 26: yield* TypeError: The iterator does not provide a 'throw' method., loop Error: enough
END_OF_TEXT
for version in 20 22 24 26; do
  echo "Node.js $version: $(node_modules/node-$version/bin/node pages.mjs)"
done >seen.txt
cat seen.txt
diff expected.txt seen.txt
