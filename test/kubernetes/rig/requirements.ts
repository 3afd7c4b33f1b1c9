import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** What the rig starts, and the Debian package that has it. */
const programs: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  runc: 'runc',
  go: 'golang, at least 1.24',
  ip: 'iproute2',
  kubectl: 'kubectl, or kubernetes-client',
  nsenter: 'util-linux',
  openssl: 'openssl',
  setpriv: 'util-linux',
  unshare: 'util-linux',
};

/** Why the rig can't run here, in one line; undefined if it can. */
export function unmetRequirement(): string | undefined {
  if (process.platform !== 'linux') return 'the Kubernetes tests need Linux: they start a node of their own';
  if (process.getuid?.() !== 0)
    return 'the Kubernetes tests need root: they start a node of their own, in its own namespaces and control groups';
  const missing = Object.keys(programs).find((name) => !isOnPath(name));
  if (missing === undefined) return undefined;
  return `the Kubernetes tests need ${missing} (Debian package: ${programs[missing] ?? missing})`;
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}
