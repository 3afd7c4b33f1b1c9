import assert from 'node:assert/strict';
import { test } from 'node:test';
import parse from 'spdx-expression-parse';
import { spdx } from '../../src/sbom/spdx.ts';
import { catalogInventory } from '../rig/inventory.ts';

interface Document {
  readonly documentNamespace: string;
  readonly creationInfo: { readonly created: string };
  readonly packages: readonly {
    readonly SPDXID: string;
    readonly licenseDeclared: string;
    readonly licenseComments?: string;
  }[];
  readonly relationships: readonly {
    readonly spdxElementId: string;
    readonly relatedSpdxElement: string;
    readonly relationshipType: string;
  }[];
}
const read = (text: string): Document => JSON.parse(text) as Document;

for (const name of ['everything', 'time', 'github', 'git'])
  test(`the SPDX document of ${name} is whole and the same every time`, async () => {
    const text = spdx(await catalogInventory(name));
    const { packages, relationships, creationInfo } = read(text);
    const ids = new Set(['SPDXRef-DOCUMENT', ...packages.map(({ SPDXID }) => SPDXID)]);
    assert.equal(ids.size, packages.length + 1);
    for (const id of ids) assert.match(id, /^SPDXRef-[A-Za-z0-9.-]+$/);
    for (const { spdxElementId, relatedSpdxElement } of relationships)
      assert.ok(ids.has(spdxElementId) && ids.has(relatedSpdxElement));
    for (const { licenseDeclared } of packages)
      if (licenseDeclared !== 'NOASSERTION') assert.ok(parse(licenseDeclared));
    assert.match(creationInfo.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(spdx(await catalogInventory(name)), text);
  });

test('a licence that is no expression is said as it was found', async () => {
  const { packages } = read(spdx(await catalogInventory('everything')));
  assert.deepEqual(
    packages
      .filter(({ licenseComments }) => licenseComments !== undefined)
      .map(({ licenseComments }) => licenseComments)[0],
    'declared as: SEE LICENSE IN LICENSE',
  );
});

test('without a release there is a time all the same, and other content is another document', async () => {
  const inventory = await catalogInventory('time');
  const undated = read(spdx({ ...inventory, published: undefined }));
  assert.equal(undated.creationInfo.created, '1970-01-01T00:00:00Z');
  const other = read(spdx({ ...inventory, components: inventory.components.slice(1), dependsOn: [] }));
  assert.notEqual(other.documentNamespace, undated.documentNamespace);
});
