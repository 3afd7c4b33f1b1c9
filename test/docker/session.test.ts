/** Several servers behind one process: each with a lease and an owner of its own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';

const timeout = 120_000;
const prefix = 'many';
let engine: Engine;
let servers: FixtureCatalog;
const opened = closedAfterwards();

before(
  async () => {
    engine = await testEngine();
    servers = opened.use(await fixtureCatalog(engine, { 'ignores-everything': '' }, prefix));
  },
  { timeout },
);

test(
  'several sessions of one process are held and ended one by one, and all end with it',
  { timeout },
  async () => {
    const name = randomBytes(6).toString('hex');
    const program = path.join(import.meta.dirname, '../rig/many-sessions.ts');
    const args = [program, servers.imageOf(`${prefix}-ignores-everything`), `${label.session}=${name}`, '3'];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let seen = '';
    child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    const said = (text: string): Promise<unknown> =>
      eventually(
        () => Promise.resolve(seen),
        (all) => all.includes(text),
      );
    const running = (): ReturnType<Engine['listContainers']> =>
      engine.listContainers({ [label.session]: name });
    try {
      await said('ready\n');
      const three = await running();
      assert.equal(three.length, 3);
      assert.deepEqual(
        three.map(({ labels }) => labels[label.owner]?.split('/')[2]),
        Array.from({ length: 3 }, () => String(child.pid)),
      );
      for (const { id } of three)
        await eventually(
          () => engine.containerProcesses(id),
          (all) => all.filter((line) => line.includes('mcpcat-init lease')).length === 1,
        );
      child.stdin.write('go on\n');
      await said('one less\n');
      assert.equal((await running()).length, 2);
    } finally {
      child.kill('SIGKILL');
    }
    await eventually(running, (found) => found.length === 0);
  },
);
