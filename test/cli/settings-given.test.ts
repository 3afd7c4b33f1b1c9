import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Invocation } from '../../src/cli/command.ts';
import type { ChosenServer } from '../../src/cli/execute/serve-choice.ts';
import { givenNow } from '../../src/cli/execute/serve-missing.ts';
import { serverToRun } from '../../src/cli/execute/run-server.ts';
import { thisHost } from '../../src/host/this-host.ts';
import { secretFile } from '../../src/secrets/file-store.ts';
import { serverFiles } from '../catalog-index/rig.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const key = 'env:\n  KEY: { description: A key., required: true, secret: true }\n';

test(
  'stored secrets that can not be reached are missing to the server that needs them; the others are served',
  { skip: process.platform === 'win32' && 'a link to itself needs a privilege' },
  async (t) => {
    const catalog = temporaryFolder(t, { ...serverFiles('needy', key), ...serverFiles('plain') });
    const terminal = { env: { HOME: temporaryFolder(t) }, host: thisHost(), stderr: { write: () => true } };
    const file = secretFile(terminal);
    mkdirSync(path.dirname(file), { recursive: true });
    symlinkSync(file, file);
    const invocation = {
      options: {
        text: (name: string) => (name === 'catalog' ? catalog : undefined),
        flag: () => false,
        list: () => [],
      },
      terminal,
    } as unknown as Invocation;
    const chosen = async (name: string): Promise<ChosenServer> => ({
      name,
      server: await serverToRun(invocation, name),
      invocation,
    });
    const [needy, plain] = await givenNow([await chosen('needy'), await chosen('plain')], {
      profile: undefined,
      terminal: invocation.terminal,
    });
    assert.match(needy?.given.missing.join('\n') ?? '', /^needy: can't use the stored secrets: .*ELOOP/);
    assert.deepEqual(plain?.given, { settings: {}, missing: [] });
  },
);
