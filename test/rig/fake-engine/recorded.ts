import type { ContainerSettings, ImageFacts } from '../../../src/engine/engine.ts';
import type { RecordedSettings } from '../../../src/engine/restrictions.ts';

/** What an engine that does what it is asked records of these settings, over an image. */
export function recordedOf(
  settings: ContainerSettings,
  image: Pick<ImageFacts, 'entrypoint' | 'command' | 'env'>,
): RecordedSettings {
  const { security, memoryBytes, mounts } = settings;
  return {
    entrypoint: settings.entrypoint ?? image.entrypoint,
    command: settings.command.length > 0 ? settings.command : image.command,
    env: { ...Object.fromEntries(image.env.map(pairOf)), ...settings.env },
    user: settings.user,
    groups: [],
    readOnlyRoot: settings.readOnlyRoot,
    privileged: false,
    noNewPrivileges: security.noNewPrivileges,
    seccomp: security.seccomp,
    capabilities: security.capabilities,
    network: settings.network,
    ipc: settings.ipc,
    sharedNamespaces: [],
    memoryBytes,
    memorySwapBytes: memoryBytes,
    nanoCpus: settings.nanoCpus,
    pids: settings.pids,
    nofile: settings.nofile,
    tmpfs: settings.tmpfs,
    mounts: mounts.map(({ kind, source, target, readOnly }) => ({
      kind,
      source: source || 'a'.repeat(64),
      target,
      readOnly,
    })),
    devices: [],
    runtime: settings.runtime ?? 'runc',
    healthCheck: false,
    stopSignal: settings.stopSignal,
  };
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}
