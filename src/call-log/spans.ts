import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
} from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { messageOf } from '../lib/errors.ts';
import { isJsonObject } from '../lib/json-value.ts';
import type { CallRecord } from '../serve/policy.ts';
import { memberOf } from '../serve/part-members.ts';
import type { OtlpProtocol, Telemetry, TelemetryOptions } from './telemetry-options.ts';

const shutdownMs = 2000;

/** Loaded only where traces are wanted. Endpoint, headers, timeout and compression are the packages' to read. */
export function callSpans(
  { version, transport, onTrouble }: TelemetryOptions,
  protocol: OtlpProtocol,
): Telemetry {
  const trouble = once((why: string) => onTrouble(`traces are not sent: ${why}`));
  listenToPackages(trouble);
  const exporter = protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
  const own = resourceFromAttributes({ 'service.name': 'mcpcat', 'service.version': version });
  const provider = new TracerProvider({
    // The user's variables (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES) count more than our names.
    resource: defaultResource()
      .merge(own)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('mcpcat', version);
  return {
    record: (call) => {
      const span = tracer.startSpan(
        `tools/call ${call.tool}`,
        { kind: SpanKind.SERVER, startTime: call.atMs, attributes: attributesOf(call, transport) },
        parentOf(call),
      );
      if (call.outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(call.atMs + call.tookMs);
    },
    close: async () => {
      const late = new Promise((resolve) => setTimeout(resolve, shutdownMs).unref());
      await Promise.race([provider.shutdown().catch((error: unknown) => trouble(messageOf(error))), late]);
    },
  };
}

/** By the semantic conventions for MCP, "Server" (opentelemetry.io/docs/specs/semconv/gen-ai/mcp). */
function attributesOf(call: CallRecord, transport: string): Attributes {
  const error = errorType(call);
  return {
    'mcp.method.name': 'tools/call',
    'mcp.session.id': call.session,
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': call.tool,
    'network.transport': transport,
    ...(error === undefined ? {} : { 'error.type': error }),
    'mcpcat.server': call.server,
    'mcpcat.client': call.client,
    'mcpcat.request.size': call.bytesIn,
    'mcpcat.response.size': call.bytesOut,
  };
}

function errorType({ outcome, result }: CallRecord): string | undefined {
  if (outcome === 'ok') return undefined;
  if (outcome !== 'error') return outcome;
  return result === undefined || memberOf(result, 'isError') !== true ? '_OTHER' : 'tool_error';
}

/** The client's own span, where it says which (SEP-414: trace context in `_meta`). */
function parentOf({ params }: CallRecord): Context {
  const meta = memberOf(params, '_meta');
  const given = isJsonObject(meta) ? meta['traceparent'] : undefined;
  const form = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
  const [, traceId, spanId, flags] = form.exec(typeof given === 'string' ? given : '') ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & 1;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** A collector that is not there costs no call anything. */
function listenToPackages(trouble: (why: string) => void): void {
  const nothing = (): void => undefined;
  diag.setLogger(
    {
      error: (text: string) => trouble(messageIn(text)),
      ...{ warn: nothing, info: nothing, debug: nothing, verbose: nothing },
    },
    { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true },
  );
}

function once(say: (why: string) => void): (why: string) => void {
  let said = false;
  return (why) => {
    if (!said) say(why);
    said = true;
  };
}

/** The packages report an error as JSON with its stack. */
function messageIn(text: string): string {
  const [, message] = /"message":"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
  return message === undefined || message === '' ? text.slice(0, 200) : message;
}
