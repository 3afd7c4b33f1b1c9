import type { Evidence } from '../evidence/gather.ts';
import { isTelemetry, isUpdateCheck } from '../evidence/source-hosts.ts';
import type { HostEvidence } from '../evidence/evidence.ts';
import { withHost, type Draft, type Justification } from './draft.ts';
import type { Package } from '../package/package.ts';
import type { Seen } from './start.ts';

export interface Hosts {
  readonly draft: Draft;
  /** Not permitted, with the reason. */
  readonly leftOut: readonly Justification[];
}

/** Hosts in example arguments and example settings (RFC 2606). */
const examples = /(^|\.)example\.(com|org|net)$|^(example|your|sample|dummy|placeholder)[.-]/;
/** More literals than this are a bundle's or a list of sites, and no list of what a server needs. */
const maxLiterals = 25;

/** Permits what it reached for while its tools were called, and what its own source names; telemetry is left out. */
export function withHosts(
  draft: Draft,
  { seen, evidence, own }: { seen: Seen; evidence: Evidence; own: Package },
): Hosts {
  const words = `${own.name} ${own.keywords.join(' ')}`.toLowerCase();
  const leftOut: Justification[] = [];
  let next = draft;
  for (const { name, port, during } of seen.hosts.filter((host) => host.port !== undefined)) {
    const why = `reached for during ${during.slice(0, 3).join(', ')}`;
    const rule = port === 443 ? name : `${name}:${String(port)}`;
    if (examples.test(name)) {
      if (name.startsWith('mcpcat-audit.'))
        next = withHost(
          next,
          '*',
          `it goes where the model says (${why}): THE WHOLE INTERNET, confirm that it must`,
        );
    } else if (isTelemetry(name, words)) leftOut.push({ field: 'telemetry', value: rule, why });
    else if (isUpdateCheck(name, words)) leftOut.push({ field: 'update check', value: rule, why });
    else next = withHost(next, rule, why);
  }
  for (const { rule, files } of literals(evidence.hosts, { own, words, documents: evidence.text }))
    next = withHost(next, rule, `in its source: ${files.join(', ')}`);
  for (const { rule, files } of evidence.telemetry)
    leftOut.push({ field: 'telemetry', value: rule, why: `in its source: ${files.join(', ')}` });
  return { draft: next, leftOut };
}

/** Of a bundle, whose literals are also its dependencies', only what its name, keywords or documents speak of. */
function literals(
  hosts: readonly HostEvidence[],
  { own, words, documents }: { own: Package; words: string; documents: string },
): HostEvidence[] {
  const bundles = new Set(own.files.filter(({ text }) => text.length > 300_000).map(({ path }) => path));
  const text = `${words} ${documents}`.toLowerCase();
  const isSpokenOf = ({ rule }: HostEvidence): boolean => {
    const host = rule.replace(/^\*\./, '').replace(/:\d+$/, '');
    return (
      text.includes(host) ||
      host
        .split('.')
        .slice(0, -1)
        .some(
          (part) =>
            part.length > 3 && !/^(www|rest|cloud|apis?|data|googleapis)$/.test(part) && words.includes(part),
        )
    );
  };
  const kept = hosts.filter((item) => item.files.some((file) => !bundles.has(file)) || isSpokenOf(item));
  const secure = new Set(kept.map(({ rule }) => rule));
  const once = kept.filter(({ rule }) => !(rule.endsWith(':80') && secure.has(rule.slice(0, -3))));
  return once.length > maxLiterals ? once.filter(isSpokenOf).slice(0, maxLiterals) : kept;
}
