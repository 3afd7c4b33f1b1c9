import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Content, GatheredImage } from '../../src/bundle/gather-image.ts';
import { writeBundle } from '../../src/bundle/write-bundle.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { mediaType } from '../../src/registry/content/manifest.ts';
import { digestOf } from '../../src/registry/digest.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const bytes = Buffer.alloc(1 << 20);

/** An image of one blob, which comes from a registry as `read` gives it. */
function imageOf(read: Content['read']): GatheredImage {
  const digest = digestOf(bytes);
  const descriptor = { mediaType: mediaType.index, digest, size: bytes.length };
  return {
    root: descriptor,
    index: { ...descriptor, bytes },
    attached: [],
    platforms: ['linux/amd64'],
    contents: [{ digest, size: bytes.length, read }],
    statements: [],
  };
}

test('a bundle that is cancelled, or breaks off, leaves what was there and nothing half', async (t) => {
  const folder = temporaryFolder(t, { 'out.tar': 'the one before' });
  const file = path.join(folder, 'out.tar');
  const ended = new AbortController();
  const write = (read: Content['read']): Promise<unknown> =>
    writeBundle(file, {
      servers: [{ name: 'echo', repository: 'registry.example.com/echo', image: imageOf(read) }],
      texts: new Map(),
      signal: ended.signal,
    });
  const broken = new McpcatError('upstream-unavailable', 'the registry dropped the connection');
  await assert.rejects(
    write(async function* () {
      yield await Promise.resolve(bytes.subarray(0, 1000));
      throw broken;
    }),
    broken,
  );
  await assert.rejects(
    write(async function* () {
      yield await Promise.resolve(bytes.subarray(0, 1000));
      ended.abort();
      yield bytes.subarray(1000);
    }),
    { code: 'cancelled' },
  );
  assert.deepEqual(readdirSync(folder), ['out.tar']);
  assert.equal(readFileSync(file, 'utf8'), 'the one before');
});

test('a place that can not be written to is said, and nothing is left beside it', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, 'file'), '');
  const out = path.join(folder, 'file', 'out.tar');
  await assert.rejects(writeBundle(out, { servers: [], texts: new Map() }), {
    code: 'io-failed',
    message: /can't write .*out\.tar/,
  });
  assert.deepEqual(readdirSync(folder), ['file']);
});
