import type { ContainerSettings } from '../../src/engine/engine.ts';
import { testLabel } from './engine.ts';

/** Everything closed, as the sandbox has it. */
export function closed(image: string): ContainerSettings {
  return {
    image,
    command: [],
    env: {},
    labels: testLabel,
    user: '65532:65532',
    readOnlyRoot: true,
    security: { noNewPrivileges: true, seccomp: 'mcpcat', capabilities: [] },
    network: 'none',
    ipc: 'none',
    memoryBytes: 256 << 20,
    nanoCpus: 1e9,
    pids: 64,
    nofile: 1024,
    tmpfs: [],
    mounts: [],
    sysctls: {},
    nameResolution: { files: 'empty', resolvers: [], hosts: [] },
    autoRemove: false,
  };
}
