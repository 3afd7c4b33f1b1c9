import { sessionsWithMemory, type SessionFacts } from '../../launch/sessions.ts';
import { megabytes } from '../../lib/size.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Execute } from '../command.ts';
import { table } from '../render/table.ts';
import { servedNow } from '../../serve-control/served-now.ts';
import { withServed } from './served-sessions.ts';
import { engineOf, sayOthers, whoseOf } from './build-environment.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const [{ found: containers, others }, processes] = await Promise.all([
    sessionsWithMemory(await engineOf(invocation), whoseOf(invocation)),
    servedNow(terminal),
  ]);
  const found = withServed(containers, processes);
  terminal.stdout.write(options.flag('json') ? jsonText(found) : page(found, options.flag('everyone')));
  sayOthers(invocation, others, 'run for');
  return 0;
};

/** A column where some have it. */
function page(found: readonly SessionFacts[], everyone: boolean): string {
  const head = ['id', 'server', 'role', 'client', 'session', 'age', 'memory', 'state', 'folder'];
  const isolated = found.some(({ isolation }) => isolation !== '');
  const limited = found.some(({ lacking }) => lacking !== '');
  const served = found.some((facts) => facts.served !== undefined);
  const unverified = found.some((facts) => facts.unverified === true);
  const rows = found.map((facts) => [
    facts.id,
    facts.server,
    facts.role,
    facts.client,
    facts.session,
    facts.created === '' ? '' : age(facts.ageSeconds),
    facts.memoryBytes === undefined ? '' : megabytes(facts.memoryBytes),
    stateOf(facts),
    facts.project,
    ...(served ? [String(facts.served?.calls ?? '')] : []),
    ...(isolated ? [facts.isolation || 'default'] : []),
    ...(limited ? [facts.lacking || 'none'] : []),
    ...(unverified ? [facts.unverified === true ? 'NO' : 'yes'] : []),
    ...(everyone ? [facts.own ? 'yes' : 'no'] : []),
  ]);
  const further = [
    ...(served ? ['calls'] : []),
    ...(isolated ? ['isolation'] : []),
    ...(limited ? ['lacks limits'] : []),
    ...(unverified ? ['verified'] : []),
    ...(everyone ? ['yours'] : []),
  ];
  return table([...head, ...further], rows);
}

/** Of a server of `serve` for how long it has been idle, or asleep. */
function stateOf({ state, served }: SessionFacts): string {
  if (served === undefined) return state;
  const forSeconds = Math.max(0, Math.round((Date.now() - Date.parse(served.since)) / 1000));
  return served.state === 'idle' || served.state === 'asleep'
    ? `${served.state} for ${age(forSeconds)}`
    : served.state;
}

function age(seconds: number): string {
  if (seconds < 120) return `${String(seconds)} s`;
  return seconds < 7200
    ? `${String(Math.round(seconds / 60))} min`
    : `${String(Math.round(seconds / 3600))} h`;
}
