import { ownValue } from '../../lib/own-value.ts';
import { isOwnCode } from '../../evidence/source-settings.ts';
import { withSetting } from '../settings.ts';
import { quote, outputLines, type Detection, type Situation } from './detection.ts';

/** It has a look at a value that it was given, and does not like it: what the message or the source says of its beginning. */
export function wrongValues(situation: Situation): Detection[] {
  const { draft, evidence, own, seen } = situation;
  if (seen.failure === undefined) return [];
  const text = outputLines(situation).join('\n');
  const line = text
    .split('\n')
    .find((one) => /invalid|malformed|wrong format|(must|should) (start|begin)|bad format/i.test(one));
  if (line === undefined) return [];
  const words = new Set(line.toLowerCase().split(/[^a-z]+/));
  const likeness = (name: string): number =>
    (line.includes(name) ? 9 : 0) +
    name
      .toLowerCase()
      .split('_')
      .filter((word) => word.length > 2 && words.has(word)).length;
  const [name] = Object.entries(draft.entry.env)
    .filter(([, { required, secret }]) => required && secret)
    .map(([key]) => key)
    .toSorted((a, b) => likeness(b) - likeness(a));
  if (name === undefined || likeness(name) === 0) return [];
  const said = /(?:start|begin)s? with:? ?["'`]?([A-Za-z0-9_-]{2,12})["'`]?/i.exec(line)?.[1];
  const written = own.files
    .filter(isOwnCode)
    .flatMap(({ text: code }) =>
      [
        ...code.matchAll(
          /starts_?with\(\s*["'`]([A-Za-z0-9]{2,8}[-_.](?:[a-z]{2,4}[-_.])?|[A-Z]{2,4}[a-z0-9]?)["'`]/gi,
        ),
      ].map((match) => match[1] ?? ''),
    );
  const prefix = said ?? written[0] ?? '';
  const known = evidence.settings.get(name);
  const value = `${prefix}example${'0'.repeat(64)}`;
  return [
    {
      key: `value ${name} ${prefix}`,
      what: `${name} must look like ${prefix === '' ? 'something longer' : `${prefix}…`}`,
      apply: (old) => {
        const next = withSetting(old, { name, required: true, known, why: `its start: ${quote(line)}` });
        const setting = ownValue(next.entry.env, name);
        if (setting === undefined) return next;
        return {
          ...next,
          entry: { ...next.entry, env: { ...next.entry.env, [name]: { ...setting, example: value } } },
        };
      },
    },
  ];
}
