#!/bin/sh
# Versions: npm @sigstore/core 4.0.1, @sigstore/mock 0.13.0. Seen 2026-11-27.
#
# Behaviour: a timestamp (RFC 3161) whose fraction of a second is not exactly three digits long is refused by the parser
# of sigstore-js. In DER trailing zeros of the fraction are left out (X.690, 11.7.3; RFC 3161, 2.4.2), so of an authority
# that tells milliseconds one timestamp in ten can't be read. Its own mock is one: it gives the time of the machine.
#
# Output seen:
#   .000: read, 2026-11-27T12:00:00.000Z
#   .123: read, 2026-11-27T12:00:00.000Z
#   .120: invalid time
#   .500: invalid time
#
# Needs node >= 22.22, npm. Talks to nobody. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
if ! timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts @sigstore/core@4.0.1 \
  @sigstore/mock@0.13.0 >install.log 2>&1; then
  cat install.log
  exit 2
fi

cat > try.mjs <<'JS'
import { generateKeyPairSync } from 'node:crypto';
import core from '@sigstore/core';
import mock from '@sigstore/mock';

for (const fraction of ['.000', '.123', '.120', '.500']) {
  const time = new Date(`2026-11-27T12:00:00${fraction}Z`);
  const tsa = await mock.initializeTSA(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }), time);
  const request = JSON.stringify({ artifactHash: Buffer.alloc(32).toString('base64'), hashAlgorithm: 'sha256' });
  const { response } = await mock.tsaHandler(tsa).fn(request);
  try {
    const { signingTime } = core.RFC3161Timestamp.parse(Buffer.from(response.buffer));
    console.log(`${fraction}: read, ${signingTime.toISOString()}`);
  } catch (error) {
    console.log(`${fraction}: ${error.message}`);
  }
}
JS
timeout 120 node try.mjs > seen 2>errors || { cat errors; exit 2; }
cat seen

cat > expected <<'SEEN'
.000: read, 2026-11-27T12:00:00.000Z
.123: read, 2026-11-27T12:00:00.000Z
.120: invalid time
.500: invalid time
SEEN
diff expected seen || exit 1
