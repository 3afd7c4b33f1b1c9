import type { Engine, EngineInfo } from '../engine/engine.ts';
import { McpcatError } from '../lib/errors.ts';
import { hintOf, type Condition } from './condition.ts';
import { knownProblemsOf } from './known-problems.ts';

type Check = (info: EngineInfo) => Condition;

const checks: readonly Check[] = [
  version,
  storage,
  cgroups,
  limit('memory'),
  limit('swap'),
  limit('cpu'),
  limit('pids'),
  seccomp,
];

/**
 * Looks at the engine; never throws for a missing one. `measure` adds what
 * only a container can tell.
 */
export async function examine(
  find: () => Promise<Engine>,
  measure: (engine: Engine) => Promise<Condition[]>,
): Promise<Condition[]> {
  try {
    const engine = await find();
    const info = await engine.info();
    const found: Condition = {
      kind: 'engine',
      status: 'ok',
      message: `${info.name} ${info.version} (API ${info.apiVersion}) at ${engine.endpoint}, ${info.platform}`,
    };
    const facts = checks.map((check) => check(info));
    return [found, ...knownProblemsOf(info), ...triedOrNot(facts, await measure(engine))];
  } catch (error) {
    if (!(error instanceof McpcatError)) throw error;
    return [
      {
        kind: 'engine',
        status: 'failed',
        message: error.message,
        ...hintOf(error),
        ...(error.inputs.length === 0 ? {} : { inputs: error.inputs }),
      },
    ];
  }
}

/** What an engine says of itself counts against it at once; for it only what was tried. */
function triedOrNot(facts: readonly Condition[], tried: readonly Condition[]): Condition[] {
  const kinds = new Set(tried.map(({ kind }) => kind));
  const said = facts.filter(({ kind, status }) => !(claims.test(kind) && status === 'ok' && kinds.has(kind)));
  const failed = new Set(said.filter(({ status }) => status === 'failed').map(({ kind }) => kind));
  const untried = said.map((fact): Condition => {
    if (!claims.test(fact.kind) || fact.status !== 'ok') return fact;
    return { ...fact, status: 'warning', message: `not tried: the engine says that ${fact.message}` };
  });
  return [...untried, ...tried.filter(({ kind }) => !failed.has(kind))];
}

/** Kinds of what an engine only says of itself. */
const claims = /^(limit-\w+|seccomp)$/;

function version(info: EngineInfo): Condition {
  const [major = 0, minor = 0] = info.version.split('.').map(Number);
  const enough = info.name === 'podman' ? major >= 4 : major > 20 || (major === 20 && minor >= 10);
  if (enough) return { kind: 'version', status: 'ok', message: `version ${info.version} is supported` };
  return {
    kind: 'version',
    status: 'failed',
    message: `expected Docker 20.10 or Podman 4 or later, found ${info.version}`,
    hint: 'update the engine',
  };
}

function storage(info: EngineInfo): Condition {
  if (info.storageDriver !== 'vfs')
    return { kind: 'storage', status: 'ok', message: `storage driver ${info.storageDriver}` };
  return {
    kind: 'storage',
    status: 'warning',
    message: 'storage driver vfs copies every layer: slow and large',
    hint: 'use overlay2',
  };
}

function cgroups(info: EngineInfo): Condition {
  const known = info.cgroupVersion !== 'unknown';
  return {
    kind: 'cgroups',
    status: known ? 'ok' : 'warning',
    message: `cgroups v${info.cgroupVersion}${info.rootless ? ', rootless' : ''}`,
  };
}

function limit(kind: keyof EngineInfo['limits']): Check {
  return ({ limits }) => {
    if (limits[kind])
      return { kind: `limit-${kind}`, status: 'ok', message: `the ${kind} limit can be enforced` };
    return {
      kind: `limit-${kind}`,
      status: 'failed',
      message: `the ${kind} limit can't be enforced by this engine`,
      hint: 'enable its cgroup controller for the engine (rootless engines need delegation)',
    };
  };
}

function seccomp(info: EngineInfo): Condition {
  if (info.securityOptions.includes('seccomp'))
    return { kind: 'seccomp', status: 'ok', message: 'system calls are filtered (seccomp)' };
  return {
    kind: 'seccomp',
    status: 'failed',
    message: 'this engine filters no system calls',
    hint: 'use a kernel and an engine with seccomp',
  };
}
