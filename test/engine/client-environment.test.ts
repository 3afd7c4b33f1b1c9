import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { connectEngine } from '../../src/engine/connect.ts';
import { FakeEngine } from '../rig/fake-engine.ts';
import { apiServer } from './api-server.ts';

/** Of this process, which a library may read by itself; put back at the end. */
function withEnvironment(t: TestContext, variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    const before = process.env[name];
    process.env[name] = value;
    t.after(() => {
      if (before === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before;
    });
  }
}

const elsewhere: readonly Readonly<Record<string, string>>[] = [
  { DOCKER_HOST: 'ssh://root@far.invalid/run/docker.sock' },
  { DOCKER_HOST: 'tcp://far.invalid:2375' },
  { DOCKER_HOST: 'tcp://far.invalid:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nowhere' },
  { DOCKER_HOST: 'unix:///nowhere.sock', DOCKER_PATH_PREFIX: '/prefix' },
  { DOCKER_HOST: 'no address' },
];

for (const variables of elsewhere)
  test(`every call goes to the engine that was found, with ${JSON.stringify(variables)} in the environment`, async (t) => {
    const { socket } = await apiServer(t, new FakeEngine());
    withEnvironment(t, variables);
    const engine = await connectEngine({ endpoint: socket, env: {} });
    assert.deepEqual(await engine.listContainers({}), []);
    assert.equal(await engine.inspectVolume('mcpcat-none'), undefined);
    for (const [name, value] of Object.entries(variables)) assert.equal(process.env[name], value);
  });
