/**
 * Lints `.github/workflows` with actionlint and zizmor, both locked by hash in `scripts/workflow-linters` and kept in
 * `node_modules/.cache`. zizmor runs offline: what it would ask GitHub for (are the pinned commits still tagged?) is
 * Dependabot's business.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';

const recipes = path.resolve('scripts/workflow-linters');

interface Linter {
  readonly name: string;
  /** Its lock: another text, another installation. */
  readonly lock: string;
  readonly install: (folder: string) => readonly [string, ...string[]];
  readonly run: (folder: string) => readonly [string, ...string[]];
}

const linters: readonly Linter[] = [
  {
    name: 'actionlint',
    lock: path.join(recipes, 'go.sum'),
    install: (folder) => [
      'go',
      'build',
      '-C',
      recipes,
      '-mod=readonly',
      '-o',
      `${folder}/actionlint`,
      'github.com/rhysd/actionlint/cmd/actionlint',
    ],
    // Its calls of shellcheck and pyflakes depend on what a machine has.
    run: (folder) => [`${folder}/actionlint`, '-shellcheck=', '-pyflakes=', '-no-color'],
  },
  {
    name: 'zizmor',
    lock: path.join(recipes, 'requirements.txt'),
    install: (folder) => [
      'python3',
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--require-hashes',
      '--only-binary=:all:',
      '--target',
      folder,
      '-r',
      path.join(recipes, 'requirements.txt'),
    ],
    run: (folder) => [
      `${folder}/bin/zizmor`,
      '--offline',
      '--persona=pedantic',
      '--color=never',
      '--quiet',
      '.github',
    ],
  },
];

function call([command, ...args]: readonly [string, ...string[]]): boolean {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return true;
  process.stdout.write(error === undefined ? `${stdout}${stderr}` : `${command}: ${error.message}\n`);
  return false;
}

/** The folder it is installed in; undefined if that failed, which has been said. */
function installed({ name, lock, install }: Linter): string | undefined {
  const version = createHash('sha256').update(readFileSync(lock)).digest('hex').slice(0, 12);
  const folder = path.resolve('node_modules/.cache/workflow-linters', `${name}-${version}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${String(process.pid)}`;
  mkdirSync(unfinished, { recursive: true });
  if (call(install(unfinished))) {
    renameSync(unfinished, folder);
    return folder;
  }
  rmSync(unfinished, { recursive: true, force: true });
  process.stdout.write(`${name} could not be installed: it needs Go, or Python with pip\n`);
  return undefined;
}

let failed = 0;
for (const linter of linters) {
  const folder = installed(linter);
  if (folder === undefined || !call(linter.run(folder))) failed++;
}
process.exit(failed === 0 ? 0 : 1);
