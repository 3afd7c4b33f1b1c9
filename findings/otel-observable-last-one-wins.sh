#!/bin/sh
# Version: npm @opentelemetry/sdk-metrics 2.12.1. Seen 2026-11-28.
#
# Behaviour: an observable counter is observed for two devices of one host, 10 and 5, and a view keeps the attribute `host`
# alone. The counter of the host is 5: the last observation overwrites the one before it. A counter that is not observable is
# 15 under the same view. The specification of the metrics SDK has the view's attribute filter make one stream of those, and
# its supplementary guidelines ("Asynchronous example: attribute removal in a view") add up the observations of the
# attributes that were removed. So a view that was meant to cut the cost of a metric makes its numbers wrong, and which
# one is left depends on the order of the callback.
#
# Output seen:
#   counter                [{"host":"a"},15]
#   observable counter     [{"host":"a"},5]
#   observable up and down [{"host":"a"},5]
#   without the view       [{"host":"a","device":"x"},10] [{"host":"a","device":"y"},5]
#
# Needs node >= 20 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

echo '{"private":true,"type":"module"}' > package.json
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts @opentelemetry/sdk-metrics@2.12.1 @opentelemetry/api@1.9.1 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > try.mjs <<'JS'
import { MeterProvider, MetricReader, createAllowListAttributesProcessor } from '@opentelemetry/sdk-metrics';

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const devices = [
  [10, { host: 'a', device: 'x' }],
  [5, { host: 'a', device: 'y' }],
];
async function pointsOf(views, record) {
  const reader = new Reader();
  record(new MeterProvider({ readers: [reader], views }).getMeter('finding'));
  const { resourceMetrics } = await reader.collect();
  const [{ dataPoints }] = resourceMetrics.scopeMetrics[0].metrics;
  return dataPoints.map(({ attributes, value }) => JSON.stringify([attributes, value])).join(' ');
}
const byHost = [{ instrumentName: '*', attributesProcessors: [createAllowListAttributesProcessor(['host'])] }];
const observe = (instrument) =>
  instrument.addCallback((result) => {
    for (const [value, attributes] of devices) result.observe(value, attributes);
  });
const counter = await pointsOf(byHost, (meter) => {
  const one = meter.createCounter('n');
  for (const [value, attributes] of devices) one.add(value, attributes);
});
console.log(`counter                ${counter}`);
console.log(`observable counter     ${await pointsOf(byHost, (meter) => observe(meter.createObservableCounter('n')))}`);
console.log(`observable up and down ${await pointsOf(byHost, (meter) => observe(meter.createObservableUpDownCounter('n')))}`);
console.log(`without the view       ${await pointsOf([], (meter) => observe(meter.createObservableCounter('n')))}`);
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
counter                [{"host":"a"},15]
observable counter     [{"host":"a"},5]
observable up and down [{"host":"a"},5]
without the view       [{"host":"a","device":"x"},10] [{"host":"a","device":"y"},5]
SEEN
diff expected seen || exit 1
