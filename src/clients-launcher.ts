/**
 * The entry of `mcpcat clients` alone: one CommonJS file (scripts/bundle.ts). People type it, and prompts of shells ask
 * it; forty modules take longer to find than a dozen files of clients to read.
 */
import { spec } from './cli/commands/clients.ts';
import { start } from './cli/start.ts';

void start([spec]);
