#!/bin/sh
# Versions: PyPI univers 31.1.0, npm semver 7.8.6 (npm's own). Seen 2026-11-27.
#
# Behaviour: univers reads npm's ranges for tools that join advisories of many ecosystems. A part of a version that is
# left out means "any" in npm's ranges; univers puts a zero there, but only beside `>`, `<=`, a bare version and `^0`:
# `>1.2` then has 1.2.5, which npm says it has not, and `<=1.2` has no 1.2.9, `1` no 1.9.9, `^0` no 0.5.0. With `~1` and
# `1.2.x` both agree, which is why nobody looks twice.
#
# Output seen (range, version, npm, univers):
#   >1.2 1.2.5 false true
#   <=1.2 1.2.9 true false
#   1 1.9.9 true false
#   ^0 0.5.0 true false
#   ~1 1.9.9 true true
#   1.2.x 1.2.9 true true
#
# Needs node >= 20, npm, python3 >= 3.10 with venv. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
install() {
  timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts semver@7.8.6 &&
    timeout 120 python3 -m venv py &&
    timeout 300 py/bin/pip install -q --disable-pip-version-check univers==31.1.0
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi

cat > pairs <<'PAIRS'
>1.2 1.2.5
<=1.2 1.2.9
1 1.9.9
^0 0.5.0
~1 1.9.9
1.2.x 1.2.9
PAIRS
cat > npm.mjs <<'JS'
import { readFileSync } from 'node:fs';
import semver from 'semver';
for (const line of readFileSync('pairs', 'utf8').trim().split('\n')) {
  const [range, version] = line.split(' ');
  console.log(line, semver.satisfies(version, range));
}
JS
cat > pypi.py <<'PY'
from univers.version_range import NpmVersionRange
from univers.versions import SemverVersion
for line in open('pairs'):
    wanted, version = line.split()
    print(str(SemverVersion(version) in NpmVersionRange.from_native(wanted)).lower())
PY
timeout 60 node npm.mjs > npm.out && timeout 60 py/bin/python pypi.py > pypi.out || exit 2
paste -d ' ' npm.out pypi.out > seen
cat seen

cat > expected <<'SEEN'
>1.2 1.2.5 false true
<=1.2 1.2.9 true false
1 1.9.9 true false
^0 0.5.0 true false
~1 1.9.9 true true
1.2.x 1.2.9 true true
SEEN
diff expected seen || exit 1
