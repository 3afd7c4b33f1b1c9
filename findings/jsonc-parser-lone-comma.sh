#!/bin/sh
# Version: npm jsonc-parser 3.3.1 (what VS Code's own settings editor is made of). Seen 2026-11-27.
#
# Behaviour: `modify` with the value undefined takes a property out. If it is the only one of its object and has a
# comma behind it, as JSONC with trailing commas allows, the comma stays: `{ , }`, which the same library's parser
# refuses with trailing commas allowed. With two properties, or without the comma, the result is right. Adding a
# property behind a commented one moves that comment to the new property, without an error either.
#
# Output seen:
#   before: 0 errors
#   removed, comma behind it: 1 errors
#   removed, no comma: 0 errors
#   comment of "old" is now behind: "new"
#
# Needs node >= 20 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts jsonc-parser@3.3.1 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > try.mjs <<'JS'
import { applyEdits, modify, parse } from 'jsonc-parser';
const formattingOptions = { insertSpaces: true, tabSize: 2 };
const change = (text, path, value) => applyEdits(text, modify(text, path, value, { formattingOptions }));
const errors = (text) => {
  const found = [];
  parse(text, found, { allowTrailingComma: true });
  return `${found.length} errors`;
};
const comma = '{\n  "servers": {\n    "old": {},\n  },\n}\n';
const plain = '{\n  "servers": {\n    "old": {}\n  }\n}\n';
console.log(`before: ${errors(comma)}`);
console.log(`removed, comma behind it: ${errors(change(comma, ['servers', 'old'], undefined))}`);
console.log(`removed, no comma: ${errors(change(plain, ['servers', 'old'], undefined))}`);
const noted = '{\n  "old": 1 // of old\n}\n';
const line = change(noted, ['new'], 2)
  .split('\n')
  .find((each) => each.includes('// of old'));
console.log(`comment of "old" is now behind: ${/"\w+"/.exec(line)[0]}`);
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
before: 0 errors
removed, comma behind it: 1 errors
removed, no comma: 0 errors
comment of "old" is now behind: "new"
SEEN
diff expected seen || exit 1
