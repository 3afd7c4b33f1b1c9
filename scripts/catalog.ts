/**
 * `npm run catalog [-- --force]`: builds and verifies every entry, records the digests of the images and writes
 * `catalog.json`. What is built and verified already is skipped, so it may be interrupted and goes on where it was.
 */
import { spawnSync } from 'node:child_process';

interface Rebuilt {
  readonly name: string;
  readonly build?: 'built' | 'unchanged';
  readonly proof?: 'verified' | 'unchanged' | 'failed';
}

const again = process.argv.includes('--force') ? ['--force'] : [];
let failed = 0;

function mcpcat(args: readonly string[], stdout: 'inherit' | 'pipe' = 'inherit'): string {
  process.stdout.write(`\n── mcpcat ${args.join(' ')}\n`);
  const { status, stdout: said } = spawnSync(process.execPath, ['bin/mcpcat.js', ...args], {
    stdio: ['ignore', stdout, 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (status !== 0) failed = status ?? 3;
  return said;
}

/** What `mcpcat rebuild --json` printed; nothing if it ended before. */
function rebuiltIn(text: string): Rebuilt[] {
  try {
    return JSON.parse(text) as Rebuilt[];
  } catch {
    return [];
  }
}

function summary(rebuilt: readonly Rebuilt[], seconds: number): string {
  const built = rebuilt.filter(({ build }) => build === 'built').length;
  const verified = rebuilt.filter(({ proof }) => proof === 'verified').length;
  const bad = rebuilt.filter(({ build, proof }) => build === undefined || proof === 'failed');
  const rate = verified === 0 ? '' : `, ${String(Math.round((3600 * verified) / seconds))} images per hour`;
  const lines = [
    `${String(rebuilt.length)} entries in ${seconds.toFixed(1)} s: ${String(built)} built, ${String(verified)} verified${rate}`,
    ...bad.map(({ name }) => `failed: ${name}`),
  ];
  return `${lines.join('\n')}\n`;
}

mcpcat(['doctor', '--fix']);
if (failed === 0) mcpcat(['base', 'build']);
// Without engine or bases there is nothing to do; one broken entry does not keep the others from being verified.
if (failed === 0) {
  const started = performance.now();
  const rebuilt = rebuiltIn(mcpcat(['rebuild', '--all', '--json', ...again], 'pipe'));
  process.stdout.write(summary(rebuilt, (performance.now() - started) / 1000));
  mcpcat(['publish', '--all', '--dry-run']);
  mcpcat(['index', '--page', 'docs/catalog.md']);
  mcpcat(['score', '--all', '--page', 'docs/scores.md']);
}
process.exit(failed);
