import { execFileSync } from 'node:child_process';

/** Packages of npm into a folder, `NAME@VERSION` each; none of their scripts runs. */
export function npmInstall(folder: string, packages: readonly string[]): void {
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  execFileSync('npm', ['install', ...options, ...packages]);
}
