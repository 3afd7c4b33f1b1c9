import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { text } from 'node:stream/consumers';
import type { Attachment, ContainerEnd, ContainerSettings } from '../../src/engine/engine.ts';

import type { TmpfsMount } from '../../src/engine/restrictions.ts';
import { McpcatError } from '../../src/lib/errors.ts';
import { differencesOf } from '../../src/sandbox/differences.ts';
import { aboutImages, aboutVolumes } from './contract-store.ts';
import { inContainer, type It, type Subject } from './contract-subject.ts';

const nowhere = 'f'.repeat(64);

interface Running {
  readonly id: string;
  readonly attachment: Attachment;
  readonly end: Promise<ContainerEnd>;
}

/** Watched, attached and started, as a session does it. */
async function started<T>(
  subject: Subject,
  work: (running: Running) => Promise<T>,
  more: Partial<ContainerSettings> = {},
): Promise<T> {
  const { engine } = subject;
  return inContainer(
    subject,
    async (id) => {
      const watching = Promise.withResolvers<void>();
      const end = engine.waitContainer(id, 'next-exit', watching.resolve);
      const attachment = await engine.attachContainer(id);
      await watching.promise;
      await engine.startContainer(id);
      return work({ id, attachment, end });
    },
    more,
  );
}

/** An engine that can't do something without harm says so. */
function unfit(error: unknown): undefined {
  if (!(error instanceof McpcatError) || error.code !== 'engine-unfit') throw error;
}

async function nextLine({ stdout }: Pick<Attachment, 'stdout'>): Promise<string> {
  let line = '';
  while (!line.endsWith('\n')) {
    const chunk: unknown = stdout.read(1);
    if (Buffer.isBuffer(chunk)) line += chunk.toString();
    else if (stdout.readableEnded || stdout.destroyed) break;
    else await new Promise<void>((resolve) => stdout.once('readable', resolve).once('end', resolve));
  }
  return line.trimEnd();
}

/** The sentences of src/engine/engine.ts that its callers build on, as tests. `subject` is ready before the first. */
export function contract(name: string, subject: () => Subject): void {
  const it = (sentence: string, check: (given: Subject) => Promise<void>): void => {
    test(`${name}: ${sentence}`, { timeout: 120_000 }, () => check(subject()));
  };
  aboutStarts(it);
  aboutSettings(it);
  aboutEnds(it);
  aboutWhatIsNotThere(it);
  aboutImages(it);
  aboutVolumes(it);
}

function aboutStarts(it: It): void {
  it('a container is created, found by its labels, started, and speaks on three streams', async (given) => {
    const { engine } = given;
    const labels = { ...given.settings.labels, 'io.mcpcat.contract': 'starts' };
    await started(
      given,
      async ({ id, attachment }) => {
        attachment.stdin.write('say hello\n');
        assert.equal(await nextLine(attachment), 'hello');
        attachment.stdin.write('complain trouble\n');
        attachment.stdin.write('exit 0\n');
        assert.equal(await text(attachment.stderr), 'trouble\n');
        const found = await engine.listContainers({ 'io.mcpcat.contract': '' });
        assert.deepEqual(
          found.map((summary) => [summary.id, summary.labels['io.mcpcat.contract']]),
          [[id, 'starts']],
        );
        assert.deepEqual(await engine.listContainers({ 'io.mcpcat.contract': 'other' }), []);
      },
      { labels },
    );
    assert.deepEqual(await engine.listContainers({ 'io.mcpcat.contract': '' }), []);
  });

  it('what is written before the start is there when the process reads', async (given) => {
    await inContainer(given, async (id) => {
      const attachment = await given.engine.attachContainer(id);
      attachment.stdin.write('say early\n');
      await given.engine.startContainer(id);
      assert.equal(await nextLine(attachment), 'early');
    });
  });

  it('its state and labels can be read before, while and after it runs', async (given) => {
    const { engine } = given;
    await inContainer(given, async (id) => {
      const states = [(await engine.inspectContainer(id))?.state];
      const attachment = await engine.attachContainer(id);
      const end = engine.waitContainer(id, 'next-exit');
      await engine.startContainer(id);
      states.push((await engine.inspectContainer(id))?.state);
      attachment.stdin.write('exit 3\n');
      await end;
      const after = await engine.inspectContainer(id);
      assert.deepEqual([...states, after?.state, after?.exitCode], ['created', 'running', 'exited', 3]);
      assert.equal(after?.labels['io.mcpcat.test'], '1');
    });
  });

  it('a further process has streams of its own and an exit code when it has ended', async (given) => {
    await started(given, async ({ id }) => {
      const lease = await given.engine.exec(id, ['/mcpcat-init', 'lease']);
      lease.stdout.resume();
      lease.stderr.resume();
      assert.equal(await lease.exitCode(), undefined);
      lease.stdin.end();
      await new Promise((resolve) => lease.stdout.once('end', resolve));
      let code: number | undefined;
      while ((code = await lease.exitCode()) === undefined) await new Promise(setImmediate);
      assert.equal(code, 0);
    });
  });

  it('who follows its errors takes nothing from whoever is attached', async (given) => {
    await started(given, async ({ id, attachment }) => {
      const followed = await given.engine.followErrors(id).catch(unfit);
      if (followed === undefined) {
        attachment.stdin.write('say still here\n');
        assert.equal(await nextLine(attachment), 'still here');
        return;
      }
      attachment.stdin.write('complain twice\nexit 0\n');
      assert.deepEqual(await Promise.all([text(followed), text(attachment.stderr)]), ['twice\n', 'twice\n']);
    });
  });
}

function aboutSettings(it: It): void {
  it('what it has made can be read back, and is what was asked for', async (given) => {
    const handed = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'mcpcat-contract-')));
    process.once('exit', () => rmSync(handed, { recursive: true, force: true }));
    const closedFolder = { target: '/closed', bytes: 4096, uid: 0, gid: 0, mode: 0o555, readOnly: true };
    const more = {
      command: ['--flag'],
      env: { A: 'b=c', MCPCAT_NETWORK: 'none' },
      hostname: 'mcp',
      tmpfs: [
        { target: '/tmp', bytes: 65_536, uid: 65_532, gid: 65_532, mode: 0o1777, readOnly: false },
        closedFolder,
      ],
      mounts: [
        { kind: 'volume', source: '', target: '/state', readOnly: false },
        // Which engine does what with a label is its own matter: it is mounted all the same.
        { kind: 'bind', source: handed, target: '/handed', readOnly: true, relabel: 'allowed' },
      ],
      stopSignal: 'SIGTERM',
    } as const;
    await inContainer(
      given,
      async (id) => {
        const recorded = (await given.engine.inspectContainer(id))?.recorded;
        assert.ok(recorded);
        const asked = { ...given.settings, ...more };
        assert.deepEqual(differencesOf(asked, recorded), []);
        for (const folder of asked.tmpfs) {
          const found: TmpfsMount | undefined = recorded.tmpfs.find(({ target }) => target === folder.target);
          // Where there are no owners it is everybody's.
          const anybody = { ...folder, uid: 0, gid: 0, mode: 0o1777 };
          assert.deepEqual(found, found?.uid === folder.uid ? folder : anybody);
        }
        assert.equal(recorded.env['A'], 'b=c');
        const other = { ...asked, user: '1:1', readOnlyRoot: false, pids: asked.pids - 1, tmpfs: [] };
        assert.deepEqual(
          differencesOf(other, recorded)
            .map(({ field }) => field)
            .sort(),
          ['processes', 'read-only root', 'tmpfs /tmp', 'user'],
        );
      },
      more,
    );
  });
}

function aboutEnds(it: It): void {
  it('a wait for the next exit resolves with the code of the process', async (given) => {
    await started(given, async ({ attachment, end }) => {
      attachment.stdin.write('exit 7\n');
      assert.equal((await end).exitCode, 7);
    });
  });

  it('the end of the input reaches the process, and its last words still come back', async (given) => {
    await started(given, async ({ attachment, end }) => {
      attachment.stdin.end('say last\n');
      assert.equal(await text(attachment.stdout), 'last\nend of input\n');
      assert.equal((await end).exitCode, 0);
    });
  });

  it('a connection that is dropped ends the input', async (given) => {
    await started(given, async ({ attachment, end }) => {
      attachment.stdin.write('say here\n');
      assert.equal(await nextLine(attachment), 'here');
      attachment.destroy();
      assert.equal((await end).exitCode, 0);
    });
  });

  it('SIGKILL ends it with 137, and removal ends what runs', async (given) => {
    const { engine } = given;
    await started(given, async ({ id, end }) => {
      await engine.killContainer(id, 'SIGKILL');
      assert.equal((await end).exitCode, 137);
    });
    await started(given, async ({ id, end, attachment }) => {
      const removed = engine.waitContainer(id, 'removed');
      await engine.removeContainer(id);
      await Promise.all([removed, end]);
      assert.equal(await text(attachment.stdout), '');
      assert.equal(await engine.inspectContainer(id), undefined);
    });
  });

  it('what shall be removed by itself is, at its end', async (given) => {
    await started(
      given,
      async ({ id, attachment, end }) => {
        attachment.stdin.write('exit 0\n');
        await end;
        await given.engine.waitContainer(id, 'removed');
        assert.equal(await given.engine.inspectContainer(id), undefined);
      },
      { autoRemove: true },
    );
  });

  it('one that does not run is not waited for, and one that is gone counts as removed', async (given) => {
    await inContainer(given, async (id) => {
      assert.equal((await given.engine.waitContainer(id, 'not-running')).exitCode, 0);
    });
    assert.equal((await given.engine.waitContainer(nowhere, 'removed')).exitCode, 0);
  });
}

function aboutWhatIsNotThere(it: It): void {
  it('an image that is missing is told apart at create', async ({ engine, settings }) => {
    const image = 'mcpcat/contract-nobody:local';
    await assert.rejects(engine.createContainer({ ...settings, image }), { code: 'image-missing' });
    assert.equal(await engine.inspectImage(image), undefined);
    await engine.removeImage(image);
  });

  it('a container that is gone can be killed and removed, and nothing else', async ({ engine }) => {
    await engine.killContainer(nowhere, 'SIGTERM');
    await engine.removeContainer(nowhere);
    assert.equal(await engine.inspectContainer(nowhere), undefined);
    const refused = { name: 'McpcatError', code: 'engine-failed' };
    await assert.rejects(engine.startContainer(nowhere), refused);
    await assert.rejects(engine.attachContainer(nowhere), refused);
    await assert.rejects(engine.followErrors(nowhere), ({ code }: McpcatError) => code.startsWith('engine-'));
    await assert.rejects(engine.exec(nowhere, ['/mcpcat-init', 'lease']), refused);
    await assert.rejects(engine.waitContainer(nowhere, 'next-exit'), refused);
    await assert.rejects(engine.containerProcesses(nowhere), refused);
    await assert.rejects(engine.containerChanges(nowhere), refused);
    await assert.rejects(engine.copyOut(nowhere, '/etc'), refused);
  });

  it('a container that does not run can be signalled, and has no further process', async (given) => {
    await inContainer(given, async (id) => {
      await given.engine.killContainer(id, 'SIGTERM');
      await assert.rejects(given.engine.exec(id, ['/mcpcat-init', 'lease']), { code: 'engine-failed' });
    });
  });
}
