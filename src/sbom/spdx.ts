import { createHash } from 'node:crypto';
import type { Component, ComponentKind, Inventory } from '../inventory/component.ts';
import { jsonText } from '../lib/folders.ts';
import { uuidOf } from './content-id.ts';
import { isLicenseExpression } from './license.ts';

const unknown = 'NOASSERTION';
const purposes: Readonly<Record<ComponentKind, string>> = {
  npm: 'LIBRARY',
  pypi: 'LIBRARY',
  go: 'LIBRARY',
  deb: 'LIBRARY',
  runtime: 'APPLICATION',
  program: 'APPLICATION',
};

interface Relationship {
  readonly spdxElementId: string;
  readonly relationshipType: 'DESCRIBES' | 'CONTAINS' | 'DEPENDS_ON';
  readonly relatedSpdxElement: string;
}

/**
 * SPDX 2.3 as JSON (spdx.github.io/spdx-spec/v2.3). The same inventory gives the same bytes: the format wants a time,
 * which is that of the server's release, and a name of the document's own, which is made of the content.
 */
export function spdx(inventory: Inventory): string {
  const { server, version } = inventory;
  const content = {
    packages: [rootPackage(inventory), ...inventory.components.map(packageOf)],
    relationships: relationshipsOf(inventory),
  };
  return jsonText({
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: `${server}-${version}`,
    documentNamespace: `https://mcpcat.dev/spdx/${server}/${uuidOf(JSON.stringify([server, version, content]))}`,
    creationInfo: { created: timeOf(inventory.published), creators: ['Tool: mcpcat'] },
    ...content,
  });
}

const rootId = 'SPDXRef-Image';

/** To the second, in UTC; that of no release is that of none. */
function timeOf(published: string | undefined): string {
  const time = published === undefined ? Number.NaN : Date.parse(published);
  return new Date(Number.isNaN(time) ? 0 : time).toISOString().replace(/\.\d+Z$/, 'Z');
}

function rootPackage({ server, title, version, license, platform, source }: Inventory): unknown {
  return {
    SPDXID: rootId,
    name: server,
    versionInfo: version,
    summary: title,
    sourceInfo: `${source} for ${platform}`,
    downloadLocation: unknown,
    filesAnalyzed: false,
    primaryPackagePurpose: 'CONTAINER',
    ...licenseOf(license),
    copyrightText: unknown,
  };
}

function packageOf(component: Component): unknown {
  const { ref, kind, name, version, purl, hashes, goSum, license, url, cpe } = component;
  return {
    SPDXID: idOf(ref),
    name,
    versionInfo: version,
    downloadLocation: url ?? unknown,
    filesAnalyzed: false,
    primaryPackagePurpose: purposes[kind],
    ...(goSum === undefined ? {} : { sourceInfo: `go.sum ${goSum}` }),
    ...(hashes.length === 0
      ? {}
      : {
          checksums: hashes.map(({ algorithm, hex }) => ({
            algorithm: algorithm.replace('-', ''),
            checksumValue: hex,
          })),
        }),
    ...licenseOf(license),
    copyrightText: unknown,
    externalRefs: [
      ...(cpe === undefined
        ? []
        : [{ referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: cpe }]),
      { referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl },
    ],
  };
}

/** What is no expression of SPDX's is said as it was found. */
function licenseOf(license: string | undefined): Readonly<Record<string, string>> {
  const none = { licenseConcluded: unknown, licenseDeclared: unknown };
  if (license === undefined) return none;
  return isLicenseExpression(license)
    ? { ...none, licenseDeclared: license }
    : { ...none, licenseComments: `declared as: ${license}` };
}

function relationshipsOf({ components, dependsOn }: Inventory): Relationship[] {
  const between = (
    from: string,
    relationshipType: Relationship['relationshipType'],
    to: string,
  ): Relationship => ({ spdxElementId: from, relationshipType, relatedSpdxElement: to });
  return [
    between('SPDXRef-DOCUMENT', 'DESCRIBES', rootId),
    ...components.map(({ ref }) => between(rootId, 'CONTAINS', idOf(ref))),
    ...dependsOn.map((ref) => between(rootId, 'DEPENDS_ON', idOf(ref))),
    ...components.flatMap(({ ref, dependsOn: others }) =>
      others.map((other) => between(idOf(ref), 'DEPENDS_ON', idOf(other))),
    ),
  ];
}

/** Letters, digits, dots and hyphens are all that an identifier may have; the hash tells apart what that makes alike. */
function idOf(ref: string): string {
  const readable = ref.replace(/^pkg:/, '').replaceAll(/[^A-Za-z0-9.]+/g, '-');
  return `SPDXRef-${readable}-${createHash('sha256').update(ref).digest('hex').slice(0, 8)}`;
}
