import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod/mini';
import { isNothingThere } from '../../lib/error-code.ts';
import { McpcatError, messageOf } from '../../lib/errors.ts';

/** The part of docker's config.json that tells who we are to registries. */
const DockerConfig = z.object({
  auths: z.optional(
    z.record(
      z.string(),
      z.object({
        auth: z.optional(z.string()),
        username: z.optional(z.string()),
        password: z.optional(z.string()),
        identitytoken: z.optional(z.string()),
        registrytoken: z.optional(z.string()),
      }),
    ),
  ),
  credHelpers: z.optional(z.record(z.string(), z.string())),
  credsStore: z.optional(z.string()),
});
export type DockerConfig = z.infer<typeof DockerConfig>;

type Env = Readonly<Record<string, string | undefined>>;

/**
 * `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`; empty if there is none. Rejects with `io-failed` if it
 * can't be read, without a word of what it holds.
 */
export async function readDockerConfig(env: Env): Promise<DockerConfig> {
  const folder = env['DOCKER_CONFIG'] || path.join(env['HOME'] || '/', '.docker');
  const file = path.join(folder, 'config.json');
  const content = await readFile(file, 'utf8').catch((error: unknown) => missingIsEmpty(error, file));
  const parsed = DockerConfig.safeParse(parseJson(content));
  if (parsed.success) return parsed.data;
  throw new McpcatError('io-failed', `${file}: expected docker's config.json, found something else`, {
    hint: 'repair it, or point DOCKER_CONFIG to another folder',
  });
}

function missingIsEmpty(error: unknown, file: string): string {
  if (isNothingThere(error)) return '{}';
  throw new McpcatError('io-failed', `${file}: ${messageOf(error)}`, { cause: error });
}

/** Without JSON.parse's message: it quotes the text, and here that may be a password. */
function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
