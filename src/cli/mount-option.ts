import { McpcatError } from '../lib/errors.ts';
import type { MountRequest } from '../sandbox/sandbox.ts';

/** `NAME=PATH[:ro|rw|rw-all]`; whether a name may stand twice is the entry's to say. Throws `usage` with what to type. */
export function mountRequests(texts: readonly string[]): MountRequest[] {
  return texts.map(mountRequest);
}

function mountRequest(text: string): MountRequest {
  const match = /^([^=]+)=(.+?)(?::(ro|rw|rw-all))?$/s.exec(text);
  if (!match) throw new McpcatError('usage', `--mount: expected NAME=PATH[:ro|rw|rw-all], found "${text}"`);
  const [, name = '', hostPath = '', mode] = match;
  refuseUnexpanded(text, hostPath);
  return {
    name,
    hostPath,
    mode: mode === 'ro' || mode === 'rw' || mode === 'rw-all' ? mode : undefined,
  };
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
  [/:(r[ow]|rw-all)\S+$|:\w+,\w+$/, 'an unknown option behind the path', ':ro, :rw and :rw-all are known'],
];

function refuseUnexpanded(text: string, hostPath: string): void {
  const problem = unexpanded.find(([form]) => form.test(hostPath));
  if (problem === undefined) return;
  const [, found, hint] = problem;
  throw new McpcatError('usage', `--mount: expected a folder or file, found ${found}: "${text}"`, { hint });
}
