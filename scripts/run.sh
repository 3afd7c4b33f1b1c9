#!/bin/sh
# Runs one of our TypeScript scripts with the Node that the project pins: installs the locked dependencies first
# where a fresh clone has none, so that `npm test` and `npm run quickstart` work on a machine with an older Node.
set -eu
cd "${0%/*}/.."
if [ ! -x node_modules/.bin/node ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo 'mcpcat: installing the locked dependencies (npm ci)' >&2
  npm ci --no-fund --no-audit --loglevel=error >&2
fi
[ -f dist/main.js ] || node_modules/.bin/node scripts/bundle.ts
exec node_modules/.bin/node "$@"
