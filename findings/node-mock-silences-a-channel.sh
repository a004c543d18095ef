#!/bin/sh
# node:test and node:diagnostics_channel, Node.js 20.20.2 and 22.23.3: if publish() of a channel is mocked while the channel
# has no subscribers, the channel stays silent after the mock is restored. Later subscribers get no messages, in the whole
# process, and there is no error. A channel without subscribers has the publish() of its class, which does nothing; the
# first subscriber changes the channel's class. mock.method() puts the mock on the channel object itself. restore() then
# writes the previous method to the channel object, where it hides the method of the new class. An engineer expects
# restore() to restore the original state: a test that asserts that nothing is published silences the tests after it.
#
# Seen in both versions:
#   own method before: false, after restore: true
#   messages that a later subscriber gets: 0 of 1
#   the same with a subscriber while it is mocked: 1 of 1
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund node20@npm:node@20.20.2 node22@npm:node@22.23.3
cat >run.mjs <<'EOS'
import { channel } from 'node:diagnostics_channel';
import { mock } from 'node:test';
const received = (name, isHeard) => {
  const one = channel(name);
  const isOwn = () => Object.hasOwn(one, 'publish');
  const listener = () => {};
  if (isHeard) one.subscribe(listener);
  const before = isOwn();
  mock.method(one, 'publish').mock.restore();
  let messages = 0;
  one.subscribe(() => { messages += 1; });
  one.publish({});
  return { before, after: isOwn(), messages };
};
const unheard = received('unheard', false);
const heard = received('heard', true);
console.log(`${process.version}: own method before: ${unheard.before}, after restore: ${unheard.after}`);
console.log(`messages that a later subscriber gets: ${unheard.messages} of 1`);
console.log(`the same with a subscriber while it is mocked: ${heard.messages} of 1`);
process.exitCode = !unheard.before && unheard.after && unheard.messages === 0 && heard.messages === 1 ? 0 : 1;
EOS
for version in node20 node22; do
  "./node_modules/$version/bin/node" run.mjs
done
