#!/bin/sh
# Versions: npm @modelcontextprotocol/sdk 1.32.2 with zod 4.6.7 and ajv 8.20.0. Seen 2026-11-28.
#
# Behaviour: a tool says of its result: a price in whole cents (`z.number().multipleOf(0.01)`), a name that matches without
# regard to case, a duration of one second and a half. The server checks results with zod, which takes 19.99, "V1.2" and
# "PT1.5S"; the client of the same SDK checks them by the JSON Schema that the server made of the same zod schema, with ajv,
# and refuses all three: ajv divides in floating point (19.99 / 0.01 is 1998.9999999999998), the flag of the regular
# expression is not in the schema, and ajv's format "duration" has whole seconds only (RFC 3339, appendix A), where zod's
# has fractions (ISO 8601). In JSON Schema 2020-12 (validation, 6.2.1) 19.99 is a multiple of 0.01. So one in seven prices is
# an error that names the tool's output, and the others are none.
#
# Output seen:
#   prices from 0.01 to 99.99: 9999 pass zod, 1363 of them are refused by the client
#   19.99    refused: data/price must be multiple of 0.01
#   V1.2     refused: data/tag must match pattern "^v[\d.]+$"
#   PT1.5S   refused: data/took must match format "duration"
#
# Needs node >= 20 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts \
  @modelcontextprotocol/sdk@1.32.2 zod@4.6.7 ajv@8.20.0 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > try.mjs <<'JS'
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { z } from 'zod';

const fields = { price: z.number().multipleOf(0.01), tag: z.string().regex(/^v[\d.]+$/i), took: z.iso.duration() };
const server = new McpServer({ name: 'finding', version: '1.0.0' });
let value;
for (const [name, type] of Object.entries(fields))
  server.registerTool(name, { outputSchema: { [name]: type } }, async () => ({
    content: [],
    structuredContent: { [name]: value },
  }));
const [near, far] = InMemoryTransport.createLinkedPair();
await server.connect(far);
const client = new Client({ name: 'finding', version: '1.0.0' });
await client.connect(near);
const { tools } = await client.listTools();

const check = new AjvJsonSchemaValidator().getValidator(tools.find((tool) => tool.name === 'price').outputSchema);
const prices = Array.from({ length: 9999 }, (_, index) => (index + 1) / 100);
const passing = prices.filter((price) => fields.price.safeParse(price).success);
const refused = passing.filter((price) => !check({ price }).valid);
console.log(`prices from 0.01 to 99.99: ${passing.length} pass zod, ${refused.length} of them are refused by the client`);
for (const [name, one] of [['price', 19.99], ['tag', 'V1.2'], ['took', 'PT1.5S']]) {
  value = one;
  const seen = await client.callTool({ name, arguments: {} }).then(
    (result) => (result.isError ? result.content[0].text : 'accepted'),
    (error) => `refused: ${error.message.split('schema: ').at(-1)}`,
  );
  console.log(`${String(one).padEnd(8)} ${seen}`);
}
await client.close();
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
prices from 0.01 to 99.99: 9999 pass zod, 1363 of them are refused by the client
19.99    refused: data/price must be multiple of 0.01
V1.2     refused: data/tag must match pattern "^v[\d.]+$"
PT1.5S   refused: data/took must match format "duration"
SEEN
diff expected seen || exit 1
