import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { clusterLacks } from '../../../src/engine/kubernetes/cluster-info.ts';
import { atHome } from '../../rig/at-home.ts';
import { run, type Ran } from '../../rig/engine.ts';
import { talk, type Talk } from '../../rig/talk.ts';
import { namespace, noNetworkClass, type Cluster } from './cluster.ts';
import type { Person } from './control-plane.ts';
import { ran } from './ran.ts';
import { until } from './until.ts';

/** By the context of each person's kubeconfig. */
export const testEndpoint = `kubernetes://test/${namespace}`;

export const acceptMissing = clusterLacks.join(',');

interface Listed {
  readonly metadata: {
    readonly name: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** Names of the pods that mcpcat has made in a namespace, but for those that are being taken away. */
export async function livePods(cluster: Cluster, where: string): Promise<readonly string[]> {
  const { stdout } = await cluster.kubectl(['get', 'pods', '-n', where, '-o', 'json']);
  const { items } = JSON.parse(stdout) as { readonly items: readonly Listed[] };
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/managed-by'] === 'mcpcat')
    .map(({ metadata }) => metadata.name);
}

/** Starts `mcpcat run` of one server in the cluster, from a home of its own. */
export class Launches implements Disposable {
  readonly home = mkdtempSync(path.join(tmpdir(), 'mcpcat-home-'));
  readonly image: string;
  /** Undefined names none. */
  isolation: string | undefined = noNetworkClass;
  readonly #cluster: Cluster;
  readonly #server: string;

  constructor(cluster: Cluster, image: string, server = 'everything') {
    this.#cluster = cluster;
    this.image = image;
    this.#server = server;
    const folder = path.join(this.home, '.config/mcpcat');
    mkdirSync(folder, { recursive: true });
    const settings = { servers: {}, acceptMissing: clusterLacks };
    writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings), { mode: 0o600 });
  }

  get args(): readonly string[] {
    return [
      ...[this.#server, '--image', this.image, '--engine', testEndpoint],
      ...(this.isolation === undefined ? [] : ['--isolation', this.isolation]),
      ...['--accept-missing', acceptMissing, '--insecure-unverified'],
    ];
  }

  env(person: Person = 'admin', by: 'token' | 'certificate' = 'token'): Record<string, string> {
    return { ...atHome(this.home), KUBECONFIG: this.#cluster.controlPlane.kubeconfig(person, by) };
  }

  async talk(person?: Person, by?: 'token' | 'certificate'): Promise<Talk> {
    return talk(this.args, this.env(person, by));
  }

  /** To its end, with an input that is over at once. */
  async run(person?: Person): Promise<Ran> {
    return run(['run', ...this.args], { env: this.env(person) });
  }

  /** Names of sessions' pods, whatever their phase, but for those that are being taken away. */
  async pods(): Promise<readonly string[]> {
    return livePods(this.#cluster, namespace);
  }

  /** Of the same pods. */
  async phases(): Promise<readonly string[]> {
    const asked = ['get', 'pods', '-n', namespace, '-l', 'app.kubernetes.io/managed-by=mcpcat'];
    const { stdout } = await this.#cluster.kubectl([...asked, '-o', 'jsonpath={.items[*].status.phase}']);
    return stdout.split(' ').filter((word) => word !== '');
  }

  /** Process ids of servers on the node. */
  async servers(): Promise<readonly string[]> {
    return this.#processes('^/usr/local/bin/node .*server-everything');
  }

  async noServer(withinMs = 15_000): Promise<void> {
    const gone = async (): Promise<boolean> => (await this.servers()).length === 0;
    await until('every server is gone', gone, { withinMs });
  }

  async noPod(withinMs = 30_000): Promise<void> {
    const gone = async (): Promise<boolean> => (await this.pods()).length === 0;
    await until('every pod is gone', gone, { withinMs });
  }

  /** Of everything in pods of ours: servers, process 1, leases, relays. */
  async inPods(): Promise<readonly string[]> {
    return this.#processes('^/mcpcat-init |^/usr/local/bin/node .*server-everything');
  }

  /** They hear nothing any more: no end of their input, no SIGTERM. */
  async suspendServers(): Promise<void> {
    const pids = await this.servers();
    await this.onNode(['kill', '-s', 'STOP', ...pids]);
  }

  /** Process ids of leases that are held into pods. */
  async leases(): Promise<readonly string[]> {
    return this.#processes('^/mcpcat-init lease --heartbeat');
  }

  /** What a command says that runs among the processes of the node. */
  async onNode(command: readonly string[]): Promise<string> {
    return (await ran(this.#cluster.namespaces.inside(command, 'process'))).stdout;
  }

  async #processes(pattern: string): Promise<readonly string[]> {
    return (await this.onNode(['pgrep', '-f', pattern])).split('\n').filter((line) => line !== '');
  }

  [Symbol.dispose](): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
