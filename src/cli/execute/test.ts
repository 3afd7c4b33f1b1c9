import path from 'node:path';
import { imageOf } from '../../catalog/image-name.ts';
import type { Server } from '../../catalog/server.ts';
import type { Emit } from '../../lib/event.ts';
import { jsonText } from '../../lib/folders.ts';
import { label } from '../../lib/labels.ts';
import { keepResult, reviewedOffer, type ReviewUse } from '../../pipeline/keep-result.ts';
import { smokeTest, type SmokeReport, type SmokeRequest } from '../../smoke/smoke-test.ts';
import type { Isolation } from '../../sandbox/isolation.ts';
import { readSettings } from '../../settings/read.ts';
import { withExampleSandbox } from '../../test-session/example-sandbox.ts';
import type { Execute } from '../command.ts';
import { findingsText } from '../render/findings.ts';
import { runJobs } from '../render/jobs.ts';
import { printOutcome } from '../render/outcome.ts';
import type { Wanted } from './isolate-for-run.ts';
import { isolated } from './run-isolation.ts';
import { engineOf, jobsOf, readServersOf, serversOf } from './build-environment.ts';
import { writeOut } from './write-out.ts';

const deadlineMs = 30_000;

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const width = jobsOf(invocation);
  const keep = !options.flag('dry-run');
  const wanted = keep ? serversOf(invocation) : readServersOf(invocation);
  const [servers, engine] = await Promise.all([wanted, engineOf(invocation)]);
  await engine.info(); // one clear error instead of one for each server
  const settings = readSettings(terminal);
  const use = options.flag('accept') ? 'replaced' : 'kept';
  const jobs = servers.map((server) => ({
    name: server.entry.name,
    work: async (emit: Emit) => {
      const isolation = await isolationOf(server, { invocation, engine, settings });
      return testAndKeep(server, { engine, isolation, use, emit, keep, signal: terminal.signal });
    },
  }));
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

/** As at a start: what the settings file asks for or this test, proved before a server is trusted to it. */
function isolationOf(
  server: Server,
  asking: Pick<Wanted, 'invocation' | 'engine' | 'settings'>,
): Promise<Isolation | undefined> {
  return withExampleSandbox(server.entry, async (sandbox) => {
    const held = await isolated({ ...asking, sandbox, choice: { image: imageOf(server) } });
    return held.sandbox.isolation;
  });
}

interface Testing extends Pick<SmokeRequest, 'engine' | 'isolation' | 'emit' | 'signal'> {
  readonly use: ReviewUse;
  /** Whether the entry's folder gets what was found. */
  readonly keep: boolean;
}

async function testAndKeep(server: Server, { use, keep, ...run }: Testing): Promise<SmokeReport> {
  const { entry, folder } = server;
  const { name } = entry;
  const labels = { [label.role]: 'test', [label.server]: name };
  const reviewed = await reviewedOffer(folder, use);
  const result = await smokeTest({ ...run, entry, image: imageOf(server), labels, ...reviewed, deadlineMs });
  if (keep) await keepResult(folder, result, use);
  return result.report;
}

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
    [
      report.protocolVersion ?? '-',
      ...(report.protocolRevisions.includes('stateless') ? ['2026-07-28'] : []),
    ].join(', '),
  ];
}

async function writeReports(folder: string | undefined, reports: readonly SmokeReport[]): Promise<void> {
  if (folder === undefined) return;
  for (const report of reports)
    await writeOut(
      path.join(path.resolve(folder), `${report.name}.json`),
      jsonText(report),
      '--report names another folder',
    );
}
