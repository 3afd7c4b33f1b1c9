import type { Finding } from '../../lib/finding.ts';
import type { ToolFacts } from '../../mcp/handshake.ts';
import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';

/** It offers tools, each name once, and those that were reviewed. */
export const toolsAsReviewed: Check = ({ handshake, knownTools }) => {
  if (handshake.failure !== undefined) return [];
  const { tools } = handshake;
  const names = tools.map(({ name }) => name);
  const doubled = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  return [
    ...(tools.length === 0 ? [finding('no-tools', 'tools/list is empty')] : []),
    ...(doubled.length > 0
      ? [finding('duplicate-tool', `more than one tool is named ${doubled.join(', ')}`)]
      : []),
    ...(knownTools === undefined ? [] : changes(knownTools, tools)),
  ];
};

/** A description is part of what a model is told to do, so a reworded one counts like a new tool. */
function changes(known: readonly ToolFacts[], now: readonly ToolFacts[]): Finding[] {
  const before = new Map(known.map((tool) => [tool.name, tool]));
  const after = new Map(now.map((tool) => [tool.name, tool]));
  const lines = [
    ...[...after.keys()].filter((name) => !before.has(name)).map((name) => `added: ${name}`),
    ...[...before.keys()].filter((name) => !after.has(name)).map((name) => `removed: ${name}`),
    ...[...after.values()].flatMap((tool) => difference(before.get(tool.name), tool)),
  ];
  return lines.length === 0
    ? []
    : [finding('tools-changed', `${String(lines.length)} change(s) to the tools`, lines)];
}

function difference(old: ToolFacts | undefined, tool: ToolFacts): string[] {
  if (old === undefined) return [];
  return [
    ...(old.description === tool.description ? [] : [`reworded: ${tool.name}`]),
    ...(old.schema === tool.schema ? [] : [`other arguments: ${tool.name}`]),
  ];
}
