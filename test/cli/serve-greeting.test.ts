import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Invocation } from '../../src/cli/command.ts';
import { filesSeen, greetedBy } from '../../src/cli/execute/serve-greeting.ts';
import { thisHost } from '../../src/host/this-host.ts';
import type { Greeted } from '../../src/serve/first-answer.ts';
import { greetingFile, greetingKey } from '../../src/serve/kept-greeting.ts';
import { Part } from '../../src/serve/message.ts';
import { temporaryFolder } from '../lib/temporary.ts';

interface Rig {
  readonly home: string;
  readonly config: string;
  /** Where the greeting is kept. */
  readonly file: string;
  readonly said: readonly string[];
  /** As `serve` begins, with what it found missing. */
  readonly begun: (missing?: readonly string[]) => Greeted;
  /** After a first answer of the session. */
  readonly isKept: (greeted: Greeted) => Promise<boolean>;
}

function rig(t: TestContext, files: Readonly<Record<string, string>> = {}): Rig {
  const home = temporaryFolder(t, files);
  const folder = path.join(home, 'served');
  const env = { HOME: home };
  const startedAs = { argv: ['serve', '--profile', 'work'], env };
  const place = { folder, version: '1', startedAs, owns: () => true };
  const terminal = { env, host: thisHost(), early: { place, kept: undefined, answer: undefined } };
  const options = { text: (name: string) => (name === 'profile' ? 'work' : undefined) };
  const invocation = { options, terminal } as unknown as Invocation;
  const file = greetingFile(folder, greetingKey(startedAs));
  const said: string[] = [];
  const begun = (missing: readonly string[] = []): Greeted => {
    const choice = { servers: [], notServed: [], profile: undefined } as unknown as Parameters<
      typeof greetedBy
    >[0]['choice'];
    const seen = filesSeen(invocation);
    const by = { choice, missing, served: [], seen, terminal: invocation.terminal };
    const greeted = greetedBy({ ...by, say: (line) => said.push(line) });
    assert.ok(greeted !== undefined);
    return greeted;
  };
  const isKept = async (greeted: Greeted): Promise<boolean> => {
    greeted.onAnswer('initialize', Part.ofValue({ capabilities: {} }));
    await turn();
    await turn();
    const kept = readdirSync(home).includes('served') && readdirSync(folder).includes(path.basename(file));
    rmSync(folder, { recursive: true, force: true });
    return kept;
  };
  return { home, config: path.join(home, '.config/mcpcat'), file, said, begun, isKept };
}

test('a greeting is kept where nothing that it was made of has changed, and nothing is missing', async (t) => {
  const { begun, isKept } = rig(t);
  assert.equal(await isKept(begun()), true);
  assert.equal(await isKept(begun(['a keyring may open without a trace in any file'])), false);
});

test('settings that went or came after they were read are not what the greeting was made of', async (t) => {
  const { config, begun, isKept } = rig(t, { '.config/mcpcat/settings.json': '{}' });
  const before = begun();
  rmSync(config, { recursive: true });
  assert.equal(await isKept(before), false);
  const without = begun();
  mkdirSync(config);
  writeFileSync(path.join(config, 'settings.json'), '{}');
  assert.equal(await isKept(without), false);
});

test('a profile counts wherever one of its name may lie', async (t) => {
  const { config, begun, isKept } = rig(t);
  const before = begun();
  mkdirSync(path.join(config, 'profiles'), { recursive: true });
  writeFileSync(path.join(config, 'profiles/work.yaml'), '');
  assert.equal(await isKept(before), false);
});

test('what can not be looked at is no reason to end', async (t) => {
  const { config, file, said, begun, isKept } = rig(t, { '.config/x': '' });
  symlinkSync('mcpcat', config);
  assert.equal(await isKept(begun()), false);
  // A folder in the place of the file: it can't be removed as one.
  mkdirSync(file, { recursive: true });
  begun().onOther();
  assert.equal(said.length, 1);
});
