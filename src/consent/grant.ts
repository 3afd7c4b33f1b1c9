import type { Entry } from '../catalog/entry.ts';
import type { RecordedImage } from '../catalog/quick-image.ts';
import { imageSource } from '../catalog/source.ts';
import { settingsIn } from '../lib/host-rule.ts';
import { bytesOf } from '../lib/size.ts';

/** What a server may do, as its entry said it when a user agreed. Everything that `info` shows, and nothing else. */
export interface Grant {
  /** `npm:@scope/name`, without the range: another version is an update, another package is another program. */
  readonly package: string;
  /** Of the published image; null if nobody has published one. */
  readonly repository: string | null;
  /** Of the image at that time: for people, since every update has another. */
  readonly digest: string | null;
  readonly network: readonly string[];
  readonly mounts: readonly { readonly name: string; readonly mode: 'ro' | 'rw' }[];
  readonly state: readonly string[];
  readonly writable: readonly string[];
  /** Names of settings that may be taken from the environment. */
  readonly settings: readonly string[];
  /** Those of them that stand in no configuration of the container. */
  readonly secrets: readonly string[];
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly pids: number;
  /** 0 for none at all. */
  readonly shmBytes: number;
  /** Null if they were never listed. */
  readonly tools: GrantedTools | null;
  /** Of settings that `network` names: where `{SETTING}` leads to as long as the user says nothing. Absent if none has any. */
  readonly leads?: Readonly<Record<string, string>>;
}

/** A catalog in one file tells how many there are, a folder their names too. */
export interface GrantedTools {
  readonly count: number;
  readonly names?: readonly string[];
}

/** A server as its catalog has it now. */
export interface Asked {
  readonly entry: Entry;
  readonly image: RecordedImage | undefined;
  /** Undefined if they were never listed. */
  readonly tools: GrantedTools | undefined;
}

export function grantOf({ entry, image, tools }: Asked): Grant {
  const { source, permissions, env, limits, shm } = entry;
  const settings = Object.entries(env);
  return {
    package: packageOf(source),
    repository: image?.repository ?? null,
    digest: image?.digest ?? null,
    network: permissions.network,
    mounts: permissions.mounts.map(({ name, mode }) => ({ name, mode })),
    state: permissions.state.map(({ name }) => name),
    writable: permissions.writable,
    settings: settings.map(([name]) => name),
    secrets: settings.filter(([, { secret }]) => secret).map(([name]) => name),
    memoryBytes: bytesOf(limits.memory, 'limits.memory'),
    cpus: limits.cpus,
    pids: limits.pids,
    shmBytes: shm === undefined ? 0 : bytesOf(shm, 'shm'),
    tools: tools ?? null,
    ...leadsOf(entry),
  };
}

function leadsOf({ permissions, env }: Entry): Pick<Grant, 'leads'> {
  const named = permissions.network.flatMap(settingsIn);
  const leads = Object.entries(env).flatMap(([name, setting]) =>
    setting.default !== undefined && named.includes(name) ? [[name, setting.default] as const] : [],
  );
  return leads.length === 0 ? {} : { leads: Object.fromEntries(leads) };
}

/** `npm:@scope/name@^1` → `npm:@scope/name`, `oci:ghcr.io/owner/server:1@sha256:…` → `oci:ghcr.io/owner/server`. */
export function packageOf(source: string): string {
  const image = imageSource(source);
  if (image !== undefined) return `oci:${image.repository}`;
  return /^[a-z]+:@?[^@]+/.exec(source)?.[0] ?? source;
}
