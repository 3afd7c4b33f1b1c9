import { generateServer, type Workshop } from '../build/build-server.ts';
import { imageOf, type Server } from '../catalog/server.ts';
import type { Variant } from '../publish/variant.ts';

/** The images of an entry as it is now, that of this machine's platform first; reads files alone. */
export async function variantsOf(server: Server, workshop: Workshop): Promise<[Variant, ...Variant[]]> {
  const { fingerprint } = await generateServer(server, workshop);
  return [{ platform: workshop.platform, image: imageOf(server.entry.name), fingerprint }];
}
