import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { zipSync } from 'fflate';
import { goPackage } from '../../src/package/go.ts';
import { goTool } from '../../src/upstream/go-program.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const module = 'example.com/nobody/server';
const files = {
  'go.mod': `module ${module}\n`,
  'main.go': 'package main\n\nfunc main() {}\n',
};
const zip = zipSync(
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`${module}@v1.0.0/${name}`, Buffer.from(text)]),
  ),
);

/** As a module proxy answers; `database` for what it hands on of the checksum database. */
function answerOf(url: string, database: string): string | Uint8Array | undefined {
  if (url.endsWith('/supported')) return '';
  if (url.startsWith('/sumdb/')) return database === '' ? undefined : database;
  if (!url.startsWith(`/${module}/@v/`)) return undefined;
  const info = JSON.stringify({ Version: 'v1.0.0', Time: '2026-01-01T00:00:00Z' });
  const answers = { list: 'v1.0.0\n', 'v1.0.0.info': info, 'v1.0.0.mod': files['go.mod'], 'v1.0.0.zip': zip };
  return new Map<string, string | Uint8Array>(Object.entries(answers)).get(url.split('/').at(-1) ?? '');
}

const installed = spawnSync('go', ['env', 'GOROOT'], { encoding: 'utf8' });
const noGo = installed.status === 0 ? false : 'there is no go command here';

/** This machine's own go in place of the locked one, which would have to be fetched. */
async function cacheWithGo(t: TestContext): Promise<string> {
  const cacheFolder = temporaryFolder(t);
  const { folder } = await goTool({ cacheFolder });
  mkdirSync(path.dirname(folder), { recursive: true });
  symlinkSync(installed.stdout.trim(), folder);
  return cacheFolder;
}

for (const [title, database] of [
  ['does not know', ''],
  [
    'seems to know through a proxy that can’t sign for it',
    `1\n${module} v1.0.0 h1:made-up\n\ngo.sum database tree\n1\nx\n\n— x\n`,
  ],
] as const)
  test(
    `the source of a module that the checksum database ${title} is not read`,
    { skip: noGo },
    async (t) => {
      const { url } = await loopback(t, (request, response) => {
        const body = answerOf(request.url ?? '', database);
        if (body === undefined) response.statusCode = 404;
        response.end(body ?? '404 not found');
      });
      const query = { name: module, version: '1.0.0', cacheFolder: await cacheWithGo(t) };
      await assert.rejects(
        goPackage({ ...query, env: { ...process.env, GOPROXY: url } }),
        ({ message }: Error) => {
          assert.match(message, /^go:example\.com\/nobody\/server: /);
          assert.match(message, /404|checksum|sum\.golang\.org|verifying/i);
          return true;
        },
      );
    },
  );
