import { generateServer, type Workshop } from '../image-build/build-server.ts';
import { imageOf, type Server } from '../catalog/server.ts';
import type { Variant } from '../publish/variant.ts';
import { unfitReason, type Workshops } from './platforms.ts';

/** The images of an entry as it is now, that of this machine's platform first; reads files alone. */
export async function variantsOf(
  server: Server,
  [own, ...others]: Workshops,
): Promise<[Variant, ...Variant[]]> {
  const fitting = others.filter(({ platform }) => unfitReason(server, platform) === undefined);
  const first = await variantOf(server, own);
  return [first, ...(await Promise.all(fitting.map((workshop) => variantOf(server, workshop))))];
}

async function variantOf(server: Server, workshop: Workshop): Promise<Variant> {
  const { fingerprint } = await generateServer(server, workshop);
  return { platform: workshop.platform, image: variantImage(server, workshop), fingerprint };
}

/** `mcpcat/<name>:local`, and `:local-arm64` for what can't run here. */
export function variantImage({ entry }: Server, { platform, cross = false }: Workshop): string {
  return cross ? `${imageOf(entry.name)}-${platform.replace('linux/', '')}` : imageOf(entry.name);
}
