import assert from 'node:assert/strict';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import type { ExecSession } from '../../src/engine/engine.ts';
import { openTunnel, type OpenTunnelRequest } from '../../src/egress/open-tunnel.ts';
import { policyOf } from '../../src/egress/policy.ts';
import { rulesOf } from '../../src/egress/rules.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { loopbackDial, tcpServer, until } from './rig.ts';
import { FakeRelay } from './fake-relay.ts';

const timeout = 30_000;

interface FakeExecEngine {
  readonly engine: OpenTunnelRequest['engine'];
  readonly commands: string[];
  readonly ends: string[];
}

/** Stands in for a container engine: `relay` is what happens behind the three streams of the exec session. */
function fakeExecEngine(
  relay: (streams: { in: Readable; out: Writable; err: Writable }) => void,
): FakeExecEngine {
  const commands: string[] = [];
  const ends: string[] = [];
  const engine = {
    exec: (
      id: string,
      command: readonly string[],
      options?: { readonly user?: string },
    ): Promise<ExecSession> => {
      commands.push([id, ...(options?.user === undefined ? [] : [options.user]), ...command].join(' '));
      const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
      stdin.once('close', () => ends.push('stdin closed'));
      relay({ in: stdin, out: stdout, err: stderr });
      const destroy = (): unknown => stdin.destroy();
      return Promise.resolve({ stdin, stdout, stderr, destroy, exitCode: () => Promise.resolve(undefined) });
    },
  };
  return { engine, commands, ends };
}

function request(
  engine: OpenTunnelRequest['engine'],
  more: Partial<OpenTunnelRequest> = {},
): OpenTunnelRequest {
  const policy = policyOf(rulesOf({ declared: ['a.example.com'], settings: {} }));
  return { engine, id: 'c1', init: '/mcpcat-init', policy, dial: loopbackDial(), ...more };
}

test(
  'the relay is started as the container’s own user, and the tunnel carries bytes',
  { timeout },
  async () => {
    await using echo = await tcpServer();
    let relay: FakeRelay | undefined;
    const { engine, commands, ends } = fakeExecEngine((streams) => {
      relay = new FakeRelay(streams.in, streams.out);
    });
    const policy = policyOf(
      rulesOf({ declared: [], settings: {}, allow: [`e.example.com:${String(echo.port)}`] }),
    );
    const tunnel = await openTunnel(request(engine, { policy }));
    assert.deepEqual(commands, ['c1 /mcpcat-init relay']);
    const stream = relay?.connect('127.77.0.1', echo.port);
    assert.ok(stream);
    stream.end('hello');
    assert.equal(await text(stream), 'hello');
    tunnel.close();
    await until('the lease is given up', () => ends.length === 1);
  },
);

test('a relay that says nothing is a timeout, and its session is closed', { timeout }, async () => {
  const { engine, ends } = fakeExecEngine(() => undefined);
  await assert.rejects(openTunnel(request(engine, { deadline: 50 })), {
    code: 'timeout',
    message: 'the tunnel of the server was not ready within 50 ms',
  });
  await until('the session is closed', () => ends.length === 1);
});

test(
  'an engine that does not start it in time is a timeout, and a late session is closed',
  { timeout },
  async () => {
    const { engine, ends } = fakeExecEngine(() => undefined);
    const late = Promise.withResolvers<void>();
    const slow = {
      exec: async (...args: Parameters<typeof engine.exec>): Promise<ExecSession> => {
        await late.promise;
        return engine.exec(...args);
      },
    };
    await assert.rejects(openTunnel(request(slow, { deadline: 50 })), { code: 'timeout' });
    late.resolve();
    await until('the session is closed', () => ends.length === 1);
  },
);

test('a relay that ends at once is an error with its last words, made printable', { timeout }, async () => {
  const { engine } = fakeExecEngine(({ out, err }) => {
    err.write('one\nmcpcat-init: can’t listen on port 53\u001b[31m\n', () => out.end());
  });
  await assert.rejects(openTunnel(request(engine)), (error) => {
    assert.ok(error instanceof McpcatError && error.code === 'engine-failed');
    assert.match(
      error.message,
      /did not open: the relay ended: mcpcat-init: can\?+t listen on port 53\?\[31m$/,
    );
    return true;
  });
});

test('an engine that refuses says why', { timeout }, async () => {
  const engine = { exec: () => Promise.reject(new McpcatError('container-missing', 'no such container')) };
  await assert.rejects(openTunnel(request(engine)), { code: 'container-missing' });
});

test('with a heartbeat the relay is told so, and hears one', { timeout }, async () => {
  let relay: FakeRelay | undefined;
  const { engine, commands } = fakeExecEngine((streams) => {
    relay = new FakeRelay(streams.in, streams.out);
  });
  const tunnel = await openTunnel(request(engine, { heartbeat: 30 }));
  assert.match(commands[0] ?? '', /relay --heartbeat 30$/);
  await until(
    'three beats came',
    () => (relay?.heard.filter((frame) => frame === 'beat 0').length ?? 0) >= 3,
  );
  tunnel.close();
});

test('a relay whose stderr floods does not stall the tunnel', { timeout }, async () => {
  let over = false;
  const { engine } = fakeExecEngine((streams) => {
    const relay = new FakeRelay(streams.in, streams.out);
    const flood = (): void => {
      if (over) return;
      while (streams.err.writable && streams.err.write(Buffer.alloc(1 << 16, 'x'))) continue;
    };
    flood();
    streams.err.on('drain', () => setTimeout(flood, 1).unref());
    void relay.ports;
  });
  const tunnel = await openTunnel(request(engine));
  tunnel.close();
  over = true;
});
