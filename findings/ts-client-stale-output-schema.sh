#!/bin/sh
# Versions: npm @modelcontextprotocol/client 2.4.0 and @modelcontextprotocol/sdk 1.32.2. Seen 2026-11-27.
#
# Behaviour: a server's tool has an output schema with an "$id". During the session the server changes the schema (a
# count becomes a number instead of a string), keeps the "$id", says notifications/tools/list_changed, and the client
# lists the tools again, getting the new schema. Both clients go on checking answers against the *first* schema they
# saw under that "$id", for as long as the client object lives: each right answer is refused, and a wrong one passes.
# Without "$id" the new schema counts. (A remark in the review of typescript-sdk #2337 foresaw it; no page says so.)
#
# Output seen:
#   client 2.4.0, with $id: first "one" ok; then 2 refused, "two" ok
#   client 2.4.0, without:  first "one" ok; then 2 ok, "two" refused
#   sdk 1.32.2, with $id: first "one" ok; then 2 refused, "two" ok
#   sdk 1.32.2, without:  first "one" ok; then 2 ok, "two" refused
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

# A server by hand: its tool "count" answers with what it is asked for; "change" makes the count a number.
cat > server.mjs <<'JS'
import { createInterface } from 'node:readline';
const id = process.argv[2] === 'with' ? { $id: 'https://example.com/count' } : {};
let type = 'string';
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const schema = () => ({ ...id, type: 'object', properties: { count: { type } }, required: ['count'] });
const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: 'finding', version: '1.0.0' },
  }),
  'tools/list': () => ({
    tools: [
      { name: 'count', inputSchema: { type: 'object' }, outputSchema: schema() },
      { name: 'change', inputSchema: { type: 'object' } },
    ],
  }),
  'tools/call': ({ name, arguments: { count } }) => {
    if (name === 'count') return { content: [], structuredContent: { count } };
    type = 'number';
    send({ method: 'notifications/tools/list_changed' });
    return { content: [] };
  },
};
const lines = createInterface({ input: process.stdin });
for await (const line of lines) {
  const { id: request, method, params } = JSON.parse(line);
  if (request !== undefined) send({ id: request, result: answers[method]?.(params) ?? {} });
}
JS
cat > try.mjs <<'JS'
import { Client as Client2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as Stdio2 } from '@modelcontextprotocol/client/stdio';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as Stdio1 } from '@modelcontextprotocol/sdk/client/stdio.js';
const clients = [
  ['client 2.4.0', Client2, Stdio2],
  ['sdk 1.32.2', Client1, Stdio1],
];
for (const [name, Client, Stdio] of clients)
  for (const [how, words] of [
    ['with', 'with $id:'],
    ['without', 'without: '],
  ]) {
    const client = new Client({ name: 'finding', version: '1.0.0' });
    await client.connect(new Stdio({ command: process.execPath, args: ['server.mjs', how] }));
    const verdict = (count) =>
      client.callTool({ name: 'count', arguments: { count } }).then(
        () => `${JSON.stringify(count)} ok`,
        () => `${JSON.stringify(count)} refused`,
      );
    await client.listTools();
    const first = await verdict('one');
    await client.callTool({ name: 'change', arguments: {} });
    await client.listTools();
    console.log(`${name}, ${words} first ${first}; then ${await verdict(2)}, ${await verdict('two')}`);
    await client.close();
  }
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
client 2.4.0, with $id: first "one" ok; then 2 refused, "two" ok
client 2.4.0, without:  first "one" ok; then 2 ok, "two" refused
sdk 1.32.2, with $id: first "one" ok; then 2 refused, "two" ok
sdk 1.32.2, without:  first "one" ok; then 2 ok, "two" refused
SEEN
diff expected seen || exit 1
