#!/bin/sh
# Versions: npm yaml 2.9.1, Go sigs.k8s.io/yaml v1.6.0 (what kubectl and the API server read manifests with).
# Seen 2026-11-27.
#
# Behaviour: npm's yaml writes YAML 1.2, where `on`, `y`, `1_000` and `0b101` are texts and need no quotes. Kubernetes'
# own reader has the rules of YAML 1.1: a value becomes a number or a boolean, which a ConfigMap, a label or an
# environment variable then refuses, and a *key* is renamed: `off` becomes `false`, `n` too, so two of them become one. What
# npm's yaml writes with `version: '1.1'` comes back as it was.
#
# Output seen (what went in, what Kubernetes' reader made of it):
#   1.2 {"enabled":"on","limit":"1_000","mask":"0b101","answer":"y","off":"a"}
#    -> {"answer":true,"enabled":true,"false":"a","limit":1000,"mask":5}
#   1.1 {"enabled":"on","limit":"1_000","mask":"0b101","answer":"y","off":"a"}
#    -> {"answer":"y","enabled":"on","limit":"1_000","mask":"0b101","off":"a"}
#
# Needs node >= 20, npm, go >= 1.22. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
cat > go.mod <<'MOD'
module seen

go 1.22

require sigs.k8s.io/yaml v1.6.0
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"
	"io"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	text, _ := io.ReadAll(os.Stdin)
	json, err := yaml.YAMLToJSON(text)
	fmt.Println(" ->", string(json), map[bool]any{true: "", false: err}[err == nil])
}
GO
export GOFLAGS=-mod=mod
install() {
  timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts yaml@2.9.1 &&
    timeout 300 go build -o reader .
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi

cat > write.mjs <<'JS'
import { stringify } from 'yaml';
const data = { enabled: 'on', limit: '1_000', mask: '0b101', answer: 'y', off: 'a' };
const version = process.argv[2];
if (process.argv[3]) process.stdout.write(stringify(data, { version }));
else console.log(version, JSON.stringify(data));
JS
for version in 1.2 1.1; do
  timeout 60 node write.mjs $version || exit 2
  timeout 60 node write.mjs $version yaml | timeout 60 ./reader | sed 's/ *$//' || exit 2
done > seen
cat seen

cat > expected <<'SEEN'
1.2 {"enabled":"on","limit":"1_000","mask":"0b101","answer":"y","off":"a"}
 -> {"answer":true,"enabled":true,"false":"a","limit":1000,"mask":5}
1.1 {"enabled":"on","limit":"1_000","mask":"0b101","answer":"y","off":"a"}
 -> {"answer":"y","enabled":"on","limit":"1_000","mask":"0b101","off":"a"}
SEEN
diff expected seen || exit 1
