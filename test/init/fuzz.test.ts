import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { make, out, removeOutput } from './rig.ts';

after(removeOutput);

const fixtures = path.resolve(import.meta.dirname, '../fixtures/init');

/** Each parser with the sources it is made of, how many inputs it must stand, and the least share that reaches its depths. */
const parsers = [
  { name: 'secrets-handoff', parts: 'secrets-handoff.c', inputs: 2_000_000, accepted: 0.02 },
  { name: 'dns', parts: 'relay-dns.c relay-frames.c', inputs: 1_000_000, accepted: 0.05 },
  { name: 'frames', parts: 'relay-frames.c', inputs: 1_000_000, accepted: 0.2 },
  {
    name: 'relay',
    parts:
      'attempts.c listening.c clock.c relay-launcher.c relay-apps.c relay-listeners.c local-names.c relay-streams.c relay-backlog.c relay-lookups.c relay-output.c ' +
      'relay-frames.c relay-dns.c say.c',
    inputs: 400_000,
    accepted: 0.9,
  },
];

for (const { name, parts, inputs, accepted } of parsers) {
  test(`${name}: ${inputs.toLocaleString('en')} broken inputs are stood under sanitizers`, async () => {
    make('fuzzer', `FUZZ=${path.join(fixtures, `fuzz-${name}.c`)}`, `PARTS=${parts}`);
    for (const seed of [1, Date.now()]) {
      const { stdout } = await promisify(execFile)(
        path.join(out, `fuzz-${name}`),
        [String(inputs / 2), String(seed)],
        {
          timeout: 60_000,
        },
      );
      const [, tried, good] = /^inputs (\d+) accepted (\d+)\n$/.exec(stdout) ?? [];
      assert.equal(Number(tried), inputs / 2, `seed ${String(seed)}`);
      assert.ok(
        Number(good) > (inputs / 2) * accepted,
        `only ${String(good)} accepted with seed ${String(seed)}`,
      );
    }
  });
}
