import { signerText, type Signing } from '../../attest/signer-policy.ts';
import type { Entry } from '../../catalog/entry.ts';
import { catalogId, isBuiltFirst, ownCatalog } from '../../catalog/catalog-source.ts';
import { permissionHeadline, permissionSentences } from '../../catalog/permissions.ts';
import { proofSentence } from '../../catalog/proof.ts';
import { pulledImage } from '../../catalog/quick-image.ts';
import { imageIn } from '../../catalog/image-name.ts';
import type { Start } from '../../consent/agree.ts';
import type { ImageFacts } from '../../engine/engine.ts';
import { label } from '../../lib/labels.ts';
import { jsonText } from '../../lib/folders.ts';
import { oneLine } from '../../lib/plain-text.ts';
import { megabytes } from '../../lib/size.ts';
import type { ListedImage, ListedServer } from '../../catalog-index/catalog-index.ts';
import { entryOf } from '../../catalog-index/parse-catalog-index.ts';
import { restricted } from '../../settings/restrict.ts';
import { readSettings } from '../../settings/read.ts';
import type { Execute, Invocation } from '../command.ts';
import { consentLines, consentOf, type ConsentState } from './info-consent.ts';
import { evidenceLines, evidenceOf, type Evidence } from './info-evidence.ts';
import { oneServer } from './one-server.ts';
import { listedServer, recordedImage, signingOf, sourceOf } from './view.ts';
import { engineOf } from './build-environment.ts';
import { packageName } from '../program.ts';

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const name = oneServer(invocation);
  const { server, exists } = await listedServer(invocation, name);
  const settings = readSettings(terminal);
  const { entry: left, files } = restricted(entryOf(server), settings, exists);
  const restriction = files.length > 0 ? { left, files } : undefined;
  const known = {
    local: await localImage(invocation, server),
    restriction,
    consent: consentOf(startFor(invocation, server), terminal),
    program: terminal.program,
    evidence: await evidenceOf(invocation, name),
    signing: await signingOf(invocation, sourceOf(invocation)),
  };
  terminal.stdout.write(options.flag('json') ? jsonText(factsOf(server, known)) : pageOf(server, known));
  return 0;
};

function startFor(invocation: Invocation, server: ListedServer): Start {
  return {
    entry: entryOf(server),
    image: recordedImage(server.image),
    tools: server.tools === null ? undefined : { count: server.tools.count },
    catalog: catalogId(sourceOf(invocation)),
  };
}

/** The image that `run` would take: its name, and what the engine says of it if it is there. */
interface Local {
  readonly reference: string;
  readonly facts: ImageFacts | undefined;
}

/** Without an engine, what the catalog knows is worth showing all the same; one that is named has to be there. */
async function localImage(invocation: Invocation, { name, image }: ListedServer): Promise<Local> {
  const published = image === null ? [] : [pulledImage(name, image)];
  const built = imageIn(sourceOf(invocation), name);
  const names = isBuiltFirst(sourceOf(invocation)) ? [built, ...published] : [...published, built];
  try {
    const engine = await engineOf(invocation);
    for (const reference of names) {
      const facts = await engine.inspectImage(reference);
      if (facts !== undefined) return { reference, facts };
    }
  } catch (error) {
    if (invocation.options.text('engine') !== undefined) throw error;
    // Said as "not on this engine".
  }
  return { reference: names[0] ?? built, facts: undefined };
}

/** What this machine adds to the catalog's word. */
interface Known {
  readonly local: Local;
  readonly consent: ConsentState;
  /** Undefined of a catalog.json: it lies beside entries. */
  readonly evidence: Evidence | undefined;
  /** Who signs the images of the catalog. */
  readonly signing: Signing | undefined;
  /** The words that start this program. */
  readonly program: readonly string[];
  /** The entry as the user's settings files leave it. */
  readonly restriction: { readonly left: Entry; readonly files: readonly string[] } | undefined;
}

function factsOf(server: ListedServer, { local, restriction, consent, evidence, signing }: Known): unknown {
  const { version, runtime, proof, image } = server;
  return {
    ...entryOf(server),
    version,
    runtime,
    consent,
    restricted:
      restriction === undefined
        ? null
        : {
            file: restriction.files.join(', '),
            network: restriction.left.permissions.network,
            limits: restriction.left.limits,
          },
    proof,
    score: evidence === undefined ? null : { score: evidence.score.score, alone: evidence.score.alone },
    scan: evidence?.scan ?? null,
    image: {
      reference: local.reference,
      digest: local.facts?.id ?? null,
      bytes: local.facts?.bytes ?? null,
    },
    published: image,
    signer: signing === undefined ? null : signerText(signing),
  };
}

function pageOf(server: ListedServer, known: Known): string {
  const { local, restriction, consent, program, evidence, signing } = known;
  const { name, title, description, version, proof, image, source, license, repository } = server;
  const settings = Object.entries(server.env).map(([setting, { description: what, required, secret }]) => {
    const traits = [required ? 'required' : 'optional', ...(secret ? ['secret'] : [])].join(', ');
    return `  ${setting} (${traits}): ${oneLine(what, 300)}`;
  });
  return `${[
    `${name} ${version ?? 'without lock'}`,
    permissionHeadline(server),
    '',
    'What it may do:',
    ...permissionSentences(server).map((sentence) => `  ${sentence}`),
    `  ${proofSentence(server, proof ?? undefined, proofImage(local.facts))}`,
    ...consentLines(name, consent).map((line) => `  ${line}`),
    ...(evidence === undefined ? [] : evidenceLines(server, evidence)).map((line) => `  ${line}`),
    ...restrictionLines(server, restriction),
    ...(settings.length === 0 ? [] : ['', 'Settings:', ...settings]),
    '',
    'In words of its own, which nobody enforces:',
    ...wrapped(`${title}. ${description}`),
    '',
    `Source: ${source}  License: ${oneLine(license, 80)}  ${repository}`,
    ...imageLines(name, { local, image, program, signing }),
    '',
    'In the configuration of an MCP client:',
    JSON.stringify({ mcpServers: { [name]: clientConfig(server, program) } }, undefined, 2),
    ...recommendations(server),
    '',
    installLine(program),
  ].join('\n')}\n`;
}

/** How the client gets the command that the lines above name. */
function installLine(program: readonly string[]): string {
  if (program.length > 1)
    return `A client starts it sooner from an installation: npm install -g ${packageName} makes it the command mcpcat.`;
  const here = ownCatalog().kind === 'folder' ? 'npm link in a checkout puts mcpcat on the PATH. ' : '';
  return `${here}The npm package of that name is not this program.`;
}

/** Lines for a person's window. */
function wrapped(text: string, width = 100): string[] {
  const lines: string[] = [];
  for (const word of oneLine(text).split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length >= width) lines.push(`  ${word}`);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}

function imageLines(
  name: string,
  {
    local,
    image,
    program,
    signing,
  }: Pick<Known, 'local' | 'program' | 'signing'> & { readonly image: ListedImage | null },
): string[] {
  const { reference, facts } = local;
  const published = image?.reference ?? null;
  const verb = published === null ? 'build' : 'pull';
  const here =
    facts === undefined
      ? `Image: not on this engine (${program.join(' ')} ${verb} ${name})`
      : `Image: ${reference} ${facts.id} (${megabytes(facts.bytes)})`;
  if (published === null) return [here];
  const signed =
    signing === undefined
      ? 'unsigned: its catalog names nobody who signs'
      : `signed by ${signerText(signing)} (mcpcat verify ${name})`;
  return [here, `Published: ${published}, ${signed}`];
}

function proofImage(image: ImageFacts | undefined): Parameters<typeof proofSentence>[2] {
  return image === undefined ? undefined : { id: image.id, fingerprint: image.labels[label.fingerprint] };
}

/** Only what differs. */
function restrictionLines(entry: Entry, restriction: Known['restriction']): string[] {
  if (restriction === undefined) return [];
  const declared = permissionSentences(entry);
  const changed = permissionSentences(restriction.left).filter((sentence) => !declared.includes(sentence));
  return [
    '',
    `What ${restriction.files.join(' and ')} leaves of it:`,
    ...(changed.length === 0 ? ['all'] : changed).map((sentence) => `  ${sentence}`),
  ];
}

/** What answers name can be opened only where a folder was handed over for it. */
function recommendations({ permissions: { mounts } }: Entry): string[] {
  return mounts
    .filter(({ samePath, required, mode }) => samePath === true && !required && mode === 'rw')
    .flatMap(({ name }) => [
      '',
      `Recommended: --mount ${name}=/path/to/folder:rw after "run". Files that it makes are put there, and its answers`,
      'name them by the path that they have on your machine; without it they vanish with the server.',
    ]);
}

function clientConfig(entry: Entry, [command, ...words]: readonly string[]): unknown {
  const mounts = entry.permissions.mounts
    .filter(({ required }) => required)
    .flatMap(({ name, kind = 'folder' }) => ['--mount', `${name}=/path/to/${kind}`]);
  const env = Object.entries(entry.env)
    .filter(([, { required }]) => required)
    .map(([name, { example }]) => [name, example ?? '…'] as const);
  return {
    command,
    args: [...words, 'run', entry.name, ...mounts],
    ...(env.length > 0 ? { env: Object.fromEntries(env) } : {}),
  };
}
