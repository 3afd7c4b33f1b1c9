/**
 * The first file of `mcpcat serve`, and a small one (scripts/bundle.ts): a client that is greeted as it was the last time
 * has its answer before what makes such answers is loaded. That makes it all the same, and holds it against this one.
 */
import path from 'node:path';
import { ownedByUs } from './host/owned-by-us.ts';
import { fileState } from './lib/file-state.ts';
import { answerEarly } from './serve/answer-early.ts';
import type { Early } from './serve/early.ts';
import { findGreeting } from './serve/kept-greeting.ts';

/** `cache` is mcpcat's folder for what only saves time; without one nothing is known. */
export async function begin(cache: string | undefined): Promise<void> {
  const early = cache === undefined ? undefined : await greeted(path.join(cache, 'served'));
  const launcher = await import('./serve-launcher.ts');
  await launcher.begin(early);
}

async function greeted(folder: string): Promise<Early> {
  const code = path.join(import.meta.dirname, 'serve.cjs');
  const place = {
    folder,
    // By its place, too: package managers link one file into many projects, and each has a catalog beside it.
    version: `${code} ${fileState(code) ?? ''}`,
    startedAs: { argv: process.argv.slice(2), env: process.env },
    owns: ownedByUs,
  };
  const kept = findGreeting(place);
  return { place, kept, answer: kept && (await answerEarly(process, kept)) };
}
