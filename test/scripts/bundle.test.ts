import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';

const dist = path.resolve(import.meta.dirname, '../../dist');

/** All of it is read and looked through by V8 before anything happens; 177 KB when dockerode left it. */
const mostBytes = 185_000;

test('the launcher has not grown: what few launches need is in files of its own', () => {
  const { size } = statSync(path.join(dist, 'launcher.cjs'));
  assert.ok(
    size <= mostBytes,
    `dist/launcher.cjs has ${String(size)} bytes, expected at most ${String(mostBytes)}: node scripts/bundle.ts made it`,
  );
});

test('what goes through dockerode is a file of its own, which no start waits for', () => {
  const text = (file: string): string => readFileSync(path.join(dist, file), 'utf8');
  const isModem = /\.prototype\.dial=/;
  const files = ['launcher.cjs', 'serve.cjs', 'serve-start.cjs', 'engine-client.cjs'];
  assert.deepEqual(
    files.filter((file) => isModem.test(text(file))),
    ['engine-client.cjs'],
  );
  const client = createRequire(import.meta.url)(path.join(dist, 'engine-client.cjs')) as object;
  assert.ok('clientCalls' in client);
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
