/** An SBOM comes from locks; here it is held against the files of images, in both directions. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { imageIn } from '../../src/catalog/image-name.ts';
import { loadServer } from '../../src/catalog/load.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Component, Inventory } from '../../src/inventory/component.ts';
import { inventoryOf } from '../../src/inventory/inventory.ts';
import { project, run, testEngine } from '../rig/engine.ts';
import { goBuildInfo } from '../rig/go-build-info.ts';
import { savedImage, type LayerFile } from '../rig/image-layers.ts';

const timeout = 600_000;
/** npm, PyPI and Go; git brings Debian packages of its own. */
const servers = ['everything', 'memory', 'time', 'git', 'github'];
const platform = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
const catalog = join(project, 'catalog');

interface Compared {
  readonly inventory: Inventory;
  readonly files: ReadonlyMap<string, LayerFile>;
}
const compared = new Map<string, Compared>();

before(
  async () => {
    const engine = await testEngine();
    const { code, stderr } = await run(['build', ...servers, '--jobs', '2']);
    assert.equal(code, 0, stderr);
    for (const server of servers) compared.set(server, await compare(engine, server));
  },
  { timeout },
);

async function compare(engine: Engine, name: string): Promise<Compared> {
  const server = await loadServer(catalog, name);
  const inventory = await inventoryOf(server, { templates: join(project, 'templates'), platform });
  const image = imageIn({ kind: 'folder', folder: catalog }, name);
  const isProgram = (path: string): boolean => server.lock?.runtime === 'go' && path.startsWith('app/bin/');
  const { layers } = await savedImage(engine, image, isProgram);
  return { inventory, files: new Map(layers.flat().map((file) => [file.path, file])) };
}

function of(server: string): Compared {
  const found = compared.get(server);
  assert.ok(found);
  return found;
}

const nameAndVersion = (name: string, version: string): string => `${name} ${version}`;
const pypiName = (name: string): string => name.toLowerCase().replaceAll(/[-_.]+/g, '-');

function listed({ components }: Inventory, kind: Component['kind']): string[] {
  return components
    .filter((component) => component.kind === kind)
    .map(({ name, version }) => nameAndVersion(kind === 'pypi' ? pypiName(name) : name, version));
}

/** The packages of a tree, not what tests and builds of packages have lying around. */
const npmPlace = /^app\/(?:node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/)+package\.json$/;

function npmPackages(files: Compared['files']): string[] {
  return [...files.values()]
    .filter(({ path }) => npmPlace.test(path))
    .flatMap(({ content }) => {
      const { name, version } = JSON.parse(String(content)) as { name?: string; version?: string };
      return name === undefined || version === undefined ? [] : [nameAndVersion(name, version)];
    });
}

function pypiPackages(files: Compared['files']): string[] {
  return [...files.values()]
    .filter(({ path }) => /^app\/lib\/[^/]+\/site-packages\/[^/]+\.dist-info\/METADATA$/.test(path))
    .map(({ content }) => {
      const field = (name: string): string =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(String(content))?.[1]?.trim() ?? '';
      return nameAndVersion(pypiName(field('Name')), field('Version'));
    });
}

/** The record of a base's package, and of one that an entry adds, of which there is none, the folder of its terms. */
function debNames(files: Compared['files']): string[] {
  return [...files.keys()].flatMap(
    (path) =>
      /^var\/lib\/dpkg\/status\.d\/([^/]+)$/.exec(path)?.[1] ??
      /^usr\/share\/doc\/([^/]+)\/copyright$/.exec(path)?.[1] ??
      [],
  );
}

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].toSorted();

for (const server of servers) {
  test(`every component of ${server} has its files in the image`, () => {
    const { inventory, files } = of(server);
    const folders = new Set([...files.keys()].map((path) => path.slice(0, path.lastIndexOf('/'))));
    const missing = inventory.components.flatMap(({ ref, places }) =>
      places.filter((place) => !files.has(place) && !folders.has(place)).map((place) => `${ref}: ${place}`),
    );
    assert.deepEqual(missing, []);
    assert.ok(inventory.components.every(({ places }) => places.length > 0));
  });

  test(`every npm and PyPI package in the image of ${server} is a component, and the other way round`, () => {
    const { inventory, files } = of(server);
    assert.deepEqual(sorted(listed(inventory, 'npm')), sorted(npmPackages(files)));
    assert.deepEqual(sorted(listed(inventory, 'pypi')), sorted(pypiPackages(files)));
  });

  test(`every Debian package in the image of ${server} is a component in the version that its record has`, () => {
    const { inventory, files } = of(server);
    const debs = inventory.components.filter(({ kind }) => kind === 'deb');
    // Node's terms lie where Debian's packages have theirs.
    const runtime = inventory.components.filter(({ kind }) => kind === 'runtime');
    const names = new Set([...debs, ...runtime].map(({ name }) => name));
    assert.deepEqual(
      sorted(debNames(files)).filter((name) => !names.has(name)),
      [],
    );
    for (const { name, version } of debs) {
      const record = files.get(`var/lib/dpkg/status.d/${name}`)?.content;
      if (record === undefined) continue;
      assert.equal(/^Version: (.*)$/m.exec(String(record))?.[1], version, name);
    }
  });
}

test('a Go program names the same modules with the same sums, and the same toolchain', () => {
  const { inventory, files } = of('github');
  const program = [...files.values()].find(({ path }) => path.startsWith('app/bin/'))?.content;
  assert.ok(program);
  const { toolchain, modules } = goBuildInfo(program);
  const go = inventory.components.filter(({ kind }) => kind === 'go');
  const library = go.find(({ name }) => name === 'stdlib');
  assert.equal(`go${library?.version.slice(1) ?? ''}`, toolchain);
  const linked = modules
    .filter(({ name }) => name !== 'mcpcat.invalid/server')
    .map(({ name, version, sum }) => `${name} ${version} ${sum}`);
  const named = go
    .filter(({ name }) => name !== 'stdlib')
    .map(({ name, version, goSum = '' }) => `${name} ${version} ${goSum}`);
  assert.deepEqual(named.toSorted(), linked.toSorted());
});
