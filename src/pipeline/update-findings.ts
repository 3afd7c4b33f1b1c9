import type { Finding } from '../lib/finding.ts';
import type { Input } from '../lib/input.ts';

/** What an update can find out about a server; `docs/updates.md` says more. An error leaves the entry as it is. */
export const updateFindingKinds = {
  'package-vanished': {
    severity: 'error',
    advice:
      'look for the reason upstream; the locked release still builds from the cache, but trust it no further',
  },
  'release-withdrawn': {
    severity: 'error',
    advice: 'read the reason; if no newer release can be taken, name a good one in `source` (npm:NAME@RANGE)',
  },
  'package-deprecated': {
    severity: 'warning',
    advice: 'look for its successor; `mcpcat add` makes the entry',
  },
  'lower-version': {
    severity: 'warning',
    advice: 'nothing is ever downgraded by itself; to go back, name the version in `source`',
  },
  'no-release': {
    severity: 'error',
    advice: 'name a range in `source`, or wait, or take a young release',
    inputs: [{ name: 'cool-down', value: '0' }],
  },
  'license-changed': {
    severity: 'error',
    advice:
      'read the new licence; if it is acceptable, write it into `license` of server.yaml and update again',
  },
  'bin-changed': {
    severity: 'error',
    advice: 'see what the package renamed, and set `command` of server.yaml',
  },
  'needs-newer-runtime': {
    severity: 'error',
    advice: 'raise the base (templates/base), or keep the server back with a range in `source`',
  },
  'lock-refused': {
    severity: 'error',
    advice: 'report it upstream; the entry keeps its release until a good one appears',
  },
  'build-failed': { severity: 'error', advice: 'read the last lines; the entry keeps its release' },
  'verification-failed': {
    severity: 'error',
    advice: 'read what the smoke test found; the entry keeps its release',
  },
  'tools-changed': {
    severity: 'error',
    advice:
      'review the change: a description is an instruction to a model; then accept it, or review it in a pull request',
    inputs: [{ name: 'accept' }, { name: 'pull-request' }],
  },
  'upstream-refused': {
    severity: 'error',
    advice: 'take nothing of this release before upstream has explained it',
  },
  'upstream-word-gone': {
    severity: 'error',
    advice: 'find out who published it and from where; then accept it in the review of a pull request',
    inputs: [{ name: 'pull-request' }],
  },
  'upstream-origin-changed': {
    severity: 'error',
    advice: 'see whether the project has moved there; then accept it in the review of a pull request',
    inputs: [{ name: 'pull-request' }],
  },
  'upstream-publisher-changed': {
    severity: 'warning',
    advice: 'see whether they are of the project',
  },
  'upstream-not-checked': {
    severity: 'info',
    advice: 'nothing is known; update where the service can be reached',
  },
  'undeclared-settings': {
    severity: 'warning',
    advice:
      'declare those that matter to users in `env` of server.yaml, and name the others in `omitted` with a reason',
  },
  'known-vulnerability': {
    severity: 'warning',
    advice: 'a release that closes it is taken without cool-down',
  },
  'repository-archived': { severity: 'warning', advice: 'nobody repairs it any more: look for a successor' },
  'repository-gone': {
    severity: 'warning',
    advice: 'correct `repository` in server.yaml, or find out why it was removed',
  },
  'repository-moved': { severity: 'warning', advice: 'see who owns it now, and correct `repository`' },
  'repository-license': {
    severity: 'warning',
    advice: 'see which licence is right, and correct `license` in server.yaml',
  },
  'release-not-in-registry': { severity: 'info', advice: 'nothing to do: the registry may follow' },
} as const satisfies Record<
  string,
  { readonly severity: Finding['severity']; readonly advice: string; readonly inputs?: readonly Input[] }
>;

export type UpdateFindingKind = keyof typeof updateFindingKinds;

export function updateFinding(
  kind: UpdateFindingKind,
  message: string,
  evidence: readonly string[] = [],
): Finding {
  const { severity } = updateFindingKinds[kind];
  return { kind, severity, message, ...(evidence.length === 0 ? {} : { evidence }) };
}

interface Exception {
  readonly finding: string;
  readonly reason: string;
}

/** An exception of the entry lowers a finding; its reason goes with it. */
export function excused(findings: readonly Finding[], exceptions: readonly Exception[]): Finding[] {
  return findings.map((finding) => {
    const exception = exceptions.find((item) => item.finding === finding.kind);
    return exception === undefined ? finding : { ...finding, severity: 'info', excused: exception.reason };
  });
}

export function holdsBack(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}
