#!/bin/sh
# Versions: npm @renovatebot/pep440 5.0.1, PyPI packaging 26.4 (the reference implementation). Seen 2026-11-27.
#
# Behaviour: the npm library says that the final release 1.0 does not satisfy `>1.0rc1`, nor 1.0 `<1.0.post1`: for
# `>` and `<` it compares the release without its suffix. It also does not pad zeros for `==1.0.*` and `~=1.0.0`, so
# the version 1 satisfies neither. packaging says yes to all four, as the specification of version specifiers does
# ("exclusive ordered comparison", "version matching").
#
# Output seen:
#   >1.0rc1 1.0 npm=false packaging=True
#   <1.0.post1 1.0 npm=false packaging=True
#   ==1.0.* 1 npm=false packaging=True
#   ~=1.0.0 1 npm=false packaging=True
#   >1.0 1.1 npm=true packaging=True
#
# Needs node >= 22.11, npm, python3 with venv. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
install() {
  timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts @renovatebot/pep440@5.0.1 &&
    timeout 120 python3 -m venv py &&
    timeout 300 py/bin/pip install -q --disable-pip-version-check packaging==26.4
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi

cat > pairs <<'PAIRS'
>1.0rc1 1.0
<1.0.post1 1.0
==1.0.* 1
~=1.0.0 1
>1.0 1.1
PAIRS
cat > npm.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { satisfies } from '@renovatebot/pep440';
for (const line of readFileSync('pairs', 'utf8').trim().split('\n')) {
  const [range, version] = line.split(' ');
  console.log(`${line} npm=${satisfies(version, range, { prereleases: true })}`);
}
JS
cat > pypi.py <<'PY'
from packaging.specifiers import SpecifierSet
for line in open('pairs'):
    wanted, version = line.split()
    print(f'packaging={SpecifierSet(wanted).contains(version, prereleases=True)}')
PY
timeout 60 node npm.mjs > npm.out && timeout 60 py/bin/python pypi.py > pypi.out || exit 2
paste -d ' ' npm.out pypi.out > seen
cat seen

cat > expected <<'SEEN'
>1.0rc1 1.0 npm=false packaging=True
<1.0.post1 1.0 npm=false packaging=True
==1.0.* 1 npm=false packaging=True
~=1.0.0 1 npm=false packaging=True
>1.0 1.1 npm=true packaging=True
SEEN
diff expected seen || exit 1
