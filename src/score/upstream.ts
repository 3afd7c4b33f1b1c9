import type { Check, CheckName } from '../provenance/record.ts';
import { checkWords } from '../provenance/word-findings.ts';
import { points, type Points, type ScoreFacts, type ScoreLine } from './facts.ts';

/** Best first: what is in a log that nobody can change says more than a registry's signature, and that more than words. */
export const upstream: ScoreLine = {
  what: 'who vouches for the release',
  of: 5,
  source: 'upstream.json',
  sandboxed: (facts) => upstreamPoints(facts, ['provenance', 'checksumDatabase', 'registrySignature']),
  // The go command looks into the checksum database by itself; npx and uvx ask nobody.
  alone: (facts) => upstreamPoints(facts, ['checksumDatabase']),
};

function upstreamPoints({ server, upstream: record }: ScoreFacts, names: readonly CheckName[]): Points {
  if (record === undefined) return points(0, 'nobody has asked');
  if (record.version !== server.version) return points(0, `asked of ${record.version}, another release`);
  const found = names.flatMap((name) => {
    const check = record.checks[name];
    return check === undefined ? [] : [{ name, check }];
  });
  if (found.some(({ check }) => check.state === 'refused')) return points(0, 'what is said does not hold');
  const [best] = found.toSorted((a, b) => worth(b.check) - worth(a.check));
  if (best === undefined || worth(best.check) === 0) return points(0, 'nobody, or nobody could be asked');
  const { state } = best.check;
  return points(worth(best.check), `${checkWords[best.name]}${state === 'ok' ? `: ${best.check.by}` : ''}`);
}

function worth(check: Check): number {
  if (check.state !== 'ok') return 0;
  const { tried } = check;
  if (tried.includes('log')) return 5;
  return tried.includes('signature') ? 3 : 1;
}
