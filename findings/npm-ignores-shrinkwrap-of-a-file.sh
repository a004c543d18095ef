#!/usr/bin/env bash
# npm ignores the npm-shrinkwrap.json of a package that is installed from a tarball file.
#
# npm's documentation says that npm-shrinkwrap.json is like package-lock.json, but published, so that users who install the
# package get the versions in it. npm learns from the registry's metadata (_hasShrinkwrap) that a package has a shrinkwrap
# file, and does not look into a tarball. If the same tarball is installed from a file, npm installs the newest versions in
# range.
#
# Seen with npm 11.19.1 (Node.js 20.20.2), 2026-11-28:
#   npm-shrinkwrap.json in the tarball: yes
#   ms in the shrinkwrap: 2.1.2
#   ms that was installed: 2.1.3
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/package" "$folder/user"

cd "$folder/package"
echo '{ "name": "with-shrinkwrap", "version": "1.0.0", "dependencies": { "ms": "^2.1.0" }, "files": ["npm-shrinkwrap.json"] }' > package.json
cat > npm-shrinkwrap.json <<'JSON'
{
  "name": "with-shrinkwrap", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
  "packages": {
    "": { "name": "with-shrinkwrap", "version": "1.0.0", "dependencies": { "ms": "^2.1.0" } },
    "node_modules/ms": { "version": "2.1.2" }
  }
}
JSON
npm pack --silent --pack-destination "$folder" > /dev/null
cd "$folder/user"
echo '{ "private": true }' > package.json
npm install --silent --no-audit --no-fund "$folder/with-shrinkwrap-1.0.0.tgz"

echo "npm-shrinkwrap.json in the tarball: $([ -e node_modules/with-shrinkwrap/npm-shrinkwrap.json ] && echo yes || echo no)"
echo "ms in the shrinkwrap: 2.1.2"
found="$(find . -path '*node_modules/ms/package.json' -exec node -p 'require(require("path").resolve(process.argv[1])).version' {} \;)"
echo "ms that was installed: $found"
[ -e node_modules/with-shrinkwrap/npm-shrinkwrap.json ] && [ "$found" != 2.1.2 ]
