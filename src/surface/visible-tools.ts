import { createHash } from 'node:crypto';
import { changesIn, type Change } from './changes.ts';
import { hiddenIn, type HiddenText } from './hidden-text.ts';
import { comparable } from './same-json.ts';
import type { ToolDefinition } from './surface.ts';

/** What a person has approved of one tool: exactly the definition with this hash. */
export interface ApprovedDefinition {
  readonly tool: string;
  /** As `definitionSha256` has it. */
  readonly sha256: string;
}

export interface ToolLists {
  /** As reviewed, or as recorded at the first start with the user's settings. */
  readonly recorded: readonly ToolDefinition[];
  /** As the server lists them now. */
  readonly live: readonly ToolDefinition[];
  /** Of this server alone. */
  readonly approved: readonly ApprovedDefinition[];
}

/** A tool that is neither shown nor callable until its definition is approved. */
export interface Withheld {
  readonly tool: string;
  readonly state: 'changed' | 'new';
  /** Empty for a new one. */
  readonly changes: readonly Change[];
  /** What it says and a person would not see. */
  readonly hidden: readonly HiddenText[];
  readonly definition: ToolDefinition;
}

export interface VisibleTools {
  /** What may be shown and called, sorted by name. */
  readonly tools: readonly ToolDefinition[];
  readonly withheld: readonly Withheld[];
  /** Names of recorded tools that are gone. */
  readonly missing: readonly string[];
}

/**
 * What may be shown and called of what a running server lists: what is as it was recorded, and what a person has
 * approved. Pure. A name that is listed twice can't be told apart by a call, so it counts as changed.
 */
export function visibleTools({ recorded, live, approved }: ToolLists): VisibleTools {
  const known = new Map(recorded.map((tool) => [tool.name, tool]));
  const listed = Map.groupBy(live, ({ name }) => name);
  const names = [...listed.keys()].toSorted();
  const judged = names.map((name) => {
    const [definition, ...more] = listed.get(name) ?? [];
    if (definition === undefined) throw new Error(`Internal error: ${name} is listed nowhere`);
    return more.length === 0
      ? judge(definition, { known: known.get(name), approved })
      : twice(definition, more.length + 1);
  });
  return {
    tools: judged.flatMap((one) => ('shown' in one ? [one.shown] : [])),
    withheld: judged.flatMap((one) => ('shown' in one ? [] : [one])),
    missing: recorded.map(({ name }) => name).filter((name) => !listed.has(name)),
  };
}

/**
 * What may be shown of a server that is not running: what was recorded, and in its place or beside it what a person has
 * approved of what it listed when it last ran.
 */
export function toolsAsleep({
  recorded,
  seen,
  approved,
}: Omit<ToolLists, 'live'> & { readonly seen: readonly ToolDefinition[] }): readonly ToolDefinition[] {
  const isApproved = approvedIn(approved);
  const tools = new Map(recorded.map((tool) => [tool.name, tool]));
  for (const tool of seen) if (isApproved(tool)) tools.set(tool.name, tool);
  return [...tools.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** sha256 in hex; the order of keys counts for nothing. */
export function definitionSha256(definition: ToolDefinition): string {
  return createHash('sha256').update(comparable(definition)).digest('hex');
}

type Judged = { readonly shown: ToolDefinition } | Withheld;

function judge(
  definition: ToolDefinition,
  {
    known,
    approved,
  }: { readonly known: ToolDefinition | undefined; readonly approved: ToolLists['approved'] },
): Judged {
  const changes = known === undefined ? [] : changesIn(known, definition);
  if (known !== undefined && changes.length === 0) return { shown: known };
  if (approvedIn(approved)(definition)) return { shown: definition };
  const state = known === undefined ? 'new' : 'changed';
  return withheld(definition, { state, changes });
}

function approvedIn(approved: ToolLists['approved']): (definition: ToolDefinition) => boolean {
  return (definition) => {
    const own = approved.filter(({ tool }) => tool === definition.name);
    if (own.length === 0) return false;
    const sha256 = definitionSha256(definition);
    return own.some((one) => one.sha256 === sha256);
  };
}

function twice(definition: ToolDefinition, times: number): Withheld {
  const change = { where: '', before: 'listed once', after: `listed ${String(times)} times` };
  return withheld(definition, { state: 'changed', changes: [change] });
}

function withheld(definition: ToolDefinition, judged: Pick<Withheld, 'state' | 'changes'>): Withheld {
  return { tool: definition.name, ...judged, hidden: hiddenIn(definition, definition.name), definition };
}
