import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { imageIn } from '../../src/catalog/image-name.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { fixtureImage, project } from './engine.ts';

/** Its folder and images are gone once it is disposed. */
export interface FixtureCatalog extends AsyncDisposable {
  readonly folder: string;
  readonly names: readonly string[];
  /** The name on the engine of the image that belongs to one of them. */
  imageOf(name: string): string;
}

/**
 * One entry and image for each way in which the fixture server misbehaves; `more` adds lines to an entry. The
 * `prefix` is the test file's own: files that run side by side then share neither images nor servers' names. `server` is
 * another program than the fixture server.
 */
export async function fixtureCatalog(
  engine: Engine,
  behaviours: Readonly<Record<string, string>>,
  named: string | { readonly prefix: string; readonly server: string },
): Promise<FixtureCatalog> {
  const { prefix, server } = typeof named === 'string' ? { prefix: named, server: 'server.js' } : named;
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-catalog-'));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rmSync(folder, { recursive: true, force: true }));
  const source = readFileSync(path.join(project, 'test/fixtures/servers', server), 'utf8');
  const imageOf = (name: string): string => imageIn({ kind: 'folder', folder }, name);
  const names = Object.keys(behaviours).map((behaviour) => `${prefix}-${behaviour}`);
  const make = async ([behaviour, more]: readonly [string, string]): Promise<void> => {
    const name = `${prefix}-${behaviour}`;
    mkdirSync(path.join(folder, name));
    writeFileSync(path.join(folder, name, 'server.yaml'), entryText(name, more));
    opened.defer(() => engine.removeImage(imageOf(name), { force: true }));
    const entrypoint = ['/usr/local/bin/node', '/app/server.js', behaviour];
    await fixtureImage(engine, { tag: imageOf(name), files: { 'server.js': source }, entrypoint });
  };
  const [first, ...others] = Object.entries(behaviours);
  if (first !== undefined) await make(first);
  // Of the first one the engine keeps every step but the last.
  const made = await Promise.allSettled(others.map(make));
  for (const one of made) if (one.status === 'rejected') throw one.reason;
  const kept = opened.move();
  return { folder, names, imageOf, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

function entryText(name: string, more: string): string {
  return `name: ${name}
title: Fixture
description: A fixture of the tests.
categories: [testing]
repository: https://example.com/fixture
license: MIT
source: npm:fixture
command: [fixture]
${more}`;
}
