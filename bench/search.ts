/**
 * What `serve --search` finds and saves: `node bench/search.ts`. The questions of test/tool-search, over all tools of the
 * catalog at once, and in profiles of 20 servers of which one is the right one. Tokens are characters divided by four.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { readTools } from '../src/catalog/tools.ts';
import { readSurfaceFile } from '../src/surface/read-surface.ts';
import type { ToolDefinition } from '../src/surface/surface.ts';
import { clientRevision } from '../src/surface/tools-of.ts';
import { searchResult, searchTools } from '../src/tool-search/search-tools.ts';
import { toolSearch, type ToolSearch } from '../src/tool-search/tool-search.ts';
import { questions, type Question } from '../test/tool-search/questions.ts';

const catalog = path.resolve(import.meta.dirname, '../catalog');
const profileSize = 20;
const limit = 5;

interface Listed {
  readonly server: string;
  readonly tools: readonly ToolDefinition[];
  /** Only names and descriptions are known: a client gets more. */
  readonly isShort: boolean;
}

/** As `serve` shows them, beside others. */
async function listed(server: string): Promise<Listed> {
  const folder = path.join(catalog, server);
  const surface = await readSurfaceFile(folder);
  const tools = surface === undefined ? ((await readTools(folder)) ?? []) : clientRevision(surface).tools;
  const shown = tools.map(({ name, ...tool }) => ({ ...tool, name: `${server}_${name}` }));
  return { server, tools: shown, isShort: surface === undefined };
}

const tokens = (value: unknown): number => Math.ceil(JSON.stringify(value).length / 4);
const percent = (part: number, of: number): string => `${((100 * part) / of).toFixed(1)} %`;
const wantedOf = ({ expected }: Question): string[] => expected.map((one) => one.replace('/', '_'));

/** Where among the first ones a right tool stands, from 1; 0 for nowhere. */
function rank(search: ToolSearch, question: Question): number {
  const wanted = wantedOf(question);
  return search.find(question.asks, 10).findIndex(({ name }) => wanted.includes(name)) + 1;
}

function report(what: string, ranks: readonly number[]): void {
  const within = (k: number): string =>
    percent(ranks.filter((one) => one > 0 && one <= k).length, ranks.length);
  process.stdout.write(`${what}: recall@1 ${within(1)}, @5 ${within(5)}, @10 ${within(10)}\n`);
}

const names = readdirSync(catalog).filter((name) => existsSync(path.join(catalog, name, 'tools.json')));
const lists = await Promise.all(names.map(listed));
const all = lists.flatMap(({ tools }) => tools);
const before = process.cpuUsage();
const whole = toolSearch(all);
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  `${String(questions.length)} questions, ${String(all.length)} tools of ${String(lists.length)} servers, indexed in ${((user + system) / 1000).toFixed(0)} ms of CPU\n`,
);
report(
  'the whole catalog',
  questions.map((question) => rank(whole, question)),
);

/** The server of the question and those that stand behind it in the alphabet: no choice that could be made to fit. */
const profiles = questions.map((question) => {
  const server = question.expected[0]?.split('/')[0] ?? '';
  const from = names.indexOf(server);
  const chosen = Array.from({ length: profileSize }, (_, index) => lists[(from + index) % lists.length]);
  const tools = chosen.flatMap((one) => one?.tools ?? []);
  return { question, tools, search: toolSearch(tools) };
});
report(
  `profiles of ${String(profileSize)} servers`,
  profiles.map(({ question, search }) => rank(search, question)),
);

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
const shown = mean(profiles.map(({ tools }) => tokens(tools)));
const own = tokens(searchTools);
const find = mean(
  profiles.map(({ question, search }) =>
    tokens(searchResult('find_tools', { query: question.asks, limit }, search)),
  ),
);
const describe = mean(all.map(tokens));
const found = own + find + describe;
const short = lists.filter(({ isShort }) => isShort).length;
process.stdout.write(
  [
    `tokens of all definitions of a profile: ${shown.toFixed(0)} (${String(short)} servers by name and description alone, for want of a surface)`,
    `with search: ${String(own)} for three tools, ${find.toFixed(0)} for what is found, ${describe.toFixed(0)} for a description: ${found.toFixed(0)}, ${percent(found, shown)} of it`,
    `a wrong hit costs ${(find + describe).toFixed(0)} tokens and two round trips: another search, another description`,
    '',
  ].join('\n'),
);
