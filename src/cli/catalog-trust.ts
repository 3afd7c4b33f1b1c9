import { statSync } from 'node:fs';
import type { CatalogTrust, Unsigned } from '../catalog-index/catalog-trust.ts';
import { foldersBelowHome } from '../host/folders-below-home.ts';
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
    pinsChangedMs: () => Math.max(0, ...settingsFiles(terminal).map(changedMs)),
  };
}

function changedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}
