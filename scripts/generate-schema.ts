/** Writes `catalog/server.schema.json`, `catalog.schema.json` and `profile.schema.json`; tests fail when they are not what the code says. */
import { schemaText } from '../src/catalog/json-schema.ts';
import { writeWhole } from '../src/lib/folders.ts';
import { catalogIndexSchemaText } from '../src/catalog-index/json-schema.ts';
import { schemaText as profileSchemaText } from '../src/profile/profile-file.ts';

await writeWhole('catalog/server.schema.json', schemaText());
await writeWhole('catalog.schema.json', catalogIndexSchemaText());
await writeWhole('profile.schema.json', profileSchemaText());
