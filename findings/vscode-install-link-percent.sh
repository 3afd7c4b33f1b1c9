#!/bin/sh
# Version: npm @codingame/monaco-vscode-mcp-service-override 36.2.7 (VS Code's own MCP code, repackaged), vscode-uri 3.1.0.
# Seen 2026-11-28.
#
# Behaviour: a link `vscode:mcp/install?JSON`, made as VS Code's documentation says (`encodeURIComponent` of the JSON), is
# decoded twice: once by the URI class, once more by the handler. A per cent sign in any text of the entry makes the second
# one fail; the handler then says "not mine" and nothing at all happens where the link was clicked. `%41` in an argument
# arrives as `A`.
#
# Output seen (the argument in the link, what the handler opens):
#   plain -> plain
#   100% -> nothing
#   %41 -> A
#
# Needs node >= 22 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
# Only the one file is read: what the package would bring along is not wanted.
timeout 400 npm pack --silent @codingame/monaco-vscode-mcp-service-override@36.2.7 > pack.log 2>&1 &&
  tar xzf codingame-monaco-vscode-mcp-service-override-36.2.7.tgz &&
  timeout 400 npm install --silent --no-audit --no-fund --ignore-scripts vscode-uri@3.1.0 > install.log 2>&1 || {
  cat ./*.log
  exit 2
}

cat > links.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { URI } from 'vscode-uri';

const file = 'package/vscode/src/vs/workbench/contrib/mcp/browser/mcpWorkbenchService.js';
const source = readFileSync(file, 'utf8');
/** The text of a method as it is; its module needs a browser. */
function method(name) {
  const start = source.indexOf(`    async ${name}(`);
  let depth = 0;
  for (let at = source.indexOf('{', start); ; at += 1) {
    if (source[at] === '{') depth += 1;
    if (source[at] === '}' && --depth === 0) return source.slice(start, at + 1).trim();
  }
}
const methods = new Function(
  'McpServerType',
  'McpWorkbenchServer',
  `return { ${method('handleURL')}, ${method('handleMcpInstallUri')} }`,
)({ LOCAL: 'stdio', REMOTE: 'http' }, class {});

for (const argument of ['plain', '100%', '%41']) {
  const opened = [];
  const service = {
    ...methods,
    mcpGalleryService: { isEnabled: () => false },
    instantiationService: { createInstance: (...given) => given.at(-1) },
    open: (server) => opened.push(server),
  };
  const entry = JSON.stringify({ name: 'a', command: 'x', args: [argument] });
  await service.handleURL(URI.parse(`vscode:mcp/install?${encodeURIComponent(entry)}`));
  console.log(`${argument} -> ${opened[0]?.config.args[0] ?? 'nothing'}`);
}
JS
timeout 60 node links.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
plain -> plain
100% -> nothing
%41 -> A
SEEN
diff expected seen || exit 1
