import { catalogSource } from '../../catalog/catalog-source.ts';
import { McpcatError } from '../../lib/errors.ts';
import { label } from '../../lib/labels.ts';
import { bundlePins, catalogPins, type CatalogPin } from '../../settings/catalog-pins.ts';
import type { Invocation } from '../command.ts';

/**
 * Said each time, also to who wants it quiet; `ps` shows it by the label. Throws `signature-refused` where the settings
 * file says who has to sign the catalog: a settings file only takes away.
 */
export function sayUnverified(name: string, invocation: Invocation): Readonly<Record<string, string>> {
  const { options, terminal } = invocation;
  const source = catalogSource({ option: options.text('catalog'), env: terminal.env });
  if (source.kind === 'url') refusePinned(source.url, catalogPins(terminal, source.url));
  return shout(name, invocation);
}

/** The same for a bundle that is loaded. It has a catalog of its own: what is said of others has no bearing on it. */
export function sayUnverifiedBundle(name: string, invocation: Invocation): void {
  refusePinned(name, bundlePins(invocation.terminal));
  shout(name, invocation);
}

function shout(name: string, { terminal }: Invocation): Readonly<Record<string, string>> {
  terminal.stderr.write(
    `mcpcat: ${name} IS UNVERIFIED: nobody looks at who signed its image and its catalog (--insecure-unverified)\n`,
  );
  return { [label.unverified]: 'yes' };
}

function refusePinned(name: string, [pin]: readonly CatalogPin[]): void {
  if (pin === undefined) return;
  throw new McpcatError(
    'signature-refused',
    `${name}: ${pin.place} says who has to sign it, and --insecure-unverified does not lift that`,
  );
}
