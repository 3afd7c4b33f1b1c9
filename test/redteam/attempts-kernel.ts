import type { Attempt } from './attempts.ts';
import {
  allRefused,
  callsRefused,
  contained,
  factsOf,
  stopped,
  succeeded,
  unanswered,
  type Judge,
} from './evidence.ts';

/** A verdict on the facts of one answer. */
function on(attempt: string, judge: (facts: Readonly<Record<string, unknown>>) => ReturnType<Judge>): Judge {
  return (evidence) => {
    const facts = factsOf(evidence, attempt);
    return facts === undefined ? unanswered : judge(facts);
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const privileges: readonly Attempt[] = [
  { title: 'become root by setuid, setgid, setgroups', judge: callsRefused('setuid', 'setgid', 'setgroups') },
  {
    title: 'run a setuid program of root',
    judge: on('setuid-program', ({ becomes }) =>
      becomes === 0 ? succeeded('uid 0') : stopped(`stays ${String(becomes)}`),
    ),
  },
  {
    title: 'have or gain capabilities',
    judge: on('capabilities', ({ effective, bounding }) => {
      const none = /^0+$/;
      if (!none.test(String(effective))) return succeeded(String(effective));
      return none.test(String(bounding)) ? stopped('none') : succeeded(`may gain ${String(bounding)}`);
    }),
  },
  {
    title: 'new namespaces, those of process 1',
    judge: callsRefused('unshare-user', 'clone-user', 'unshare-mount', 'unshare-net', 'unshare-pid', 'setns'),
  },
  {
    title: 'mount, remount, unmount, pivot_root',
    judge: callsRefused('mount-tmpfs', 'mount-proc', 'remount-root', 'umount', 'pivot-root'),
  },
  { title: 'chroot', judge: callsRefused('chroot') },
  { title: 'open a file of the host by its handle', judge: callsRefused('open-by-handle') },
  {
    title: 'kernel modules, kexec, reboot, swap',
    judge: callsRefused('init-module', 'kexec', 'reboot', 'swapon'),
  },
  { title: 'bpf, perf, userfaultfd', judge: callsRefused('bpf', 'perf', 'userfaultfd') },
  { title: 'io_uring', judge: callsRefused('io-uring') },
  { title: 'the kernel keyring', judge: callsRefused('keyctl', 'add-key') },
  { title: 'read the kernel log', judge: callsRefused('syslog') },
  { title: 'set the clock', judge: callsRefused('settimeofday') },
  {
    title: 'change the host name',
    judge: (evidence) => {
      const call = callsRefused('sethostname')(evidence);
      return call.outcome === 'stopped' ? allRefused('rename')(evidence) : call;
    },
  },
  { title: 'raise limits, lock memory', judge: callsRefused('raise-core', 'raise-nofile', 'nice', 'mlock') },
  {
    title: 'the 32-bit system calls',
    judge: on('compatible', ({ answer }) =>
      answer === 'fine' ? succeeded('past 64-bit filters') : stopped(String(answer)),
    ),
  },
  {
    title: 'rare families of sockets',
    judge: on('families', ({ opened }) =>
      list(opened).length > 0 ? succeeded(`families ${list(opened).join(' ')}`) : stopped('none opens'),
    ),
  },
  { title: 'AF_VSOCK (the hypervisor’s host)', judge: callsRefused('vsock') },
  { title: 'AF_ALG (kernel crypto)', judge: callsRefused('alg-socket') },
  { title: 'raw sockets', judge: callsRefused('raw-socket') },
  { title: 'packet sockets (ARP, sniffing)', judge: callsRefused('packet-socket') },
  {
    title: 'leave a core dump',
    judge: on('core-dump', ({ answer }) =>
      answer === 'dumped' ? succeeded('memory on the disk') : stopped(String(answer)),
    ),
  },
  {
    title: 'type into the client’s terminal',
    judge: on('terminal', ({ answer }) =>
      answer === 'fine' ? succeeded('TIOCSTI') : stopped(String(answer)),
    ),
  },
];

export const files: readonly Attempt[] = [
  { title: 'write into the system', judge: allRefused('write-root') },
  { title: 'replace programs (its own, node, the guard)', judge: allRefused('programs') },
  { title: 'change names and accounts (/etc/hosts, passwd)', judge: allRefused('names') },
  { title: 'run a program it has written', judge: allRefused('run-dropped') },
  { title: 'map a written file as a program', judge: callsRefused('map-exec') },
  { title: 'change the kernel by /proc', judge: allRefused('proc') },
  { title: 'change the kernel by /sys', judge: allRefused('sys') },
  { title: 'read kernel memory and addresses', judge: allRefused('kernel-memory') },
  { title: 'raise its own limits by cgroup files', judge: allRefused('cgroup') },
  { title: 'open devices of the host', judge: allRefused('devices') },
  {
    title: 'make a node of the host’s disk',
    judge: on('disk', (facts) => {
      const answers = Object.values(facts);
      if (answers.includes('fine')) return succeeded('opened');
      if (answers.includes('made') || answers.length === 0) return contained('made, not opened');
      return stopped(String(answers[0]));
    }),
  },
];

export const others: readonly Attempt[] = [
  {
    title: 'trace process 1, write into its memory',
    judge: callsRefused('ptrace-init', 'init-memory'),
  },
  { title: 'read secrets of process 1 (environ, secrets handoff, pipes)', judge: allRefused('guard') },
  {
    title: 'see a sibling’s processes and secrets',
    judge: on('sibling-secrets', ({ found }) =>
      list(found).length > 0 ? succeeded(`pid ${list(found).join(' ')}`) : stopped('not there'),
    ),
  },
  {
    title: 'a sibling’s shared memory and queues',
    judge: on('ipc', ({ sibling }) =>
      String(sibling).includes('found') ? succeeded(String(sibling)) : stopped('not there'),
    ),
  },
  {
    title: 'a sibling’s listener',
    judge: (evidence) =>
      evidence.measures.get('sibling-address') === undefined
        ? stopped('it has no address')
        : allRefused('siblings')(evidence),
  },
  {
    title: 'the engine’s socket (files, port 2375 of the host)',
    judge: (evidence) => {
      const socket = allRefused('engine-socket')(evidence);
      return socket.outcome === 'stopped' ? allRefused('engine-tcp')(evidence) : socket;
    },
  },
];
