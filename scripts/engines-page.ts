import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Recorded } from '../test/engines/recorded.ts';

const file = path.resolve(import.meta.dirname, '../test/engines/recorded.json');

/** `docs/engines.md`: what was found on each engine that a test has started (test/engines/engines.ts --record). */
export function enginesPage(): string {
  const all = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Recorded>);
  const works = all.filter(([, { facts }]) => facts.refuses === undefined);
  const refuses = all.filter(([, { facts }]) => facts.refuses !== undefined);
  return [
    '<!-- Written by scripts/generate-docs.ts from test/engines/recorded.json; do not edit. -->',
    '# Engines',
    'Each row is a run of `npm run test:engines` on an engine that the test started itself from Debian’s packages, in namespaces of its own: the contract of the engine port, the sandbox measured from inside, and a user’s pass (session, three ends, `ps`, `logs`, `stop`, folders, state, tunnel, secrets, limits, `test`, build and digest), and the bases: a user without rights, tools or a PATH makes a build base (Debian’s packages, configured by dpkg in the engine), Python’s build base and its runtime base there, and each has, to its last byte, the digest that Docker 20.10’s have. Every restriction of [enforcement.md](enforcement.md) is among what is measured; where an engine can’t enforce one, nothing is started.',
    table([
      [
        'engine',
        'API',
        'storage',
        'cgroups',
        'tests',
        'folders in memory',
        '`logs`',
        'digest of a build',
        'digests of bases',
        'run',
      ],
      ...works.map(([, one]) => row(one)),
    ]),
    ...elsewhere(works),
    ...failures(works),
    ...(refuses.length === 0
      ? []
      : [
          '## Refused',
          ...refuses.map(
            ([name, { facts, date }]) =>
              `- **${name}** (${facts.version}, cgroups v${facts.cgroupVersion}${facts.rootless ? ', rootless' : ''}; ${date}): nothing starts, because the engine has no limit where one was asked for (\`${facts.refuses ?? ''}\`). With \`acceptMissing\` in the settings file and \`--accept-missing\` it does ([settings.md](settings.md)).`,
          ),
        ]),
    'Docker 20.10 is the engine of the whole test suite. What Podman does differently, and what is done about it: [decision 39](decisions/0039-one-filter-for-every-engine.md). Not run: Docker Desktop, OrbStack, Colima, Rancher Desktop, `podman machine`, engines on cgroup v2, Docker rootless, a real gVisor or Kata.',
    '',
  ].join('\n\n');
}

function row({ facts, passed, failed, date }: Recorded): string[] {
  return [
    `${facts.name} ${facts.version}${facts.rootless ? ', rootless' : ''}`,
    facts.apiVersion,
    facts.storageDriver,
    `v${facts.cgroupVersion}`,
    `${String(passed)} of ${String(passed + failed.length)}`,
    facts.name === 'podman' ? 'root’s, mode 1777' : 'the server’s own',
    facts.logs ?? 'not seen',
    facts.digest === undefined ? 'not seen' : `\`${facts.digest.slice('sha256:'.length, 19)}\``,
    basesText(facts.bases),
    date,
  ];
}

/** The runtime base stands for the three: tests compare each with Docker 20.10's. */
function basesText(bases: Recorded['facts']['bases']): string {
  const runtime = bases?.['python-runtime'];
  return runtime === undefined ? 'not seen' : `\`${runtime.slice('sha256:'.length, 19)}\``;
}

/** Where tests reached one as an engine on another machine is reached. */
function elsewhere(all: readonly (readonly [string, Recorded])[]): string[] {
  const reached = all.filter(([, { facts }]) => facts.elsewhere === true).map(([name]) => name);
  if (reached.length === 0) return [];
  return [
    '## Elsewhere',
    `${reached.join(', ')} was also reached as an engine on another machine is: through a real sshd on a loopback port (\`ssh://\`), and on dockerd’s own TLS port with client certificates. Sessions, \`ps\`, \`stop\` and \`prune\` are as on a socket; folders of this machine are refused; a container is gone when its launcher or its ssh connection is killed, and, when the connection only goes silent, within the 35 s of its lease.`,
  ];
}

function failures(all: readonly (readonly [string, Recorded])[]): string[] {
  const failed = all.filter(([, { failed: names }]) => names.length > 0);
  if (failed.length === 0) return [];
  return ['## Failed', ...failed.map(([name, { failed: names }]) => `- **${name}**: ${names.join('; ')}`)];
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
