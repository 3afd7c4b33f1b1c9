import type { CatalogTrust, Unsigned } from '../catalog-index/catalog-trust.ts';
import { foldersBelowHome } from '../host/folders-below-home.ts';
import { fileState } from '../lib/file-state.ts';
import { settingsFiles } from '../settings/read.ts';
import type { Invocation } from './command.ts';

/** Whom a catalog from an address is believed; what nobody has signed only where its user says so. */
export function catalogTrust({ options, terminal }: Invocation, otherwise: Unsigned): CatalogTrust {
  const unsigned = options.flag('insecure-unverified') ? 'accepted' : otherwise;
  return {
    data: foldersBelowHome(terminal).data,
    unsigned,
    env: terminal.env,
    pins: async (url) => (await import('../settings/catalog-pins.ts')).catalogPins(terminal, url),
    // Not when they were written: one that was moved here, or named by the environment, may be older than any copy.
    pinsState: () =>
      settingsFiles(terminal)
        .flatMap((file) => fileState(file) ?? [])
        .join(),
  };
}
