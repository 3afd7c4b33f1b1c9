/** `run --image ANY`: an image that knows nothing of mcpcat, made here, and whatever it says of its own start. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { buildImage } from '../rig/build-image.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { eventually, ownBases, run, testEngine, testLabel } from '../rig/engine.ts';
import { start } from '../rig/started.ts';

const timeout = 120_000;
const image = 'mcpcat-test/foreign:local';
const entry = 'everything';
let engine: Engine;
const opened = closedAfterwards();

/**
 * Says what it is and where, is deaf to every signal and to the end of its input, and starts a child that is, too. What
 * it wants to keep it writes into its own folders.
 */
const server = `
const fs = require('node:fs');
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']) process.on(signal, () => {});
const attempt = (file) => { try { fs.writeFileSync(file, 'x'); return 'written'; } catch (error) { return error.code; } };
const facts = {
  pid: process.pid,
  uid: process.getuid(),
  cwd: process.cwd(),
  first: fs.readFileSync('/proc/1/cmdline', 'latin1').split('\\0'),
  kept: fs.readdirSync('/kept'),
  written: ['/kept/x', '/root/x', '/srv/x'].filter((file) => attempt(file) === 'written'),
  args: process.argv.slice(2),
};
process.stdout.write(JSON.stringify(facts) + '\\n');
if (process.argv[2] !== 'child') require('node:child_process').spawn(process.execPath, [__filename, 'child'], { detached: true, stdio: 'ignore' });
setInterval(() => {}, 1000);
`;

before(
  async () => {
    engine = await testEngine();
    opened.defer(() => engine.removeImage(image, { force: true }));
    const { node } = await ownBases();
    const files = { 'server.js': server, 'not-ours': '#!/no/program\n' };
    const dockerfile = [
      `FROM ${node.runtime.reference}`,
      // Nothing of ours is left in it.
      'COPY files/not-ours /mcpcat-init',
      'COPY files/server.js /srv/server.js',
      'USER 0:0',
      'WORKDIR /srv',
      'VOLUME ["/kept", "/tmp"]',
      'STOPSIGNAL SIGUSR1',
      'HEALTHCHECK --interval=1s CMD ["/usr/local/bin/node", "-e", "0"]',
      'ONBUILD RUN ["/usr/local/bin/node", "-e", "0"]',
      'ENTRYPOINT ["node"]',
      'CMD ["server.js", "of-the-image"]',
    ];
    await buildImage(engine, image, { dockerfile, files, labels: testLabel });
  },
  { timeout },
);

interface Facts {
  readonly uid: number;
  readonly pid: number;
  readonly cwd: string;
  readonly first: readonly string[];
  readonly kept: readonly string[];
  readonly written: readonly string[];
  readonly args: readonly string[];
}

const session = 'foreign-image';
const env = { CLAUDE_CODE_SESSION_ID: session };
const running = (): ReturnType<Engine['listContainers']> =>
  engine.listContainers({ [label.session]: session });

test(
  'its own entry point, user, volume and health check change nothing, and its folder and command are kept',
  { timeout },
  async () => {
    const started = start(['run', entry, '--image', image], { env });
    await started.said('"args"');
    const [container] = await running();
    const facts = await engine.inspectContainer(container?.id ?? '');
    started.process.kill('SIGTERM');
    const { stdout } = await started.ended;
    const { first, pid, ...found } = JSON.parse(stdout.slice(0, stdout.indexOf('\n'))) as Facts;
    assert.deepEqual(found, {
      uid: 65532,
      cwd: '/srv',
      kept: [],
      written: [],
      args: ['of-the-image'],
    });
    assert.notEqual(pid, 1);
    assert.match(first[0] ?? '', /^\/\.mcpcat-[0-9a-f]{12}\/mcpcat-init$/);
    assert.deepEqual(first.slice(1, 5), ['--', 'node', 'server.js', 'of-the-image']);
    assert.deepEqual([facts?.recorded.healthCheck, facts?.recorded.stopSignal], [false, 'SIGTERM']);
    await eventually(running, (left) => left.length === 0);
  },
);

test(
  'arguments take the place of the image’s own, and none of its words is a shell’s',
  { timeout },
  async () => {
    const started = start(['run', entry, '--image', image, '--', 'server.js', '; exit 3'], { env });
    await started.said('"args"');
    started.process.kill('SIGTERM');
    const { stdout } = await started.ended;
    assert.deepEqual((JSON.parse(stdout.slice(0, stdout.indexOf('\n'))) as Facts).args, ['; exit 3']);
  },
);

const ends: Readonly<Record<string, (started: ReturnType<typeof start>) => void>> = {
  'SIGKILL of the launcher': (started) => void started.process.kill('SIGKILL'),
  'the end of its input': (started) => void started.process.stdin.end(),
  SIGTERM: (started) => void started.process.kill('SIGTERM'),
};
for (const [what, end] of Object.entries(ends))
  test(`it does not outlive its client after ${what}, deaf as it is`, { timeout }, async () => {
    const started = start(['run', entry, '--image', image], { env });
    await started.said('"args"');
    const [{ id } = { id: '' }] = await running();
    try {
      await eventually(
        () => engine.containerProcesses(id),
        (lines) => lines.some((line) => line.endsWith('server.js child')),
      );
      end(started);
      await eventually(running, (found) => found.length === 0);
    } finally {
      started.process.kill('SIGKILL');
    }
  });

test(
  'an image whose program is not there ends, with a word of it, and leaves nothing',
  { timeout },
  async () => {
    const broken = 'mcpcat-test/foreign-broken:local';
    await buildImage(engine, broken, {
      dockerfile: ['FROM scratch', 'COPY files/x /x', 'ENTRYPOINT ["/nothing"]'],
      files: { x: '' },
      labels: testLabel,
    });
    try {
      const { code, stderr } = await run(['run', entry, '--image', broken], { env });
      assert.equal(code, 127);
      assert.match(stderr, /\/nothing/);
      assert.deepEqual(await running(), []);
    } finally {
      await engine.removeImage(broken);
    }
  },
);
