#!/bin/sh
# Version: npm @modelcontextprotocol/sdk 1.32.2 (client and server). Seen 2026-11-28.
#
# Behaviour: over Streamable HTTP a call that is cancelled is over for the program that made it and for the tool that
# was called, but its HTTP answer is not: server and client leave it open, without another byte, until the session ends.
# A client that gives calls up (a person presses stop, a time-out) collects one open connection for each of them. The
# protocol wants no response to a cancelled request, and says nothing of the stream on which it would have come.
#
# Output seen:
#   3 calls cancelled, 3 stopped at the server, 3 answers still open after 3 s
#   after the session: 0 open
#
# Needs node >= 20 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts @modelcontextprotocol/sdk@1.32.2 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > try.mjs <<'JS'
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';

let open = 0;
let stopped = 0;
const server = new McpServer({ name: 'waits', version: '1' });
server.registerTool('wait', { description: 'waits until it is cancelled' }, async ({ signal }) => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  stopped += 1;
  return { content: [] };
});
const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'session' });
await server.connect(transport);
const http = createServer(async (request, response) => {
  if (request.method === 'POST') {
    open += 1;
    response.on('close', () => (open -= 1));
  }
  await transport.handleRequest(request, response);
});
await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve));
const client = new Client({ name: 'cancels', version: '1' });
const way = new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${http.address().port}/mcp`));
await client.connect(way);
for (let call = 0; call < 3; call += 1)
  await client
    .callTool({ name: 'wait', arguments: {} }, undefined, { signal: AbortSignal.timeout(500) })
    .catch(() => undefined);
await sleep(3000);
console.log(`3 calls cancelled, ${stopped} stopped at the server, ${open} answers still open after 3 s`);
await way.terminateSession();
for (let turn = 0; open > 0 && turn < 100; turn += 1) await sleep(100);
console.log(`after the session: ${open} open`);
process.exit(0);
JS
timeout 120 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
3 calls cancelled, 3 stopped at the server, 3 answers still open after 3 s
after the session: 0 open
SEEN
diff expected seen || exit 1
