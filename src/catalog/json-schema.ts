import { z } from 'zod';
import { jsonText } from '../lib/folders.ts';
import { Entry } from './entry.ts';

/** `catalog/server.schema.json`: what editors complete and check `server.yaml` with. */
export function schemaText(): string {
  const schema = z.toJSONSchema(Entry, { io: 'input' });
  return jsonText({ ...schema, title: 'mcpcat server', description: 'catalog/<name>/server.yaml' });
}
