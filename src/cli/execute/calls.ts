import { callLogFolder } from '../../call-log/log-files.ts';
import { readCalls, type ReadCalls } from '../../call-log/read-calls.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Execute, Options } from '../command.ts';
import { table } from '../render/table.ts';

export const execute: Execute = async ({ options, positionals, terminal }) => {
  const [word] = positionals;
  if (word !== undefined)
    throw new McpcatError('usage', `expected no further word, found "${word}"`, {
      hint: `one server's calls: --server ${word}`,
    });
  const filter = { server: options.text('server'), sinceMs: sinceOf(options.text('since')) };
  const found = await readCalls(callLogFolder(terminal), filter, lastOf(options));
  terminal.stdout.write(options.flag('json') ? jsonText(found) : page(found));
  return 0;
};

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function sinceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  if (unit === 'm' || unit === 'h' || unit === 'd') return Date.now() - Number(digits) * units[unit];
  const date = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(date)) return date;
  throw new McpcatError('usage', `--since: expected 30m, 2h, 7d or a date, found "${text}"`);
}

function lastOf(options: Options): number {
  const text = options.text('last') ?? '20';
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new McpcatError('usage', `--last: expected a number up to 99999, found "${text}"`);
}

function page({ calls, tools }: ReadCalls): string {
  if (tools.length === 0) return 'no call is logged\n';
  const last = calls.map((call) => [
    call.time,
    call.client,
    call.session.slice(0, 8),
    call.server,
    call.tool,
    String(Math.round(call.milliseconds)),
    String(call.bytesIn),
    String(call.bytesOut),
    call.outcome,
  ]);
  const summary = tools.map((tool) => [
    tool.server,
    tool.tool,
    String(tool.calls),
    String(tool.failed),
    String(Math.round(tool.medianMilliseconds)),
    String(Math.round(tool.slowestMilliseconds)),
    String(tool.bytesIn),
    String(tool.bytesOut),
    tool.last,
  ]);
  const heads = {
    last: ['time', 'client', 'session', 'server', 'tool', 'ms', 'bytes in', 'out', 'outcome'],
    summary: ['server', 'tool', 'calls', 'failed', 'median ms', 'slowest', 'bytes in', 'out', 'last'],
  };
  return `${table(heads.last, last)}\n${table(heads.summary, summary)}`;
}
