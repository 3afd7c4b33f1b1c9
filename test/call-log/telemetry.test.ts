import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test, type TestContext } from 'node:test';
import { telemetry, wantedProtocol } from '../../src/call-log/telemetry.ts';
import type { JsonObject } from '../../src/lib/json-value.ts';
import { Part } from '../../src/serve/message.ts';
import type { CallRecord } from '../../src/serve/policy.ts';
import { refused } from '../sandbox/fixtures.ts';

interface Received {
  readonly path: string;
  readonly type: string;
  readonly key: string;
  readonly body: Buffer;
}

/** A receiver of OTLP over HTTP on loopback, in place of a collector: keeps what it is sent. */
async function receiver(t: TestContext): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const server = http.createServer((request, response) => {
    void buffer(request).then((body) => {
      const { 'content-type': type = '', 'x-key': key } = request.headers;
      received.push({ path: request.url ?? '', type, key: String(key), body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, received };
}

/** The packages read the process's own variables. */
function withVariables(t: TestContext, env: Readonly<Record<string, string>>): typeof process.env {
  const before = { ...process.env };
  Object.assign(process.env, env);
  t.after(() => {
    for (const name of Object.keys(env)) if (!(name in before)) Reflect.deleteProperty(process.env, name);
  });
  return process.env;
}

const call = (more: Partial<CallRecord>, params: JsonObject = {}): CallRecord => ({
  session: 'abc',
  client: 'codex',
  server: 'time',
  tool: 'now',
  params: Part.ofValue(params),
  atMs: 1_800_000_000_000,
  tookMs: 12.5,
  bytesIn: 3,
  bytesOut: 4,
  outcome: 'ok',
  result: Part.ofValue({}),
  ...more,
});

interface Span {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code: number };
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: Pick<Span, 'attributes'>;
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

const valuesOf = ({ attributes }: Pick<Span, 'attributes'>): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

const options = { version: '1.2.3', transport: 'pipe', onTrouble: (m: string) => assert.fail(m) } as const;

test('a call is a span by the conventions for MCP, below the client’s own', async (t) => {
  const { url, received } = await receiver(t);
  const env = withVariables(t, {
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=abc',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
  });
  const spans = await telemetry({ ...options, env });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  spans?.record(call({}, { _meta: { traceparent } }));
  spans?.record(call({ outcome: 'error', result: Part.ofValue({ isError: true }) }));
  spans?.record(call({ outcome: 'timeout', result: undefined }, { _meta: { traceparent: '00-zz' } }));
  await spans?.close();
  const [first] = received;
  assert.deepEqual([first?.path, first?.type, first?.key], ['/v1/traces', 'application/json', 'abc']);
  const { resourceSpans } = JSON.parse(first?.body.toString() ?? '') as Sent;
  const [{ resource, scopeSpans } = assert.fail()] = resourceSpans;
  const {
    'service.name': service,
    'service.version': version,
    'deployment.environment.name': place,
  } = valuesOf(resource);
  assert.deepEqual([service, version, place], ['mcpcat', '1.2.3', 'test']);
  const [one, two, three] = scopeSpans.flatMap((scope) => scope.spans);
  assert.ok(one && two && three);
  assert.deepEqual(
    [one.name, one.kind, one.traceId, one.parentSpanId, one.status.code],
    ['tools/call now', 2, traceparent.slice(3, 35), traceparent.slice(36, 52), 0],
  );
  assert.equal(BigInt(one.endTimeUnixNano) - BigInt(one.startTimeUnixNano), 12_500_000n);
  assert.deepEqual(valuesOf(one), {
    'mcp.method.name': 'tools/call',
    'mcp.session.id': 'abc',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'now',
    'network.transport': 'pipe',
    'mcpcat.server': 'time',
    'mcpcat.client': 'codex',
    'mcpcat.request.size': 3,
    'mcpcat.response.size': 4,
  });
  assert.deepEqual([valuesOf(two)['error.type'], two.status.code], ['tool_error', 2]);
  assert.deepEqual([valuesOf(three)['error.type'], three.parentSpanId], ['timeout', undefined]);
});

test('without another word spans are sent as protobuf', async (t) => {
  const { url, received } = await receiver(t);
  const env = withVariables(t, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/here` });
  const spans = await telemetry({
    ...options,
    env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] },
  });
  spans?.record(call({ tool: 'a-tool-of-this-test' }));
  await spans?.close();
  const [first] = received;
  assert.deepEqual([first?.path, first?.type], ['/here', 'application/x-protobuf']);
  assert.ok(first?.body.includes('a-tool-of-this-test'));
});

test('a collector that is not there is said once, and closing does not wait for it', async (t) => {
  const said: string[] = [];
  const env = withVariables(t, {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:9/v1/traces',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '100',
  });
  const spans = await telemetry({ ...options, env, onTrouble: (message) => void said.push(message) });
  spans?.record(call({}));
  await spans?.close();
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /^traces are not sent: /);
});

test('nothing is loaded unless the variables ask for it, and what is not spoken is refused', async () => {
  for (const env of [
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
    { OTEL_SERVICE_NAME: 'x' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_SDK_DISABLED: 'true' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_TRACES_EXPORTER: 'none' },
  ])
    assert.equal(await telemetry({ ...options, env }), undefined, JSON.stringify(env));
  assert.equal(wantedProtocol({ OTEL_TRACES_EXPORTER: 'otlp' }), 'http/protobuf');
  assert.throws(
    () => wantedProtocol({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }),
    refused('usage', /OTEL_EXPORTER_OTLP_PROTOCOL: expected http\/protobuf or http\/json, found "grpc"/),
  );
  assert.throws(() => wantedProtocol({ OTEL_TRACES_EXPORTER: 'zipkin' }), refused('usage', /found "zipkin"/));
});
