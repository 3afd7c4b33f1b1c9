#!/bin/sh
# Version: PyPI uv 0.13.9. Seen 2026-11-27.
#
# Behaviour: `uv export --format cyclonedx1.5`, without any `--extra`, writes that the project depends directly on a package
# that only an extra of it names, if that package is there for another reason. What only the extra brings is left out, as
# it should be, so one line of an extra counts and the next does not. The same export as requirements.txt names the true
# reason alone.
#
# Output seen:
#   requirements.txt: demo is no reason for idna, httpx is one
#   cyclonedx: demo depends on httpx, idna
#   cyclonedx: attrs is not there
#
# Needs python3 >= 3.10 with venv. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

cat > pyproject.toml <<'TOML'
[project]
name = "demo"
version = "1.0.0"
requires-python = ">=3.10"
dependencies = ["httpx==0.28.1"]

[project.optional-dependencies]
more = ["idna==3.11", "attrs==25.4.0"]
TOML
install() {
  timeout 120 python3 -m venv py &&
    timeout 300 py/bin/pip install -q --disable-pip-version-check uv==0.13.9 &&
    timeout 120 py/bin/uv lock -q
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi

timeout 60 py/bin/uv export -q --frozen --format requirements-txt > requirements.txt || exit 2
timeout 60 py/bin/uv export -q --frozen --format cyclonedx1.5 > sbom.json 2> sbom.log || exit 2
cat > look.py <<'PY'
import json, re
package, reasons = None, {}
for line in open('requirements.txt'):
    if pinned := re.match(r'([a-z0-9-]+)==', line):
        package = pinned.group(1)
    elif reason := re.match(r'    # +(?:via )?([a-z0-9-]+)$', line.rstrip()):
        reasons.setdefault(package, []).append(reason.group(1))
print('requirements.txt: demo is', 'a' if 'demo' in reasons['idna'] else 'no', 'reason for idna, httpx is', 'one' if 'httpx' in reasons['idna'] else 'none')
bom = json.load(open('sbom.json'))
names = {one['bom-ref']: one['name'] for one in bom['components']}
demo = bom['metadata']['component']['bom-ref']
wanted = next(one['dependsOn'] for one in bom['dependencies'] if one['ref'] == demo)
print('cyclonedx: demo depends on', ', '.join(sorted(names[ref] for ref in wanted)))
print('cyclonedx: attrs is', 'there' if 'attrs' in names.values() else 'not there')
PY
timeout 60 python3 look.py > seen || exit 2
cat seen

cat > expected <<'SEEN'
requirements.txt: demo is no reason for idna, httpx is one
cyclonedx: demo depends on httpx, idna
cyclonedx: attrs is not there
SEEN
diff expected seen || exit 1
