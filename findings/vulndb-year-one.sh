#!/bin/sh
# Versions: Go module golang.org/x/vulndb v0.0.0-20261105234957-e22db6528018. Seen 2026-11-27.
#
# Behaviour: the OSV records of Go's vulnerability database, in the module that vuln.go.dev is made from, have the year 1
# as `modified` and as `published`, a valid time by the schema. Whoever reads records from there and asks which are new,
# or how long a hole has been known, gets an answer, and it is wrong by two thousand years.
#
# Output seen:
#   modified: 4789 of 4789 records in the year 1
#   published: 4537 of 4789 records in the year 1
#
# Needs go >= 1.24 and python3. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

export GOMODCACHE="$dir/cache" GOFLAGS=-modcacherw
timeout 300 go mod download -json golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018 > download.json 2> log || {
  cat log
  exit 2
}
cat > try.py <<'PY'
import json, pathlib
folder = pathlib.Path(json.load(open('download.json'))['Dir']) / 'data' / 'osv'
records = [json.loads(file.read_text()) for file in folder.glob('GO-*.json')]
for key in ('modified', 'published'):
    first = sum(record.get(key, '').startswith('0001-') for record in records)
    print(f'{key}: {first} of {len(records)} records in the year 1')
PY
timeout 120 python3 try.py > seen || exit 2
cat seen

cat > expected <<'SEEN'
modified: 4789 of 4789 records in the year 1
published: 4537 of 4789 records in the year 1
SEEN
diff expected seen || exit 1
