import type { MountMode } from './sandbox.ts';

/** `PATH[:ro|rw|rw-all]`. */
export interface MountText {
  readonly hostPath: string;
  readonly mode: MountMode | undefined;
}

/** Undefined if there is no path. */
export function mountText(text: string): MountText | undefined {
  const [, hostPath, mode] = /^(.+?)(?::(ro|rw|rw-all))?$/s.exec(text) ?? [];
  if (hostPath === undefined) return undefined;
  return { hostPath, mode: mode === 'ro' || mode === 'rw' || mode === 'rw-all' ? mode : undefined };
}

/** What of a path nothing will replace or understand any more: what was found, and what to write instead. */
export function pathProblem(hostPath: string): { readonly found: string; readonly hint: string } | undefined {
  const problem = unexpanded.find(([form]) => form.test(hostPath));
  return problem === undefined ? undefined : { found: problem[1], hint: problem[2] };
}

/** What a shell would have replaced, and clients that start programs without one hand on as it is. */
const unexpanded: readonly (readonly [form: RegExp, found: string, hint: string])[] = [
  [
    /^~/,
    'a ~ that nothing has replaced',
    'write the whole path: a shell replaces ~ only at the start of a word, a client never',
  ],
  [
    /\$\{?\w|%\w+%/,
    'a variable that nothing has replaced',
    "write the whole path: clients hand $HOME on as it is, and so do a shell's single quotes",
  ],
  [
    /^(["']).*\1$/s,
    'quotes around the path',
    'leave them out: a client needs none, and a shell takes its own away',
  ],
  [/:[zZ]$|:\w*,?[zZ]$/, 'an option :z', 'leave it out'],
  [
    /:(r[ow]|rw-all)\S+$|:\w+,\w+$|:(R[OWow]|r[OW]|read-?(only|write))$/,
    'an unknown option behind the path',
    ':ro, :rw and :rw-all are known',
  ],
];
