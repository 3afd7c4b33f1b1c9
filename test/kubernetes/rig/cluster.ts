import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeControlGroups, removeControlGroups } from './control-groups.ts';
import { ControlPlane, type Person } from './control-plane.ts';
import { nodeName, startKubelet } from './kubelet.ts';
import { NodeNamespaces, openNodeNamespaces } from './node-namespaces.ts';
import { nodePrograms } from './node-programs.ts';
import { ran, type RanCommand } from './ran.ts';
import { noNetworkHandler, Runtime } from './runtime.ts';
import { until } from './until.ts';

/** The namespace that tests use, and the RuntimeClass whose pods have loopback alone. */
export const namespace = 'mcpcat';
export const noNetworkClass = 'no-network';

/**
 * A Kubernetes cluster of one node: etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, containerd
 * and runc, all real, in namespaces of its own. It has no kube-proxy, so of its services only `kubernetes` is reached,
 * no cluster DNS, and its network enforces no NetworkPolicy.
 */
export class Cluster {
  readonly folder: string;
  readonly namespaces: NodeNamespaces;
  readonly runtime: Runtime;
  readonly controlPlane: ControlPlane;

  private constructor({ folder, pid, program }: ClusterFacts) {
    this.folder = folder;
    this.namespaces = new NodeNamespaces(pid);
    this.runtime = new Runtime(folder, this.namespaces);
    this.controlPlane = new ControlPlane(folder, this.namespaces, program);
  }

  /** The one that runs, for a process of the tests. */
  static async running(): Promise<Cluster> {
    const file = process.env[clusterVariable];
    if (file === undefined) throw new Error('there is no cluster: npm run test:kubernetes starts one');
    return new Cluster(JSON.parse(await readFile(file, 'utf8')) as ClusterFacts);
  }

  static async start(onProgress: (message: string) => void): Promise<Cluster & AsyncDisposable> {
    const programs = await nodePrograms(onProgress);
    await using stack = new AsyncDisposableStack();
    const folder = await nodeFolder();
    stack.defer(async () => rm(folder, { recursive: true, force: true }));
    const controlGroup = makeControlGroups();
    stack.defer(removedControlGroups);
    const { pid } = stack.use(await openNodeNamespaces(programs.pause));
    const cluster = new Cluster({ folder, pid, program: programs.kubernetes });
    await Promise.all([cluster.runtime.start(programs), cluster.controlPlane.start()]);
    onProgress('the API server is ready');
    await cluster.#startNode(controlGroup, programs.kubernetes);
    onProgress('the node is ready');
    await writeFile(cluster.file, JSON.stringify({ folder, pid, program: programs.kubernetes }));
    const all = stack.move();
    return Object.assign(cluster, { [Symbol.asyncDispose]: async () => all.disposeAsync() });
  }

  /** For `running`, as the variable of the environment has it. */
  get file(): string {
    return path.join(this.folder, 'cluster.json');
  }

  async kubectl(args: readonly string[], options: KubectlOptions = {}): Promise<RanCommand> {
    const { input, as = 'admin' } = options;
    const command = ['kubectl', `--kubeconfig=${this.controlPlane.kubeconfig(as)}`, ...args];
    return ran(this.namespaces.inside(command, 'neighbour'), input === undefined ? {} : { input });
  }

  /** Where any failure is one of the rig. Resolves to what it wrote. */
  async apply(...objects: readonly object[]): Promise<string> {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    const { code, stdout, stderr } = await this.kubectl(['apply', '-f', '-'], {
      input: JSON.stringify(list),
    });
    if (code !== 0) throw new Error(`kubectl apply: ${stderr}`);
    return stdout;
  }

  /** Command words before a command that shall run in the node's network, where the API server is. */
  get neighbour(): readonly string[] {
    return this.namespaces.inside([], 'neighbour');
  }

  /** Stops programs where they are: their connections stay open, and nothing comes through. */
  async suspend(parts: readonly NodePart[]): Promise<void> {
    for (const part of parts) await this.#signal(part, 'STOP');
  }

  async resume(parts: readonly NodePart[]): Promise<void> {
    for (const part of parts) await this.#signal(part, 'CONT');
  }

  async #signal(part: NodePart, signal: 'STOP' | 'CONT'): Promise<void> {
    await this.namespaces.kill(path.join(this.folder, `${part}.pid`), signal);
  }

  async #startNode(controlGroup: string, program: string): Promise<void> {
    await startKubelet({
      ...{ folder: this.folder, namespaces: this.namespaces, controlGroup },
      program: [program, 'kubelet'],
      kubeconfig: this.controlPlane.kubeconfig('admin'),
      runtimeSocket: this.runtime.socket,
    });
    const log = path.join(this.folder, 'kubelet.log');
    await until('the node is ready', () => this.#isNodeReady(), { withinMs: 180_000, log });
    await this.apply(restrictedNamespace(namespace), runtimeClass);
    const made = ['get', 'serviceaccount/default', 'configmap/kube-root-ca.crt', '-n', namespace];
    const isMade = async (): Promise<boolean> => (await this.kubectl(made)).code === 0;
    await until('the controllers have furnished the namespace', isMade, { withinMs: 120_000 });
  }

  async #isNodeReady(): Promise<boolean> {
    const ready = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}';
    return (await this.kubectl(['get', 'node', nodeName, '-o', ready])).stdout === 'True';
  }
}

/** Programs of the node and of the control plane that a test may suspend. */
export type NodePart = 'apiserver' | 'kubelet' | 'containerd';

/** Under Pod Security's strictest level. */
export function restrictedNamespace(name: string): object {
  const level = (kind: string): string => `pod-security.kubernetes.io/${kind}`;
  const labels = {
    [level('enforce')]: 'restricted',
    [level('enforce-version')]: 'latest',
    [level('warn')]: 'restricted',
  };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** Names the file of the cluster that runs. */
export const clusterVariable = 'MCPCAT_TEST_CLUSTER';

interface ClusterFacts {
  readonly folder: string;
  readonly pid: number;
  /** All parts of Kubernetes in one. */
  readonly program: string;
}

interface KubectlOptions {
  readonly input?: string;
  readonly as?: Person;
}

const runtimeClass = {
  ...{ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: noNetworkClass } },
  handler: noNetworkHandler,
};

const folderPrefix = 'mcpcat-node-';

/** Named by our process id; those of processes that were killed before they could clear up go now. */
async function nodeFolder(): Promise<string> {
  for (const name of await readdir(tmpdir())) {
    const [, pid] = new RegExp(`^${folderPrefix}(\\d+)-`).exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      await rm(path.join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtemp(path.join(tmpdir(), `${folderPrefix}${String(process.pid)}-`));
}

/** The kernel lets go of a control group a moment after its last process. */
async function removedControlGroups(): Promise<void> {
  const isOurs = (pid: number): boolean => pid === process.pid;
  await until('control groups can be removed', () => Promise.resolve(didRemove(isOurs)), {
    withinMs: 10_000,
  });
}

function didRemove(isOurs: (pid: number) => boolean): boolean {
  try {
    removeControlGroups(isOurs);
    return true;
  } catch {
    return false;
  }
}
