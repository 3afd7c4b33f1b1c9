import { catalogId } from '../../catalog/catalog-source.ts';
import { problemText, type Problem } from '../../catalog/problem.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { checkSection, type SectionFinding } from '../../profile/check-section.ts';
import type { ProfileServer } from '../../profile/profile.ts';
import { findProfile, listProfiles, parsedFile, type FoundProfile } from '../../profile/read-profile.ts';
import { hostPaths } from '../../sandbox/paths.ts';
import { sandboxOf } from '../../sandbox/policy.ts';
import { storedSecrets } from '../../secrets/secrets.ts';
import type { Invocation } from '../command.ts';
import { serverToRun } from './run-server.ts';
import { secretSource } from './secret-source.ts';

interface Checked {
  readonly profile: string;
  readonly file: string;
  readonly findings: readonly (Problem & { readonly severity: SectionFinding['severity'] })[];
}

/** Each profile against the catalog, the stored secrets and this machine's folders: 1 if a server can't be served so. */
export async function checkProfiles(invocation: Invocation, names: readonly string[]): Promise<number> {
  const { options, terminal } = invocation;
  const chosen =
    names.length === 0 ? listProfiles(terminal) : names.map((name) => findProfile(name, terminal));
  const checked: Checked[] = [];
  for (const profile of chosen) checked.push(await check(invocation, profile));
  terminal.stdout.write(options.flag('json') ? jsonText(checked) : checked.map(page).join(''));
  return checked.some(({ findings }) => findings.some(({ severity }) => severity === 'error')) ? 1 : 0;
}

async function check(invocation: Invocation, profile: FoundProfile): Promise<Checked> {
  const { name, file } = profile;
  const parsed = parsedFile(profile, invocation.terminal);
  const errors = (problems: readonly Problem[]): Checked['findings'] =>
    problems.map((problem) => ({ ...problem, severity: 'error' }));
  if (!('profile' in parsed)) return { profile: name, file, findings: errors(parsed.problems) };
  const { servers, problems } = parsed.profile;
  const findings: Checked['findings'][number][] = [...errors(problems)];
  for (const server of servers.values()) findings.push(...(await checkServer(invocation, server)));
  return { profile: name, file, findings: findings.toSorted((a, b) => a.line - b.line) };
}

async function checkServer(invocation: Invocation, server: ProfileServer): Promise<SectionFinding[]> {
  try {
    const { declared: entry, tools, source } = await serverToRun(invocation, server.name);
    const owner = { catalog: catalogId(source), server: server.name };
    const stored = await storedSecrets(owner, secretSource(invocation.terminal));
    const names = tools !== undefined && 'names' in tools ? tools.names : undefined;
    const found = checkSection(server, { entry, stored: Object.keys(stored), tools: names });
    if (!found.some(({ severity }) => severity === 'error'))
      wouldStart(invocation, { server, entry, stored });
    return found;
  } catch (error) {
    if (!(error instanceof McpcatError)) throw error;
    return [whole(server, error)];
  }
}

type Entry = Awaited<ReturnType<typeof serverToRun>>['declared'];

interface Start {
  readonly server: ProfileServer;
  readonly entry: Entry;
  readonly stored: Readonly<Record<string, string>>;
}

/** Whatever else keeps it from starting: a folder that is not there, a required setting that nobody gives. */
function wouldStart({ terminal }: Invocation, { server, entry, stored }: Start): void {
  const { env, host } = terminal;
  const secrets = Object.entries(stored).filter(
    ([name]) => Object.hasOwn(entry.env, name) && (server.secrets === 'all' || server.secrets.includes(name)),
  );
  sandboxOf(
    entry,
    { env: { ...Object.fromEntries(secrets), ...server.settings }, mounts: server.mounts, args: server.args },
    hostPaths(host.home(env), host, env),
  );
}

function whole(server: ProfileServer, { message, detail, hint }: McpcatError): SectionFinding {
  const said = [message, ...detail].join(' ');
  return {
    ...server.place(),
    server: server.name,
    severity: 'error',
    message: `servers.${server.name}: ${said}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function page({ profile, file, findings }: Checked): string {
  if (findings.length === 0) return `${profile}: fine (${file})\n`;
  return findings.map((finding) => `${finding.severity}: ${problemText(finding)}\n`).join('');
}
