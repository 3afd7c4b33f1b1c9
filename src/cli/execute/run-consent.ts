import { catalogId } from '../../catalog/catalog-source.ts';
import { permissionSummary } from '../../catalog/permissions.ts';
import { agreedTo, recordStart, type Agreed, type Start } from '../../consent/agree.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Invocation } from '../command.ts';
import type { RunServer } from './run-server.ts';

/** What the user has agreed to of a server, before anything of it is handed over. */
export interface Consented {
  readonly agreed: Agreed;
  /** To be called right before the start: keeps what a first start was permitted, and says so. */
  readonly record: (engine: Engine) => Promise<void>;
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
      `mcpcat: first start of ${name}${from}: it may reach ${permissionSummary(start.entry)}; recorded, and more than that will need: mcpcat accept ${name}\n`,
    );
  };
  return { agreed, record };
}

export function startOf({ declared, recorded, tools, source }: RunServer): Start {
  return { entry: declared, image: recorded, tools, catalog: catalogId(source) };
}
