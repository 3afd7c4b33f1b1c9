import type { Entry } from '../../src/catalog/entry.ts';
import { label } from '../../src/lib/labels.ts';
import { smokeTest, type SmokeRequest, type SmokeResult } from '../../src/smoke/smoke-test.ts';
import { FakeEngine } from '../rig/fake-engine.ts';
import { mcpServer, soundProbe, type Behaviour } from './fake-server.ts';

export interface SmokeRig {
  readonly engine: FakeEngine;
  readonly run: (more?: Partial<SmokeRequest>) => Promise<SmokeResult>;
}

/** The test of an entry on a fake engine whose sandbox holds: only the folders of `open` can be written to. */
export function smokeRig(entry: Entry, behaviour: Behaviour, open: readonly string[] = ['/tmp']): SmokeRig {
  const engine = new FakeEngine();
  const image = `mcpcat/${entry.name}:local`;
  engine.addImage({ tags: [image], labels: { [label.fingerprint]: 'f1' } }, mcpServer(behaviour));
  engine.onExec = soundProbe(open);
  const request = {
    engine,
    entry,
    image,
    labels: { [label.server]: entry.name, [label.role]: 'test' },
    reviewed: undefined,
    deadlineMs: 60_000,
    emit: () => undefined,
  };
  return { engine, run: (more = {}) => smokeTest({ ...request, ...more }) };
}
