#!/bin/sh
# Versions: npm nanotar 0.3.0 (unjs); GNU tar reads what it made. Seen 2026-11-28.
#
# Behaviour: createTar rounds an archive up to blocks of 10,240 bytes and writes no end of its own, and parseTar stops one
# header before the end of the buffer. So where the files fill the last block exactly (20 directories or empty files
# do, 18 and one of 500 bytes do), the last one is not read, without an error; GNU tar reads all of them. POSIX has two
# blocks of zeros at the end for that (pax, "ustar Interchange Format"). And of two files whose path is longer than 100
# bytes, which POSIX has the field "prefix" for, both get the same name, cut; in an archive that GNU tar made with
# --format=ustar, parseTar gives the name without the directories that stand in "prefix".
#
# Output seen:
#   19 empty files: parseTar reads 19, GNU tar 19
#   20 empty files: parseTar reads 19, GNU tar 20
#   21 empty files: parseTar reads 21, GNU tar 21
#   two paths of 103 bytes, written and read: 1 name of 100 bytes
#   a path of 130 bytes, written by GNU tar: read as note.txt
#
# Needs node >= 20, npm and GNU tar. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts nanotar@0.3.0 >install.log 2>&1 || {
  cat install.log
  exit 2
}
deep=$(printf 'directory-%s/' 1 2 3 4 5 6 7 8 9)sub-directory
mkdir -p "$deep" && : > "$deep/note.txt" && tar --format=ustar -cf gnu.tar "$deep/note.txt" || exit 2

cat > try.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createTar, parseTar } from 'nanotar';
for (const count of [19, 20, 21]) {
  const archive = createTar(Array.from({ length: count }, (_, index) => ({ name: `file-${index}`, data: '' })));
  writeFileSync('made.tar', archive);
  const seen = execFileSync('tar', ['-tf', 'made.tar'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  console.log(`${count} empty files: parseTar reads ${parseTar(archive).length}, GNU tar ${seen.trim().split('\n').length}`);
}
const paths = ['one', 'two'].map((name) => `${'a/'.repeat(50)}${name}`);
const read = parseTar(createTar(paths.map((name) => ({ name, data: name }))));
const names = new Set(read.map((file) => file.name));
const sizes = [...names].map((name) => name.length).join();
console.log(`two paths of ${paths[0].length} bytes, written and read: ${names.size} name of ${sizes} bytes`);
const [note] = parseTar(new Uint8Array(readFileSync('gnu.tar')).buffer);
console.log(`a path of ${process.argv[2].length} bytes, written by GNU tar: read as ${note.name}`);
JS
timeout 60 node try.mjs "$deep/note.txt" > seen || exit 2
cat seen

cat > expected <<'SEEN'
19 empty files: parseTar reads 19, GNU tar 19
20 empty files: parseTar reads 19, GNU tar 20
21 empty files: parseTar reads 21, GNU tar 21
two paths of 103 bytes, written and read: 1 name of 100 bytes
a path of 130 bytes, written by GNU tar: read as note.txt
SEEN
diff expected seen || exit 1
