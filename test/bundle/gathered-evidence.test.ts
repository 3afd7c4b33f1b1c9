import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Content, GatheredImage } from '../../src/bundle/gather-image.ts';
import { gatheredEvidence } from '../../src/bundle/gathered-evidence.ts';
import { maxBundleBytes } from '../../src/attest/verify-statement.ts';
import { mediaType } from '../../src/registry/content/manifest.ts';
import { digestOf } from '../../src/registry/digest.ts';

const index = {
  mediaType: mediaType.manifest,
  bytes: Buffer.from('{}'),
  digest: digestOf(Buffer.from('{}')),
};

function content(text: string, size = text.length): Content {
  const bytes = Buffer.from(text);
  return {
    digest: digestOf(bytes),
    size,
    async *read() {
      yield await Promise.resolve(bytes);
      if (size > maxBundleBytes) assert.fail('what is too large is not read');
    },
  };
}

function gathered(statements: readonly Content[]): GatheredImage {
  const { digest } = index;
  return {
    index,
    root: { mediaType: index.mediaType, digest, size: 2 },
    attached: [],
    platforms: [],
    contents: [],
    statements,
  };
}

test('the statements of a gathered image are its evidence; one beyond all bounds is said and not read', async () => {
  const statements = [content('{"a":1}'), content('{"b":2}', maxBundleBytes + 1)];
  const { bundles, unread, manifest } = (await gatheredEvidence(gathered(statements), 'echo'))('linux/amd64');
  assert.deepEqual([bundles, manifest], [['{"a":1}'], index.digest]);
  assert.match(unread.join(), /^echo: the statement sha256:[0-9a-f]+ is too large: 16777217 bytes$/);
});

test('what is too large takes nothing of the room that the others have', async () => {
  const large = Array.from({ length: 5 }, () => content('{"b":2}', maxBundleBytes + 1));
  const { bundles, unread } = (await gatheredEvidence(gathered([...large, content('{"a":1}')]), 'echo'))(
    'linux/amd64',
  );
  assert.deepEqual([bundles, unread.length], [['{"a":1}'], 5]);
});
