import { createHash } from 'node:crypto';
import type { ContainerSettings, Labels } from '../engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import { label } from '../../lib/labels.ts';
import type { PodSpec, Volume, VolumeMount } from './pod.ts';

/** Without a size of its own the runtime gives /dev/shm 64 MB. */
const closedShmBytes = 1024 ** 2;

export interface PodFolder {
  readonly volume: Volume;
  readonly mount: VolumeMount;
}

/** Throws `engine-unfit` for what no pod can be given. */
export function foldersOf(settings: ContainerSettings): readonly PodFolder[] {
  return [...memoryFolders(settings), ...keptFolders(settings)];
}

function memoryFolders(settings: ContainerSettings): readonly PodFolder[] {
  const folders = settings.tmpfs.map(({ target, bytes, readOnly }) => ({ target, bytes, readOnly }));
  const shm = {
    target: '/dev/shm',
    bytes: settings.shmBytes ?? closedShmBytes,
    readOnly: settings.shmBytes === undefined,
  };
  return [...folders, shm].map(({ target, bytes, readOnly }, index) => ({
    volume: { name: `memory-${String(index)}`, emptyDir: { medium: 'Memory', sizeLimit: String(bytes) } },
    mount: { name: `memory-${String(index)}`, mountPath: target, ...(readOnly ? { readOnly } : {}) },
  }));
}

function keptFolders({ mounts }: ContainerSettings): readonly PodFolder[] {
  return mounts.map(({ kind, source, target, readOnly }, index) => {
    if (kind === 'bind' || source === '') throw refusedMount(target, kind);
    const name = `state-${String(index)}`;
    return {
      volume: { name, persistentVolumeClaim: { claimName: source } },
      mount: { name, mountPath: target, ...(readOnly ? { readOnly } : {}) },
    };
  });
}

/** Names of the claims that it needs. */
export function claimsOf({ mounts }: ContainerSettings): readonly string[] {
  return mounts
    .flatMap(({ kind, source }) => (kind === 'volume' && source !== '' ? [source] : []))
    .toSorted();
}

/** The same of a pod that is there. */
export function claimsIn({ volumes = [] }: PodSpec): readonly string[] {
  return volumes.flatMap(({ persistentVolumeClaim: claim }) =>
    claim === undefined ? [] : [claim.claimName],
  );
}

/** Which pods keep the same: a label's value has 63 characters at most, and a claim's name may have more. */
export function together(settings: ContainerSettings): Labels {
  const claims = claimsOf(settings);
  if (claims.length === 0) return {};
  return { [label.state]: createHash('sha256').update(claims.join(' ')).digest('hex').slice(0, 32) };
}

/**
 * Storage that one node writes to at a time (ReadWriteOnce, which is what most gives) can be had by several pods of that
 * node. Where there are such pods, the next one goes to them; without any, wherever the scheduler likes.
 */
export function affinityOf(settings: ContainerSettings): Pick<PodSpec, 'affinity'> {
  const matchLabels = together(settings);
  if (Object.keys(matchLabels).length === 0) return {};
  const term = { labelSelector: { matchLabels }, topologyKey: 'kubernetes.io/hostname' };
  return { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
}

function refusedMount(target: string, kind: 'bind' | 'volume'): McpcatError {
  if (kind === 'bind')
    return new McpcatError(
      'engine-unfit',
      `the nodes of a cluster have no folder of this machine for ${target}`,
      {
        hint: 'start this server on an engine of this machine',
      },
    );
  return new McpcatError(
    'engine-unfit',
    `a volume for one session alone, as for ${target}, has no place in a cluster`,
    {
      hint: 'start this server on an engine of this machine',
    },
  );
}
