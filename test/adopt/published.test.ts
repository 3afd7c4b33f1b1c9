import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { adoptedStart } from '../../src/adopt/adopted-start.ts';
import { entryFor, startedServer } from '../../src/adopt/started-server.ts';
import { loadServer } from '../../src/catalog/load.ts';
import { published } from './published.ts';

const names = [...new Set(published.map(([server]) => server))];
const entries = await Promise.all(names.map(async (name) => (await loadServer('catalog', name)).entry));
const context = {
  isReference: () => false,
  isAbsolute: (text: string) => path.posix.isAbsolute(text),
  home: '/home/ada',
};

test('there are at least 60 of them', () => assert.ok(published.length >= 60, String(published.length)));

for (const [server, command, args, settings] of published)
  test(`${server}: "${[command, ...args].join(' ')}" is known for what it is`, () => {
    const env = Object.fromEntries(settings.map((name) => [name, 'v4lue']));
    const started = startedServer({ command, args, env });
    assert.ok(started !== undefined);
    const entry = entryFor(started, entries);
    assert.equal(entry?.name, server);
    const adopted = adoptedStart(entry, started, context);
    // Everything that was said is said again, or is said to be lost.
    for (const name of settings)
      assert.ok(
        adopted.plain[name] !== undefined ||
          adopted.secrets[name] !== undefined ||
          adopted.lost.some((line) => line.includes(name)),
        name,
      );
    assert.ok(
      !adopted.args.some((word) => /YOUR-KEY|your_api_key/.test(word)),
      'no key stays in the arguments',
    );
  });
