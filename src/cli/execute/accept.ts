import { permissionSentences } from '../../catalog/permissions.ts';
import { subjectOf } from '../../consent/agree.ts';
import { grantOf, type Grant } from '../../consent/grant.ts';
import { readConsent, replaceConsent, type Consent } from '../../consent/store.ts';
import { widening } from '../../consent/widening.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import type { Execute, Terminal } from '../command.ts';
import { oneServer } from './one-server.ts';
import { startOf } from './run-consent.ts';
import { serverToRun } from './run-server.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const name = oneServer(invocation);
  const start = startOf(await serverToRun(invocation, name));
  const grant = grantOf(start);
  const before = known(start, terminal);
  const wider = before === undefined ? [] : widening(before.grant, grant, new Set(grant.settings));
  const state = stateOf(before, grant);
  if (state !== 'unchanged')
    replaceConsent({ ...subjectOf(start), since: new Date().toISOString(), grant }, terminal);
  const lines =
    state === 'accepted'
      ? wider.map((line) => `+ ${line}`)
      : state === 'recorded'
        ? permissionSentences(start.entry)
        : [];
  const headline = {
    accepted: `${name}: accepted${wider.length === 0 ? '; nothing of it is new' : '; new is'}`,
    recorded: `${name}: recorded, for the first time`,
    unchanged: `${name}: nothing to accept, it may do what you agreed to`,
  }[state];
  terminal.stdout.write(
    options.flag('json')
      ? jsonText({ server: name, catalog: start.catalog, state, new: wider, granted: grant })
      : `${[headline, ...lines.map((line) => `  ${line}`)].join('\n')}\n`,
  );
  return 0;
};

/** What can't be read is written anew: that is what its error says to do. */
function known(start: ReturnType<typeof startOf>, terminal: Terminal): Consent | undefined {
  try {
    return readConsent(subjectOf(start), terminal);
  } catch (error) {
    if (error instanceof McpcatError && error.code === 'consent-unreadable') return undefined;
    throw error;
  }
}

function stateOf(before: Consent | undefined, now: Grant): 'recorded' | 'unchanged' | 'accepted' {
  if (before === undefined) return 'recorded';
  return JSON.stringify(before.grant) === JSON.stringify(now) ? 'unchanged' : 'accepted';
}
