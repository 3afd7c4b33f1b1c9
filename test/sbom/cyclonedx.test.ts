import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { cycloneDx } from '../../src/sbom/cyclonedx.ts';
import { catalogInventory } from '../rig/inventory.ts';

/** The schemas that CycloneDX publishes, as its library carries them. */
const library = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
const schema = (name: string): object =>
  JSON.parse(readFileSync(path.join(path.dirname(library), 'res/schema', name), 'utf8')) as object;

function validator(): (value: unknown) => string[] {
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  // Two formats that ajv-formats lacks.
  ajv.addFormat('iri-reference', (text) => URL.canParse(text, 'http://example.org/'));
  ajv.addFormat('idn-email', /^[^@\s]+@[^@\s]+$/);
  ajv.addSchema(schema('spdx.SNAPSHOT.schema.json'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json');
  ajv.addSchema(
    schema('jsf-0.82.SNAPSHOT.schema.json'),
    'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json',
  );
  ajv.addSchema(
    schema('cryptography-defs.SNAPSHOT.schema.json'),
    'http://cyclonedx.org/schema/cryptography-defs.SNAPSHOT.schema.json',
  );
  const validate = ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'));
  return (value) => {
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`);
  };
}

const problemsOf = validator();

for (const name of ['everything', 'time', 'github', 'git', 'chrome-devtools'])
  test(`the SBOM of ${name} is valid CycloneDX 1.6 and the same every time`, async () => {
    const text = cycloneDx(await catalogInventory(name));
    assert.deepEqual(problemsOf(JSON.parse(text)), []);
    assert.equal(cycloneDx(await catalogInventory(name)), text);
  });

test('the schema finds a mistake', async () => {
  const sbom = JSON.parse(cycloneDx(await catalogInventory('time'))) as Record<string, unknown>;
  assert.notDeepEqual(problemsOf({ ...sbom, serialNumber: 'urn:uuid:1' }), []);
});

test('another platform, or another hash in a lock, is another serial number', async () => {
  const inventory = await catalogInventory('time');
  const serial = (text: string): unknown => (JSON.parse(text) as { serialNumber: unknown }).serialNumber;
  const [first] = inventory.components;
  assert.ok(first);
  const changed = { ...first, hashes: [{ algorithm: 'SHA-256', hex: '0'.repeat(64) }] } as const;
  const others = [
    inventory,
    await catalogInventory('time', 'linux/arm64'),
    { ...inventory, components: [changed, ...inventory.components.slice(1)] },
  ].map((one) => serial(cycloneDx(one)));
  assert.equal(new Set(others).size, others.length);
});

test('a scope is a group, a licence an id, an expression or a name', async () => {
  const inventory = await catalogInventory('everything');
  const [component] = inventory.components;
  assert.ok(component);
  const licensed = (license: string): unknown => {
    const one = { ...component, kind: 'npm', name: '@scope/name', license } as const;
    const { components } = JSON.parse(cycloneDx({ ...inventory, components: [one], dependsOn: [] })) as {
      components: { group: string; name: string; licenses: unknown }[];
    };
    assert.deepEqual([components[0]?.group, components[0]?.name], ['@scope', 'name']);
    return components[0]?.licenses;
  };
  assert.deepEqual(licensed('MIT'), [{ license: { id: 'MIT' } }]);
  assert.deepEqual(licensed('(MIT OR CC0-1.0)'), [{ expression: '(MIT OR CC0-1.0)' }]);
  assert.deepEqual(licensed('see LICENSE'), [{ license: { name: 'see LICENSE' } }]);
});
