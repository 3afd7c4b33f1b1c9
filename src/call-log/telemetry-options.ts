import type { Env } from '../host/host.ts';
import type { OnCall } from '../serve/policy.ts';

/** Sends a span for each call to the user's collector. */
export interface Telemetry {
  readonly record: OnCall;
  /** Sends what waits, for at most two seconds. */
  close(): Promise<void>;
}

export interface TelemetryOptions {
  readonly env: Env;
  /** Of mcpcat. */
  readonly version: string;
  /** What carries the clients' messages, as OpenTelemetry calls it (`network.transport`). */
  readonly transport: 'pipe' | 'tcp';
  /** Told once, when spans can't be sent: a sentence. */
  readonly onTrouble: (message: string) => void;
}

/** How spans are encoded (opentelemetry.io, "Specify Protocol"); gRPC is not spoken. */
export type OtlpProtocol = 'http/protobuf' | 'http/json';
