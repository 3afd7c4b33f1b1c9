import MiniSearch from 'minisearch';
import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json-value.ts';
import type { ToolDefinition } from '../surface/surface.ts';
import { stemOf, synonymsOf, wordsOf } from './words.ts';

export interface ToolSearch {
  /** The best ones first, none without a word in common with the question. */
  readonly find: (question: string, limit: number) => readonly ToolDefinition[];
  /** Undefined for a name that is not shown. */
  readonly describe: (name: string) => ToolDefinition | undefined;
}

/** What a tool is called counts most, its server's name as a part of it. */
const boost = { name: 3, title: 2, description: 1, parameters: 0.4 };
/** A word that only means the same as the one that was asked for. */
const synonymBoost = 0.5;

/** BM25+ over names, descriptions and arguments of tools as a client is shown them. The same gives the same. */
export function toolSearch(tools: readonly ToolDefinition[]): ToolSearch {
  const index = new MiniSearch({ fields: Object.keys(boost), tokenize: wordsOf, processTerm: stemOf });
  index.addAll(tools.map((tool, id) => ({ id, ...textsOf(tool) })));
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return {
    find(question, limit) {
      const asked = new Set(wordsOf(question).map(stemOf));
      const words = [...asked, ...[...asked].flatMap((word) => [...(synonymsOf.get(word) ?? [])])];
      const found = index.search(words.join(' '), {
        boost,
        boostTerm: (term) => (asked.has(term) ? 1 : synonymBoost),
        // They are words and stems already.
        tokenize: (text) => text.split(' '),
        processTerm: (term) => term,
      });
      return found.slice(0, limit).flatMap(({ id }) => tools[Number(id)] ?? []);
    },
    describe: (name) => byName.get(name),
  };
}

function textsOf({ name, title, description, inputSchema }: ToolDefinition): JsonObject {
  return {
    name,
    title: typeof title === 'string' ? title : '',
    description: typeof description === 'string' ? description.slice(0, maxDescription) : '',
    parameters: parametersOf(inputSchema).join(' '),
  };
}

/** Of examples and rules further down every word stands in every description. */
const maxDescription = 600;
const maxParameter = 200;

/** Names and descriptions of the arguments. */
function parametersOf(schema: JsonValue | undefined): readonly string[] {
  const properties = isJsonObject(schema) ? schema['properties'] : undefined;
  if (!isJsonObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, property]) => {
    const text = isJsonObject(property) ? property['description'] : undefined;
    return [name, ...(typeof text === 'string' ? [text.slice(0, maxParameter)] : [])];
  });
}
