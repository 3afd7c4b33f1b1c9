import type { PlatformLock } from '../base/base-lock.ts';
import type { Lock } from '../catalog/lock.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Component } from './component.ts';
import { genericPurl, goPurl, npmPurl } from './purl.ts';

/** What runs the server. Python is one of Debian's packages, and not named here again. */
export function runtimeComponents(lock: Lock, base: PlatformLock, toolchain: PlatformLock): Component[] {
  switch (lock.runtime) {
    case 'node':
      return [nodeComponent(base)];
    case 'go':
      return [standardLibrary(lock, toolchain)];
    case 'python':
      return [];
  }
}

function nodeComponent({ artifacts }: PlatformLock): Component {
  const found = artifacts.find(({ name }) => name.startsWith('node-linux-'));
  if (found === undefined) throw new McpcatError('base-missing', 'node-runtime: its lock names no Node');
  const { name, version, url, hex } = found;
  const purl = npmPurl(name, version);
  return {
    ref: purl,
    kind: 'runtime',
    name: 'node',
    version,
    purl,
    hashes: [{ algorithm: hex.length === 128 ? 'SHA-512' : 'SHA-256', hex }],
    license: 'MIT',
    url,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    places: ['usr/local/bin/node'],
    dependsOn: [],
  };
}

/** As Go's own database calls it. The toolchain that compiles it in is that of the machine that builds. */
function standardLibrary(lock: Lock, { artifacts }: PlatformLock): Component {
  const found = artifacts.find(({ name }) => name === 'golang.org/toolchain');
  const version = /go(\d+\.\d+(?:\.\d+)?)/.exec(found?.version ?? '')?.[1];
  if (version === undefined) throw new McpcatError('base-missing', 'go-build: its lock names no toolchain');
  const purl = goPurl('stdlib', version);
  return {
    ref: purl,
    kind: 'go',
    name: 'stdlib',
    version: `v${version}`,
    purl,
    hashes: [],
    license: 'BSD-3-Clause',
    cpe: `cpe:2.3:a:golang:go:${version}:*:*:*:*:*:*:*`,
    places: Object.values(lock.bin).map((file) => `app/${file}`),
    dependsOn: [],
  };
}

/** Our own process 1, by its sources. */
export function init(sourcesId: string, musl: Component): Component {
  const purl = genericPurl('mcpcat-init', sourcesId);
  return {
    ref: purl,
    kind: 'program',
    name: 'mcpcat-init',
    version: sourcesId,
    purl,
    hashes: [],
    license: 'Apache-2.0',
    places: ['mcpcat-init'],
    dependsOn: [musl.ref],
  };
}
