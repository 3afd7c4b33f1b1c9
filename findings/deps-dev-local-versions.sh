#!/bin/sh
# Version: Go deps.dev/util/semver v0.0.0-20260727054525-2946ae4a6141; PyPI packaging 26.4 for comparison. Seen 2026-11-28.
#
# Behaviour: a version with a local label, such as 2.3.0+cpu of the builds of PyTorch, is in no range of the kind PyPI, not
# even in the empty one and not in ==2.3.0. PEP 440 ("Version matching"): where the specifier has no local label, that of the
# candidate MUST be ignored. Nor does a version with an epoch pass >=0 (PEP 440, "Version epochs": 1!1 is later than every
# version of epoch 0), and != with a zero and a star lets the zero itself through. The library is that of deps.dev; what
# asks it whether an advisory concerns an installed version, or whether a requirement permits it, gets a no.
#
# Output seen:
#   2.3.0+cpu in (empty)   packaging true   deps.dev false
#   2.3.0+cpu in >=1       packaging true   deps.dev false
#   2.3.0+cpu in ==2.3.0   packaging true   deps.dev false
#   1!1       in >=0       packaging true   deps.dev false
#   0         in !=0.*     packaging false  deps.dev true
#   2.3.0     in >=1       packaging true   deps.dev true
#
# Needs go >= 1.23 and python3 >= 3.10 with venv. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

cat > main.go <<'GO'
package main

import (
	"fmt"
	"log"
	"os"

	"deps.dev/util/semver"
)

func main() {
	constraint, err := semver.PyPI.ParseConstraint(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(constraint.Match(os.Args[2]))
}
GO
cat > try.py <<'PY'
import subprocess

from packaging.specifiers import SpecifierSet

for version, specifier in [
    ("2.3.0+cpu", ""),
    ("2.3.0+cpu", ">=1"),
    ("2.3.0+cpu", "==2.3.0"),
    ("1!1", ">=0"),
    ("0", "!=0.*"),
    ("2.3.0", ">=1"),
]:
    python = str(SpecifierSet(specifier).contains(version)).lower()
    go = subprocess.run(["./match", specifier, version], check=True, capture_output=True, text=True).stdout
    print(f"{version:9} in {specifier or '(empty)':9} packaging {python:6} deps.dev {go}")
PY
install() {
  timeout 60 go mod init finding &&
    timeout 300 go get deps.dev/util/semver@v0.0.0-20260727054525-2946ae4a6141 &&
    timeout 300 go build -o match . &&
    timeout 300 python3 -m venv py &&
    timeout 300 py/bin/pip install -q --disable-pip-version-check packaging==26.4
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi
timeout 60 py/bin/python try.py > seen || exit 2
cat seen

cat > expected <<'SEEN'
2.3.0+cpu in (empty)   packaging true   deps.dev false
2.3.0+cpu in >=1       packaging true   deps.dev false
2.3.0+cpu in ==2.3.0   packaging true   deps.dev false
1!1       in >=0       packaging true   deps.dev false
0         in !=0.*     packaging false  deps.dev true
2.3.0     in >=1       packaging true   deps.dev true
SEEN
diff expected seen || exit 1
