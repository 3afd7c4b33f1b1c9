import { undo, type Undone } from '../../install/apply.ts';
import { readHistory } from '../../install/history.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Execute } from '../command.ts';
import { table } from '../render/table.ts';
import { historyPlaces } from './write-clients.ts';

export const execute: Execute = async ({ options, positionals, terminal }) => {
  const [text = '1', ...more] = positionals;
  if (!/^[1-9]\d?$/.test(text) || more.length > 0)
    throw new McpcatError('usage', `expected a number of steps, found "${positionals.join(' ')}"`);
  const places = historyPlaces(terminal);
  const json = options.flag('json');
  if (options.flag('list')) {
    const steps = (await readHistory(places.folder)).map(({ step }) => ({
      at: step.at,
      command: step.command,
      files: step.files.map(({ file }) => file),
    }));
    const rows = steps.map(({ at, command, files }, index) => [
      String(index + 1),
      at.slice(0, 16).replace('T', ' '),
      command,
      files.join(', '),
    ]);
    terminal.stdout.write(
      json
        ? jsonText(steps)
        : rows.length === 0
          ? 'nothing to take back\n'
          : table(['step', 'when', 'command', 'files'], rows),
    );
    return 0;
  }
  const undone = await undo(Number(text), places);
  const facts = undone.map(({ step, changed }) => ({
    at: step.at,
    command: step.command,
    restored: step.files.map(({ file }) => file).filter((file) => !changed.includes(file)),
    changedSince: changed,
  }));
  terminal.stdout.write(
    json
      ? jsonText(facts)
      : facts.length === 0
        ? 'nothing to take back\n'
        : facts
            .map(({ command, restored }) => `took back "${command}": ${restored.join(', ') || 'no file'}\n`)
            .join(''),
  );
  return sayChanged(undone);
};

function sayChanged(undone: readonly Undone[]): number {
  const changed = undone.flatMap((step) => step.changed);
  if (changed.length === 0) return 0;
  throw new McpcatError(
    'client-file-changed',
    `${changed.join(', ')}: changed since by somebody else, and left as it is`,
    {
      hint: 'mcpcat uninstall NAME takes one server out and leaves the rest',
    },
  );
}
