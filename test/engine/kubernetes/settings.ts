import type { ContainerSettings } from '../../../src/engine/engine.ts';
import { clusterLacks } from '../../../src/engine/kubernetes/cluster-info.ts';
import { parkedSettings } from '../../../src/sandbox/parked.ts';
import { sandboxOf } from '../../../src/sandbox/policy.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { settingsOf } from '../../../src/sandbox/settings.ts';
import { entryOf, fakePaths, noOverrides } from '../../sandbox/fixtures.ts';

const image = `ghcr.io/mcpcat/sample@sha256:${'a'.repeat(64)}`;

/** Of a server that is parked in a cluster. */
export function settings(more: Partial<Sandbox> = {}): ContainerSettings {
  const sandbox = sandboxOf(entryOf({}), noOverrides, fakePaths());
  const isolation = { name: 'no-network', runtime: 'no-network' };
  const all = { ...sandbox, isolation, lacking: clusterLacks, env: { PRICE: '$5 $(HOME)' }, ...more };
  const asked = settingsOf(all, {
    image,
    labels: { 'io.mcpcat.owner': 'host/boot/1/2', 'io.mcpcat.server': 'sample', 'io.mcpcat.role': 'run' },
    autoRemove: true,
    lease: 'held',
    process1: {
      mount: undefined,
      path: '/mcpcat-init',
      image: {
        entrypoint: ['/mcpcat-init', '--', '/usr/bin/node', '/app/index.js'],
        command: [],
        emptyVolumes: [],
      },
    },
  });
  return parkedSettings(asked, all);
}
