import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { imageIn } from '../../src/catalog/image-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { fixtureImage, project } from './engine.ts';

/** A catalog of one entry, whose server reaches for hosts, files and processes. */
export interface Restless extends AsyncDisposable {
  readonly folder: string;
  readonly name: string;
  /** The name of its image on the engine. */
  readonly image: string;
  readonly file: (name: string) => string;
}

/** `more` adds lines to the entry; `words` are the server's arguments. */
export async function restless(
  engine: Engine,
  more: string,
  words: readonly string[] = [],
): Promise<Restless> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-restless-'));
  const name = `restless-${path.basename(folder).slice(-6).toLowerCase()}`;
  const source = readFileSync(path.join(project, 'test/fixtures/servers/restless.js'), 'utf8');
  const tag = imageIn({ kind: 'folder', folder }, name);
  mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, name, 'server.yaml'), entryText(name, more));
  const entrypoint = ['/usr/local/bin/node', '/app/server.js', ...words];
  await fixtureImage(engine, { tag, files: { 'server.js': source }, entrypoint });
  return {
    folder,
    name,
    image: tag,
    file: (file) => path.join(folder, name, file),
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true });
      await engine.removeImage(tag, { force: true });
    },
  };
}

function entryText(name: string, more: string): string {
  return `# What it is for.
name: ${name}
title: Restless
description: A fixture of the tests.
categories: [testing]
repository: https://example.com/fixture
license: MIT
source: npm:fixture
command: [fixture]
${more}`;
}
