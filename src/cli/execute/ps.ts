import { sessionsWithMemory, type SessionFacts } from '../../launch/sessions.ts';
import { megabytes } from '../../lib/size.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Execute } from '../command.ts';
import { table } from '../render/table.ts';
import { engineOf, sayOthers, whoseOf } from './build-environment.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const { found, others } = await sessionsWithMemory(await engineOf(invocation), whoseOf(invocation));
  terminal.stdout.write(options.flag('json') ? jsonText(found) : page(found, options.flag('everyone')));
  sayOthers(invocation, others, 'run for');
  return 0;
};

/** A column where some have it. */
function page(found: readonly SessionFacts[], everyone: boolean): string {
  const head = ['id', 'server', 'role', 'client', 'session', 'age', 'memory', 'state', 'folder'];
  const isolated = found.some(({ isolation }) => isolation !== '');
  const limited = found.some(({ lacking }) => lacking !== '');
  const rows = found.map((facts) => [
    facts.id,
    facts.server,
    facts.role,
    facts.client,
    facts.session,
    age(facts.ageSeconds),
    facts.memoryBytes === undefined ? '' : megabytes(facts.memoryBytes),
    facts.state,
    facts.project,
    ...(isolated ? [facts.isolation || 'default'] : []),
    ...(limited ? [facts.lacking || 'none'] : []),
    ...(everyone ? [facts.own ? 'yes' : 'no'] : []),
  ]);
  const further = [
    ...(isolated ? ['isolation'] : []),
    ...(limited ? ['lacks limits'] : []),
    ...(everyone ? ['yours'] : []),
  ];
  return table([...head, ...further], rows);
}

function age(seconds: number): string {
  if (seconds < 120) return `${String(seconds)} s`;
  return seconds < 7200
    ? `${String(Math.round(seconds / 60))} min`
    : `${String(Math.round(seconds / 3600))} h`;
}
