import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { zipSync } from 'fflate';
import { thisHost } from '../../src/host/this-host.ts';
import { goProgram, goTool } from '../../src/upstream/go-program.ts';
import { loopback } from '../fetch/loopback.ts';
import { temporaryFolder } from '../lib/temporary.ts';

const top = 'golang.org/toolchain@v0.0.1-go9.9.9.test';
const zip = zipSync({
  [`${top}/bin/go`]: Buffer.from('#!/bin/sh\necho go version go9.9.9\n'),
  [`${top}/src/fmt/print.go`]: Buffer.from('package fmt\n'),
  [`${top}/src/fmt/print_test.go`]: Buffer.from('package fmt\n'),
  [`${top}/pkg/tool/compile`]: Buffer.from('compiler'),
  [`${top}/../../../../outside`]: Buffer.from('x'),
});

interface Locked {
  readonly templates: string;
  readonly cacheFolder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A toolchain as the list names it, from a mirror that has `bytes`. */
async function locked(t: TestContext, bytes: Uint8Array): Promise<Locked> {
  const { url } = await loopback(t, (_, response) => response.end(bytes));
  const sha256 = createHash('sha256').update(zip).digest('hex');
  const file = { url: 'https://proxy.golang.org/golang.org/toolchain/@v/test.zip', sha256 };
  const list = JSON.stringify({ version: '9.9.9', files: { [thisHost().platform]: file } });
  return {
    templates: temporaryFolder(t, { 'tools/go.json': list }),
    cacheFolder: temporaryFolder(t),
    env: { MCPCAT_MIRROR_GO: url },
  };
}

test('go comes from its locked toolchain, once, without compiler and tests, and nothing of it lands elsewhere', async (t) => {
  const request = await locked(t, zip);
  const [program, same] = await Promise.all([goProgram(request), goProgram(request)]);
  assert.equal(program, same);
  assert.equal(execFileSync(program, { encoding: 'utf8' }), 'go version go9.9.9\n');
  const { folder } = await goTool(request);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  assert.deepEqual(files.map(({ name }) => name).sort(), ['go', 'print.go']);
  assert.deepEqual(readdirSync(path.dirname(folder)), [path.basename(folder)]);
  assert.equal(await goProgram({ ...request, env: { MCPCAT_MIRROR_GO: 'https://nobody.invalid' } }), program);
});

test('a toolchain of other bytes than locked is refused, and nothing of it is kept', async (t) => {
  const request = await locked(t, Buffer.from('another'));
  await assert.rejects(goProgram(request), { code: 'integrity-mismatch', message: /^go 9\.9\.9: expected/ });
  assert.equal(existsSync(path.join(request.cacheFolder, 'tools')), false);
});

test('a system without a locked toolchain is told', async (t) => {
  const templates = temporaryFolder(t, {
    'tools/go.json': JSON.stringify({ version: '9.9.9', files: {} }),
  });
  await assert.rejects(goProgram({ templates, cacheFolder: temporaryFolder(t), env: {} }), {
    code: 'lock-refused',
    message: /^go, which locks Go servers, is not known for /,
  });
});
