#!/bin/sh
# Redis 7.0.15: once a script has run any write command, even a DEL of a key that does not exist, Redis no longer applies
# the memory limit to this script. If maxmemory is used up and the policy is noeviction, a script whose first write is SET
# fails with the error OOM. If the script runs a DEL before the same SET, Redis runs the SET and all following commands. So a
# script that tests whether a server accepts writes, and cleans up with DEL before the test, considers every full server
# usable. An engineer expects Redis to check each SET separately.
#
# Needs redis-server (of Debian: `apt-get install redis-server`).
#
# Seen with Redis 7.0.15:
#   SET: refused, OOM
#   script SET: refused, OOM
#   script GET, SET: refused, OOM
#   script DEL, SET: OK
set -eu
command -v redis-server >/dev/null
folder=$(mktemp -d)
redis-server --port 0 --unixsocket "$folder/redis" --save '' --maxmemory 1 --maxmemory-policy noeviction >/dev/null &
server=$!
trap 'kill "$server"; wait "$server" || true; rm -rf "$folder"' EXIT
run() { redis-cli -s "$folder/redis" "$@" 2>&1; }
for _ in 1 2 3 4 5 6 7 8 9 10; do
  [ "$(run PING)" = PONG ] && break
  sleep 0.2
done
failed=0
see() {
  name=$1 expected=$2
  shift 2
  answer=$(run "$@")
  case $answer in *OOM*) answer='refused, OOM' ;; esac
  echo "$name: $answer"
  [ "$answer" = "$expected" ] || failed=1
}
see SET 'refused, OOM' SET a 1
see 'script SET' 'refused, OOM' EVAL "return redis.call('SET', KEYS[1], 1)" 1 a
see 'script GET, SET' 'refused, OOM' EVAL "redis.call('GET', KEYS[1]) return redis.call('SET', KEYS[1], 1)" 1 a
see 'script DEL, SET' OK EVAL "redis.call('DEL', KEYS[1]) return redis.call('SET', KEYS[1], 1)" 1 a
exit "$failed"
