#!/bin/sh
# Versions: npm @decimalturn/toml-patch 3.3.0; read back with npm smol-toml 1.9.1. Seen 2026-11-27.
#
# Behaviour: a file has two [[server]] elements, the second with a sub-table [server.limits]. The program asks for one
# change: in the second element, `limits` becomes a plain string. The patched file is valid TOML, keeps everything
# else, and gives the string to the *first* element. No error.
#
# Output seen:
#   asked: [{"name":"a"},{"name":"b","limits":"none"}]
#   got:   [{"name":"a","limits":"none"},{"name":"b"}]
#
# Needs node >= 20 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts \
  @decimalturn/toml-patch@3.3.0 smol-toml@1.9.1 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > try.mjs <<'JS'
import { parse, patch } from '@decimalturn/toml-patch';
import { parse as read } from 'smol-toml';
const before = '[[server]]\nname = "a"\n\n[[server]]\nname = "b"\n\n[server.limits]\nmemory = 1\n';
const wanted = parse(before);
wanted.server[1].limits = 'none';
const after = patch(before, wanted);
console.log(`asked: ${JSON.stringify(wanted.server)}`);
console.log(`got:   ${JSON.stringify(read(after).server.map((element) => ({ ...element })))}`);
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
asked: [{"name":"a"},{"name":"b","limits":"none"}]
got:   [{"name":"a","limits":"none"},{"name":"b"}]
SEEN
diff expected seen || exit 1
