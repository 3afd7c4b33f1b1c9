#!/bin/sh
# Version: npm @modelcontextprotocol/sdk 1.32.2 with zod 4.6.7, server and client from the same package. Seen 2026-11-28.
#
# Behaviour: a tool's output schema in zod has a default, and the handler leaves that property out; or the handler's object
# has one property more (a row of a table, say). zod accepts both: it fills in the one and strips the other. The server
# checks the result with zod, throws zod's value away and sends what the handler returned, along with a JSON Schema that
# says what zod would have made of it: the property is required, and no other is permitted. So the client of the same SDK,
# which checks by that JSON Schema, refuses what the server has just checked, and a tool works in its author's tests of the
# handler and with clients that do not check, and fails in those that do. The specification says that servers MUST provide
# structured results that conform to the output schema ("Server features, Tools, Output Schema", 2025-11-25).
#
# Output seen:
#   schema: required ["unit"], additionalProperties false
#   {"unit":"km"}              accepted
#   {}                         server passes, client: must have required property 'unit'
#   {"unit":"km","row":7}      server passes, client: must NOT have additional properties
#
# Needs node >= 20 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts \
  @modelcontextprotocol/sdk@1.32.2 zod@4.6.7 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > try.mjs <<'JS'
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

const server = new McpServer({ name: 'finding', version: '1.0.0' });
let structuredContent;
server.registerTool('measure', { outputSchema: { unit: z.string().default('km') } }, async () => ({
  content: [],
  structuredContent,
}));
const [near, far] = InMemoryTransport.createLinkedPair();
await server.connect(far);
const client = new Client({ name: 'finding', version: '1.0.0' });
await client.connect(near);
let sent;
const receive = near.onmessage;
near.onmessage = (message, extra) => {
  sent = message;
  receive(message, extra);
};
const { tools } = await client.listTools();
const { required, additionalProperties } = tools[0].outputSchema;
console.log(`schema: required ${JSON.stringify(required)}, additionalProperties ${additionalProperties}`);
for (structuredContent of [{ unit: 'km' }, {}, { unit: 'km', row: 7 }]) {
  const seen = await client.callTool({ name: 'measure', arguments: {} }).then(
    () => 'accepted',
    (error) => {
      const server = sent.result !== undefined && !sent.result.isError ? 'passes' : 'refuses';
      return `server ${server}, client: ${error.message.split(': data ').at(-1)}`;
    },
  );
  console.log(`${JSON.stringify(structuredContent).padEnd(26)} ${seen}`);
}
await client.close();
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
schema: required ["unit"], additionalProperties false
{"unit":"km"}              accepted
{}                         server passes, client: must have required property 'unit'
{"unit":"km","row":7}      server passes, client: must NOT have additional properties
SEEN
diff expected seen || exit 1
