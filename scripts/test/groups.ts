import { globSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Folders of tests that need more than Node and loopback: an engine, the internet's registries, a compiler or root.
 * Everything else under `test` is a unit test.
 */
const machineFolders = ['test/docker', 'test/init', 'test/chaos', 'test/redteam'];

export type Group = 'unit' | 'docker';

export function groupOf(file: string): Group {
  return machineFolders.some((folder) => file.startsWith(`${folder}/`)) ? 'docker' : 'unit';
}

/** A compiler and the internet's registries are enough for these. */
export function needsEngine(file: string): boolean {
  return !file.startsWith('test/init/') && !file.startsWith('test/docker/registries/');
}

/** The test files under these folders or files (all if none is named) that are of one of these groups. */
export function testFiles(groups: readonly Group[], wanted: readonly string[]): string[] {
  const roots = wanted.length > 0 ? wanted.map((name) => path.normalize(name)) : ['test'];
  return [...new Set(roots.flatMap(filesUnder))].filter((file) => groups.includes(groupOf(file))).toSorted();
}

function filesUnder(root: string): string[] {
  const files = statSync(root).isDirectory() ? globSync(`${root}/**/*.test.ts`) : [root];
  return files.map((file) => file.split(path.sep).join('/'));
}
