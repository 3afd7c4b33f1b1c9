#!/bin/sh
# Versions: npm @modelcontextprotocol/sdk 1.32.2 and @modelcontextprotocol/client 2.4.0. Seen 2026-11-27.
#
# Behaviour: a server says notifications/progress and then answers the call. When both lines come in one chunk of stdout
# (one write, or two that the pipe put together), the clients of both SDKs give the answer and never call `onprogress`;
# written 300 ms apart they do. A notification is handled one microtask after it was read, an answer at once, and the
# answer takes the handler of progress away.
#
# Output seen:
#   sdk 1.32.2, one chunk : onprogress called 0 times
#   sdk 1.32.2, two chunks: onprogress called 1 times
#   client 2.4.0, one chunk : onprogress called 0 times
#   client 2.4.0, two chunks: onprogress called 1 times
#
# Needs node >= 20 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts \
  @modelcontextprotocol/client@2.4.0 @modelcontextprotocol/sdk@1.32.2 >install.log 2>&1 || {
  cat install.log
  exit 2
}

# A server by hand: its tool says one progress and answers, in one write or in two.
cat > server.mjs <<'JS'
import { createInterface } from 'node:readline';
const line = (message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'finding', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools: [{ name: 'work', inputSchema: { type: 'object' } }] }),
};
const lines = createInterface({ input: process.stdin });
for await (const text of lines) {
  const { id, method, params } = JSON.parse(text);
  if (id === undefined) continue;
  if (method !== 'tools/call') {
    process.stdout.write(line({ id, result: answers[method]?.(params) ?? {} }));
    continue;
  }
  const { progressToken } = params._meta;
  const progress = line({ method: 'notifications/progress', params: { progressToken, progress: 1, total: 1 } });
  const answer = line({ id, result: { content: [] } });
  if (params.arguments.writes === 1) process.stdout.write(progress + answer);
  else {
    process.stdout.write(progress);
    setTimeout(() => process.stdout.write(answer), 300);
  }
}
JS
cat > try.mjs <<'JS'
import { Client as Client2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';
const clients = [
  ['sdk 1.32.2', Client1, Stdio1, (client, params, options) => client.callTool(params, undefined, options)],
  ['client 2.4.0', Client2, Stdio2, (client, params, options) => client.callTool(params, options)],
];
for (const [name, Client, Stdio, call] of clients) {
  const client = new Client({ name: 'finding', version: '1.0.0' });
  await client.connect(new Stdio({ command: process.execPath, args: ['server.mjs'] }));
  await client.listTools();
  for (const writes of [1, 2]) {
    let seen = 0;
    await call(client, { name: 'work', arguments: { writes } }, { onprogress: () => seen++ });
    await new Promise((resolve) => setTimeout(resolve, 200));
    console.log(`${name}, ${writes === 1 ? 'one chunk ' : 'two chunks'}: onprogress called ${seen} times`);
  }
  await client.close();
}
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
sdk 1.32.2, one chunk : onprogress called 0 times
sdk 1.32.2, two chunks: onprogress called 1 times
client 2.4.0, one chunk : onprogress called 0 times
client 2.4.0, two chunks: onprogress called 1 times
SEEN
diff expected seen || exit 1
