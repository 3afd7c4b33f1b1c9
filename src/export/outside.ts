import type { ListedServer } from '../catalog-index/catalog-index.ts';
import { imageSource, parseSource } from '../catalog/source.ts';
import type { HostRule } from '../lib/host-rule.ts';
import { parseHostRules } from '../lib/host-rules.ts';
import type { MountRequest } from '../sandbox/sandbox.ts';
import type { LeftOut } from './choose.ts';

/**
 * A server as it would be started without a container, and the lists that a sandbox of the operating system needs for
 * it: they come from what its proof has held it to.
 */
export interface Outside {
  readonly server: ListedServer;
  /** What puts its program on the PATH: the lists permit what the server needs, and no registry. */
  readonly install: string;
  readonly command: string;
  readonly args: readonly string[];
  /** `host` or `*.suffix`, with `:port`, one for each port. */
  readonly domains: readonly string[];
  /** Paths it may write below. */
  readonly writes: readonly string[];
  /** What these lists do not say; one sentence each. */
  readonly notes: readonly string[];
}

export interface OutsideRequest {
  readonly mounts: readonly MountRequest[];
  /** Also what has no proof of what it is now. */
  readonly unproved: boolean;
}

/** Where programs keep keys and sessions: nothing of them is read. What starts packages keeps its own files readable. */
export const credentialPlaces: readonly string[] = [
  '~/.ssh',
  '~/.gnupg',
  '~/.aws',
  '~/.azure',
  '~/.config/gcloud',
  '~/.config/gh',
  '~/.kube',
  '~/.docker',
  '~/.netrc',
  '~/.git-credentials',
  '~/.password-store',
];

/** Pure. */
export function outside(server: ListedServer, request: OutsideRequest): Outside | LeftOut {
  const { name, version, reason } = server;
  const { rules } = parseHostRules(server.permissions.network, 'permissions.network');
  const left = (text: string, inputs?: LeftOut['inputs']): LeftOut => ({
    name,
    reason: text,
    ...(inputs === undefined ? {} : { inputs }),
  });
  if (version === null || imageSource(server.source) !== undefined) return left('it is no locked package');
  if (server.status !== 'proved' && !request.unproved)
    return left(reason ?? server.status, [{ name: 'unproved' }]);
  if (server.transport !== undefined) return left('it speaks HTTP, where a client expects stdin and stdout');
  if (rules.some(({ kind }) => kind === 'any'))
    return left('it may reach the whole internet, which these lists can not say');
  const missing = server.permissions.mounts.find(
    (mount) => mount.required && !request.mounts.some((given) => given.name === mount.name),
  );
  if (missing !== undefined)
    return left(`it needs a place for its mount "${missing.name}"`, [
      { name: 'mount', value: `${missing.name}=PATH` },
    ]);
  return {
    server,
    ...startOf(server, version, request),
    domains: rules.flatMap(domainsOf),
    writes: ['/tmp', ...writesOf(server, request)],
    notes: notesOf(server, rules),
  };
}

function startOf(
  server: ListedServer,
  version: string,
  request: OutsideRequest,
): Pick<Outside, 'install' | 'command' | 'args'> {
  const { kind, name } = parseSource(server.source);
  const [command = '', ...more] = server.command;
  const args = placed([...more, ...server.args], server, request);
  return { install: install[kind](name, version), command, args };
}

const install = {
  npm: (name: string, version: string) => `npm install --global ${name}@${version}`,
  pypi: (name: string, version: string) => `uv tool install ${name}==${version}`,
  go: (name: string, version: string) => `go install ${name}@${version}`,
};

/** An argument that names a mount is the user's own path there; one of several folders becomes several arguments. */
function placed(
  words: readonly string[],
  { permissions }: ListedServer,
  { mounts }: OutsideRequest,
): string[] {
  return words.flatMap((word) => {
    const mount = permissions.mounts.find(({ target }) => word === target || word.startsWith(`${target}/`));
    const given = mounts.filter(({ name }) => name === mount?.name).map(({ hostPath }) => hostPath);
    if (mount === undefined || given.length === 0) return [word];
    return given.map((hostPath) => `${hostPath}${word.slice(mount.target.length)}`);
  });
}

function domainsOf({ kind, name, ports }: HostRule): string[] {
  if (kind !== 'exact' && kind !== 'suffix') return [];
  return ports.map((port) => `${kind === 'suffix' ? '*.' : ''}${name}:${String(port)}`);
}

function writesOf({ permissions }: ListedServer, { mounts }: OutsideRequest): string[] {
  return mounts
    .filter(
      ({ name, mode }) =>
        (mode === 'rw' || mode === 'rw-all') &&
        permissions.mounts.some((mount) => mount.name === name && mount.mode === 'rw'),
    )
    .map(({ hostPath }) => hostPath);
}

function notesOf({ permissions, system }: ListedServer, rules: readonly HostRule[]): string[] {
  const settings = rules.filter(({ kind }) => kind === 'setting').map(({ name }) => name);
  return [
    ...(settings.length === 0 ? [] : [`add the host that is in ${settings.join(', ')}`]),
    ...(permissions.state.length === 0
      ? []
      : [
          `it keeps files of its own (${permissions.state.map(({ target }) => target).join(', ')}): permit a place`,
        ]),
    ...(system.length === 0
      ? []
      : [
          `it needs ${system.map((item) => (typeof item === 'string' ? item : item.package)).join(', ')} on your machine`,
        ]),
  ];
}
