import { closedAfterwards } from '../../rig/closed-afterwards.ts';
import { Cluster } from './cluster.ts';
import { Launches } from './launches.ts';
import { published } from './published.ts';

interface Launching {
  /** Closed after the last test of the file. */
  readonly opened: AsyncDisposableStack;
  readonly cluster: Cluster;
  readonly launches: Launches;
  /** The same for another server, with a home of its own. */
  readonly launchesOf: (server: string) => Promise<Launches>;
}

/** For a file of tests: the cluster that runs, and launches of one server in it, whose image is in a registry of its own. */
export async function launching(server = 'everything'): Promise<Launching> {
  const opened = closedAfterwards();
  const cluster = await Cluster.running();
  const launchesOf = async (name: string): Promise<Launches> => {
    const { image } = opened.use(await published(name));
    return opened.use(new Launches(cluster, image, name));
  };
  return { opened, cluster, launches: await launchesOf(server), launchesOf };
}
