import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { catalogTrust } from '../../src/cli/catalog-trust.ts';
import type { Invocation } from '../../src/cli/command.ts';
import { linuxHost } from '../../src/host/linux.ts';
import { thisMachine } from '../../src/host/machine.ts';
import { temporaryFolder } from '../lib/temporary.ts';

test('a settings file that comes into force as it was written long ago changes the state of what is pinned', (t) => {
  const home = temporaryFolder(t, { 'ready/mcpcat/settings.json': '{}', 'named/mcpcat/settings.json': '{}' });
  const stateIn = (env: Readonly<Record<string, string>>): string | undefined => {
    const terminal = { env: { HOME: home, ...env }, host: linuxHost(thisMachine()) };
    const invocation = { options: { flag: () => false }, terminal } as unknown as Invocation;
    return catalogTrust(invocation, 'refused').pinsState?.();
  };
  const none = stateIn({});
  assert.equal(stateIn({}), none);
  assert.notEqual(stateIn({ XDG_CONFIG_HOME: path.join(home, 'named') }), none);
  renameSync(path.join(home, 'ready'), path.join(home, '.config'));
  assert.notEqual(stateIn({}), none);
});
