/** Engines that can be started here from Debian's own packages, in a root file system of their suite. */
export interface KnownEngine {
  readonly name: string;
  readonly suite: 'bookworm' | 'trixie' | 'forky';
  /** Runs in that root file system with `$RUN`, a folder of its own, and listens on `$RUN/engine.sock`. */
  readonly command: string;
  /** What this engine can't enforce on this machine, as a session says it: nothing is started then. */
  readonly refuses?: RegExp;
  /** It listens for TLS besides, on port 2376 of its own loopback, and is reached over ssh and TLS too (elsewhere.ts). */
  readonly elsewhere?: true;
}

const dockerd =
  'exec dockerd --data-root $RUN/data --exec-root $RUN/exec --host unix://$RUN/engine.sock --pidfile $RUN/pid --cgroup-parent /mcpcat-engines';
const overTls =
  '--host tcp://127.0.0.1:2376 --tlsverify --tlscacert $RUN/tls/ca.pem --tlscert $RUN/tls/server-cert.pem --tlskey $RUN/tls/server-key.pem';
// A build's RUN wants more open files than a machine without CAP_SYS_RESOURCE may give.
const podmanSetup =
  'mkdir -p /etc/containers/containers.conf.d && printf "[containers]\\ndefault_ulimits = [\\"nofile=4096:4096\\", \\"nproc=4096:4096\\"]\\n" > /etc/containers/containers.conf.d/tests.conf';
// crun refuses a machine with cgroup v1 and v2 side by side.
const podman = '--runtime runc --cgroup-manager cgroupfs system service --time 0 unix://$RUN/engine.sock';
const rootlessSetup =
  'useradd -m -u 1500 tester && echo tester:200000:65536 | tee /etc/subuid > /etc/subgid && mkdir -p /run/user/1500 && chown -R tester /run/user/1500 $RUN && cd /home/tester';
const containerdStore =
  'mkdir -p /etc/docker && echo \'{"features":{"containerd-snapshotter":true}}\' > /etc/docker/daemon.json';

export const knownEngines: readonly KnownEngine[] = [
  {
    name: 'podman-5.4',
    suite: 'trixie',
    command: `${podmanSetup}; exec podman --root $RUN/data --runroot $RUN/exec ${podman}`,
  },
  {
    name: 'podman-5.4-rootless',
    suite: 'trixie',
    command: `${podmanSetup}; ${rootlessSetup}; exec setpriv --reuid 1500 --regid 1500 --init-groups env HOME=/home/tester XDG_RUNTIME_DIR=/run/user/1500 podman --root $RUN/data --runroot $RUN/exec ${podman}`,
    refuses: /memory in bytes: expected at most \d+, found no limit/,
  },
  {
    name: 'podman-4.3',
    suite: 'bookworm',
    command: `${podmanSetup}; exec podman --root $RUN/data --runroot $RUN/exec ${podman}`,
  },
  {
    name: 'docker-26.1-overlay2',
    suite: 'trixie',
    command: `${dockerd} --storage-driver overlay2 ${overTls}`,
    elsewhere: true,
  },
  { name: 'docker-26.1-containerd', suite: 'trixie', command: `${containerdStore}; ${dockerd}` },
  { name: 'docker-28.5-containerd', suite: 'forky', command: `${containerdStore}; ${dockerd}` },
];
