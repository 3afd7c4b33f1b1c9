import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processesInside } from '../../src/test-session/processes-inside.ts';
import type { FakeEngine } from '../rig/fake-engine.ts';
import { engineWith, plainContainer } from '../rig/session.ts';

/** What a container that can't be seen into from outside has below /proc. */
function withProcesses(engine: FakeEngine, commands: Readonly<Record<number, string>>): FakeEngine {
  engine.onExec = (exec) => {
    exec.stdin.resume();
    for (const [index, attempt] of exec.command.slice(2).entries()) {
      const [, pid = '', file = ''] = /^read:\/proc\/(\d+)\/(\w+)$/.exec(attempt) ?? [];
      const words = commands[Number(pid)];
      const group = words === commands[2] ? 2 : pid;
      const text =
        words === undefined ? 'none' : file === 'status' ? `Name:\tx\nTgid:\t${String(group)}\n` : words;
      const hex = Buffer.from(text).toString('hex');
      exec.stdout.write(`${String(index)} ${words === undefined ? 'no' : 'ok'} ${hex}\n`);
    }
    exec.exit(0);
  };
  return engine;
}

test('what runs in a container is asked from inside, and the engine is not believed', async () => {
  const engine = withProcesses(engineWith(), {
    1: '/mcpcat-init\0--\0node\0server.js\0',
    2: 'node\0server.js\0',
    // A thread of the server.
    3: 'node\0server.js\0',
    200: 'sh\0-c\0sleep 9\0',
  });
  const id = await plainContainer(engine);
  assert.deepEqual(await processesInside(engine, { id, init: '/mcpcat-init' }), [
    '/mcpcat-init -- node server.js',
    'node server.js',
    'sh -c sleep 9',
  ]);
  assert.ok(!engine.calls.some(({ method }) => method === 'containerProcesses'));
});
