import { docker, type Dialect } from './dialect.ts';
import type { Wire } from './wire.ts';

/** Resolves to a file with our seccomp profile, for an engine that reads such a file itself. */
export type ProfileFile = () => Promise<string>;

export type Identify = () => Promise<Dialect>;

/**
 * Which engine it is, asked once: Podman says so in a field of its own of every answer (Podman API, `/_ping`). A failed
 * question is asked anew by the next call.
 */
export function identifier(wire: Wire, profileFile: ProfileFile): Identify {
  let known: Promise<Dialect> | undefined;
  return () => {
    const asking = (known ??= identify(wire, profileFile));
    asking.catch(() => (known = undefined));
    return asking;
  };
}

async function identify(wire: Wire, profileFile: ProfileFile): Promise<Dialect> {
  const { fields } = await wire.head({ method: 'GET', path: '/_ping' });
  const version = fields.get('libpod-api-version');
  if (version === undefined) return docker;
  const { podman } = await import('./podman.ts');
  return podman({ profile: await profileFile(), version });
}
