/**
 * `node bench/replay/record-day.ts`: makes the calls of day.ts against `serve` with real servers and writes its log to
 * day.jsonl. What the servers answered and how long they took is theirs; the times of the day are day.ts's, since nobody
 * waits a day. Results that are large, or say something of this machine, are left out.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CallLine } from '../../src/call-log/call-line.ts';
import { readCalls } from '../../src/call-log/read-calls.ts';
import { day, type PlannedCall } from './day.ts';
import { serving, shownNames } from './serving.ts';
import { sessionsOf, type LoggedCall } from './logged-calls.ts';

const date = '2026-11-26';
const maxResult = 1500;
const ofThisMachine = new Set(['system-monitor']);

/** As if it had been logged. */
function plannedAs(client: string, { at, what, given, givenUpMs }: PlannedCall): LoggedCall {
  const [server = '', tool = ''] = what.split('/');
  const time = `${date}T${at.padStart(8, '0')}.000Z`;
  return {
    ...{ time, client, session: client, server, tool, bytesIn: 0, bytesOut: 0 },
    milliseconds: givenUpMs ?? 0,
    outcome: givenUpMs === undefined ? 'ok' : 'cancelled',
    arguments: JSON.parse(JSON.stringify(given)) as LoggedCall['arguments'],
    atMs: Date.parse(time),
  };
}

const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-record-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
const planned = day.map(({ client, calls }) => calls.map((call) => plannedAs(client, call)));
const servers = [...new Set(planned.flat().map(({ server }) => server))].toSorted();
const folder = path.join(home, '.config/mcpcat/profiles');
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, 'day.yaml'), `servers:\n${servers.map((name) => `  ${name}:\n`).join('')}`);
const front = await serving('stdio', {
  home,
  profile: 'day',
  toolName: shownNames(sessionsOf(planned.flat())),
});

const lines: CallLine[] = [];
for (const [index, calls] of planned.entries()) {
  const client = await front.open(`day-${String(index)}`);
  // Those of one second are made side by side.
  for (const together of Map.groupBy(calls, ({ time }) => time).values())
    await Promise.all(together.map(async (call) => client.call(call)));
  await client.close();
  process.stderr.write(`\rsession ${String(index + 1)} of ${String(day.length)} `);
}
await front.close();
const { calls: logged } = await readCalls(path.join(home, '.local/share/mcpcat/calls'), {}, 10_000);
const left = [...logged];
for (const [index, calls] of planned.entries())
  for (const call of calls) {
    const at = left.findIndex(
      (line) =>
        line.client === `day-${String(index)}` &&
        line.server === call.server &&
        line.tool === call.tool &&
        JSON.stringify(line.arguments) === JSON.stringify(call.arguments),
    );
    const [line] = at === -1 ? [] : left.splice(at, 1);
    if (line === undefined) throw new Error(`${call.server}/${call.tool} is not in the log`);
    lines.push({ ...withoutMuch(line), time: call.time, client: call.client });
  }
const sorted = lines.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
writeFileSync(
  path.join(import.meta.dirname, 'day.jsonl'),
  sorted.map((line) => `${JSON.stringify(line)}\n`).join(''),
);

function withoutMuch({ result, ...line }: CallLine): CallLine {
  const isKept = !ofThisMachine.has(line.server) && JSON.stringify(result ?? '').length <= maxResult;
  return { ...line, ...(isKept && result !== undefined ? { result } : {}) };
}
