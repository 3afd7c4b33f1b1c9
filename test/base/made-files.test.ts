import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { fileEntry } from '../../src/base/layer.ts';
import { madeFiles } from '../../src/base/made-files.ts';
import { temporaryFolder } from '../lib/temporary.ts';

interface Maker {
  readonly folder: string;
  made: number;
  readonly get: (...inputs: string[]) => Promise<string[]>;
}

function maker(t: TestContext): Maker {
  const cacheFolder = temporaryFolder(t);
  const state: Maker = {
    folder: path.join(cacheFolder, 'made'),
    made: 0,
    get: async (...inputs) => {
      const make = async (): Promise<ReturnType<typeof fileEntry>[]> => {
        state.made++;
        return Promise.resolve([
          fileEntry('a/b.pyc', 'code', 0o644),
          fileEntry('init', inputs.join(), 0o755),
        ]);
      };
      const files = await madeFiles({ cacheFolder, what: 'thing', inputs, make });
      return files.map(({ name, mode, content }) => `${name} ${mode.toString(8)} ${content.toString()}`);
    },
  };
  return state;
}

test('what was made of the same inputs is made once, and comes back as it was', async (t) => {
  const thing = maker(t);
  const first = await thing.get('x');
  assert.deepEqual(await thing.get('x'), first);
  assert.deepEqual(first, ['a/b.pyc 644 code', 'init 755 x']);
  assert.equal(thing.made, 1);
  await thing.get('y');
  assert.equal(thing.made, 2);
});

test('a file of the cache that was spoilt or cut off is not believed', async (t) => {
  const thing = maker(t);
  await thing.get('x');
  const [name = ''] = readdirSync(thing.folder);
  const file = path.join(thing.folder, name);
  const whole = readFileSync(file);
  for (const spoilt of [whole.subarray(0, 700), Buffer.alloc(0), Buffer.from(whole).fill('z', 600, 604)]) {
    writeFileSync(file, spoilt);
    assert.deepEqual(await thing.get('x'), ['a/b.pyc 644 code', 'init 755 x']);
  }
  assert.equal(thing.made, 4);
  assert.deepEqual(readdirSync(thing.folder), [name]);
});

test('two that make the same at once both have it, and nothing temporary stays', async (t) => {
  const thing = maker(t);
  const [one, two] = await Promise.all([thing.get('x'), thing.get('x')]);
  assert.deepEqual(one, two);
  assert.equal(readdirSync(thing.folder).length, 1);
});
