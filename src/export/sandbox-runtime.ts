import { credentialPlaces, type Outside } from './outside.ts';

/** The settings file of `srt`, the command of @anthropic-ai/sandbox-runtime. */
export interface SandboxRuntimeSettings {
  readonly network: { readonly allowedDomains: readonly string[]; readonly deniedDomains: readonly string[] };
  readonly filesystem: {
    readonly denyRead: readonly string[];
    readonly allowWrite: readonly string[];
    readonly denyWrite: readonly string[];
  };
}

/** Pure. */
export function sandboxRuntimeSettings({ domains, writes }: Outside): SandboxRuntimeSettings {
  return {
    network: { allowedDomains: domains, deniedDomains: [] },
    filesystem: { denyRead: credentialPlaces, allowWrite: writes, denyWrite: [] },
  };
}
