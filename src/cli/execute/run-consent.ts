import { catalogId } from '../../catalog/catalog-source.ts';
import { permissionSummary } from '../../catalog/permissions.ts';
import { agreedTo, recordStart, type Agreed, type Start } from '../../consent/agree.ts';
import { grantOf } from '../../consent/grant.ts';
import { refuseOtherImage, refuseOtherVolume, type StateOwner } from '../../consent/same-server.ts';
import type { Engine, Labels } from '../../engine/engine.ts';
import { imageSource } from '../../catalog/source.ts';
import { label } from '../../lib/labels.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import type { Invocation } from '../command.ts';
import type { RunServer } from './run-server.ts';

/** What the user has agreed to of a server, before anything of it is handed over. */
export interface Consented {
  readonly agreed: Agreed;
  /** To be called right before the start: keeps what a first start was permitted, and says so. */
  readonly record: (engine: Engine) => Promise<void>;
  /** Labels of what the server keeps: whose it is. */
  readonly stateLabels: Labels;
  /** Given the labels of a container that is not started yet: rejects if its image or its state is another server's. */
  readonly isMeant: (labels: Labels, made: Made) => Promise<void>;
}

interface Made {
  readonly engine: Engine;
  readonly sandbox: Sandbox;
}

/** Throws `consent-needed` if the server may do more than that, `consent-unreadable` if it can't be told. */
export function consented(server: RunServer, { options, terminal }: Invocation): Consented {
  const start = startOf(server);
  const agreed = agreedTo(start, terminal);
  const record = async (engine: Engine): Promise<void> => {
    if (agreed.kind !== 'first') return;
    await engine.info(); // without an engine nothing starts, and there is nothing to record
    recordStart(start, terminal);
    if (options.flag('quiet')) return;
    const { name } = start.entry;
    const from = start.catalog === 'mcpcat' ? '' : ` from ${start.catalog}`;
    terminal.stderr.write(
      `mcpcat: first start of ${name}${from}: permitted: ${permissionSummary(start.entry)}; this is recorded, and more will need: mcpcat accept ${name}\n`,
    );
  };
  const asked = grantOf(start);
  const owner: StateOwner = { catalog: start.catalog, package: asked.package };
  const stateLabels = { [label.catalog]: owner.catalog, [label.source]: owner.package };
  const isMeant = async (labels: Labels, made: Made): Promise<void> => {
    // An image that the user names is the user's word; one that the entry names by digest says nothing of entries.
    if (options.text('image') === undefined && imageSource(start.entry.source) === undefined)
      refuseOtherImage({ name: start.entry.name, grant: asked }, labels);
    await refuseOthersState(owner, made);
  };
  return { agreed, record, stateLabels, isMeant };
}

async function refuseOthersState(owner: StateOwner, { engine, sandbox }: Made): Promise<void> {
  for (const { kind, source } of sandbox.mounts) {
    if (kind !== 'volume' || source === '') continue;
    const volume = await engine.inspectVolume(source);
    if (volume !== undefined) refuseOtherVolume(owner, { name: source, labels: volume.labels });
  }
}

export function startOf({ declared, recorded, tools, source }: Omit<RunServer, 'exists'>): Start {
  return { entry: declared, image: recorded, tools, catalog: catalogId(source) };
}
