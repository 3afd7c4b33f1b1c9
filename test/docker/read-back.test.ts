/** What an image says itself changes nothing: it is refused by name, or has no effect. Images made on the engine. */
import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { before, test } from 'node:test';
import type { ContainerSettings, Engine } from '../../src/engine/engine.ts';
import { containerLabels, label } from '../../src/lib/labels.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { openSession } from '../../src/session/open-session.ts';
import type { Session } from '../../src/session/session.ts';
import { buildImage } from '../rig/build-image.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { fixtureImage, noneLeft, testEngine, testLabel } from '../rig/engine.ts';
import { plainSandbox, runningOn } from '../rig/session.ts';

const timeout = 120_000;
const base = 'mcpcat/fixture-mounts:local';
const own = 'mcpcat/fixture-own:local';
const server = 'fixture-read-back';
/** Says what is mounted, and ends with its input. */
const source = `process.stdout.write(require('node:fs').readFileSync('/proc/mounts', 'utf8') + 'end\\n'); process.stdin.resume();`;
let engine: Engine;
const opened = closedAfterwards();

before(
  async () => {
    engine = await testEngine();
    opened.defer(async () => {
      for (const image of [own, base]) await engine.removeImage(image);
      await noneLeft(engine, { [label.server]: server });
    });
    const entrypoint = ['/usr/local/bin/node', '/app/mounts.js'];
    await fixtureImage(engine, { tag: base, files: { 'mounts.js': source }, entrypoint });
  },
  { timeout },
);

function sessionWith(image: string): Session {
  return openSession({
    engine,
    sandbox: { ...plainSandbox, name: server, writable: ['/tmp', '/data'] },
    image,
    labels: containerLabels({ ...testLabel, [label.server]: server, [label.role]: 'test' }),
    dial: () => Promise.reject(new Error('nobody dials')),
    onAttempt: () => undefined,
    removal: 'at-close',
  });
}

/** Closed whatever happens. */
function closing(session: Session): Session & AsyncDisposable {
  return { ...session, [Symbol.asyncDispose]: async () => void (await session.close()) };
}

/** An image of nothing but its configuration; refused ones are never started. */
const refusals: readonly (readonly [change: string, code: string, message: RegExp])[] = [
  [
    'ENV MCPCAT_TERM_GRACE_MS=9999999',
    'container-differs',
    /environment MCPCAT_TERM_GRACE_MS: expected none, found 9999999/,
  ],
  ['VOLUME /own', 'container-differs', /mount \/own: expected none, found a volume, as the image has it/],
  ['VOLUME ["/tmp", "/own"]', 'container-differs', /mount \/own: expected none/],
  ['ENTRYPOINT []', 'usage', /its image names no program to start/],
];

for (const [change, code, message] of refusals)
  test(`an image with ${change} is refused by name, and nothing is left`, { timeout }, async () => {
    const entrypoint = change.startsWith('ENTRYPOINT') ? [] : ['ENTRYPOINT ["/mcpcat-init", "--", "/x"]'];
    const dockerfile = ['FROM scratch', 'COPY files/x /x', 'COPY files/own /own', ...entrypoint, change];
    await buildImage(engine, own, { dockerfile, files: { x: '', 'own/file': '' }, labels: testLabel });
    const session = sessionWith(own);
    const end = await session.ended;
    const { left } = await session.close();
    assert.equal(left, undefined);
    assert.ok(end.kind === 'failed' && end.error instanceof McpcatError);
    assert.equal(end.error.code, code);
    assert.match(end.error.message, message);
    await noneLeft(engine, { [label.server]: server });
  });

test(
  'volumes over our folders, health checks, stop signals, users and labels of an image have no effect',
  { timeout },
  async () => {
    const dockerfile = [
      `FROM ${base}`,
      'VOLUME ["/tmp", "/data"]',
      'HEALTHCHECK --interval=1s CMD ["/usr/local/bin/node", "-e", "0"]',
      'STOPSIGNAL SIGQUIT',
      'USER 0:0',
      `LABEL ${label.owner}=other ${label.role}=run`,
    ];
    await buildImage(engine, own, { dockerfile, labels: testLabel });
    await using session = closing(sessionWith(own));
    const channel = await runningOn(session);
    const facts = await engine.inspectContainer(channel.id);
    assert.deepEqual([facts?.recorded.healthCheck, facts?.recorded.stopSignal], [false, 'SIGTERM']);
    assert.equal(facts?.labels[label.role], 'test');
    channel.send.end();
    const mounts = (await text(channel.received)).split('\n').map((line) => line.split(' '));
    for (const folder of ['/tmp', '/data']) {
      const [[, , type, options = ''] = [], ...more] = mounts.filter(([, target]) => target === folder);
      assert.deepEqual([type, more], ['tmpfs', []], folder);
      for (const option of ['nosuid', 'nodev', 'noexec'])
        assert.ok(options.split(',').includes(option), option);
    }
  },
);

test('an engine that makes less than it is asked for is refused', { timeout }, async () => {
  const weaker: readonly (readonly [(settings: ContainerSettings) => Partial<ContainerSettings>, RegExp])[] =
    [
      [() => ({ readOnlyRoot: false }), /read-only root/],
      [() => ({ user: '0:0' }), /user: expected 65532:65532, found 0:0/],
      [({ memoryBytes }) => ({ memoryBytes: memoryBytes * 2 }), /memory in bytes/],
      [
        ({ security }) => ({ security: { ...security, capabilities: ['NET_RAW'] } }),
        /capabilities: expected none, found NET_RAW/,
      ],
      [() => ({ tmpfs: [] }), /tmpfs \/tmp/],
      [({ security }) => ({ security: { ...security, noNewPrivileges: false } }), /no new privileges/],
    ];
  const honest = engine;
  for (const [change, message] of weaker) {
    const createContainer: Engine['createContainer'] = (settings) =>
      honest.createContainer({ ...settings, ...change(settings) });
    engine = { ...honest, createContainer };
    const session = sessionWith(base);
    engine = honest;
    const end = await session.ended;
    await session.close();
    assert.ok(end.kind === 'failed' && end.error instanceof McpcatError);
    assert.match([end.error.message, ...end.error.detail].join('\n'), message);
  }
});
