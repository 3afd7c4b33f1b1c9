#!/bin/sh
# Version: npm mcporter 0.12.3. Seen 2026-11-28.
#
# Behaviour: one `${NAME}` of a variable that is not set, in the arguments of one server, and no command works for any
# server of the file: `mcporter list OTHER` ends with a stack trace about "MCP header substitution", exit 1. The same
# reference in `env` of that server costs nobody anything.
#
# Output seen (where the reference stands, what listing the other server gives):
#   nowhere -> exit 0, its tool is shown
#   env -> exit 0, its tool is shown
#   args -> exit 1, nothing
#
# Needs node >= 22 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2
export HOME="$dir/home"
unset XDG_CONFIG_HOME NOT_SET
mkdir -p home/.mcporter

echo '{"private":true,"type":"module"}' > package.json
timeout 400 npm install --silent --no-audit --no-fund --ignore-scripts mcporter@0.12.3 > install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > server.mjs <<'JS'
import { createInterface } from 'node:readline';
const results = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'good', version: '1' },
  }),
  'tools/list': () => ({ tools: [{ name: 'its_tool', inputSchema: { type: 'object' } }] }),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: results[method]?.(params) ?? {} })}\n`);
});
JS

for where in nowhere env args; do
  case $where in
    nowhere) bad='"args": []' ;;
    env) bad='"args": [], "env": {"KEY": "${NOT_SET}"}' ;;
    args) bad='"args": ["${NOT_SET}"]' ;;
  esac
  printf '{"mcpServers": {"good": {"command": "node", "args": ["%s"]}, "bad": {"command": "true", %s}}}\n' \
    "$dir/server.mjs" "$bad" > home/.mcporter/mcporter.json
  timeout 90 npx --no-install mcporter list good > mcporter.log 2>&1
  code=$?
  [ $code -lt 124 ] || exit 2
  shown='nothing'
  ! grep -q its_tool mcporter.log || shown='its tool is shown'
  echo "$where -> exit $code, $shown"
done > seen
cat seen

cat > expected <<'SEEN'
nowhere -> exit 0, its tool is shown
env -> exit 0, its tool is shown
args -> exit 1, nothing
SEEN
diff expected seen || exit 1
