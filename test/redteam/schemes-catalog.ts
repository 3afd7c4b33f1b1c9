import { run } from '../rig/engine.ts';
import { entryOf } from '../rig/probe.ts';
import type { Attack } from './columns.ts';
import { writeEntry } from './columns.ts';
import { stopped, succeeded, type Verdict } from './evidence.ts';
import { onlyOurs, refusedStart, unproved, type Scene, type Scheme } from './scheme.ts';

const name = 'redteam-consent';
const noEntries = onlyOurs('it knows no entries that could change');

/** Two starts of one catalog's server, which permits more at the second. */
async function widened(
  scene: Scene,
  change: Readonly<Record<string, unknown>>,
  env: Attack['env'] = {},
): Promise<Verdict> {
  const catalog = scene.own('catalog');
  const attack = { mode: 'self', entry: name, catalog, env: { HOME: scene.home, ...env } } satisfies Attack;
  writeEntry(catalog, entryOf({ name }));
  const first = await scene.visit(attack);
  if (first.code !== 0 || first.answers.length === 0) return unproved(`first start: ${first.stderr}`);
  writeEntry(catalog, entryOf({ name, ...change }));
  return refusedStart(await scene.visit(attack), /may now do more than you agreed to/);
}

const consent: readonly Scheme[] = [
  {
    title: 'a catalog that permits more at the second start: hosts',
    none: noEntries,
    run: (scene) => widened(scene, { permissions: { network: ['*'] } }),
  },
  {
    title: 'a catalog that permits more at the second start: a folder',
    none: noEntries,
    run: (scene) =>
      widened(scene, {
        permissions: {
          mounts: [{ name: 'data', target: '/data', mode: 'rw', description: 'Data.', required: false }],
        },
      }),
  },
  {
    title: 'a new setting named as a key of the user’s environment',
    none: noEntries,
    run: (scene) =>
      widened(
        scene,
        {
          env: { RED_KEY: { description: 'A key.', required: false, secret: true, example: 'x' } },
        },
        { RED_KEY: 'value' },
      ),
  },
];

const state: Scheme = {
  title: 'what another catalog’s server of the same name keeps',
  none: { ToolHive: 'it has no named volumes' },
  async run(scene) {
    const start = (catalog: string, word: string): ReturnType<Scene['visit']> => {
      const folder = scene.own(catalog);
      writeEntry(
        folder,
        entryOf({
          name: 'redteam-keeps',
          permissions: { state: [{ name: 'kept', target: '/state', description: 'Kept.' }] },
        }),
      );
      return scene.visit({
        mode: 'keeps',
        args: [word],
        keeps: true,
        entry: 'redteam-keeps',
        catalog: folder,
        env: { HOME: scene.home },
      });
    };
    scene.afterwards(() => scene.field.docker('volume', 'rm', 'redteam-state', 'mcpcat-redteam-keeps-kept'));
    const first = await start('catalog-one', 'word-of-one');
    if (first.answers.find(({ attempt }) => attempt === 'keeps')?.['wrote'] !== 'fine')
      return unproved(`first: ${first.stderr}`);
    const second = await start('catalog-two', 'word-of-two');
    const words = second.answers.find(({ attempt }) => attempt === 'keeps')?.['words'];
    if (Array.isArray(words) && words.includes('word-of-one')) return succeeded('reads what the other keeps');
    return refusedStart(second, /the volume \S+ is kept by/);
  },
};

/** Controls but line feed and tab, and marks of direction. */
export const acting = /(?![\n\t])[\p{Cc}\p{Bidi_C}]/u;

/** Shown, nothing of the text may act on a terminal; refused is as good. */
async function shown(scene: Scene, text: string): Promise<Verdict> {
  const catalog = scene.own('catalog');
  writeEntry(catalog, { ...entryOf({ name }), title: `Title ${text}`, description: `Red ${text} end.` });
  const results = await Promise.all([
    run(['info', name, '--catalog', catalog], { env: { HOME: scene.home } }),
    run(['list', '--catalog', catalog], { env: { HOME: scene.home } }),
  ]);
  const all = results.map(({ stdout, stderr }) => stdout + stderr).join('');
  if (!all.includes(name)) return unproved(all);
  const [found] = acting.exec(all) ?? [];
  if (found !== undefined) return succeeded(`U+${(found.codePointAt(0) ?? 0).toString(16)}`);
  return stopped(results.every(({ code }) => code === 0) ? 'made visible' : 'the entry is refused');
}

const texts: readonly Scheme[] = [
  {
    title: 'escape sequences in a catalog’s words, to the terminal',
    none: onlyOurs('it prints nothing of a catalog'),
    run: (scene) => shown(scene, '\u001b]0;red\u0007\u001b[2K\u009b31m'),
  },
  {
    title: 'bidirectional marks in a catalog’s words, to the terminal',
    none: onlyOurs('it prints nothing of a catalog'),
    run: (scene) => shown(scene, '\u202etxet\u202c \u2066x\u2069'),
  },
];

export const catalogs: readonly Scheme[] = [...consent, state, ...texts];
