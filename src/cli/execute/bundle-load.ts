import path from 'node:path';
import { signerText } from '../../attest/signer-policy.ts';
import { loadBundle } from '../../bundle/load-bundle.ts';
import { jsonText } from '../../lib/folders.ts';
import { catalogTrust } from '../catalog-trust.ts';
import type { Invocation } from '../command.ts';
import { table } from '../render/table.ts';
import { engineOf } from './build-environment.ts';
import { sayUnverified } from './say-unverified.ts';

/** `mcpcat bundle load FILE`. */
export async function loadBundleFile(file: string, invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation;
  const { env, host } = terminal;
  if (options.flag('insecure-unverified')) sayUnverified(path.basename(file), terminal);
  const loaded = await loadBundle({
    file: path.resolve(file),
    engine: await engineOf(invocation),
    trust: catalogTrust(invocation, 'refused'),
    cache: host.folders(env).cache,
    say: (line) => void terminal.stderr.write(`mcpcat: ${line}\n`),
  });
  const { catalog, signing, servers } = loaded;
  const signer = signing === null ? 'nobody' : signerText(signing);
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
