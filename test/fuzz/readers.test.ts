/**
 * Broken input for each reader of text that strangers write. Whatever comes in, an answer or an McpcatError comes out,
 * nothing else is thrown, and no message goes to a terminal with hidden characters in it (lib/plain-text.ts is the door).
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { wantedOf } from '../../src/pasted/wanted.ts';
import { parseCatalogIndex } from '../../src/catalog-index/parse-catalog-index.ts';
import { parseEntry } from '../../src/catalog/parse-entry.ts';
import { parseEnvFile } from '../../src/cli/env-file.ts';
import { Decoder } from '../../src/egress/decoder.ts';
import { frameOf, helloFrame, resetFrame, windowFrame, ProtocolError } from '../../src/egress/frames.ts';
import { messageHeads } from '../../src/launch/message-heads.ts';
import { beginsAsMessage, isMessageLine } from '../../src/launch/message-line.ts';
import { visible } from '../../src/lib/plain-text.ts';
import { parseChallenge } from '../../src/registry/auth/challenge.ts';
import { imageManifestIn, indexIn, mediaType } from '../../src/registry/content/manifest.ts';
import { entryText } from '../catalog/entry-text.ts';
import { project } from '../rig/engine.ts';
import { effort } from './effort.ts';
import { below, mutatedBytes } from './mutate.ts';
import { randomOf } from './random.ts';
import { fuzzed, type Target } from './targets.ts';

const inputs = effort(400);
const streams = effort(10_000);
const digest = `sha256:${'a'.repeat(64)}`;
const blob = { mediaType: mediaType.layer, digest, size: 7 };
const bytesOf = (text: string): { bytes: Buffer; mediaType: string } => ({
  bytes: Buffer.from(text),
  mediaType: mediaType.manifest,
});
const message = '{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"x":[1,2,{"id":3}]}}';

/** The first servers of our own catalog index, which is too long to be broken a thousand times. */
function shortIndex(): string {
  const index: unknown = JSON.parse(readFileSync(path.join(project, 'catalog.json'), 'utf8'));
  assert.ok(typeof index === 'object' && index !== null && 'servers' in index);
  const { servers } = index;
  assert.ok(typeof servers === 'object' && servers !== null);
  return JSON.stringify({ ...index, servers: Object.fromEntries(Object.entries(servers).slice(0, 2)) });
}

const targets: Readonly<Record<string, Target>> = {
  'server.yaml': {
    seeds: [
      entryText('fixture', {
        more: 'permissions:\n  network: [api.example.com, "*.example.org:8443"]\nenv:\n  TOKEN: {description: A token, secret: true}\n',
      }),
    ],
    read: (text) =>
      parseEntry('server.yaml', text, 'fixture').problems.map((problem) => visible(problem.message)),
  },
  'catalog.json': {
    seeds: [shortIndex()],
    read: (text) => {
      parseCatalogIndex(text, 'catalog.json');
      return [];
    },
  },
  'an image manifest': {
    seeds: [JSON.stringify({ schemaVersion: 2, config: blob, layers: [blob], annotations: { a: 'b' } })],
    read: (text) => {
      const { config, layers } = imageManifestIn(bytesOf(text), 'image');
      for (const { digest: found, size } of [config, ...layers])
        assert.ok(/^sha256:[0-9a-f]{64}$/.test(found) && Number.isSafeInteger(size) && size >= 0);
      return [];
    },
  },
  'an image index': {
    seeds: [JSON.stringify({ manifests: [{ ...blob, platform: { os: 'linux', architecture: 'amd64' } }] })],
    read: (text) => {
      indexIn(bytesOf(text), 'image');
      return [];
    },
  },
  'a challenge of a registry': {
    seeds: ['Bearer realm="https://auth.example.com/token",service="example",scope="a:b:c", Basic realm="x"'],
    read: (text) => {
      parseChallenge(text);
      return [];
    },
  },
  'a pasted line': {
    seeds: [
      'npx -y @scope/server@1.2.3 --root /tmp',
      'claude mcp add notes -e TOKEN=x -- uvx --from mcp-notes==1.0 notes --key "a b"',
      'cmd /c npx -y "server" C:\\\\Users\\\\me',
      '{"mcpServers": {"notes": {"command": "npx", "args": ["-y", "notes"], "env": {"KEY": "${input:key}"}}}}',
    ],
    read: (text) => {
      wantedOf([text]);
      return [];
    },
  },
  'an env file': {
    seeds: ['# settings\nexport TOKEN="a \\"b\\" \\n c" # comment\nNAME=\'x y\'\nHOME\nEMPTY=\n'],
    read: (text) => {
      parseEnvFile(text, '.env', { HOME: '/home/ada' });
      return [];
    },
  },
  'a line of a server': {
    seeds: [message, `[${message},${message}]`, `\uFEFF ${message}`, '{"level":30,"msg":"hi"}'],
    read: (text) => {
      const line = Buffer.from(text);
      const heads: number[] = [];
      messageHeads(({ id }) => heads.push(id.length))(line);
      assert.ok(heads.every((length) => length <= 256));
      beginsAsMessage(line);
      isMessageLine(line);
      return [];
    },
  },
};

fuzzed(targets, { inputs, seed: 20 });

test(`${String(streams)} times broken, frames of a relay end in frames that are legal or in a protocol error, however they are cut`, () => {
  const random = randomOf(21);
  const seed = Buffer.concat([
    frameOf('ready', 0),
    frameOf('lookup', 1, Buffer.from('api.example.com')),
    frameOf('data', 2, Buffer.alloc(70)),
    windowFrame(2, 1000),
    resetFrame(2, 'closed'),
    helloFrame([443]),
  ]);
  let broken = 0;
  for (let index = 0; index < streams; index++) {
    const bytes = mutatedBytes(seed, random);
    const whole = framesOf(bytes, () => bytes.length);
    const cut = framesOf(bytes, () => 1 + below(40, random));
    assert.equal(cut.text, whole.text, bytes.toString('hex'));
    if (whole.refused) broken++;
  }
  assert.ok(broken > streams / 4, String(broken));
});

/** Data frames come in pieces, so what counts is their bytes. */
function framesOf(bytes: Buffer, pieces: () => number): { readonly text: string; readonly refused: boolean } {
  const decoder = new Decoder('relay');
  const frames: string[] = [];
  let dataBytes = 0;
  try {
    for (let at = 0; at < bytes.length;) {
      const size = Math.max(1, pieces());
      decoder.feed(bytes.subarray(at, at + size), ({ type, stream, payload }) => {
        if (type === 'data') dataBytes += payload.length;
        else frames.push(`${type} ${String(stream)} ${payload.toString('hex')}`);
      });
      at += size;
    }
    return { text: `${frames.join('\n')} ${String(dataBytes)}`, refused: false };
  } catch (error) {
    assert.ok(error instanceof ProtocolError, String(error));
    return { text: `${frames.join('\n')} ${error.message}`, refused: true };
  }
}
