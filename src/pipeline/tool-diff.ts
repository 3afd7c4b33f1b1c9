import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const Tool = z.object({ name: z.string(), description: z.string(), schema: z.string() });
const Tools = z.object({ tools: z.array(Tool) });
export type Tool = z.infer<typeof Tool>;

/** How a server's tools differ from the reviewed ones. */
export interface ToolDiff {
  readonly added: readonly Tool[];
  readonly removed: readonly Tool[];
  /** Another description: it is part of what a model is told to do. */
  readonly reworded: readonly { readonly name: string; readonly before: string; readonly after: string }[];
  /** Another schema of its arguments. */
  readonly otherArguments: readonly string[];
}

/** Undefined if the folder holds no `tools.json` that can be read. */
export async function readTools(folder: string): Promise<readonly Tool[] | undefined> {
  const text = await readFile(path.join(folder, 'tools.json'), 'utf8').catch(() => undefined);
  try {
    return text === undefined ? undefined : Tools.parse(JSON.parse(text)).tools;
  } catch {
    return undefined;
  }
}

export function toolDiff(before: readonly Tool[], after: readonly Tool[]): ToolDiff {
  const old = new Map(before.map((tool) => [tool.name, tool]));
  const names = new Set(after.map(({ name }) => name));
  const kept = after.flatMap((tool) => {
    const was = old.get(tool.name);
    return was === undefined ? [] : [{ tool, was }];
  });
  return {
    added: after.filter(({ name }) => !old.has(name)),
    removed: before.filter(({ name }) => !names.has(name)),
    reworded: kept
      .filter(({ tool, was }) => tool.description !== was.description)
      .map(({ tool, was }) => ({ name: tool.name, before: was.description, after: tool.description })),
    otherArguments: kept.filter(({ tool, was }) => tool.schema !== was.schema).map(({ tool }) => tool.name),
  };
}

/** One line for each difference; none if the tools are the same. */
export function toolDiffLines({ added, removed, reworded, otherArguments }: ToolDiff): string[] {
  return [
    ...added.map(({ name }) => `added: ${name}`),
    ...removed.map(({ name }) => `removed: ${name}`),
    ...reworded.map(({ name }) => `reworded: ${name}`),
    ...otherArguments.map((name) => `other arguments: ${name}`),
  ];
}
