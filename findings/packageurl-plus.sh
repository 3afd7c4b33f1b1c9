#!/bin/sh
# Versions: npm packageurl-js@2.0.1, PyPI packageurl-python 0.17.6. Seen 2026-11-27.
#
# Behaviour: a version with a plus, which is common in Debian (`1.0+b1`), is written with the plus by packageurl-js and
# with `%2B` by packageurl-python; both read both. So two tools write two texts for one package, and whoever compares
# package URLs as texts (a VEX statement with a component of an SBOM) finds no match. In a qualifier packageurl-js
# writes `%2B` and reads a plus as a blank; packageurl-python reads it as a plus.
#
# Output seen:
#   js writes     pkg:deb/debian/gcc@1.0+b1?distro=a%2Bb
#   js reads      pkg:deb/debian/gcc@1.0+b1?distro=a+b as 1.0+b1 a b
#   js reads      pkg:deb/debian/gcc@1.0%2Bb1?distro=a%2Bb as 1.0+b1 a+b
#   python writes pkg:deb/debian/gcc@1.0%2Bb1?distro=a%2Bb
#   python reads  pkg:deb/debian/gcc@1.0+b1?distro=a+b as 1.0+b1 a+b
#   python reads  pkg:deb/debian/gcc@1.0%2Bb1?distro=a%2Bb as 1.0+b1 a+b
#
# Needs node >= 20, npm, python3 with venv. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
install() {
  timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts packageurl-js@2.0.1 &&
    timeout 120 python3 -m venv py &&
    timeout 300 py/bin/pip install -q --disable-pip-version-check packageurl-python==0.17.6
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi
cat > try.mjs <<'JS'
import { PackageURL } from 'packageurl-js';
const made = new PackageURL('deb', 'debian', 'gcc', '1.0+b1', { distro: 'a+b' }, undefined).toString();
console.log(`js writes     ${made}`);
for (const text of ['pkg:deb/debian/gcc@1.0+b1?distro=a+b', 'pkg:deb/debian/gcc@1.0%2Bb1?distro=a%2Bb']) {
  const { version, qualifiers } = PackageURL.fromString(text);
  console.log(`js reads      ${text} as ${version} ${qualifiers.distro}`);
}
JS
cat > try.py <<'PY'
from packageurl import PackageURL
made = PackageURL('deb', 'debian', 'gcc', '1.0+b1', {'distro': 'a+b'}).to_string()
print(f'python writes {made}')
for text in ['pkg:deb/debian/gcc@1.0+b1?distro=a+b', 'pkg:deb/debian/gcc@1.0%2Bb1?distro=a%2Bb']:
    found = PackageURL.from_string(text)
    print(f"python reads  {text} as {found.version} {found.qualifiers['distro']}")
PY
{ timeout 60 node try.mjs && timeout 60 py/bin/python try.py; } > seen || exit 2
cat seen

cat > expected <<'SEEN'
js writes     pkg:deb/debian/gcc@1.0+b1?distro=a%2Bb
js reads      pkg:deb/debian/gcc@1.0+b1?distro=a+b as 1.0+b1 a b
js reads      pkg:deb/debian/gcc@1.0%2Bb1?distro=a%2Bb as 1.0+b1 a+b
python writes pkg:deb/debian/gcc@1.0%2Bb1?distro=a%2Bb
python reads  pkg:deb/debian/gcc@1.0+b1?distro=a+b as 1.0+b1 a+b
python reads  pkg:deb/debian/gcc@1.0%2Bb1?distro=a%2Bb as 1.0+b1 a+b
SEEN
diff expected seen || exit 1
