import type { TestContext } from 'node:test';
import { thisHost } from '../../src/host/this-host.ts';
import { readSettings, type Settings } from '../../src/settings/read.ts';
import { temporaryFolder } from '../lib/temporary.ts';

/** Settings files with these texts, as they are read, each in a folder of its own. */
export function settingsWith(t: TestContext, ...texts: readonly string[]): readonly Settings[] {
  return texts.flatMap((text) => {
    const base = temporaryFolder(t, { 'mcpcat/settings.json': text });
    return readSettings({ env: { HOME: '/nowhere', XDG_CONFIG_HOME: base }, host: thisHost() });
  });
}
