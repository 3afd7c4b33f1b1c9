/**
 * The entry of `mcpcat run` alone: a bundle of one CommonJS file (scripts/bundle.ts), because every file and every
 * ES module facade of a Node builtin costs time that a client waits for. Everything else comes from `main.ts`.
 */
import { spec } from './cli/commands/run.ts';
import { start } from './cli/start.ts';

void start([spec]);
