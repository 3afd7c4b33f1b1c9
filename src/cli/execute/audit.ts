import { audit } from '../../audit/audit.ts';
import type { Entry } from '../../catalog/entry.ts';
import { imageOf } from '../../catalog/image-name.ts';
import { ownValue } from '../../lib/own-value.ts';
import { jsonText } from '../../lib/folders.ts';
import { label } from '../../lib/labels.ts';
import { settingsOf } from '../env-file.ts';
import type { Execute, Invocation } from '../command.ts';
import { auditText } from '../render/audit.ts';
import { engineOf, readServerOf } from './build-environment.ts';
import { oneServer } from './one-server.ts';

/** For one tool; a sinkhole answers at once, so what takes longer hangs. */
const deadlineMs = 20_000;

/** 1 if the server tried what its entry does not declare, or did not get to its tools. */
export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const name = oneServer(invocation);
  const server = await readServerOf(invocation, name);
  const settings = givenSettings(server.entry, invocation);
  const engine = await engineOf(invocation);
  const report = await audit({
    engine,
    server,
    image: imageOf(server),
    labels: { [label.role]: 'test', [label.server]: name },
    live: options.flag('live'),
    settings,
    tools: options.list('tool'),
    deadlineMs,
    signal: terminal.signal,
  });
  terminal.stdout.write(options.flag('json') ? jsonText(report) : auditText(report));
  const { network, writable } = report.undeclared;
  return report.failure === undefined && network.length + writable.length === 0 ? 0 : 1;
};

/** With `--live` also those of the environment: real hosts want real ones. Otherwise no secret is handed over unasked. */
function givenSettings(entry: Entry, { options, terminal }: Invocation): Record<string, string> {
  const fromEnvironment = Object.keys(entry.env).flatMap((name) => {
    const value = ownValue(terminal.env, name);
    return options.flag('live') && value !== undefined ? [[name, value] as const] : [];
  });
  return {
    ...Object.fromEntries(fromEnvironment),
    ...settingsOf(options.list('env'), '--env', terminal.env),
  };
}
