import type { Env } from '../host/host.ts';
import { McpcatError } from '../lib/errors.ts';
import type { OtlpProtocol, Telemetry, TelemetryOptions } from './telemetry-options.ts';

/**
 * OpenTelemetry, if its own variables ask for it (opentelemetry.io, "Environment Variable Specification"): an endpoint, or
 * the exporter by name. Otherwise undefined, and nothing of it is loaded. Throws `usage` for a protocol that is not
 * spoken: whoever asks for traces should not have to find out that there are none.
 */
export async function telemetry(options: TelemetryOptions): Promise<Telemetry | undefined> {
  const protocol = wantedProtocol(options.env);
  if (protocol === undefined) return undefined;
  const { callSpans } = await import('./spans.ts');
  return callSpans(options, protocol);
}

/** Undefined if nobody has asked. */
export function wantedProtocol(env: Env): OtlpProtocol | undefined {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined;
  const exporter = given('OTEL_TRACES_EXPORTER');
  const endpoint = given('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? given('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (given('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || exporter === 'none') return undefined;
  if (exporter === undefined && endpoint === undefined) return undefined;
  if (exporter !== undefined && exporter !== 'otlp') throw unspoken('OTEL_TRACES_EXPORTER', 'otlp', exporter);
  const name = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'].find(given);
  const protocol = (name === undefined ? undefined : given(name)) ?? 'http/protobuf';
  if (protocol === 'http/protobuf' || protocol === 'http/json') return protocol;
  throw unspoken(name ?? '', 'http/protobuf or http/json', protocol);
}

function unspoken(variable: string, expected: string, found: string): McpcatError {
  return new McpcatError('usage', `${variable}: expected ${expected}, found "${found}"`, {
    hint: 'or OTEL_SDK_DISABLED=true for no traces',
  });
}
