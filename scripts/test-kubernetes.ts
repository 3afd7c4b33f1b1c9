/**
 * `npm run test:kubernetes [FILE…]`: builds a cluster of one node from published Go modules (cached), starts it in
 * namespaces of its own, runs the tests of `test/kubernetes` (or a program such as a bench, with its own words) against it, and leaves nothing. Needs root.
 */
import { globSync } from 'node:fs';
import { Cluster, clusterVariable } from '../test/kubernetes/rig/cluster.ts';
import { unmetRequirement } from '../test/kubernetes/rig/requirements.ts';
import { run } from './test/run.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const testOptions = ['--test', '--test-concurrency=1', '--test-timeout=300000'];

async function test(files: readonly string[]): Promise<boolean> {
  await using cluster = await Cluster.start(say);
  process.env[clusterVariable] = cluster.file;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void cluster[Symbol.asyncDispose]().then(() => process.exit(1)));
  const isProgram = /^(bench|test\/chaos)\//.test(files[0] ?? '');
  const node = [process.execPath, ...(isProgram ? [] : testOptions)];
  const [command = '', ...args] = cluster.namespaces.inside([...node, ...files], 'neighbour');
  // The cluster goes when this function ends.
  return await run('tests against the cluster', command, args);
}

const unmet = unmetRequirement();
if (unmet === undefined) {
  const [...wanted] = process.argv.slice(2);
  const files = wanted.length > 0 ? wanted : globSync('test/kubernetes/*.ts').toSorted();
  process.exitCode = (await test(files)) ? 0 : 1;
} else {
  process.stderr.write(`${unmet}\n`);
  process.exitCode = 1;
}
