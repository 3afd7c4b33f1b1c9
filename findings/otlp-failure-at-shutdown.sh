#!/bin/sh
# Versions: npm @opentelemetry/exporter-trace-otlp-http 0.223.1, sdk-trace-base 2.12.1, api 1.9.1. Seen 2026-11-27.
#
# Behaviour: nobody listens at the collector's address. The exporter's failure to send what is left at `shutdown()` goes
# to no diagnostic logger and to no global error handler: it is only the rejection of the promise. Without an `await`
# or a `catch` there the process ends with an unhandled rejection, with one that ignores it the spans are gone without
# a word. While the process runs the same failure is logged and rejects nothing.
#
# Output seen:
#   while it runs: logged or handled true
#   its shutdown, with nothing left: resolves
#   a shutdown with a span left: rejects, logged or handled false
#
# Needs node >= 20 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts \
  @opentelemetry/api@1.9.1 @opentelemetry/sdk-trace-base@2.12.1 @opentelemetry/core@2.12.1 \
  @opentelemetry/exporter-trace-otlp-http@0.223.1 >install.log 2>&1 || {
  cat install.log
  exit 2
}
cat > try.mjs <<'JS'
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { setGlobalErrorHandler } from '@opentelemetry/core';

let logged = 0;
const count = () => void logged++;
diag.setLogger({ error: count, warn: count, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
let handled = 0;
setGlobalErrorHandler(() => void handled++);
// Port 9 of loopback: nobody listens.
const make = () => {
  const exporter = new OTLPTraceExporter({ url: 'http://127.0.0.1:9/v1/traces', timeoutMillis: 500 });
  const processor = new BatchSpanProcessor(exporter, { scheduledDelayMillis: 50 });
  return new BasicTracerProvider({ spanProcessors: [processor] });
};

const running = make();
running.getTracer('finding').startSpan('a').end();
await new Promise((resolve) => setTimeout(resolve, 3000));
console.log(`while it runs: logged or handled ${logged + handled > 0}`);
const first = await running.shutdown().then(() => 'resolves', () => 'rejects');
console.log(`its shutdown, with nothing left: ${first}`);

logged = 0;
handled = 0;
const ending = make();
ending.getTracer('finding').startSpan('b').end();
const second = await ending.shutdown().then(() => 'resolves', () => 'rejects');
console.log(`a shutdown with a span left: ${second}, logged or handled ${logged + handled > 0}`);
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
while it runs: logged or handled true
its shutdown, with nothing left: resolves
a shutdown with a span left: rejects, logged or handled false
SEEN
diff expected seen || exit 1
