#!/bin/sh
# Versions: npm fflate 0.8.3; Python 3's own zipfile. Seen 2026-11-27.
#
# Behaviour: fflate packs 70,000 files into a zip without a complaint, but without the 64-bit records that more than
# 65,535 files need: the number in the directory is what is left of it (70000 - 65536 = 4464). Its own reader goes by
# that number and hands out 4,464 files, without an error. Python reads all of them, because it goes by the directory's size.
# A zip of as many files that Python wrote, with the 64-bit records, fflate reads whole.
#
# Output seen:
#   written by fflate: fflate reads 4464, python reads 70000
#   written by python: fflate reads 70000, python reads 70000
#
# Needs node >= 20, npm, python3. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts fflate@0.8.3 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > write.py <<'PY'
import zipfile
with zipfile.ZipFile('python.zip', 'w') as archive:
    for number in range(70_000):
        archive.writestr(f'{number}.json', '{}')
PY
cat > write.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { zipSync } from 'fflate';
const files = {};
for (let number = 0; number < 70_000; number++) files[`${number}.json`] = Buffer.from('{}');
writeFileSync('fflate.zip', zipSync(files, { level: 0 }));
JS
cat > read.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
console.log(Object.keys(unzipSync(readFileSync(process.argv[2]))).length);
JS
timeout 120 python3 write.py && timeout 120 node write.mjs || exit 2
for writer in fflate python; do
  here=$(timeout 120 node read.mjs $writer.zip) || exit 2
  there=$(timeout 120 python3 -c "import zipfile; print(len(zipfile.ZipFile('$writer.zip').namelist()))") || exit 2
  echo "written by $writer: fflate reads $here, python reads $there"
done > seen
cat seen

cat > expected <<'SEEN'
written by fflate: fflate reads 4464, python reads 70000
written by python: fflate reads 70000, python reads 70000
SEEN
diff expected seen || exit 1
