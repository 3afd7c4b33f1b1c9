import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { mustRun } from './ran.ts';
import type { NodeNamespaces } from './node-namespaces.ts';
import type { NodePrograms } from './node-programs.ts';
import { pauseImage, writePauseImage } from './pause-image.ts';
import { until } from './until.ts';

/** The handler of the RuntimeClass whose pods have no interface but loopback. */
export const noNetworkHandler = 'no-network';

/** containerd with its CRI plugin, as a node's kubelet uses it. */
export class Runtime {
  readonly socket: string;
  readonly #namespaces: NodeNamespaces;

  readonly #folder: string;

  constructor(folder: string, namespaces: NodeNamespaces) {
    this.#folder = folder;
    this.#namespaces = namespaces;
    this.socket = path.join(folder, 'containerd.sock');
  }

  async start(programs: NodePrograms): Promise<void> {
    const place = (name: string): string => path.join(this.#folder, name);
    await mkdir(place('cni/pods'), { recursive: true });
    await mkdir(place('cni/no-network'), { recursive: true });
    const facts = { folder: this.#folder, socket: this.socket, plugins: programs.cni };
    await writeFile(place('containerd.toml'), containerdConfig(facts));
    await writeFile(place('cni/pods/10-bridge.conflist'), bridge(this.#folder));
    await writeFile(place('cni/no-network/10-none.conflist'), noNetwork);
    const log = place('containerd.log');
    const files = { log, pidFile: place('containerd.pid') };
    this.#namespaces.start(['containerd', '--config', place('containerd.toml')], files);
    await until('containerd answers', () => this.#answers(), { withinMs: 120_000, log });
    await writePauseImage(programs.pause, place('pause.tar'));
    await this.importImage(place('pause.tar'));
  }

  /** Of a `docker save` archive. Resolves to what `ctr` says of it. */
  async importImage(archive: string, ...options: readonly string[]): Promise<string> {
    return this.ctr(['images', 'import', ...options, archive]);
  }

  async ctr(args: readonly string[]): Promise<string> {
    const command = ['ctr', '--address', this.socket, '--namespace', 'k8s.io', ...args];
    return mustRun(this.#namespaces.inside(command, 'process'));
  }

  async #answers(): Promise<boolean> {
    return this.ctr(['images', 'list', '--quiet']).then(
      () => true,
      () => false,
    );
  }
}

interface ContainerdFacts {
  readonly folder: string;
  readonly socket: string;
  readonly plugins: string;
}

function containerdConfig({ folder, socket, plugins }: ContainerdFacts): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"';
  return `version = 2
root = "${folder}/containerd/root"
state = "${folder}/containerd/state"
[grpc]
  address = "${socket}"
[${cri}]
  sandbox_image = "${pauseImage}"
  stream_server_address = "127.0.0.1"
  # Root without CAP_SYS_RESOURCE can't lower a score, and without this no pod starts there.
  restrict_oom_score_adj = true
  [${cri}.cni]
    bin_dir = "${plugins}"
    conf_dir = "${folder}/cni/pods"
  [${cri}.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [${cri}.containerd.runtimes.${noNetworkHandler}]
    runtime_type = "io.containerd.runc.v2"
    cni_conf_dir = "${folder}/cni/no-network"
`;
}

/** Addresses of pods; the bridge is the node’s first. */
function bridge(folder: string): string {
  const ranges = [[{ subnet: '10.244.0.0/24' }]];
  const ipam = {
    type: 'host-local',
    dataDir: `${folder}/cni/addresses`,
    ranges,
    routes: [{ dst: '0.0.0.0/0' }],
  };
  const plugin = { type: 'bridge', bridge: 'pods0', isGateway: true, ipMasq: false, ipam };
  return JSON.stringify({ cniVersion: '1.0.0', name: 'pods', plugins: [plugin] });
}

const noNetwork = JSON.stringify({ cniVersion: '1.0.0', name: 'none', plugins: [{ type: 'no-network' }] });
