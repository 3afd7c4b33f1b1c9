import type { BindMount, Engine, Labels } from '../engine/engine.ts';
import { containerLabels } from '../lib/labels.ts';

interface Idle {
  readonly image: string;
  readonly mounts: readonly BindMount[];
  readonly labels: Labels;
}

/** A container that is never started: a way to the files of an image or of a volume. It is removed whatever happens. */
export async function withIdleContainer<T>(
  engine: Pick<Engine, 'createContainer' | 'removeContainer'>,
  { image, mounts, labels }: Idle,
  work: (id: string) => Promise<T>,
): Promise<T> {
  const id = await engine.createContainer({
    image,
    entrypoint: ['/never-started'],
    command: [],
    env: {},
    labels: containerLabels(labels),
    user: '65532:65532',
    readOnlyRoot: true,
    security: { noNewPrivileges: true, seccomp: 'mcpcat', capabilities: [] },
    network: 'none',
    ipc: 'none',
    memoryBytes: 64 * 1024 ** 2,
    nanoCpus: 1e9,
    pids: 16,
    nofile: 64,
    tmpfs: [],
    mounts,
    sysctls: {},
    nameResolution: { files: 'empty', resolvers: [], hosts: [] },
    autoRemove: false,
  });
  try {
    return await work(id);
  } finally {
    await engine.removeContainer(id);
  }
}
