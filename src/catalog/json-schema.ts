import { z } from 'zod';
import { jsonText } from '../lib/folders.ts';
import { Entry } from './entry.ts';

/** What an author may write, as JSON Schema. */
export function inputSchema(): Readonly<Record<string, unknown>> {
  return z.toJSONSchema(Entry, {
    io: 'input',
    // zod leaves a default out where something below it is written in two ways and kept in one; ours fit either.
    override: ({ zodSchema, jsonSchema }) => {
      if (!(zodSchema instanceof z.ZodDefault)) return;
      jsonSchema.default ??= z.toJSONSchema(zodSchema, { io: 'output' }).default;
    },
  });
}

/** `catalog/server.schema.json`: what editors complete and check `server.yaml` with. */
export function schemaText(): string {
  return jsonText({ ...inputSchema(), title: 'mcpcat server', description: 'catalog/<name>/server.yaml' });
}
