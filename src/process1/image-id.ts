import type { Engine } from '../engine/engine.ts';

/** An image's id as `sha256:…`: some engines leave the prefix out, and some name the image that a container was made of. */
export async function imageIdOf(
  engine: Pick<Engine, 'inspectImage'>,
  image: string,
): Promise<string | undefined> {
  const known = plainId(image);
  return known ?? plainId((await engine.inspectImage(image))?.id ?? '');
}

function plainId(text: string): string | undefined {
  const digits = /^(?:sha256:)?([0-9a-f]{64})$/.exec(text)?.[1];
  return digits === undefined ? undefined : `sha256:${digits}`;
}
