import type { Finding } from '../lib/finding.ts';
import { checkNames, type CheckName, type Origin, type UpstreamRecord } from './record.ts';

/** What a release's word from upstream can give reason to say. */
export type WordFindingKind =
  | 'upstream-refused'
  | 'upstream-word-gone'
  | 'upstream-origin-changed'
  | 'upstream-publisher-changed'
  | 'upstream-not-checked';

export interface WordFinding extends Pick<Finding, 'message'> {
  readonly kind: WordFindingKind;
}

/** The checks in words, for people. */
export const checkWords: Readonly<Record<CheckName, string>> = {
  registrySignature: 'the registry’s signature',
  provenance: 'provenance',
  checksumDatabase: 'the checksum database',
};

/** What does not hold, and what has changed since the last release that was asked about. Pure. */
export function wordFindings(before: UpstreamRecord | undefined, now: UpstreamRecord): WordFinding[] {
  return [
    ...checkNames.flatMap((name) => checkFindings(name, { before, now })),
    ...originFindings(before?.known.origin ?? null, now),
    ...publisherFindings(before?.known.publisher ?? null, now),
  ];
}

function checkFindings(
  name: CheckName,
  { before, now }: { readonly before: UpstreamRecord | undefined; readonly now: UpstreamRecord },
): WordFinding[] {
  const check = now.checks[name];
  const what = checkWords[name];
  switch (check?.state) {
    case 'refused':
      return [{ kind: 'upstream-refused', message: `${now.version}: ${check.reason}` }];
    case 'not-checked':
      return [{ kind: 'upstream-not-checked', message: `${what} was not checked: ${check.reason}` }];
    case 'absent':
      return before?.known.checks.includes(name) === true
        ? [
            {
              kind: 'upstream-word-gone',
              message: `${now.version} comes without ${what}, which releases before had`,
            },
          ]
        : [];
    case 'ok':
    case undefined:
      return [];
  }
}

function originFindings(before: Origin | null, { version, origin: now }: UpstreamRecord): WordFinding[] {
  if (before === null || now === null) return [];
  const changed = (what: string, one: string | null, other: string | null): WordFinding[] =>
    one === null || other === null || one === other
      ? []
      : [
          {
            kind: 'upstream-origin-changed',
            message: `${version} was built ${what} ${other}, before ${what} ${one}`,
          },
        ];
  const repositories = changed('from', before.repository, now.repository);
  return repositories.length > 0 ? repositories : changed('by', before.workflow, now.workflow);
}

function publisherFindings(
  before: string | null,
  { version, publisher: now }: UpstreamRecord,
): WordFinding[] {
  if (before === null || now === null || before === now) return [];
  return [
    {
      kind: 'upstream-publisher-changed',
      message: `${version} was published by ${now}, the one before by ${before}`,
    },
  ];
}
