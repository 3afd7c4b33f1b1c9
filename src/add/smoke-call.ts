import { exampleArguments } from '../audit/example-arguments.ts';
import type { Entry } from '../catalog/entry.ts';
import type { Seen } from './start.ts';

const reading =
  /(^|[_.-])(get|list|read|search|find|query|show|describe|fetch|lookup|calculate|convert|compare|validate|parse|format|encode|decode|explain|think|sequential\w*|info|status|version|help|count|check|analyze|analyse|generate|random|now|time|echo|add|sum|evaluate)/i;
const writing =
  /(^|[_.-])(delete|remove|create|update|write|send|post|put|set|edit|move|rename|run|exec|execute|start|stop|kill|install|upload|insert|drop|clear|reset|login|logout|purge|deploy|restart)([_.-]|$)/i;
const failing =
  /\berror\b|fail|unauthori[sz]ed|forbidden|invalid|not found|denied|unable|could not|couldn't|cannot|can't|missing|timed? ?out|ECONN|ENOTFOUND|ENOENT|exception|not (?:set|configured|available|connected|supported|initialized)|no .{1,20} found|traceback|required|unexpected|refused|disconnected|undefined|n't |(?:do|does|did|is) not |no such |must |please /i;

/** A harmless tool that answered while nothing but loopback could be reached; undefined if there is none. */
export function smokeCall({ tools, uses, hosts, writes }: Seen): Entry['smoke']['call'] {
  // Who reaches nobody and writes nothing does no harm with any of its tools.
  const alone = hosts.length === 0 && writes.outside.length + writes.inside.length === 0;
  const candidates = tools.flatMap((tool) => {
    const use = uses.find(({ name }) => name === tool.name);
    const quiet = !hosts.some(({ during }) => during.includes(tool.name));
    const fine = use?.outcome === 'answered' && use.text.length > 24 && !failing.test(use.text) && quiet;
    const harmless = !writing.test(tool.name) && (alone || tool.readOnly || reading.test(tool.name));
    const given = exampleArguments(tool.inputSchema);
    return fine && harmless ? [{ tool: tool.name, arguments: given }] : [];
  });
  const size = (given: Readonly<Record<string, unknown>>): number => JSON.stringify(given).length;
  return candidates
    .filter((call) => size(call.arguments) < 400)
    .toSorted((a, b) => size(a.arguments) - size(b.arguments))[0];
}
