import type { ServerPolicy } from './server-policy.ts';
import { matchesPattern } from './tool-pattern.ts';

/** What a decision is taken from: a tool as its server lists it. */
export interface JudgedTool {
  /** The server's own name for it. */
  readonly name: string;
  readonly annotations?: { readonly readOnlyHint?: boolean | undefined } | undefined;
}

export type Decision =
  | { readonly kind: 'allowed' }
  /** `rule`: what of the profile decided, for a person: `tools.deny has delete_*`. */
  | { readonly kind: 'denied'; readonly rule: string };

/**
 * Whether a tool may be shown and called. The same for both: what is denied is left out of every list, and a call of it
 * is answered as one of an unknown tool, without starting the server. A tool that says nothing of itself is not
 * read-only.
 */
export function decide(
  { tools, readOnly }: Pick<ServerPolicy, 'tools' | 'readOnly'>,
  tool: JudgedTool,
): Decision {
  const denied = tools.deny.find((pattern) => matchesPattern(pattern, tool.name));
  if (denied !== undefined) return { kind: 'denied', rule: `tools.deny has ${denied}` };
  if (tools.allow?.some((pattern) => matchesPattern(pattern, tool.name)) === false)
    return { kind: 'denied', rule: 'tools.allow has no such tool' };
  if (readOnly && tool.annotations?.readOnlyHint !== true)
    return { kind: 'denied', rule: 'readOnly: the server does not say that the tool only reads' };
  return { kind: 'allowed' };
}
