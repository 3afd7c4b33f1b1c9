/**
 * `node test/kubernetes/rig/up.ts [DOCKER-SAVE-ARCHIVE…]`: brings a cluster up, says how to reach it, and takes it down
 * when it is interrupted or its input ends.
 */
import { once } from 'node:events';
import { Cluster } from './cluster.ts';
import { unmetRequirement } from './requirements.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const unmet = unmetRequirement();
if (unmet !== undefined) {
  process.stderr.write(`${unmet}\n`);
  process.exit(1);
}
const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
{
  await using cluster = await Cluster.start(say);
  for (const archive of process.argv.slice(2)) say((await cluster.runtime.importImage(archive)).trim());
  say(`folder: ${cluster.folder}`);
  say(`export KUBECONFIG=${cluster.controlPlane.kubeconfig('admin')}`);
  say(`${cluster.neighbour.join(' ')} kubectl get nodes`);
  const alive = setInterval(() => undefined, 1000);
  await interrupted;
  clearInterval(alive);
}
