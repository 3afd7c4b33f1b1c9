#!/bin/sh
# Versions: npm @sigstore/mock 0.13.0, sign 5.1.0, verify 4.1.3, bundle 5.0.1, protobuf-specs 0.5.2. Seen 2026-11-27.
#
# Behaviour: a statement that is signed against the mocked Fulcio and Rekor of sigstore-js with an entry of the kind
# `dsse`, which RekorWitness offers, is refused by the verifier of sigstore-js: the mocked log keeps the proposed entry
# as it came (`proposedContent`), where Rekor makes `signatures` and hashes of it. With `intoto` the same bundle holds.
#
# Output seen:
#   dsse: signature count mismatch
#   intoto: holds
#
# Needs node >= 22.22, npm. Talks to itself on 127.0.0.1. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
if ! timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts @sigstore/mock@0.13.0 \
  @sigstore/sign@5.1.0 @sigstore/verify@4.1.3 @sigstore/bundle@5.0.1 @sigstore/protobuf-specs@0.5.2 >install.log 2>&1; then
  cat install.log
  exit 2
fi

cat > try.mjs <<'JS'
import { createHash, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import bundles from '@sigstore/bundle';
import mock from '@sigstore/mock';
import specs from '@sigstore/protobuf-specs';
import sign from '@sigstore/sign';
import verify from '@sigstore/verify';

const pair = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const start = new Date(Date.now() - 60_000);
const ctLog = await mock.initializeCTLog(pair());
const ca = await mock.initializeCA(pair(), ctLog, start);
const tlog = await mock.initializeTLog('https://log.example', pair());
const handlers = [mock.fulcioHandler(ca), mock.rekorHandler(tlog)];
const server = createServer(async (request, response) => {
  const { statusCode, response: answer, contentType = 'application/json' } = await handlers
    .find(({ path }) => path === request.url)
    .fn(await text(request));
  response.writeHead(statusCode, { 'content-type': contentType });
  response.end(answer);
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}`;

const log = (publicKey, keyId) => ({
  baseUrl: 'https://log.example',
  hashAlgorithm: specs.HashAlgorithm.SHA2_256,
  publicKey: { rawBytes: publicKey, keyDetails: specs.PublicKeyDetails.PKIX_ECDSA_P256_SHA_256, validFor: { start } },
  logId: { keyId },
});
const material = verify.toTrustMaterial({
  certificateAuthorities: [
    { certChain: { certificates: [{ rawBytes: Buffer.from(ca.rootCertificate.buffer) }] }, validFor: { start } },
  ],
  timestampAuthorities: [],
  tlogs: [log(tlog.publicKey, createHash('sha256').update(tlog.publicKey).digest())],
  ctlogs: [log(ctLog.publicKey, Buffer.from(ctLog.logID.buffer))],
});

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = `${part({ alg: 'none' })}.${part({ iss: 'https://issuer.example', sub: 'ada' })}.none`;
for (const entryType of ['dsse', 'intoto']) {
  const builder = new sign.DSSEBundleBuilder({
    signer: new sign.FulcioSigner({ fulcioBaseURL: url, identityProvider: { getToken: async () => token } }),
    witnesses: [new sign.RekorWitness({ rekorBaseURL: url, entryType })],
  });
  const made = await builder.create({ data: Buffer.from('{}'), type: 'application/vnd.in-toto+json' });
  const bundle = bundles.bundleFromJSON(JSON.parse(JSON.stringify(bundles.bundleToJSON(made))));
  try {
    new verify.Verifier(material).verify(verify.toSignedEntity(bundle));
    console.log(`${entryType}: holds`);
  } catch (error) {
    console.log(`${entryType}: ${error.message}`);
  }
}
server.closeAllConnections();
server.close();
JS
timeout 120 node try.mjs > seen 2>errors || { cat errors; exit 2; }
cat seen

cat > expected <<'SEEN'
dsse: signature count mismatch
intoto: holds
SEEN
diff expected seen || exit 1
