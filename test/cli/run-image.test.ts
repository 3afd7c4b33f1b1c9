import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownCatalog } from '../../src/catalog/catalog-source.ts';
import type { Entry } from '../../src/catalog/entry.ts';
import type { ImageFacts } from '../../src/engine/engine.ts';
import type { Invocation } from '../../src/cli/command.ts';
import { chooseImage } from '../../src/cli/execute/run-image.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { FakeEngine } from '../rig/fake-engine.ts';

const own = ownCatalog();
const address = { kind: 'url', url: 'https://catalog.example.com/catalog.json' } as const;
const digest = `sha256:${'ab'.repeat(32)}`;
const pulledName = `mcpcat/time:sha256-${'ab'.repeat(16)}`;
const entry = { name: 'time', source: 'pypi:mcp-server-time' } as Entry;

/** A start with these options, by a client or at a terminal. */
function invocation(options: Readonly<Record<string, string>> = {}, isTTY = false): Invocation {
  return {
    options: { text: (name: string) => options[name], flag: () => true, list: () => [] },
    terminal: { streams: { stdin: { isTTY } }, env: {}, stderr: { write: () => true } },
  } as unknown as Invocation;
}

const never = new AbortController().signal;
const engine = new FakeEngine();

/** All images that are tried, if each one is missing; the last word is the error, or undefined. */
async function tried(setting: Omit<Parameters<typeof chooseImage>[1], 'engine'>): Promise<unknown[]> {
  const choice = await chooseImage(entry, { engine, ...setting });
  const names: unknown[] = [choice.image];
  try {
    for (let next; (next = await choice.onMissing?.(String(names.at(-1)), never)) !== undefined;)
      names.push(next);
  } catch (error) {
    names.push(error);
  }
  return names;
}

test('what was built here comes first, then what was pulled; a client is told what to build', async () => {
  const recorded = { digest, repository: undefined };
  const [first, second, error] = await tried({ invocation: invocation(), recorded, source: own });
  assert.deepEqual([first, second], ['mcpcat/time:local', pulledName]);
  assert.ok(error instanceof McpcatError && error.code === 'image-missing');
  assert.equal(error.message, 'time has no image on this engine yet');
  assert.equal(error.hint, 'mcpcat build time, once, in a terminal: a client does not wait for it');
});

test('a catalog without locks gives only what was pulled', async () => {
  const recorded = { digest, repository: undefined };
  assert.deepEqual(await tried({ invocation: invocation({}, true), recorded, source: address }), [
    pulledName,
  ]);
});

test('who forbids the build is told the command, at a terminal too', async () => {
  const forbids = invocation({ build: 'never' }, true);
  const [, error] = await tried({ invocation: forbids, recorded: undefined, source: own });
  assert.ok(error instanceof McpcatError && error.code === 'image-missing');
  assert.equal(error.hint, 'mcpcat build time');
});

test('a word that is none of the two is wrong usage', async () => {
  const wrong = {
    invocation: invocation({ build: 'always' }),
    recorded: undefined,
    source: own,
    engine,
  };
  await assert.rejects(chooseImage(entry, wrong), {
    code: 'usage',
    message: '--build: expected missing or never, found "always"',
  });
});

/** Counts what is asked of it; holds only after it was asked. */
function trust(outcome: 'holds' | 'refused') {
  const asked = { count: 0 };
  const verify = async (): Promise<void> => {
    asked.count++;
    if (outcome === 'refused') throw new McpcatError('signature-refused', 'it is not signed');
    return Promise.resolve();
  };
  return { asked, trust: { isVerified: () => outcome === 'holds' && asked.count > 0, verify } };
}

/** An engine that has this image. */
function engineWith(reference: string): FakeEngine {
  const having = new FakeEngine();
  having.inspectImage = async (asked: string) =>
    Promise.resolve(asked === reference ? ({ id: 'sha256:1' } as ImageFacts) : undefined);
  return having;
}

test('an image that is here starts only after it was verified, and is not asked about again', async () => {
  const { asked, trust: held } = trust('holds');
  const recorded = { digest, repository: undefined };
  const setting = {
    invocation: invocation(),
    recorded,
    source: address,
    trust: held,
    engine: engineWith(pulledName),
  };
  for (let time = 0; time < 2; time++) assert.equal((await chooseImage(entry, setting)).image, pulledName);
  assert.equal(asked.count, 1);
});

test('an image that nobody has signed does not start, also where it is the second choice', async () => {
  const recorded = { digest, repository: undefined };
  const having = { recorded, engine: engineWith(pulledName), trust: trust('refused').trust };
  await assert.rejects(chooseImage(entry, { invocation: invocation(), source: address, ...having }), {
    code: 'signature-refused',
  });
  const choice = await chooseImage(entry, { invocation: invocation(), source: own, ...having });
  assert.equal(choice.image, 'mcpcat/time:local', 'what was built here needs no signature');
  await assert.rejects(async () => choice.onMissing?.('mcpcat/time:local', never), {
    code: 'signature-refused',
  });
});

test('an image that is not here is verified before anything of it is pulled', async () => {
  const recorded = { digest, repository: '127.0.0.1:1/nowhere' };
  const { asked, trust: refused } = trust('refused');
  await assert.rejects(
    chooseImage(entry, { invocation: invocation(), recorded, source: address, engine, trust: refused }),
    { code: 'signature-refused' },
  );
  assert.equal(asked.count, 1);
});
