import { isDeepStrictEqual } from 'node:util';
import type { Problem } from '../catalog/problem.ts';
import type { Proof } from '../catalog/proof.ts';
import { toolsFile, type Tools } from '../catalog/tools.ts';
import { messageOf } from '../lib/errors.ts';
import { readSurface, surfaceFile, surfaceBytesIn } from '../surface/read-surface.ts';
import { toolsOf } from '../surface/tools-of.ts';
import { toolsSha256 } from './tools-text.ts';

/** The surface that lies beside an entry. */
export interface SurfaceBeside {
  readonly text: string;
  readonly sha256: string;
  /** What it says of the tools: `tools.json` is made from it. */
  readonly tools: Tools;
}

/** No file is no problem; one that is not what it should be counts as none, and is said. */
export async function surfaceBeside(
  folder: string,
  name: string,
): Promise<{ readonly value?: SurfaceBeside; readonly problem?: Problem }> {
  try {
    const text = surfaceBytesIn(folder)?.toString('utf8');
    if (text === undefined) return {};
    const surface = readSurface(text, surfaceFile(folder));
    return { value: { text, sha256: toolsSha256(text), tools: { tools: [...toolsOf(surface)] } } };
  } catch (error) {
    const hint = `remove it, then: mcpcat test ${name}`;
    return { problem: { file: surfaceFile(folder), line: 0, column: 0, message: messageOf(error), hint } };
  }
}

/** One that no proof has seen, or another than it has seen, is nobody's word. */
export function seenBy(
  proof: Proof | undefined,
  surface: SurfaceBeside | undefined,
): SurfaceBeside | undefined {
  return surface !== undefined && proof?.surface === surface.sha256 ? surface : undefined;
}

/** Names and descriptions are read by models, too: what they are is for the proof to say. */
export function otherTools(
  folder: string,
  tools: Tools | undefined,
  seen: SurfaceBeside | undefined,
): Problem | undefined {
  if (tools === undefined || seen === undefined || isDeepStrictEqual(tools, seen.tools)) return undefined;
  return {
    file: toolsFile(folder),
    line: 0,
    column: 0,
    message: 'expected the tools of surface.json, which the proof has seen; those are listed',
    hint: 'remove it, then: mcpcat test',
  };
}
