#!/bin/sh
# Version: npm @modelcontextprotocol/sdk 1.32.2 and @modelcontextprotocol/server 2.4.0, PyPI mcp 2.3.0 (the same
# resource template in each). Seen 2026-11-27.
#
# Behaviour: a client fills the template `note:///{title}` with "shopping list" and reads `note:///shopping%20list`, as
# RFC 6570 wants it. The servers on TypeScript hand the resource's function the text as it stands in the address, the one
# on Python decodes it. The TypeScript template's own `match` does not undo its own `expand` either. So a resource with
# a blank, a slash or a letter outside ASCII in its name is found by the one and not by the other.
#
# Output seen:
#   typescript 1.32.2: shopping%20list
#   typescript 2.4.0: shopping%20list
#   expand and match of 1.32.2: note:///gr%C3%BCn -> gr%C3%BCn
#   python 2.3.0: shopping list
#
# Needs node >= 20, npm, and python3 >= 3.10 with venv. Exits 0 while it is so, 1 when it has changed, 2 when it could
# not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

cat > package.json <<'JSON'
{"type": "module", "private": true}
JSON
cat > finding.mjs <<'JS'
import * as old from '@modelcontextprotocol/sdk/server/mcp.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { UriTemplate } from '@modelcontextprotocol/sdk/shared/uriTemplate.js';
import * as now from '@modelcontextprotocol/server';

const template = 'note:///{title}';
const read = (uri, { title }) => ({ contents: [{ uri: uri.href, text: title }] });

for (const [version, { McpServer, ResourceTemplate }] of [['1.32.2', old], ['2.4.0', now]]) {
  const server = new McpServer({ name: 'finding', version: '1.0.0' });
  server.registerResource('note', new ResourceTemplate(template, { list: undefined }), {}, read);
  const [here, there] = InMemoryTransport.createLinkedPair();
  await server.connect(here);
  const client = new Client({ name: 'finding', version: '1.0.0' });
  await client.connect(there);
  const uri = new UriTemplate(template).expand({ title: 'shopping list' });
  const { contents } = await client.readResource({ uri });
  console.log(`typescript ${version}: ${contents[0].text}`);
  await client.close();
}
const uri = new UriTemplate(template).expand({ title: 'grün' });
console.log(`expand and match of 1.32.2: ${uri} -> ${new UriTemplate(template).match(uri).title}`);
JS
cat > finding.py <<'PY'
import asyncio

from mcp.server import MCPServer

server = MCPServer("finding")


@server.resource("note:///{title}")
def note(title: str) -> str:
    return title


contents = asyncio.run(server.read_resource("note:///shopping%20list"))
print(f"python 2.3.0: {list(contents)[0].content}")
PY

npm install --silent --no-audit --no-fund --ignore-scripts --save-exact \
  @modelcontextprotocol/sdk@1.32.2 @modelcontextprotocol/server@2.4.0 >/dev/null 2>&1 || {
  echo 'could not install the TypeScript SDKs' >&2
  exit 2
}
python3 -m venv venv >/dev/null 2>&1 && venv/bin/pip install -q mcp==2.3.0 >/dev/null 2>&1 || {
  echo 'could not install mcp 2.3.0' >&2
  exit 2
}
{ node finding.mjs && venv/bin/python finding.py; } > seen 2>errors || {
  cat errors >&2
  exit 2
}
cat seen
cat > wanted <<'TEXT'
typescript 1.32.2: shopping%20list
typescript 2.4.0: shopping%20list
expand and match of 1.32.2: note:///gr%C3%BCn -> gr%C3%BCn
python 2.3.0: shopping list
TEXT
diff wanted seen || exit 1
