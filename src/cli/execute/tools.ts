import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { openSurface } from '../../catalog-index/open-surface.ts';
import type { RevisionSurface, Surface, ToolDefinition } from '../../surface/surface.ts';
import { clientRevision } from '../../surface/tools-of.ts';
import type { Execute, Invocation } from '../command.ts';
import { table } from '../render/table.ts';
import { approveTools, showDifference } from './tools-seen.ts';
import { listedIndex } from './view.ts';

export const execute: Execute = async (invocation) => {
  const [first, name, ...tools] = invocation.positionals;
  if (first === 'diff' && name !== undefined && tools.length === 0) return showDifference(invocation, name);
  if (first === 'approve' && name !== undefined) return approveTools(invocation, { name, wanted: tools });
  if (first !== undefined && name === undefined) return list(invocation, first);
  throw new McpcatError('usage', 'expected a server, "diff" and a server, or "approve", a server and tools', {
    hint: 'mcpcat list shows the servers',
  });
};

async function list(invocation: Invocation, name: string): Promise<number> {
  const { options, terminal } = invocation;
  if (options.text('profile') !== undefined)
    throw new McpcatError('usage', '--profile: only for "tools diff" and "tools approve"');
  const surface = await surfaceOf(invocation, name);
  const revision = clientRevision(surface);
  const { protocolVersion, tools } = revision;
  const facts = { server: name, protocolVersion, dependsOn: surface.dependsOn, tools };
  terminal.stdout.write(options.flag('json') ? jsonText(facts) : textOf(name, surface, revision));
  return 0;
}

async function surfaceOf(invocation: Invocation, name: string): Promise<Surface> {
  const { env, host, signal } = invocation.terminal;
  const { server, source, catalogIndex } = await listedIndex(invocation, name);
  const request = { source, catalogIndex, cache: host.folders(env).cache, signal };
  const surface = await openSurface(server, request);
  if (surface !== undefined) return surface;
  throw new McpcatError('entry-invalid', `${name}: nothing is recorded of what it offers`, {
    hint: `mcpcat test ${name} records it`,
  });
}

function textOf(name: string, { dependsOn }: Surface, { tools }: RevisionSurface): string {
  if (tools.length === 0) return `${name} offers no tools\n`;
  const rows = tools.map((tool) => [tool.name, saysOfItself(tool), firstSentence(tool)]);
  const note = dependsOn === 'settings' ? `\nOther settings give other tools: mcpcat info ${name}\n` : '';
  return `${table(['tool', 'says it', 'description'], rows)}${note}`;
}

/** Its annotations: hints, which nobody enforces. */
function saysOfItself({ annotations }: ToolDefinition): string {
  const says = (hint: string): unknown => Reflect.get(Object(annotations), hint);
  if (says('readOnlyHint') === true) return 'reads';
  return says('destructiveHint') === false ? 'adds' : 'changes';
}

const maxLength = 100;

function firstSentence({ description }: ToolDefinition): string {
  const text = typeof description === 'string' ? description.trim() : '';
  const first = /^[^\n]*?[.!?](?=\s|$)/.exec(text)?.[0] ?? text.split('\n')[0] ?? '';
  return first.length > maxLength ? `${first.slice(0, maxLength).toWellFormed()}…` : first;
}
