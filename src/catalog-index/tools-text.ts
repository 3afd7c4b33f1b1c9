import { createHash } from 'node:crypto';
import path from 'node:path';
import { Tools, type Tool } from '../catalog/tools.ts';
import { McpcatError } from '../lib/errors.ts';
import type { ListedTools } from './catalog-index.ts';

/** The name of the folder beside a catalog.json that has the tools of its servers: `catalog.tools`. */
export function toolsFolderOf(file: string): string {
  return `${path
    .basename(file, '.json')
    .replaceAll(/[^\w.-]/g, '-')
    .replace(/^\.+/, '')}.tools`;
}

export function toolsSha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The text of a server's file of tools, held against what the catalog index says of it. Throws `entry-invalid`: descriptions
 * are read by models, so those of somebody else are not shown as these; `from` is where the text is from.
 */
export function parseTools(text: string, { sha256 }: ListedTools, from: string): readonly Tool[] {
  const found = toolsSha256(text);
  if (found !== sha256)
    throw new McpcatError('entry-invalid', `${from}: expected sha256 ${sha256}, found ${found}`, {
      hint: 'the catalog was written anew in between, or this file was changed: try again, or mcpcat index',
    });
  return toolsIn(text, from);
}

function toolsIn(text: string, from: string): readonly Tool[] {
  try {
    return Tools.parse(JSON.parse(text)).tools;
  } catch (error) {
    throw new McpcatError('entry-invalid', `${from}: expected tools as mcpcat test writes them`, {
      cause: error,
    });
  }
}
