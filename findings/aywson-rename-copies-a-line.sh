#!/bin/sh
# Version: npm aywson 0.0.16; npm jsonc-parser 3.3.1 reads what it made. Seen 2026-11-28.
#
# Behaviour: rename() gives the last property of an object another name. If there is a comment above it, the line before that
# is in the result twice: as a second property of the same name where it was a simple value, and as a closing bracket too
# many where it was an object, so that no reader takes the file any more. Without the comment, both are right. The README
# promises to "modify JSONC while preserving comments and formatting", and of rename "while preserving its value".
#
# Output seen:
#   no comment            : errors 0, {"a":1,"new":2}
#   after a number        : errors 0, "a" stands there 2 times
#   after an object       : errors 3
#
# Needs node >= 20 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts aywson@0.0.16 jsonc-parser@3.3.1 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > try.mjs <<'JS'
import { rename } from 'aywson';
import { createRequire } from 'node:module';
const { parse } = createRequire(import.meta.url)('jsonc-parser');
const renamed = (text) => {
  const made = rename(text, ['b'], 'new');
  const errors = [];
  const value = parse(made, errors);
  return { made, errors: errors.length, value };
};
const plain = renamed('{\n  "a": 1,\n  "b": 2\n}\n');
console.log(`no comment            : errors ${plain.errors}, ${JSON.stringify(plain.value)}`);
const simple = renamed('{\n  "a": 1,\n  // about b\n  "b": 2\n}\n');
console.log(`after a number        : errors ${simple.errors}, "a" stands there ${simple.made.split('"a"').length - 1} times`);
const nested = renamed('{\n  "a": {\n    "x": 1\n  },\n  // about b\n  "b": 2\n}\n');
console.log(`after an object       : errors ${nested.errors}`);
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
no comment            : errors 0, {"a":1,"new":2}
after a number        : errors 0, "a" stands there 2 times
after an object       : errors 3
SEEN
diff expected seen || exit 1
