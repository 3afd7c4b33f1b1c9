import { connectEngine } from '../../engine/connect.ts';
import { examine } from '../../doctor/examine.ts';
import { fix } from '../../doctor/fix.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Execute } from '../command.ts';

export const execute: Execute = async ({ options, terminal }) => {
  const find = (): ReturnType<typeof connectEngine> =>
    connectEngine({ endpoint: options.text('engine'), env: terminal.env });
  if (options.flag('fix')) await fix({ find, say: (line) => terminal.stderr.write(`mcpcat: ${line}\n`) });
  const conditions = await examine(find, terminal.env['PATH'] ?? '');
  const marks = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ' } as const;
  const lines = conditions.flatMap(({ status, message, hint }) => [
    `${marks[status]} ${message}`,
    ...(hint === undefined ? [] : [`        ${hint}`]),
  ]);
  terminal.stdout.write(options.flag('json') ? jsonText(conditions) : `${lines.join('\n')}\n`);
  return conditions.some(({ status }) => status === 'failed') ? 3 : 0;
};
