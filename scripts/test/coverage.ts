import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from './run.ts';

/** What nothing but the unit tests must cover well: who holds a server, and what stands between it and the world. */
const core = ['session', 'launch', 'sandbox', 'egress', 'engine'];

/** Lines of one source file. */
interface Lines {
  readonly covered: number;
  readonly all: number;
}

/**
 * Runs the unit tests with Node's own coverage, each file in a process as Node merges them, and prints lines covered for
 * each folder of `src` and which files outside `src/cli` no test loads. The shares are a report, not a gate.
 */
export async function coverage(files: readonly string[]): Promise<boolean> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-coverage-'));
  const report = path.join(folder, 'lcov.info');
  try {
    const passed = await run('unit tests with coverage', process.execPath, [
      '--test',
      '--test-concurrency=2',
      '--experimental-test-coverage',
      '--test-coverage-include=src/**/*.ts',
      // In place of Node's own pattern, which takes src/smoke/smoke-test.ts for a test.
      '--test-coverage-exclude=test/**',
      '--test-reporter=dot',
      '--test-reporter-destination=stdout',
      '--test-reporter=lcov',
      `--test-reporter-destination=${report}`,
      ...files,
    ]);
    const text = readFileSync(report, 'utf8');
    process.stdout.write(coverageText(linesIn(text), sources()));
    return passed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Source files that hold code; a file of types alone leaves nothing that could be loaded. */
function sources(): string[] {
  return globSync('src/**/*.ts')
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => !file.endsWith('.d.ts') && holdsCode(readFileSync(file, 'utf8')))
    .toSorted();
}

export function holdsCode(source: string): boolean {
  const code = stripTypeScriptTypes(source).replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  // An import without a name left, or a re-export of types, is no code of its own.
  return code.replaceAll(/\b(import|export)\s*\{[\s,]*\}(\s*from\s*'[^']*')?;?/g, '').trim() !== '';
}

/** Lines by source file, from an lcov report (geninfo(1)). */
export function linesIn(lcov: string): Map<string, Lines> {
  const found = new Map<string, Lines>();
  for (const part of lcov.split('end_of_record')) {
    const file = /^SF:(.*)$/m.exec(part)?.[1];
    if (file === undefined) continue;
    const hits = [...part.matchAll(/^DA:\d+,(\d+)/gm)].map((match) => Number(match[1]));
    found.set(file, { covered: hits.filter((count) => count > 0).length, all: hits.length });
  }
  return found;
}

/** A line for each folder, those of the core last and marked, then the files that no unit test loads. */
export function coverageText(lines: ReadonlyMap<string, Lines>, files: readonly string[]): string {
  const outside = files.filter((file) => !file.startsWith('src/cli/') && file.split('/').length > 2);
  const folders = Object.entries(Object.groupBy(outside, (file) => file.split('/')[1] ?? ''));
  const isCore = ([name]: readonly [string, unknown]): boolean => core.includes(name);
  const rows = [...folders.filter((row) => !isCore(row)), ...folders.filter(isCore)].map(
    ([name, all = []]) =>
      `${name.padEnd(14)} ${shareText(all, lines)}${core.includes(name) ? '  (core)' : ''}\n`,
  );
  const missing = outside.filter((file) => !lines.has(file));
  const loaded = `${percent(outside.length - missing.length, outside.length)} of ${String(outside.length)} source files outside src/cli are loaded by a unit test\n`;
  return [...rows, loaded, ...missing.map((file) => `not loaded: ${file}\n`)].join('');
}

function shareText(files: readonly string[], lines: ReadonlyMap<string, Lines>): string {
  const found = files.flatMap((file) => lines.get(file) ?? []);
  const sum = (key: keyof Lines): number => found.reduce((total, { [key]: n }) => total + n, 0);
  return `${percent(sum('covered'), sum('all')).padStart(7)} of lines, ${String(found.length)} of ${String(files.length)} files loaded`;
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? '0.0' : ((100 * part) / whole).toFixed(1)} %`;
}
