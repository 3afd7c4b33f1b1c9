#!/bin/sh
# Version: npm @modelcontextprotocol/server-memory 2026.8.31, asked by npm @modelcontextprotocol/sdk 1.32.2. Seen 2026-11-28.
#
# Behaviour: a client asks for ten entities in ten calls without waiting in between, as clients do that run the tool calls
# of one turn of a model side by side. Each call is answered with the entity that it made; in the graph is one. Each call
# reads the whole file, adds its own and writes the whole file; the last one wins, and no call failed. JSON-RPC (as of MCP's
# base protocol) lets a client have many requests open, and the README of the server calls the memory persistent.
#
# Output seen:
#   one after the other: 10 said to be made, 10 there
#   at once            : 10 said to be made, 1 there
#
# The number left may be another where the disk is slow; the script asks for fewer than ten. Needs node >= 20 and npm.
# Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts \
  @modelcontextprotocol/server-memory@2026.8.31 @modelcontextprotocol/sdk@1.32.2 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > try.mjs <<'JS'
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

async function graphAfter(file, run) {
  const client = new Client({ name: 'finding', version: '1.0.0' });
  const server = {
    command: process.execPath,
    args: ['node_modules/@modelcontextprotocol/server-memory/dist/index.js'],
    env: { MEMORY_FILE_PATH: `${process.cwd()}/${file}` },
    stderr: 'ignore',
  };
  await client.connect(new StdioClientTransport(server));
  const create = async (index) => {
    const entity = { name: `entity-${index}`, entityType: 'thing', observations: ['seen'] };
    const result = await client.callTool({ name: 'create_entities', arguments: { entities: [entity] } });
    return result.isError ? 0 : result.structuredContent.entities.length;
  };
  const made = (await run(create)).reduce((sum, count) => sum + count);
  const graph = await client.callTool({ name: 'read_graph', arguments: {} });
  await client.close();
  return { made, there: graph.structuredContent.entities.length };
}
const numbers = Array.from({ length: 10 }, (_, index) => index);
const inTurn = await graphAfter('in-turn.jsonl', async (create) => {
  const made = [];
  for (const number of numbers) made.push(await create(number));
  return made;
});
console.log(`one after the other: ${inTurn.made} said to be made, ${inTurn.there} there`);
const atOnce = await graphAfter('at-once.jsonl', (create) => Promise.all(numbers.map(create)));
console.log(`at once            : ${atOnce.made} said to be made, ${atOnce.there} there`);
process.exitCode = inTurn.made === 10 && inTurn.there === 10 && atOnce.made === 10 && atOnce.there < 10 ? 0 : 1;
JS
timeout 120 node try.mjs
case $? in
  0) exit 0 ;;
  1) exit 1 ;;
  *) exit 2 ;;
esac
