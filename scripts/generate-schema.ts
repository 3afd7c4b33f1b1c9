/** Writes `catalog/server.schema.json`; a test fails when it is not what the schema in `src/catalog/entry.ts` says. */
import { schemaText } from '../src/catalog/json-schema.ts';
import { writeWhole } from '../src/lib/folders.ts';

await writeWhole('catalog/server.schema.json', schemaText());
