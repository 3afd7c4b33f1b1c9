import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { certificateAuthority, clientCertificate } from './certificates.ts';
import type { NodeNamespaces } from './node-namespaces.ts';
import { mustRun, ran } from './ran.ts';
import { until } from './until.ts';

/** In the node's network: where the API server is for everybody outside of pods. */
export const nodeAddress = '10.99.0.1';
/** The same by the cluster's own `kubernetes` service, which has no proxy here: the node has the address itself. */
export const serviceAddress = '10.96.0.1';
/** Of the service `kube-dns`, which a test may make. */
export const nameServerAddress = '10.96.0.10';

/** People of the cluster: `admin` may all; `user` and `reader` nothing, until a test binds a role to them. */
export type Person = 'admin' | 'user' | 'reader';
const people: Readonly<Record<Person, string>> = {
  admin: 'system:masters',
  user: 'mcpcat:users',
  reader: 'mcpcat:readers',
};

/** etcd, kube-apiserver, kube-controller-manager and kube-scheduler. */
export class ControlPlane {
  readonly server = `https://${nodeAddress}`;
  readonly #folder: string;
  readonly #namespaces: NodeNamespaces;
  readonly #program: string;

  constructor(folder: string, namespaces: NodeNamespaces, program: string) {
    this.#folder = folder;
    this.#namespaces = namespaces;
    this.#program = program;
  }

  async start(): Promise<void> {
    await mkdir(this.#place('certificates'), { recursive: true });
    for (const command of addresses) await mustRun(this.#namespaces.inside(command, 'process'));
    await mustRun(['openssl', 'genrsa', '-out', this.#place('accounts.key'), '2048']);
    await certificateAuthority(this.#place('certificates'));
    const tokens = Object.entries(people).map(
      ([name, group]) => `${name}-token,${name},${name},"${group}"\n`,
    );
    await writeFile(this.#place('tokens.csv'), tokens.join(''));
    const etcd = [this.#program, 'etcd', this.#place('etcd'), ...etcdUrls];
    this.#start('etcd', etcd);
    await this.startApiServer();
    for (const person of Object.keys(people)) await this.#writeKubeconfigs(person);
    this.#start('controllers', [this.#program, 'kube-controller-manager', ...this.#controllerFlags()]);
    const kubeconfig = `--kubeconfig=${this.kubeconfig('admin')}`;
    this.#start('scheduler', [
      this.#program,
      'kube-scheduler',
      kubeconfig,
      ...withoutLeases,
      '--secure-port=0',
    ]);
  }

  /** Also after it was killed. */
  async startApiServer(): Promise<void> {
    this.#start('apiserver', [this.#program, 'kube-apiserver', ...this.#apiServerFlags()]);
    const log = this.#place('apiserver.log');
    await until('the API server is ready', () => this.#isReady(), { withinMs: 180_000, log });
  }

  async killApiServer(): Promise<void> {
    await this.#namespaces.kill(this.#place('apiserver.pid'), 'KILL');
  }

  /** With a token, and with a client certificate where that is asked for. */
  kubeconfig(person: Person, by: 'token' | 'certificate' = 'token'): string {
    return this.#place(`${person}-${by}.kubeconfig`);
  }

  #place(name: string): string {
    return path.join(this.#folder, name);
  }

  #start(part: string, command: readonly string[]): void {
    const [log, pidFile] = [this.#place(`${part}.log`), this.#place(`${part}.pid`)];
    this.#namespaces.start(command, { log, pidFile });
  }

  async #isReady(): Promise<boolean> {
    const authorization = 'Authorization: Bearer admin-token';
    const curl = ['curl', '-sk', '--max-time', '2', '-H', authorization, `${this.server}/readyz`];
    return (await ran(this.#namespaces.inside(curl, 'neighbour'))).stdout === 'ok';
  }

  #apiServerFlags(): string[] {
    const key = this.#place('accounts.key');
    return [
      '--etcd-servers=http://127.0.0.1:2379',
      `--cert-dir=${this.#place('certificates')}`,
      `--client-ca-file=${this.#place('certificates/clients.crt')}`,
      '--secure-port=443',
      '--bind-address=0.0.0.0',
      `--advertise-address=${nodeAddress}`,
      '--service-cluster-ip-range=10.96.0.0/24',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      `--token-auth-file=${this.#place('tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--kubelet-preferred-address-types=InternalIP',
      '--allow-privileged=false',
      '--profiling=false',
    ];
  }

  #controllerFlags(): string[] {
    return [
      `--kubeconfig=${this.kubeconfig('admin')}`,
      `--service-account-private-key-file=${this.#place('accounts.key')}`,
      `--root-ca-file=${this.#place('certificates/apiserver.crt')}`,
      ...withoutLeases,
      '--secure-port=0',
    ];
  }

  /** With its certificate, which the API server has made for itself at its first start. */
  async #writeKubeconfigs(person: string): Promise<void> {
    const group = people[person as Person];
    const certificates = this.#place('certificates');
    const authority = await readFile(path.join(certificates, 'apiserver.crt'));
    const byCertificate = await clientCertificate(certificates, { name: person, group });
    const users = { token: { token: `${person}-token` }, certificate: byCertificate };
    for (const [by, user] of Object.entries(users)) {
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'test',
        contexts: [{ name: 'test', context: { cluster: 'test', user: person, namespace: 'mcpcat' } }],
        clusters: [
          {
            name: 'test',
            cluster: { server: this.server, 'certificate-authority-data': authority.toString('base64') },
          },
        ],
        users: [{ name: person, user }],
      };
      await writeFile(this.#place(`${person}-${by}.kubeconfig`), JSON.stringify(config, null, 2));
    }
  }
}

/** There is one of each. */
const withoutLeases = ['--leader-elect=false'];

const etcdUrls = ['http://127.0.0.1:2379', 'http://127.0.0.1:2380'];

/** kubelet refuses a loopback address for its node: a bridge without ports has one. */
const addresses: readonly (readonly string[])[] = [
  ['ip', 'link', 'set', 'lo', 'up'],
  ['ip', 'link', 'add', 'node0', 'type', 'bridge'],
  ['ip', 'address', 'add', `${nodeAddress}/24`, 'dev', 'node0'],
  ['ip', 'address', 'add', `${serviceAddress}/32`, 'dev', 'node0'],
  ['ip', 'address', 'add', `${nameServerAddress}/32`, 'dev', 'node0'],
  ['ip', 'link', 'set', 'node0', 'up'],
];
