import { appendFileSync } from 'node:fs';

/** Facts of the engine under test, for its record: into the file MCPCAT_ENGINE_FACTS, where one is wanted. */
export function note(facts: Readonly<Record<string, unknown>>): void {
  const file = process.env['MCPCAT_ENGINE_FACTS'];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(facts)}\n`);
}
