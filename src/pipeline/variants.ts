import { generateServer, type BuildEnvironment } from '../image-build/build-server.ts';
import { imageOf } from '../catalog/image-name.ts';
import type { Server } from '../catalog/server.ts';
import type { Variant } from '../publish/variant.ts';
import { unfitReason, type BuildEnvironments } from './platforms.ts';

/** The images of an entry as it is now, that of this machine's platform first; reads files alone. */
export async function variantsOf(
  server: Server,
  [own, ...others]: BuildEnvironments,
): Promise<[Variant, ...Variant[]]> {
  const fitting = others.filter(({ platform }) => unfitReason(server, platform) === undefined);
  const first = await variantOf(server, own);
  return [
    first,
    ...(await Promise.all(fitting.map((buildEnvironment) => variantOf(server, buildEnvironment)))),
  ];
}

async function variantOf(server: Server, buildEnvironment: BuildEnvironment): Promise<Variant> {
  const { fingerprint } = await generateServer(server, buildEnvironment);
  return { platform: buildEnvironment.platform, image: variantImage(server, buildEnvironment), fingerprint };
}

/** The server's image, and that with `-arm64` behind its name for what can't run here. */
export function variantImage(server: Server, { platform, cross = false }: BuildEnvironment): string {
  return cross ? `${imageOf(server)}-${platform.replace('linux/', '')}` : imageOf(server);
}
