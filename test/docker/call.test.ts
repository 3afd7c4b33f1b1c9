/** `mcpcat call` against real servers of the catalog, in their sandbox. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { randomId } from '../../src/lib/random-id.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, mcpcat, project, run, testEngine } from '../rig/engine.ts';

const timeout = 120_000;
const opened = closedAfterwards();
const folder = mkdtempSync(path.join(os.tmpdir(), 'mcpcat-call-'));
chmodSync(folder, 0o755); // a server works as somebody else
opened.defer(() => rmSync(folder, { recursive: true, force: true }));
let engine: Engine;

before(async () => {
  engine = await testEngine();
});

async function nothingIsLeft(session: string): Promise<void> {
  await eventually(
    () => engine.listContainers({ [label.session]: session }),
    (found) => found.length === 0,
  );
}

test('a tool is called with words, and its answer is all of stdout', { timeout }, async () => {
  const session = randomId();
  const { code, stdout } = await run(['call', 'time', 'get_current_time', 'timezone=Asia/Tokyo'], {
    env: { CLAUDE_CODE_SESSION_ID: session },
  });
  assert.equal(code, 0);
  assert.equal(Reflect.get(Object(JSON.parse(stdout)), 'timezone'), 'Asia/Tokyo');
  await nothingIsLeft(session);
});

test(
  'arguments come from a pipe, numbers as numbers, and --json has the whole answer',
  { timeout },
  async () => {
    const piped = await run(['call', 'everything', 'get-sum', '-', '--json'], {
      input: '{"a": 2, "b": 3}\n',
    });
    const typed = await run(['call', 'everything', 'get-sum', 'a=2', 'b=3', '--json', '--quiet']);
    assert.deepEqual([piped.code, typed.code], [0, 0]);
    assert.deepEqual(JSON.parse(piped.stdout), JSON.parse(typed.stdout));
    assert.deepEqual(JSON.parse(typed.stdout), {
      isError: false,
      content: [{ type: 'text', text: 'The sum of 2 and 3 is 5.' }],
    });
    assert.equal(typed.stderr, '');
  },
);

test('a folder that is handed over is read, and only that one', { timeout }, async () => {
  writeFileSync(path.join(folder, 'note.txt'), 'hello from outside');
  const mount = ['--mount', `data=${folder}`];
  const inside = await run(['call', 'filesystem', 'read_text_file', 'path=/data/note.txt', ...mount]);
  assert.equal(inside.code, 0);
  assert.match(inside.stdout, /hello from outside/);
  const outside = await run(['call', 'filesystem', 'read_text_file', 'path=/etc/passwd', ...mount]);
  assert.equal(outside.code, 1, 'the answer is an error');
  assert.doesNotMatch(outside.stdout, /root:/);
});

test(
  'what a tool or a server does not have is wrong usage, and says what there is',
  { timeout },
  async () => {
    const tool = await run(['call', 'time', 'get_time']);
    assert.equal(tool.code, 2);
    assert.match(tool.stderr, /time has no tool "get_time"\nhint: .*get_current_time/);
    const argument = await run(['call', 'time', 'get_current_time']);
    assert.equal(argument.code, 2);
    assert.match(argument.stderr, /timezone: missing, text/);
  },
);

test('no answer in time is a failure, and the container is gone', { timeout }, async () => {
  const session = randomId();
  const slow = ['trigger-long-running-operation', 'duration=600', 'steps=1', '--timeout', '5'];
  const { code, stderr } = await run(['call', 'everything', ...slow], {
    env: { CLAUDE_CODE_SESSION_ID: session },
  });
  assert.equal(code, 3);
  assert.match(stderr, /tools\/call of trigger-long-running-operation: expected an answer within 5 s/);
  await nothingIsLeft(session);
});

test(
  'Ctrl-C ends the call with 130 and its container with it; progress was on stderr',
  { timeout },
  async () => {
    const session = randomId();
    const args = ['call', 'everything', 'trigger-long-running-operation', 'duration=600', 'steps=600'];
    const child = spawn(process.execPath, [mcpcat, ...args], {
      env: { ...process.env, CLAUDE_CODE_SESSION_ID: session },
      cwd: project,
    });
    let stderr = '';
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    const ended = new Promise((resolve) => child.once('close', resolve));
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (chunk: Buffer) => {
        stderr += chunk.toString();
        if (/\d of 600/.test(stderr)) resolve();
      });
    });
    child.kill('SIGINT');
    assert.equal(await ended, 130);
    assert.equal(stdout, '');
    assert.match(stderr, /everything was asked to end before it had answered/);
    await nothingIsLeft(session);
  },
);
