import { buildBases } from '../../base/build-bases.ts';
import {
  chosenTemplates,
  forgetOwnTemplates,
  ownTemplates,
  type ChosenTemplates,
} from '../../base/machine-templates.ts';
import type { Runtime } from '../../base/recipe.ts';
import { newestVersions } from '../../debian/confined-apt.ts';
import { newerPackages } from '../../debian/newer-packages.ts';
import type { Platform } from '../../engine/engine.ts';
import { McpcatError } from '../../lib/errors.ts';
import { jsonText } from '../../lib/folders.ts';
import { megabytes } from '../../lib/size.ts';
import type { Execute, Invocation } from '../command.ts';
import { table } from '../render/table.ts';
import { hostFor } from '../../upstream/hosts.ts';
import { debianPlaceOf } from './debian-place.ts';
import { engineOf, hostPlatform, templatesFolder } from './build-environment.ts';

const all: readonly Runtime[] = ['node', 'python', 'go'];

export const execute: Execute = async (invocation) => {
  const { options, positionals, terminal } = invocation;
  const [verb, ...kinds] = positionals;
  if (verb !== 'build' && verb !== 'update') {
    const found = ['base', ...positionals].join(' ');
    throw new McpcatError('usage', `expected "base build" or "base update", found "${found}"`);
  }
  if (verb === 'update' && options.flag('newest-base'))
    throw new McpcatError(
      'usage',
      'base update takes the newest packages anyhow: --newest-base is for base build',
    );
  if (verb === 'update' && options.flag('check')) return check(invocation);
  const newest = options.flag('newest-base');
  const built = await buildBases({
    engine: await engineOf(invocation),
    ...(await templatesFor(invocation, verb)),
    kinds: kinds.length === 0 ? all : kinds.map(runtimeOf),
    ...platformsOf(options.text('platform')),
    cacheFolder: terminal.host.folders(terminal.env).cache,
    places: {
      mirror: options.text('mirror') ?? hostFor('debian', terminal.env),
      snapshotArchive: options.text('snapshot') ?? hostFor('debianSnapshot', terminal.env),
    },
    update: verb === 'update' || options.flag('update') || newest,
    emit: (event) => {
      if (event.type === 'stage') terminal.stderr.write(`${event.subject}: ${event.detail ?? event.state}\n`);
      if (event.type === 'notice') terminal.stderr.write(`${event.subject}: ${event.message}\n`);
    },
    signal: terminal.signal,
  });
  const rows = built.map(({ kind, stage, state, bytes, reference }) => ({
    kind,
    stage,
    state,
    bytes,
    reference,
  }));
  const lines = rows.map(({ kind, stage, state, bytes, reference }) => [
    kind,
    stage,
    state,
    megabytes(bytes),
    reference,
  ]);
  terminal.stdout.write(
    options.flag('json') ? jsonText(rows) : table(['base', 'stage', 'state', 'size', 'image'], lines),
  );
  return 0;
};

/** `base update` writes the catalog's locks; what a build takes in their place is this machine's own matter. */
async function templatesFor(invocation: Invocation, verb: 'build' | 'update'): Promise<ChosenTemplates> {
  const { options, terminal } = invocation;
  const places = { templates: templatesFolder(), cacheFolder: terminal.host.folders(terminal.env).cache };
  if (options.flag('newest-base')) return ownTemplates(places);
  if (options.flag('locked')) await forgetOwnTemplates(places);
  if (verb === 'update' || options.flag('update')) return { ...places, catalogTemplates: undefined };
  const chosen = await chosenTemplates(places);
  if (chosen.catalogTemplates !== undefined)
    terminal.stderr.write(
      'mcpcat: with the packages that --newest-base took; --locked goes back to the locked ones\n',
    );
  return chosen;
}

/** 1 if the mirror has something newer. Nothing is built. */
async function check(invocation: Invocation): Promise<number> {
  const { options, terminal } = invocation;
  const { platform } = platformsOf(options.text('platform'));
  const place = await debianPlaceOf(invocation);
  const newer = await newerPackages({
    templates: templatesFolder(),
    platforms: [platform],
    newest: (names) => newestVersions(place, names),
  });
  const rows = newer.map(({ kind, name, locked, newest }) => [kind, name, locked, newest]);
  const text =
    rows.length === 0
      ? 'the bases have the newest packages\n'
      : table(['base', 'package', 'locked', 'newest'], rows);
  terminal.stdout.write(options.flag('json') ? jsonText(newer) : text);
  return newer.length === 0 ? 0 : 1;
}

function platformsOf(text: string | undefined): { readonly platform: Platform; readonly host?: Platform } {
  const host = hostPlatform();
  if (text === undefined || text === host) return { platform: host };
  if (text === 'linux/arm64' && host === 'linux/amd64') return { platform: text, host };
  throw new McpcatError(
    'usage',
    `--platform: expected ${host} or, on linux/amd64, linux/arm64, found "${text}"`,
  );
}

function runtimeOf(word: string): Runtime {
  const kind = all.find((name) => name === word);
  if (kind) return kind;
  throw new McpcatError('usage', `expected node, python or go, found "${word}"`);
}
