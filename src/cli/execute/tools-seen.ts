import { catalogId } from '../../catalog/catalog-source.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { didYouMean } from '../../lib/nearest.ts';
import { findProfile } from '../../profile/read-profile.ts';
import { approvalsFile, readApprovals, writeApprovals } from '../../surface/approvals-file.ts';
import { withApprovals, type Approval } from '../../surface/approvals.ts';
import { readSeen, seenTools } from '../../surface/seen-surface.ts';
import { definitionSha256, type Withheld } from '../../surface/visible-tools.ts';
import type { Invocation } from '../command.ts';
import { differenceText } from '../render/tool-difference.ts';
import { listedIndex, sourceOf } from './view.ts';

/** What a server listed when it last ran, against what was recorded; 1 if something is withheld. */
export async function showDifference(invocation: Invocation, name: string): Promise<number> {
  const { options, terminal } = invocation;
  const { seen } = await seenOf(invocation, name);
  const shown = seen.map(({ protocolVersion, withheld, missing }) => ({
    protocolVersion,
    withheld,
    missing,
  }));
  terminal.stdout.write(
    options.flag('json') ? jsonText({ server: name, revisions: shown }) : differenceText(name, shown),
  );
  return shown.some(({ withheld }) => withheld.length > 0) ? 1 : 0;
}

/** Writes the approval of what is withheld of these tools, or of all, as it stands in the difference. */
export async function approveTools(
  invocation: Invocation,
  { name, wanted }: { readonly name: string; readonly wanted: readonly string[] },
): Promise<number> {
  const { options, terminal } = invocation;
  const { seen, file, approvals } = await seenOf(invocation, name);
  const withheld = chosen(
    seen.flatMap((revision) => revision.withheld),
    { name, wanted },
  );
  const date = new Date().toISOString().slice(0, 10);
  const approved = withheld.map(({ tool, definition }): Approval => ({
    server: name,
    tool,
    sha256: definitionSha256(definition),
    date,
  }));
  if (approved.length > 0) writeApprovals(file, withApprovals(approvals, approved));
  const tools = [...new Set(approved.map(({ tool }) => tool))];
  terminal.stdout.write(
    options.flag('json')
      ? jsonText({ server: name, file, approved: tools })
      : tools.length === 0
        ? `${name}: nothing is withheld\n`
        : `approved ${tools.join(', ')} of ${name}, in ${file}\n`,
  );
  return 0;
}

function chosen(
  withheld: readonly Withheld[],
  { name, wanted }: { readonly name: string; readonly wanted: readonly string[] },
): readonly Withheld[] {
  const names = new Set(withheld.map(({ tool }) => tool));
  const unknown = wanted.find((tool) => !names.has(tool));
  if (unknown !== undefined)
    throw new McpcatError('usage', `${name}: no tool "${unknown}" is withheld`, {
      hint: didYouMean(unknown, names) || `mcpcat tools diff ${name} shows those that are`,
    });
  return wanted.length === 0 ? withheld : withheld.filter(({ tool }) => wanted.includes(tool));
}

interface SeenOf {
  readonly seen: ReturnType<typeof seenTools>;
  /** Where approvals are written. */
  readonly file: string;
  readonly approvals: readonly Approval[];
}

async function seenOf(invocation: Invocation, name: string): Promise<SeenOf> {
  const { options, terminal } = invocation;
  await listedIndex(invocation, name); // a name that is wrong is said as such
  const profile = options.text('profile');
  const profileFile = profile === undefined ? undefined : findProfile(profile, terminal).file;
  const file = approvalsFile(profileFile, terminal);
  const approvals = readApprovals(file);
  const served = { catalog: catalogId(sourceOf(invocation)), server: name, profile };
  const seen = readSeen(served, terminal);
  if (seen !== undefined) {
    const own = approvals.filter(({ server }) => server === name);
    return { seen: seenTools(seen, own), file, approvals };
  }
  throw new McpcatError(
    'usage',
    `${name} has not listed anything else than was recorded, as far as is known`,
    {
      hint: `mcpcat serve keeps it when the server runs${profile === undefined ? '' : ` in the profile ${profile}`}`,
    },
  );
}
