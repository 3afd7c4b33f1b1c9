import type { CallLog } from '../../call-log/call-log.ts';
import { callLogFolder } from '../../call-log/log-files.ts';
import { telemetry } from '../../call-log/telemetry.ts';
import type { Telemetry } from '../../call-log/telemetry-options.ts';
import type { Invocation } from '../command.ts';
import { version } from '../version.ts';

/** Who called what, for the log and, where its variables ask for it, for OpenTelemetry. */
export async function recordedCalls(
  { options, terminal }: Invocation,
  say: (line: string) => void,
): Promise<Telemetry> {
  const log = lateLog({
    folder: callLogFolder(terminal),
    content: options.flag('log-content') ? 'logged' : 'none',
    onLost: say,
  });
  const transport = options.flag('http') ? 'tcp' : 'pipe';
  const spans = await telemetry({ env: terminal.env, version, transport, onTrouble: say });
  return {
    record: (call) => {
      log.record(call);
      spans?.record(call);
    },
    close: async () => void (await Promise.all([log.close(), spans?.close()])),
  };
}

/** Loaded when the first call is over: nobody waits for it, then. */
function lateLog(settings: ConstructorParameters<typeof CallLog>[0]): Pick<CallLog, 'record' | 'close'> {
  let log: Promise<CallLog> | undefined;
  return {
    record: (record) => {
      log ??= import('../../call-log/call-log.ts').then((module) => new module.CallLog(settings));
      void log.then((made) => made.record(record));
    },
    close: async () => (await log)?.close(),
  };
}
