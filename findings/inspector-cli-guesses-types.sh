#!/bin/sh
# Version: npm @modelcontextprotocol/inspector 2.12.0. Seen 2026-11-27.
#
# Behaviour: `--cli --method tools/call --tool-arg NAME=VALUE` tries to read VALUE as JSON before it looks at the tool's
# schema. Where the schema says `string`, `1.10` is sent as the number 1.1 and the abbreviated commit `12e5` as 1200000, and no
# quoting in the shell helps. Where it says `boolean`, `yes` is sent as false; where it says `number`, `abc` is sent as
# null. The exit code is 0 each time: what was meant was not what the server was asked.
#
# Output seen (what was typed, what reached the server):
#   version=1.10 -> {"version":1.1}
#   commit=12e5 -> {"commit":1200000}
#   force=yes -> {"force":false}
#   limit=abc -> {"limit":null}
#   version=v1.10 -> {"version":"v1.10"}
#
# Needs node >= 22.7 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 400 npm install --silent --no-audit --no-fund --ignore-scripts @modelcontextprotocol/inspector@2.12.0 \
  >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > server.mjs <<'JS'
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const types = { version: 'string', commit: 'string', force: 'boolean', limit: 'number' };
const properties = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]));
const results = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'listens', version: '1' },
  }),
  'tools/list': () => ({ tools: [{ name: 'log', inputSchema: { type: 'object', properties } }] }),
  'tools/call': ({ arguments: asked }) => {
    appendFileSync('asked', `${JSON.stringify(asked)}\n`);
    return { content: [] };
  },
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: results[method]?.(params) ?? {} })}\n`);
});
JS

for typed in version=1.10 commit=12e5 force=yes limit=abc version=v1.10; do
  timeout 60 npx --no-install @modelcontextprotocol/inspector --cli --method tools/call --tool-name log \
    --tool-arg "$typed" -- node server.mjs > inspector.log 2>&1 || {
    cat inspector.log
    exit 2
  }
  echo "$typed -> $(tail -n 1 asked)"
done > seen
cat seen

cat > expected <<'SEEN'
version=1.10 -> {"version":1.1}
commit=12e5 -> {"commit":1200000}
force=yes -> {"force":false}
limit=abc -> {"limit":null}
version=v1.10 -> {"version":"v1.10"}
SEEN
diff expected seen || exit 1
