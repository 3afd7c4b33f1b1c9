import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const file = 'test/durations.json';
/** Seconds for a job that was never measured: it should not be the last to start. */
const unknownSeconds = 20;

type Durations = Readonly<Record<string, number>>;

function read(): Durations {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Durations) : {};
}

/** Seconds that each job took when the durations were last recorded. */
export function durations(): (name: string) => number {
  const known = read();
  return (name) => known[name] ?? unknownSeconds;
}

/** Keeps what was measured, for the order of the next runs and for the groups of the workflow. */
export function record(results: readonly { readonly name: string; readonly seconds: number }[]): void {
  const measured = results.map(({ name, seconds }) => [name, Math.round(seconds * 10) / 10] as const);
  const all = Object.entries({ ...read(), ...Object.fromEntries(measured) }).filter(([name]) =>
    existsSync(name),
  );
  const sorted = Object.fromEntries(all.toSorted(([, a], [, b]) => b - a));
  writeFileSync(file, `${JSON.stringify(sorted, undefined, 2)}\n`);
}
