/**
 * The entry of `mcpcat serve` alone: one CommonJS file (scripts/bundle.ts), because a client waits for its first answer
 * and a hundred files take longer to find than to run. Readers of profiles and writers of logs come from `main.ts`.
 */
import { setFlagsFromString } from 'node:v8';
import { spec } from './cli/commands/serve.ts';
import { start } from './cli/start.ts';

/**
 * V8 lets its young generation grow with what passes through and keeps that for good: after some ten thousand calls
 * three times the memory that is in use. Read whenever it would grow, so it takes effect at any time.
 */
setFlagsFromString('--semi-space-growth-factor=1');

void start([spec]);
