#!/bin/sh
# Versions: npm @modelcontextprotocol/sdk 1.32.2, @modelcontextprotocol/client 2.4.0. Seen 2026-11-27.
#
# Behaviour: on stdio, both lines of the TypeScript client end the whole connection when one message reaches 10 MiB
# (10485760 bytes). The call that asked for it gets "Connection closed", which says nothing of a size, and every other
# call in flight and every later one fails too: the client has to be started again. The answer before, of 9 MiB, is read
# like any other. The limit can be raised in code (`maxBufferSize`); no client that people configure in a file offers that.
#
# Output seen:
#   sdk 1.32.2: 9 MiB: read
#   sdk 1.32.2: 10 MiB: Connection closed
#   sdk 1.32.2: 1 MiB: Not connected
#   client 2.4.0: 9 MiB: read
#   client 2.4.0: 10 MiB: Connection closed
#   client 2.4.0: 1 MiB: Not connected
#
# Needs node >= 22 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts @modelcontextprotocol/sdk@1.32.2 \
  @modelcontextprotocol/client@2.4.0 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > server.mjs <<'JS'
import { createInterface } from 'node:readline';
const results = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'sizes', version: '1' },
  }),
  'tools/call': ({ arguments: { mebibytes } }) => ({ content: [{ type: 'text', text: 'x'.repeat(mebibytes * 2 ** 20) }] }),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: results[method]?.(params) ?? {} })}\n`);
});
JS
cat > client.mjs <<'JS'
const ways = {
  'sdk 1.32.2': ['@modelcontextprotocol/sdk/client/index.js', '@modelcontextprotocol/sdk/client/stdio.js'],
  'client 2.4.0': ['@modelcontextprotocol/client', '@modelcontextprotocol/client/stdio'],
};
for (const [name, [main, stdio]] of Object.entries(ways)) {
  const { Client } = await import(main);
  const { StdioClientTransport } = await import(stdio);
  const client = new Client({ name: 'sizes', version: '1' });
  await client.connect(new StdioClientTransport({ command: process.execPath, args: ['server.mjs'] }));
  for (const mebibytes of [9, 10, 1]) {
    const said = await client.callTool({ name: 'text', arguments: { mebibytes } }).then(
      () => 'read',
      (error) => error.message.replace(/^MCP error -?\d+: /, ''),
    );
    console.log(`${name}: ${mebibytes} MiB: ${said}`);
  }
}
process.exit();
JS
timeout 120 node client.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
sdk 1.32.2: 9 MiB: read
sdk 1.32.2: 10 MiB: Connection closed
sdk 1.32.2: 1 MiB: Not connected
client 2.4.0: 9 MiB: read
client 2.4.0: 10 MiB: Connection closed
client 2.4.0: 1 MiB: Not connected
SEEN
diff expected seen || exit 1
