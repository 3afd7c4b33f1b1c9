import { Factories } from '@cyclonedx/cyclonedx-library/Contrib/License';
import { ComponentType, ExternalReferenceType, HashAlgorithm } from '@cyclonedx/cyclonedx-library/Enums';
import {
  Bom,
  Component as CycloneComponent,
  ExternalReference,
  ExternalReferenceRepository,
  HashDictionary,
  LicenseRepository,
  Metadata,
  Property,
  PropertyRepository,
  Tool,
  ToolRepository,
  Tools,
} from '@cyclonedx/cyclonedx-library/Models';
import { JSON as Json, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';
import type { Component, ComponentKind, Inventory } from '../inventory/component.ts';
import { uuidOf } from './content-id.ts';
import { isLicenseExpression } from './license.ts';

const serializer = new JsonSerializer(new Json.Normalize.Factory(Spec1dot6));
const licenses = new Factories.LicenseFactory((text) => {
  if (!isLicenseExpression(text)) throw new RangeError('no SPDX expression');
});
const algorithms = { 'SHA-256': HashAlgorithm['SHA-256'], 'SHA-512': HashAlgorithm['SHA-512'] } as const;
const types: Readonly<Record<ComponentKind, ComponentType>> = {
  npm: ComponentType.Library,
  pypi: ComponentType.Library,
  go: ComponentType.Library,
  deb: ComponentType.Library,
  runtime: ComponentType.Platform,
  program: ComponentType.Application,
};

/**
 * CycloneDX 1.6 as JSON. The same inventory gives the same bytes: no time stamp, a serial number made of the content,
 * and an order of our own, because the library's depends on the machine's language.
 */
export function cycloneDx(inventory: Inventory): string {
  const bom = bomOf(inventory);
  const { serialNumber } = bom;
  if (serialNumber !== undefined)
    throw new Error('Internal error: a serial number before there is a content');
  bom.serialNumber = `urn:uuid:${uuidOf(serializer.serialize(bom))}`;
  return `${serializer.serialize(bom, { space: 2 })}\n`;
}

function bomOf(inventory: Inventory): Bom {
  const components = inventory.components.map(componentOf);
  const byRef = new Map(inventory.components.map(({ ref }, index) => [ref, components[index]] as const));
  const connect = (from: CycloneComponent | undefined, refs: readonly string[]): void => {
    for (const ref of refs) {
      const target = byRef.get(ref);
      if (target !== undefined) from?.dependencies.add(target.bomRef);
    }
  };
  const root = rootOf(inventory);
  connect(root, inventory.dependsOn);
  for (const { ref, dependsOn } of inventory.components) connect(byRef.get(ref), dependsOn);
  const bom = new Bom({
    metadata: new Metadata({
      component: root,
      tools: new Tools({ tools: new ToolRepository([new Tool({ vendor: 'mcpcat', name: 'mcpcat' })]) }),
    }),
  });
  for (const component of components) bom.components.add(component);
  return bom;
}

/** The image itself. */
function rootOf({ server, title, version, license, source, platform }: Inventory): CycloneComponent {
  return new CycloneComponent(ComponentType.Container, server, {
    bomRef: `mcpcat:${server}@${version}`,
    version,
    description: title,
    licenses: licensesOf(license),
    properties: propertiesOf([
      ['mcpcat:platform', platform],
      ['mcpcat:source', source],
    ]),
  });
}

function componentOf(component: Component): CycloneComponent {
  const { ref, kind, name, version, purl, hashes, license, url, cpe, goSum, places } = component;
  const [group, short] = groupOf(kind, name);
  return new CycloneComponent(types[kind], short, {
    bomRef: ref,
    ...(group === undefined ? {} : { group }),
    version,
    purl,
    ...(cpe === undefined ? {} : { cpe }),
    hashes: new HashDictionary(hashes.map(({ algorithm, hex }) => [algorithms[algorithm], hex])),
    licenses: licensesOf(license),
    externalReferences: new ExternalReferenceRepository(
      url === undefined ? [] : [new ExternalReference(url, ExternalReferenceType.Distribution)],
    ),
    properties: propertiesOf([
      ...(goSum === undefined ? [] : [['mcpcat:go-sum', goSum] as const]),
      ...places.map((place) => ['mcpcat:place', place] as const),
    ]),
  });
}

/** npm's scopes are CycloneDX's groups. */
function groupOf(kind: ComponentKind, name: string): readonly [group: string | undefined, name: string] {
  const [scope, short] = kind === 'npm' && name.startsWith('@') ? name.split('/') : [];
  return scope === undefined || short === undefined ? [undefined, name] : [scope, short];
}

function licensesOf(license: string | undefined): LicenseRepository {
  return new LicenseRepository(license === undefined ? [] : [licenses.makeFromString(license)]);
}

function propertiesOf(pairs: readonly (readonly [name: string, value: string])[]): PropertyRepository {
  return new PropertyRepository(pairs.map(([name, value]) => new Property(name, value)));
}
