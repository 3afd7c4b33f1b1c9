/**
 * What we write, held against complete published schemas and read by the validators of those who make the formats: from
 * PyPI and npm. CycloneDX and SPDX have their own; SPDX's schema comes with lib4sbom, SARIF's with a package of Microsoft's.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { cycloneDx } from '../../../src/sbom/cyclonedx.ts';
import { spdx } from '../../../src/sbom/spdx.ts';
import { sarif } from '../../../src/scan/sarif.ts';
import { closedAfterwards } from '../../rig/closed-afterwards.ts';
import { catalogInventory } from '../../rig/inventory.ts';
import { npmInstall } from '../../rig/npm-install.ts';
import { report } from '../../scan/report.ts';

const timeout = 300_000;
const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-validators-'));
const run = promisify(execFile);
const program = (name: string): string => path.join(folder, 'tools', 'bin', name);
const names = ['everything', 'time', 'github', 'git'];

before(
  async () => {
    await run('python3', ['-m', 'venv', path.join(folder, 'tools')]);
    const install = ['install', '--quiet', '--only-binary', ':all:'];
    const validators = ['spdx-tools==0.8.5', 'cyclonedx-python-lib[json-validation]==11.12.0'];
    // Without the rest that their builds would want, which no schema needs.
    await run(program('pip'), [...install, ...validators]);
    await run(program('pip'), [...install, '--no-deps', 'lib4sbom==0.10.4']);
    npmInstall(folder, ['--omit=peer', '@microsoft/jest-sarif@1.0.0-beta.0']);
  },
  { timeout },
);
closedAfterwards().defer(() => rmSync(folder, { recursive: true, force: true }));

function document(name: string, text: string): string {
  const file = path.join(folder, `${name}.json`);
  writeFileSync(file, text);
  return file;
}

const schemas = {
  spdx: 'tools/lib/python*/site-packages/lib4sbom/schemas/spdx/2.3-schema.json',
  sarif: 'node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json',
};

/** The mistakes that a published schema finds. */
async function mistakes(schema: keyof typeof schemas, text: string): Promise<readonly string[]> {
  const [file] = globSync(schemas[schema], { cwd: folder });
  assert.ok(file, schema);
  const lines = [
    'import json, sys',
    'from jsonschema.validators import validator_for',
    'schema, value = (json.load(open(name)) for name in sys.argv[1:])',
    'kind = validator_for(schema)',
    'errors = kind(schema, format_checker=kind.FORMAT_CHECKER).iter_errors(value)',
    'print(json.dumps([error.message for error in errors]))',
  ];
  const words = [path.join(folder, file), document('asked', text)];
  const { stdout } = await run(program('python'), ['-c', lines.join('\n'), ...words]);
  return JSON.parse(stdout) as string[];
}

/** What CycloneDX's own validator says, in its strict form; empty for nothing. */
async function cycloneDxMistake(text: string): Promise<string> {
  const lines = [
    'import sys',
    'from cyclonedx.schema import SchemaVersion',
    'from cyclonedx.validation.json import JsonStrictValidator',
    'error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read())',
    "print('' if error is None else error.data.message)",
  ];
  const { stdout } = await run(program('python'), ['-c', lines.join('\n'), document('asked', text)]);
  return stdout.trim();
}

for (const name of names)
  test(`others’ validators take the lists of ${name}`, { timeout }, async () => {
    const inventory = await catalogInventory(name);
    const text = spdx(inventory);
    await run(program('pyspdxtools'), ['--infile', document(`${name}.spdx`, text)]);
    assert.deepEqual(await mistakes('spdx', text), []);
    assert.equal(await cycloneDxMistake(cycloneDx(inventory)), '');
  });

test('the published schema of SARIF takes what a scan says', { timeout }, async () => {
  const fileOf = (server: string): string => `catalog/${server}/a lock.json`;
  const text = JSON.stringify(sarif(await report(), fileOf));
  assert.deepEqual(await mistakes('sarif', text), []);
  assert.notDeepEqual(await mistakes('sarif', text.replace('"level":"error"', '"level":"dire"')), []);
});

test('each of them finds a mistake', { timeout }, async () => {
  const inventory = await catalogInventory('time');
  const text = spdx(inventory);
  const wrong = document('wrong.spdx', text.replace('"SPDXRef-Image"', '"Image"'));
  await assert.rejects(run(program('pyspdxtools'), ['--infile', wrong]));
  assert.notDeepEqual(await mistakes('spdx', text.replace('"SPDX-2.3"', '2.3')), []);
  const unknown = cycloneDx(inventory).replace('"bomFormat"', '"bomForm": 1, "bomFormat"');
  assert.notEqual(await cycloneDxMistake(unknown), '');
});
