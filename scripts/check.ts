/** `npm run check`: formatting, types, lint, unused code and generated files, each with its own line. */
import { spawnSync } from 'node:child_process';

const checks: readonly (readonly [string, ...string[]])[] = [
  [
    'prettier',
    '--check',
    '--log-level=warn',
    'src',
    'test',
    'scripts',
    'bench',
    'bin',
    'docs',
    '.github',
    '*.md',
    '*.json',
  ],
  ['tsc', '--noEmit'],
  ['oxlint', '--type-aware', '--quiet'],
  ['knip', '--no-progress'],
  ['node', '--test', 'test/architecture.test.ts'],
  ['node', 'scripts/lint-workflows.ts'],
  ['node', 'scripts/generate-docs.ts', '--check'],
  ['node', 'scripts/check-index.ts'],
];

let failed = 0;
for (const [tool, ...args] of checks) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(`node_modules/.bin/${tool}`, args, { encoding: 'utf8' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${tool} ${args[0] ?? ''} (${seconds} s)\n`);
  if (status !== 0) {
    failed += 1;
    process.stdout.write(`${stdout}${stderr}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
