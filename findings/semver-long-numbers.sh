#!/bin/sh
# Versions: npm semver 7.8.6 (npm's own), Go golang.org/x/mod v0.31.0. Seen 2026-11-27.
#
# Behaviour: Semantic Versioning compares the numbers of a prerelease as numbers, of any length. npm's library compares them as
# floating point beyond 2^53. A date with milliseconds has 17 digits and is beyond it: two canary releases of the same
# four milliseconds count as equal, so neither is newer, a range for one admits the other, and their order after sorting is
# the one they came in. Go's library tells them apart.
#
# Output seen:
#   npm  20261127213059124 against 20261127213059125: 0
#   go   20261127213059124 against 20261127213059125: -1
#   npm  1.0.0-20261127213059124 is in =1.0.0-20261127213059125: true
#   npm  202611272130591 against 202611272130592: -1
#
# Needs node >= 20, npm, go >= 1.24. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
cat > go.mod <<'MOD'
module seen

go 1.24.0

require golang.org/x/mod v0.31.0
MOD
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"golang.org/x/mod/semver"
)

func main() {
	a, b := os.Args[1], os.Args[2]
	fmt.Printf("go   %s against %s: %d\n", a, b, semver.Compare("v1.0.0-"+a, "v1.0.0-"+b))
}
GO
export GOFLAGS=-mod=mod
install() {
  timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts semver@7.8.6 &&
    timeout 300 go build -o compare .
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi

cat > compare.mjs <<'JS'
import semver from 'semver';
const [, , what, a, b] = process.argv;
if (what === 'order') console.log(`npm  ${a} against ${b}: ${semver.compare(`1.0.0-${a}`, `1.0.0-${b}`)}`);
else console.log(`npm  1.0.0-${a} is in =1.0.0-${b}: ${semver.satisfies(`1.0.0-${a}`, `=1.0.0-${b}`)}`);
JS
{
  node compare.mjs order 20261127213059124 20261127213059125 &&
    ./compare 20261127213059124 20261127213059125 &&
    node compare.mjs range 20261127213059124 20261127213059125 &&
    node compare.mjs order 202611272130591 202611272130592
} > seen || exit 2
cat seen

cat > expected <<'SEEN'
npm  20261127213059124 against 20261127213059125: 0
go   20261127213059124 against 20261127213059125: -1
npm  1.0.0-20261127213059124 is in =1.0.0-20261127213059125: true
npm  202611272130591 against 202611272130592: -1
SEEN
diff expected seen || exit 1
