import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Ran } from '../rig/engine.ts';
import { runHere } from '../rig/in-process.ts';
import { registry, type Package, type Protocol } from './registry.ts';

const timeout = 180_000;
/** For each test file alone: a port that is used again must not meet another run's answers. */
export const cache = mkdtempSync(path.join(tmpdir(), 'mcpcat-update-cache-'));
after(() => rmSync(cache, { recursive: true, force: true }));

/** What an entry had before: an update that fails must not touch one byte of it. */
export const before: Readonly<Record<string, string>> = {
  'package-lock.json': 'what was there\n',
  'requirements.txt': 'what was there\n',
  'go.mod': 'what was there\n',
};

export interface Case {
  readonly title: string;
  readonly protocol: Protocol;
  /** After `npm:`, `pypi:` or `go:`. */
  readonly source: string;
  readonly packages?: Readonly<Record<string, Package>>;
  readonly says: readonly RegExp[];
}

export interface Updated extends Ran {
  /** Folders of the entry. */
  readonly others: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** Runs `mcpcat update --lock-only` over an entry with the given source and answers what it said and left. */
export async function update(
  source: string,
  env: Readonly<Record<string, string>>,
  folders: readonly string[] = [],
): Promise<Updated> {
  const usual = process.env['TMPDIR'];
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-update-test-'));
  const entry = path.join(folder, 'catalog', 'fixture');
  const temporary = path.join(folder, 'tmp');
  mkdirSync(entry, { recursive: true });
  mkdirSync(temporary);
  try {
    for (const [name, text] of Object.entries({ ...before, 'server.yaml': entryText(source) }))
      if (!folders.includes(name)) writeFileSync(path.join(entry, name), text);
    // Something that no file can be renamed over.
    for (const name of folders) mkdirSync(path.join(entry, name));
    process.env['TMPDIR'] = temporary;
    const ran = await runHere(
      ['update', 'fixture', '--lock-only', '--catalog', path.join(folder, 'catalog')],
      { ...process.env, ...env, XDG_CACHE_HOME: cache },
    );
    const left = readdirSync(temporary).filter((name) => name.startsWith('mcpcat'));
    assert.deepEqual(left, [], 'a folder for temporary files is left');
    const found = readdirSync(entry, { withFileTypes: true });
    const others = found.filter((item) => !item.isFile()).map(({ name }) => name);
    const files = found
      .filter((item) => item.isFile() && item.name !== 'server.yaml')
      .map(({ name }) => [name, readFileSync(path.join(entry, name), 'utf8')] as const);
    return { ...ran, others, files: Object.fromEntries(files) };
  } finally {
    if (usual === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usual;
    rmSync(folder, { recursive: true, force: true });
  }
}

function entryText(source: string): string {
  return `name: fixture
title: Fixture
description: A fixture of the tests.
categories: [testing]
repository: https://example.com/fixture
license: MIT
source: ${source}
command: [server]
`;
}

/** One test for each case. */
export function refusals(cases: readonly Case[]): void {
  for (const { title, protocol, source, packages = {}, says } of cases) {
    test(`${title} is an error that names it, and the entry stays as it was`, { timeout }, async () => {
      await using fake = await registry(protocol, packages);
      const { code, stdout, stderr, files } = await update(`${protocol}:${source}`, fake.env);
      assert.equal(code, 1, stdout + stderr);
      for (const words of says) assert.match(stderr, words);
      assert.doesNotMatch(stderr, /a bug of ours| at .*\.js:\d+/);
      assert.match(stdout, /fixture +failed/);
      assert.deepEqual(files, before);
    });
  }
}
