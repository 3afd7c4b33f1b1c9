import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What a launch needs of `image.json`. */
export interface RecordedImage {
  /** Of the index: the only name by which it is asked for. */
  readonly digest: string;
  /** `ghcr.io/owner/time`; undefined if it is in no registry yet. */
  readonly repository: string | undefined;
}

/** Without schema, which costs more than the rest of the launch; what is no digest counts as no record. */
export function quickImage(folder: string, name: string): RecordedImage | undefined {
  try {
    const text = readFileSync(path.join(folder, name, 'image.json'), 'utf8');
    const { digest, repository } = JSON.parse(text) as Record<string, unknown>;
    if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
    return { digest, repository: typeof repository === 'string' ? repository : undefined };
  } catch {
    return undefined;
  }
}

/** Names of a server's tools in `tools.json`, without schema; undefined for what is no such file. */
export function quickTools(folder: string, name: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path.join(folder, name, 'tools.json'), 'utf8'));
    const tools: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, 'tools') : undefined;
    if (!Array.isArray(tools)) return undefined;
    return tools.map((tool: unknown) =>
      String(typeof tool === 'object' && tool !== null ? Reflect.get(tool, 'name') : ''),
    );
  } catch {
    return undefined;
  }
}

/** The name under which an engine keeps a published image: it belongs to this digest alone. */
export function pulledImage(name: string, { digest }: Pick<RecordedImage, 'digest'>): string {
  return `mcpcat/${name}:${digest.replace(':', '-').slice(0, 'sha256-'.length + 32)}`;
}
