/**
 * `npm run redteam [-- --only COLUMN… --quick --json]`: a hostile server tries every way out that we know, as plain
 * `docker run`, Docker MCP Gateway, ToolHive and mcpcat start it. Everything happens on this machine, in a network
 * namespace of its own without a route out, which is checked before the first attempt. Needs root and the bases
 * (`npm test` makes them). Exit code 1 if any attempt succeeds against mcpcat.
 */
import { parseArgs } from 'node:util';
import { testEngine } from '../rig/engine.ts';
import { columns, type Column } from './columns.ts';
import { reportJson, reportText } from './report.ts';
import { failuresOf, redTeam } from './suite.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const wanted = values.only ?? [...columns];
const isColumn = (name: string): name is Column => columns.some((column) => column === name);
const unknown = wanted.find((name) => !isColumn(name));
if (unknown !== undefined) {
  process.stderr.write(`redteam: --only: expected one of ${columns.join(', ')}, found "${unknown}"\n`);
  process.exit(2);
}

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    // Everything hostile is ended before this process is: a second signal does not hurry it.
    if (!interrupted.signal.aborted) process.stderr.write(`\nredteam: ${signal}: cleaning up\n`);
    interrupted.abort();
  });

try {
  const rows = await redTeam({
    engine: await testEngine(),
    columns: Object.fromEntries(
      wanted.filter(isColumn).map((column) => [column, values.quick ? 'quick' : 'all']),
    ),
    signal: interrupted.signal,
    onColumn: (column) => process.stderr.write(`redteam: ${column}\n`),
  });
  process.stdout.write(values.json ? reportJson(rows) : reportText(rows));
  const failures = failuresOf(rows, 'mcpcat');
  for (const failure of failures) process.stderr.write(`redteam: mcpcat did not stop: ${failure}\n`);
  process.exitCode = failures.length > 0 ? 1 : 0;
} catch (error) {
  if (!interrupted.signal.aborted) throw error;
  process.exitCode = 130;
}
