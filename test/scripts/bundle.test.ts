import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

const dist = path.resolve(import.meta.dirname, '../../dist');

/** What it was before sessions, consent and the checks of folders came (commit c4b8bef). */
const mostBytes = 210_017;

test('the launcher has not grown: what few launches need is in files of its own', () => {
  const { size } = statSync(path.join(dist, 'launcher.cjs'));
  assert.ok(
    size <= mostBytes,
    `dist/launcher.cjs has ${String(size)} bytes, expected at most ${String(mostBytes)}: node scripts/bundle.ts made it`,
  );
});

test('the tunnel is a file that a server without network does not load', () => {
  const tunnel = createRequire(import.meta.url)(path.join(dist, 'tunnel.cjs')) as object;
  assert.partialDeepStrictEqual(
    Object.entries(tunnel)
      .map(([name, value]) => `${typeof value} ${name}`)
      .toSorted(),
    ['function leaseReports', 'function openTunnel', 'function realDial'],
  );
});

test('what a start from a signed catalog loads more is small, and no cryptography: it compares texts', () => {
  const file = path.join(dist, 'image-trust.cjs');
  const text = readFileSync(file, 'utf8');
  assert.ok(text.length < 20_000, `${file} has ${String(text.length)} characters`);
  // 4 ms of CPU, of the 10 that a verified start may cost.
  assert.doesNotMatch(text, /require\("(?:node:)?crypto"\)/);
  const trust = createRequire(import.meta.url)(file) as object;
  assert.deepEqual(Object.keys(trust).toSorted(), ['imageTrust', 'requireSignedSurface']);
});
