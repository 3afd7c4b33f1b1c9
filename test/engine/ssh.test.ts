import assert from 'node:assert/strict';
import { chmodSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { connectEngine } from '../../src/engine/connect.ts';
import { dockerEngine } from '../../src/engine/docker/docker-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { closed } from '../rig/closed.ts';
import { testLabel } from '../rig/engine.ts';
import { FakeEngine } from '../rig/fake-engine.ts';
import { apiServer } from './api-server.ts';
import { contractServer } from './contract-server.ts';

const image = 'mcpcat/contract:local';
/** In ssh's place: writes down how it was called, and is what `docker system dial-stdio` is on the far host. */
const bridge = (socket: string): string => `#!${process.execPath}
const { connect } = require('node:net');
require('node:fs').appendFileSync(process.argv[1] + '.calls', JSON.stringify([process.argv.slice(2), process.env.SSH_AUTH_SOCK, process.env.SECRET_TOKEN]) + '\\n');
const socket = connect({ path: ${JSON.stringify(socket)}, allowHalfOpen: true });
process.stdin.pipe(socket).pipe(process.stdout);
`;

async function over(t: TestContext, program: string): Promise<{ engine: Engine; calls: () => unknown[] }> {
  const folder = temporaryFolder(t, { ssh: program });
  const ssh = path.join(folder, 'ssh');
  chmodSync(ssh, 0o755);
  const env = { PATH: folder, HOME: folder, SSH_AUTH_SOCK: '/run/agent', SECRET_TOKEN: 'x' };
  const engine = await connectEngine({ endpoint: 'ssh://me@far.example.com:2222/run/d.sock', env });
  const calls = (): unknown[] =>
    readFileSync(`${ssh}.calls`, 'utf8')
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
  return { engine, calls };
}

test('an engine behind ssh is created on, attached to and listed as any other', async (t) => {
  const fake = new FakeEngine();
  fake.addImage({ tags: [image], labels: testLabel }, contractServer);
  const { socket } = await apiServer(t, fake);
  const { engine, calls } = await over(t, bridge(socket));
  const id = await engine.createContainer(closed(image));
  const attachment = await engine.attachContainer(id);
  await engine.startContainer(id);
  // The end of our side reaches the server, and its last words come back.
  attachment.stdin.end('say hello\n');
  assert.equal(await text(attachment.stdout), 'hello\nend of input\n');
  assert.deepEqual(
    (await engine.listContainers(testLabel)).map((one) => one.id),
    [id],
  );
  assert.equal(engine.endpoint, 'ssh://me@far.example.com:2222/run/d.sock');
  const [first] = calls();
  assert.deepEqual(first, [
    [
      ...[
        '-T',
        '-o',
        'BatchMode=yes',
        '-o',
        'ConnectTimeout=30',
        '-l',
        'me',
        '-p',
        '2222',
        '--',
        'far.example.com',
      ],
      ...['docker', '--host', 'unix:///run/d.sock', 'system', 'dial-stdio'],
    ],
    '/run/agent',
    null,
  ]);
});

test('what ssh says is the reason', async (t) => {
  const { engine } = await over(
    t,
    '#!/bin/sh\necho "me@far.example.com: Permission denied (publickey)." >&2\nexit 255\n',
  );
  const refused = {
    code: 'engine-failed',
    message: /ssh: me@far.example.com: Permission denied \(publickey\)/,
  };
  await assert.rejects(engine.createContainer(closed(image)), refused);
  await assert.rejects(engine.listContainers({}), refused);
});

test('a machine without ssh says so', async (t) => {
  const empty = temporaryFolder(t);
  const engine = await connectEngine({ endpoint: 'ssh://host', env: { PATH: empty, HOME: empty } });
  await assert.rejects(engine.info(), { code: 'engine-failed', message: /ssh could not be started/ });
});

test('a way to the engine that could not be made is made for the next call', async (t) => {
  const { socket } = await apiServer(t, new FakeEngine());
  const refusals = [new Error('EMFILE: too many open files')];
  const engine = dockerEngine(
    {
      endpoint: 'ssh://far.example.com',
      ssh: { host: 'far.example.com', user: undefined, port: undefined, socket: undefined },
    },
    {
      profileFile: () => Promise.reject(new Error('nobody asks')),
      forward: async () => {
        const refusal = refusals.pop();
        return refusal === undefined ? socket : Promise.reject(refusal);
      },
    },
  );
  await assert.rejects(engine.listContainers({}), /too many open files/);
  assert.deepEqual(await engine.listContainers({}), []);
});
