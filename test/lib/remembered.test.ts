import assert from 'node:assert/strict';
import {
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Remembered } from '../../src/lib/remembered.ts';
import { temporaryFolder } from './temporary.ts';

interface Rig {
  readonly folder: string;
  readonly file: (name: string) => string;
  /** As the next process would have it. */
  readonly anew: (change?: {
    readonly version?: string;
    readonly owns?: () => boolean;
  }) => Remembered<string>;
}

function rig(t: TestContext): Rig {
  const folder = temporaryFolder(t, { a: 'one', b: 'two' });
  const file = (name: string): string => path.join(folder, name);
  // As if nothing had been written for a minute.
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 60_000 });
  return {
    folder,
    file,
    anew: (change = {}) =>
      new Remembered({ file: file('kept/values.json'), version: '1', owns: () => true, ...change }),
  };
}

test('a value is known as long as none of its files has changed, been replaced, gone or come', async (t) => {
  const { file, anew } = rig(t);
  const files = ['a', 'b', 'later'].map(file);
  const first = anew().of('x', files);
  assert.equal(first.known, undefined);
  first.keep('made of them');
  await turn();
  assert.equal(anew().of('x', files).known, 'made of them');
  assert.equal(anew().of('y', files).known, undefined);
  assert.equal(anew().of('x', files.slice(0, 2)).known, undefined, 'made of other files');
  assert.equal(anew({ version: '2' }).of('x', files).known, undefined);
  assert.equal(anew({ owns: () => false }).of('x', files).known, undefined);
  const changes = [
    () => writeFileSync(file('a'), 'longer'),
    () => {
      writeFileSync(file('new'), 'one');
      renameSync(file('new'), file('a'));
    },
    () => writeFileSync(file('later'), ''),
    () => renameSync(file('b'), file('elsewhere')),
    () => utimesSync(file('a'), 1, 1),
  ];
  for (const change of changes) {
    const before = anew().of('x', files);
    before.keep('again');
    await turn();
    assert.equal(anew().of('x', files).known, 'again');
    change();
    assert.equal(anew().of('x', files).known, undefined, String(change));
  }
});

test('what was changed just now is not kept: the next change might not be seen', async (t) => {
  const { file, anew } = rig(t);
  const memory = anew().of('x', [file('a')]);
  t.mock.timers.setTime(Date.now() - 60_000);
  memory.keep('too early');
  await turn();
  assert.equal(anew().of('x', [file('a')]).known, undefined);
});

test('a change between the question and the answer is seen by the next process', async (t) => {
  const { file, anew } = rig(t);
  const memory = anew().of('x', [file('a')]);
  writeFileSync(file('a'), 'other');
  memory.keep('made of who knows which');
  await turn();
  assert.equal(anew().of('x', [file('a')]).known, undefined);
});

test('what was made of other files than those of the question is not kept, even if the first ones come back', async (t) => {
  const { file, anew } = rig(t);
  for (const name of ['first', 'second']) {
    mkdirSync(file(name));
    writeFileSync(file(`${name}/a`), name);
  }
  t.mock.timers.setTime(Date.now() + 60_000);
  // Folders are linked without a privilege on Windows, too.
  const link = (to: string): void => symlinkSync(file(to), file('link'), 'junction');
  link('first');
  const memory = anew().of('x', [file('link/a')]);
  unlinkSync(file('link'));
  link('second');
  memory.keep('made of the second');
  await turn();
  unlinkSync(file('link'));
  link('first');
  assert.equal(anew().of('x', [file('link/a')]).known, undefined);
});

test('a kept file of another form says nothing, and is replaced', async (t) => {
  const { file, anew } = rig(t);
  anew()
    .of('x', [file('a')])
    .keep('one');
  await turn();
  const form = JSON.parse(readFileSync(file('kept/values.json'), 'utf8')) as object;
  const texts = [undefined, null, 5, 'x', [], { x: null }, { x: 5 }].map((values) =>
    JSON.stringify({ ...form, values }),
  );
  for (const text of ['', 'null', '5', ...texts]) {
    writeFileSync(file('kept/values.json'), text);
    const memory = anew().of('x', [file('a')]);
    assert.equal(memory.known, undefined, text);
    memory.keep('anew');
    await turn();
    assert.equal(anew().of('x', [file('a')]).known, 'anew', text);
  }
});

test('several are kept together; of more than 64 those that nobody asked for go first', async (t) => {
  const { file, anew } = rig(t);
  const files = [file('a')];
  const many = anew();
  for (let at = 0; at < 64; at += 1) many.of(`n${String(at)}`, files).keep(String(at));
  await turn();
  const next = anew();
  assert.equal(next.of('n63', files).known, '63');
  next.of('new', files).keep('new');
  await turn();
  const last = anew();
  assert.deepEqual([last.of('new', files).known, last.of('n63', files).known], ['new', '63']);
  assert.equal(last.of('n62', files).known, undefined);
});

test('a file that is none, or that nobody may write, only costs time', async (t) => {
  const { folder, file, anew } = rig(t);
  writeFileSync(file('kept'), 'in its way');
  const memory = anew().of('x', [file('a')]);
  memory.keep('nowhere');
  await turn();
  assert.equal(anew().of('x', [file('a')]).known, undefined);
  const broken = new Remembered<string>({ file: file('b'), version: '1', owns: () => true });
  assert.equal(broken.of('x', [file('a')]).known, undefined);
  broken.of('x', [file('a')]).keep('now it is');
  await turn();
  assert.match(readFileSync(path.join(folder, 'b'), 'utf8'), /now it is/);
});
