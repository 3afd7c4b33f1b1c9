import { subjectOf, type Start } from '../../consent/agree.ts';
import { grantOf } from '../../consent/grant.ts';
import { readConsent, type Places } from '../../consent/store.ts';
import { widening } from '../../consent/widening.ts';
import { McpcatError } from '../../lib/errors.ts';

/** What this machine's user has agreed to of a server. */
export type ConsentState =
  | { readonly kind: 'none' }
  | { readonly kind: 'given'; readonly since: string; readonly new: readonly string[] }
  | { readonly kind: 'unreadable'; readonly message: string };

/** With every setting that is new, whatever this environment has: a client's has others. */
export function consentOf(start: Start, places: Places): ConsentState {
  try {
    const consent = readConsent(subjectOf(start), places);
    if (consent === undefined) return { kind: 'none' };
    const now = grantOf(start);
    return { kind: 'given', since: consent.since, new: widening(consent.grant, now, new Set(now.settings)) };
  } catch (error) {
    if (error instanceof McpcatError && error.code === 'consent-unreadable')
      return { kind: 'unreadable', message: error.message };
    throw error;
  }
}

export function consentLines(name: string, state: ConsentState): string[] {
  switch (state.kind) {
    case 'none':
      return ['Not agreed to yet: its first start records what is said here.'];
    case 'unreadable':
      return [`It does not start: ${state.message} (mcpcat accept ${name} writes it anew)`];
    case 'given':
      return state.new.length === 0
        ? [`Agreed to on ${state.since.slice(0, 10)}.`]
        : [
            `New since you agreed on ${state.since.slice(0, 10)} (mcpcat accept ${name}):`,
            ...state.new.map((line) => `  + ${line}`),
          ];
  }
}
