#!/bin/sh
# Versions: npm tar-stream 3.2.2 under tar-fs 3.1.3; readers: GNU tar, Python's tarfile. Seen 2026-11-27.
#
# Behaviour: tar-fs packs a folder in which one file is dated before 1970 (a camera or a restored backup does that).
# The time is written as a minus sign among octal digits, which no tar format knows, and nothing is reported. tar-stream
# itself reads the archive to its end. GNU tar complains and exits with 2. Python's tarfile takes it for the
# end of the archive: it lists what comes before, drops the rest, and says nothing. (Go's archive/tar, with
# which Docker unpacks a build context, says "invalid tar header"; run by hand, not by this script.)
#
# Output seen (entries a, b dated 1969, c in this order):
#   tar-stream reads: a b c
#   GNU tar reads:    a b c, exit 2
#   Python reads:     a
#
# Needs node >= 20, npm, GNU tar, python3. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts \
  tar-stream@3.2.2 tar-fs@3.1.3 >install.log 2>&1 || {
  cat install.log
  exit 2
}

mkdir folder
for name in a b c; do echo "$name" > "folder/$name"; done
TZ=UTC touch -d '1969-07-20T20:17:00Z' folder/b

cat > try.mjs <<'JS'
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import tarFs from 'tar-fs';
await pipeline(tarFs.pack('folder', { entries: ['a', 'b', 'c'] }), createWriteStream('folder.tar'));
const names = [];
const reader = createReadStream('folder.tar').pipe(extract());
for await (const entry of reader) {
  names.push(entry.header.name);
  entry.resume();
}
console.log(`tar-stream reads: ${names.join(' ')}`);
JS
timeout 60 node try.mjs > seen || exit 2
LC_ALL=C tar -tf folder.tar > names 2>/dev/null
status=$?
echo "GNU tar reads:    $(tr '\n' ' ' < names | sed 's/ $//'), exit $status" >> seen
python3 -c 'import tarfile; print("Python reads:    ", *tarfile.open("folder.tar").getnames())' >> seen
cat seen

cat > expected <<'SEEN'
tar-stream reads: a b c
GNU tar reads:    a b c, exit 2
Python reads:     a
SEEN
diff expected seen || exit 1
