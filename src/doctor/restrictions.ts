import type { Answer, Attempt } from '../engine/probe-answers.ts';
import type { Condition } from './condition.ts';

/** What the probe container is restricted to; the measured limits must be these. */
export interface Restricted {
  readonly memoryBytes: number;
  readonly pids: number;
  readonly cpus: number;
  readonly uid: number;
}

const cgroup = '/sys/fs/cgroup';

/** Tried from inside the probe container: the server's own process is process 1's child with the same rights. */
export const restrictionAttempts = {
  status: { what: 'read', target: '/proc/1/status' },
  root: { what: 'write', target: '/' },
  usr: { what: 'write', target: '/usr' },
  varTmp: { what: 'write', target: '/var/tmp' },
  shm: { what: 'write', target: '/dev/shm' },
  mqueue: { what: 'write', target: '/dev/mqueue' },
  tmp: { what: 'write', target: '/tmp' },
  memory2: { what: 'read', target: `${cgroup}/memory.max` },
  memory1: { what: 'read', target: `${cgroup}/memory/memory.limit_in_bytes` },
  swap2: { what: 'read', target: `${cgroup}/memory.swap.max` },
  swap1: { what: 'read', target: `${cgroup}/memory/memory.memsw.limit_in_bytes` },
  pids2: { what: 'read', target: `${cgroup}/pids.max` },
  pids1: { what: 'read', target: `${cgroup}/pids/pids.max` },
  cpu2: { what: 'read', target: `${cgroup}/cpu.max` },
  cpu1: { what: 'read', target: `${cgroup}/cpu/cpu.cfs_quota_us` },
  period1: { what: 'read', target: `${cgroup}/cpu/cpu.cfs_period_us` },
} as const satisfies Readonly<Record<string, Attempt>>;

export type RestrictionAnswers = Readonly<Record<keyof typeof restrictionAttempts, Answer>>;

/** Each restriction as it was found: held, not held, or not to be seen from inside. */
export function restrictionsHeld(answers: RestrictionAnswers, wanted: Restricted): Condition[] {
  return [
    ...processConditions(answers.status, wanted),
    ...folderConditions(answers),
    ...limitConditions(answers, wanted),
  ];
}

interface Finding {
  readonly kind: string;
  readonly what: string;
  /** As it was found; undefined where it could not be seen. */
  readonly found: string | undefined;
  readonly held: boolean;
}

function condition({ kind, what, found, held }: Finding): Condition {
  if (found === undefined)
    return {
      kind,
      status: 'warning',
      message: `${what}: not to be seen from inside a container of this engine`,
      hint: 'the engine says that it holds, and was asked before the start; nothing else confirms it',
    };
  if (held) return { kind, status: 'ok', message: `${what}: held` };
  return {
    kind,
    status: 'failed',
    message: `${what}: not held (found ${found})`,
    hint: 'servers do not start on this engine, or are refused, until it does',
  };
}

function processConditions(status: Answer, { uid }: Restricted): Condition[] {
  const field = (name: string): string | undefined =>
    status.verdict === 'ok' ? new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status.detail)?.[1] : undefined;
  const zero = (text: string | undefined): boolean => /^0+$/.test(text ?? '');
  const user = field('Uid')?.split(/\s+/);
  const capabilities = ['CapEff', 'CapPrm', 'CapBnd', 'CapInh'].map((name) => [name, field(name)] as const);
  const rights = capabilities.find(([, value]) => !zero(value));
  return [
    {
      kind: 'user',
      what: 'an ordinary user, never root',
      found: user?.join(' '),
      held: user !== undefined && user.every((id) => id === String(uid)),
    },
    {
      kind: 'capabilities',
      what: 'no capability',
      found: field('CapEff') === undefined ? undefined : `${rights?.[0] ?? ''} ${rights?.[1] ?? ''}`,
      held: rights === undefined,
    },
    {
      kind: 'no-more-rights',
      what: 'no program gives more rights',
      found: field('NoNewPrivs'),
      held: field('NoNewPrivs') === '1',
    },
    {
      kind: 'seccomp',
      what: 'system calls are filtered',
      found: field('Seccomp'),
      held: field('Seccomp') === '2',
    },
  ].map(condition);
}

function folderConditions(answers: RestrictionAnswers): Condition[] {
  const closed = ['root', 'usr', 'varTmp', 'shm', 'mqueue'] as const;
  const open = closed.filter((name) => answers[name].verdict === 'ok');
  const unknown = closed.filter((name) => answers[name].verdict === 'unknown');
  const targets = open.map((name) => restrictionAttempts[name].target).join(', ');
  return [
    condition({
      kind: 'read-only',
      what: 'nothing is written but to declared folders',
      found: unknown.length > 0 && open.length === 0 ? undefined : targets,
      held: open.length === 0,
    }),
    condition({
      kind: 'writable',
      what: 'a declared folder can be written to',
      found: answers.tmp.verdict === 'unknown' ? undefined : answers.tmp.detail.trim(),
      held: answers.tmp.verdict === 'ok',
    }),
  ];
}

function limitConditions(answers: RestrictionAnswers, wanted: Restricted): Condition[] {
  const text = (...names: readonly (keyof RestrictionAnswers)[]): string | undefined =>
    names
      .map((name) => answers[name])
      .find(({ verdict }) => verdict === 'ok')
      ?.detail.trim();
  const atMost = (value: string | undefined, most: number): boolean =>
    value !== undefined && /^\d+$/.test(value) && Number(value) <= most;
  const [memory, pids] = [text('memory2', 'memory1'), text('pids2', 'pids1')];
  // The second hierarchy counts swap alone, the first swap and memory together.
  const swap = text('swap2', 'swap1');
  const mostSwap = answers.swap2.verdict === 'ok' ? 0 : wanted.memoryBytes;
  const cpu = text('cpu2') ?? [text('cpu1'), text('period1')].filter((part) => part !== undefined).join(' ');
  const [quota = Number.NaN, period = Number.NaN] = cpu.split(' ').map(Number);
  return [
    {
      kind: 'limit-memory',
      what: 'the memory limit',
      found: memory,
      held: atMost(memory, wanted.memoryBytes),
    },
    { kind: 'limit-swap', what: 'the limit of memory with swap', found: swap, held: atMost(swap, mostSwap) },
    {
      kind: 'limit-cpu',
      what: 'the cpu limit',
      found: cpu === '' ? undefined : cpu,
      held: quota > 0 && quota / period <= wanted.cpus,
    },
    { kind: 'limit-pids', what: 'the limit of processes', found: pids, held: atMost(pids, wanted.pids) },
  ].map(condition);
}
