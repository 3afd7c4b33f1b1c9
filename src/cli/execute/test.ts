import path from 'node:path';
import type { Emit } from '../../lib/event.ts';
import { jsonText, writeWhole } from '../../lib/folders.ts';
import { label } from '../../lib/labels.ts';
import { ownerText, thisOwner } from '../../sandbox/owner.ts';
import { smokeTest, type SmokeReport } from '../../smoke/smoke-test.ts';
import type { Execute } from '../command.ts';
import { findingsText } from '../render/findings.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import { engineOf, jobsOf, serversOf } from './workshop.ts';

const deadlineMs = 30_000;

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const width = jobsOf(invocation);
  const [servers, engine] = await Promise.all([serversOf(invocation), engineOf(invocation)]);
  await engine.info(); // one clear error instead of one for each server
  const accept = options.flag('accept');
  const jobs = servers.map((server) => {
    const { name } = server.entry;
    const labels = { [label.owner]: ownerText(thisOwner()), [label.role]: 'test', [label.server]: name };
    return {
      name,
      work: (emit: Emit) =>
        smokeTest({ engine, server, labels, accept, deadlineMs, emit, signal: terminal.signal }),
    };
  });
  const results = await runJobs(jobs, { terminal, width, quiet: options.flag('quiet') });
  const reports = results.flatMap((result) => ('value' in result ? [result.value] : []));
  await writeReports(options.text('report'), reports);
  const failed = printOutcome(invocation, {
    results,
    header: ['server', 'result', 'tools', 'initialize', 'memory', 'exit', 'protocol'],
    row,
  });
  if (!options.flag('json')) terminal.stdout.write(findingsText(reports));
  return reports.every(({ passed }) => passed) ? failed : 1;
};

function row(report: SmokeReport): string[] {
  const ms = (value: number | undefined): string =>
    value === undefined ? '-' : `${String(Math.round(value))} ms`;
  return [
    report.name,
    report.passed ? 'passed' : 'FAILED',
    String(report.tools),
    ms(report.initializeMs),
    report.memoryBytes === undefined ? '-' : `${String(Math.round(report.memoryBytes / 1e6))} MB`,
    ms(report.exitMs),
    [report.protocolVersion ?? '-', ...(report.eras.includes('stateless') ? ['2026-07-28'] : [])].join(', '),
  ];
}

async function writeReports(folder: string | undefined, reports: readonly SmokeReport[]): Promise<void> {
  if (folder === undefined) return;
  for (const report of reports)
    await writeWhole(path.join(path.resolve(folder), `${report.name}.json`), jsonText(report));
}
