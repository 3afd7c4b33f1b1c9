/**
 * The entry of `mcpcat serve` alone: one CommonJS file (scripts/bundle.ts), because a client waits for its first answer
 * and a hundred files take longer to find than to run. Readers of profiles and writers of logs come from `main.ts`.
 */
import { spec } from './cli/commands/serve.ts';
import { start } from './cli/start.ts';

void start([spec]);
