import type { Server } from '../catalog/server.ts';
import { parseSource } from '../catalog/source.ts';
import type { GitHub } from '../forge/github.ts';
import { McpcatError } from '../lib/errors.ts';
import type { Finding } from '../lib/finding.ts';
import { pool } from '../lib/pool.ts';
import type { ConditionalClient } from '../upstream/conditional-client.ts';
import { availableReleasesOf } from '../upstream/available-releases.ts';
import type { AvailableReleases } from '../versioning/choose-release.ts';
import { goModuleOf } from './go-module.ts';
import { askGitHub, repositoryFindings, type GitHubAnswers } from './ask-github.ts';
import { judgeRelease, type Verdict } from './judge-release.ts';
import { excused, updateFinding } from './update-findings.ts';

/** How many registries' answers are waited for at once. */
const width = 16;

export interface CheckRequest {
  readonly servers: readonly Server[];
  readonly conditionalClient: ConditionalClient;
  /** Undefined: what only GitHub knows is left out, and said. */
  readonly github: GitHub | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly coolDownDays: number;
  readonly now: Date;
}

/** What upstream has for one entry. `error` is set if its registry could not be asked: not the entry's fault. */
export interface ReleaseCheck extends Verdict {
  readonly server: Server;
  readonly error?: McpcatError;
}

export interface CheckOutcome {
  /** In the order of the servers. */
  readonly checks: readonly ReleaseCheck[];
  /** What was left out, once for the whole run. */
  readonly notices: readonly string[];
}

/** Asks every entry's registry what is newest. Nothing is locked or written; one entry never stops the others. */
export async function checkReleases(request: CheckRequest): Promise<CheckOutcome> {
  const { servers, github } = request;
  const [allAvailable, answers] = await Promise.all([
    pool(servers, width, (server) => availableReleasesFor(server, request)),
    askGitHub(github, servers),
  ]);
  const checks = servers.map((server, index) =>
    judged(server, { available: allAvailable[index], answers, request }),
  );
  return { checks, notices: answers.notices };
}

type Answer = AvailableReleases | McpcatError;

async function availableReleasesFor(
  server: Server,
  { conditionalClient, env }: CheckRequest,
): Promise<Answer> {
  try {
    return await availableReleasesOf(parseSource(server.entry.source), {
      conditionalClient,
      env,
      module: goModuleOf(server),
    });
  } catch (error) {
    if (error instanceof McpcatError && error.code !== 'cancelled') return error;
    throw error;
  }
}

function judged(
  server: Server,
  {
    available,
    answers,
    request,
  }: { available: Answer | undefined; answers: GitHubAnswers; request: CheckRequest },
): ReleaseCheck {
  if (available === undefined) throw new Error('Internal error: a server without an answer');
  if (available instanceof McpcatError) return unanswered(server, available);
  const { name } = parseSource(server.entry.source);
  const holes = answers.holes.filter((hole) => samePackage(hole.package, name));
  const verdict = judgeRelease(server, available, { ...request, holes });
  const findings: Finding[] = [...verdict.findings, ...repositoryFindings(server, answers, available)];
  return { ...verdict, server, findings: excused(findings, server.entry.exceptions) };
}

function unanswered(server: Server, error: McpcatError): ReleaseCheck {
  const nothing = { current: server.lock?.version, target: undefined, urgent: false, waiting: undefined };
  if (error.code !== 'package-unknown') return { ...nothing, server, findings: [], error };
  const findings = [updateFinding('package-vanished', error.message)];
  return { ...nothing, server, findings: excused(findings, server.entry.exceptions) };
}

/** A Go advisory names the module, a source the package in it. */
function samePackage(affected: string, name: string): boolean {
  const [a, b] = [
    affected.toLowerCase().replaceAll(/[_.]/g, '-'),
    name.toLowerCase().replaceAll(/[_.]/g, '-'),
  ];
  return a === b || b.startsWith(`${a}/`);
}
