/** Writes `catalog/server.schema.json` and `catalog.schema.json`; tests fail when they are not what the code says. */
import { schemaText } from '../src/catalog/json-schema.ts';
import { writeWhole } from '../src/lib/folders.ts';
import { catalogIndexSchemaText } from '../src/catalog-index/json-schema.ts';

await writeWhole('catalog/server.schema.json', schemaText());
await writeWhole('catalog.schema.json', catalogIndexSchemaText());
