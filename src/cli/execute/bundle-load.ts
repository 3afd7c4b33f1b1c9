import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { signingOfText } from '../../attest/read-signing.ts';
import { signerName } from '../../attest/signer-name.ts';
import type { Signing } from '../../attest/signer-policy.ts';
import { loadBundle } from '../../bundle/load-bundle.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { bundlePins, type CatalogPin } from '../../settings/catalog-pins.ts';
import { catalogTrust } from '../catalog-trust.ts';
import type { Invocation } from '../command.ts';
import { table } from '../render/table.ts';
import { engineOf } from './build-environment.ts';
import { sayUnverifiedBundle } from './say-unverified.ts';

/** `mcpcat bundle load FILE`. */
export async function loadBundleFile(file: string, invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation;
  const { env, host } = terminal;
  if (options.flag('insecure-unverified')) sayUnverifiedBundle(path.basename(file), invocation);
  const loaded = await loadBundle({
    file: path.resolve(file),
    engine: await engineOf(invocation),
    trust: { ...catalogTrust(invocation, 'refused'), pins: async () => pinsOf(invocation) },
    cache: host.folders(env).cache,
    say: (line) => void terminal.stderr.write(`mcpcat: ${line}\n`),
  });
  const { catalog, signing, servers } = loaded;
  const signer = signing === null ? 'nobody' : signerName(signing);
  const [first] = servers;
  terminal.stdout.write(
    options.flag('json')
      ? jsonText({ ...loaded, signer })
      : `${table(
          ['server', 'image', 'digest'],
          servers.map(({ name, image, digest }) => [name, image, digest]),
        )}Signed by ${signer}. Start one: mcpcat run ${first?.name ?? 'NAME'} --catalog ${catalog}\n`,
  );
  return 0;
}

/** What the settings file and the option say of who signs bundles: all of it holds. */
async function pinsOf({ options, terminal }: Invocation): Promise<readonly CatalogPin[]> {
  const file = options.text('signer');
  if (file === undefined) return bundlePins(terminal);
  const signers = [await signingFrom(path.resolve(file))];
  return [...bundlePins(terminal), { signers, minNumber: 0, place: file }];
}

async function signingFrom(file: string): Promise<Signing> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new McpcatError('io-failed', `can't read ${file}`, { cause: error });
  });
  // A key as a release has it, or what `signing.json` of a catalog is.
  const signing = text.startsWith('-----BEGIN PUBLIC KEY-----')
    ? { publicKey: text }
    : signingOfText(text, file);
  try {
    signerName(signing);
    return signing;
  } catch (error) {
    throw new McpcatError('usage', `${file}: expected a public key in PEM, found something else`, {
      cause: error,
    });
  }
}
