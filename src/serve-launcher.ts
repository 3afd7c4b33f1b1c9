/**
 * `mcpcat serve` alone, begun by `serve-early.ts`: one CommonJS file (scripts/bundle.ts), because a client waits for its
 * first answers and a hundred files take longer to find than to run. Readers of profiles and writers of logs come from `main.ts`.
 */
import { setFlagsFromString } from 'node:v8';
import { spec } from './cli/commands/serve.ts';
import { start } from './cli/start.ts';
import type { Early } from './serve/early.ts';

/**
 * V8 lets its young generation grow with what passes through and keeps that for good: after some ten thousand calls
 * three times the memory that is in use. Read whenever it would grow, so it takes effect at any time.
 */
setFlagsFromString('--semi-space-growth-factor=1');

export async function begin(early: Early | undefined): Promise<void> {
  await start([spec], early);
}
