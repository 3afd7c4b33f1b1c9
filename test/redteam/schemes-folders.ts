import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { engineProxy } from '../rig/engine-proxy.ts';
import { stopped, succeeded, type Verdict } from './evidence.ts';
import { onlyOurs, refusedStart, unproved, type Scene, type Scheme, type Visit } from './scheme.ts';

/** Two folders alike; each holds a file that says which it is. */
function twins(scene: Scene): { readonly judged: string; readonly other: string } {
  const [judged, other] = [scene.own('outer', 'data'), scene.own('other', 'data')];
  writeFileSync(path.join(judged, 'judged'), '');
  writeFileSync(path.join(other, 'other'), '');
  return { judged, other };
}

/** What the server saw of the folder, or why it was not started. */
function seen(visit: Visit, { wanted, refused }: { wanted: string; refused: RegExp }): Verdict {
  const names = visit.answers.find(({ attempt }) => attempt === 'handed')?.['names'];
  if (!Array.isArray(names)) return refusedStart(visit, refused);
  return names.includes(wanted) ? succeeded('it was handed over') : unproved(`found ${names.join(' ')}`);
}

/** The engine hears of the container a second after it was asked for; meanwhile the folder is swapped. */
async function swapped(scene: Scene, swap: () => void, judged: string): Promise<Verdict> {
  await using proxy = await engineProxy(scene.field.socket);
  proxy.fault(/^POST .*\/containers\/create/, { kind: 'delay', milliseconds: 1000 });
  const meanwhile = async (): Promise<void> => {
    await proxy.asked(/\/containers\/create/);
    swap();
  };
  const socket = proxy.address.replace('unix://', '');
  const visit = await scene.visit({ mode: 'handed', folder: judged }, { socket, meanwhile });
  return seen(visit, { wanted: 'other', refused: /is not the folder that was handed over/ });
}

const swaps: readonly Scheme[] = [
  {
    title: 'a folder swapped for another between check and create',
    async run(scene) {
      const { judged, other } = twins(scene);
      const swap = (): void => {
        renameSync(judged, `${judged}-judged`);
        renameSync(other, judged);
      };
      return swapped(scene, swap, judged);
    },
  },
  {
    title: 'the folder above it swapped for a link',
    async run(scene) {
      const { judged, other } = twins(scene);
      const outer = path.dirname(judged);
      const swap = (): void => {
        renameSync(outer, `${outer}-judged`);
        symlinkSync(path.dirname(other), outer);
      };
      return swapped(scene, swap, judged);
    },
  },
];

const refused = /mount data: \S+ (?:is|holds|lies)[^\n]*/;

/** Hands over one folder that holds nothing but the file `credential`. */
async function handOver(
  scene: Scene,
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Verdict> {
  return seen(await scene.visit({ mode: 'handed', folder, env }), { wanted: 'credential', refused });
}

const places: readonly Scheme[] = [
  {
    title: 'a link to a folder of keys, handed over as something else',
    async run(scene) {
      const keys = scene.own('home', '.ssh');
      writeFileSync(path.join(keys, 'credential'), '');
      const link = path.join(scene.own('work'), 'notes');
      symlinkSync(keys, link);
      return handOver(scene, link, { HOME: scene.home });
    },
  },
  {
    title: 'a link in a folder to a file outside it',
    async run(scene) {
      const folder = scene.own('work');
      writeFileSync(path.join(scene.own('outside'), 'secret'), 'word-of-the-machine');
      symlinkSync(path.join(scene.folder, 'outside', 'secret'), path.join(folder, 'link'));
      const { answers, stderr } = await scene.visit({ mode: 'handed', folder });
      const found = answers.find(({ attempt }) => attempt === 'handed');
      if (found === undefined) return unproved(stderr);
      return found['link'] === 'word-of-the-machine' ? succeeded('read') : stopped('leads nowhere inside');
    },
  },
  {
    title: 'a hidden folder below another user’s home',
    async run(scene) {
      const home = `/home/mcpcat-redteam-${String(process.pid)}`;
      scene.afterwards(() => rmSync(home, { recursive: true, force: true }));
      const folder = path.join(home, '.config', 'mail');
      mkdirSync(folder, { recursive: true });
      for (const at of [home, path.dirname(folder), folder]) chownSync(at, 1000, 1000);
      writeFileSync(path.join(folder, 'credential'), '');
      return handOver(scene, folder, { HOME: scene.home });
    },
  },
  {
    title: 'the launcher’s own folders (its code, its consents)',
    none: onlyOurs('it says of no folder that it is its own'),
    async run(scene) {
      const folder = scene.own('cache', 'mcpcat');
      writeFileSync(path.join(folder, 'credential'), '');
      return handOver(scene, folder, { HOME: scene.home, XDG_CACHE_HOME: path.join(scene.folder, 'cache') });
    },
  },
];

const planted = [
  '.git/hooks/post-checkout',
  '.git/config',
  '.envrc',
  '.vscode/tasks.json',
  '.husky/pre-commit',
  '.mcp.json',
];

/** A project as many are; every file that a machine would run holds one line. Without its HEAD it is no repository yet. */
function project(scene: Scene, head: 'HEAD' | 'no HEAD'): string {
  const folder = scene.own('project');
  for (const name of planted) {
    scene.own('project', path.dirname(name));
    const file = path.join(folder, name);
    writeFileSync(file, 'own\n');
    const { uid, gid } = statSync(folder);
    chownSync(file, uid, gid);
  }
  scene.own('project', '.git', 'objects');
  if (head === 'HEAD') writeFileSync(path.join(folder, '.git/HEAD'), 'ref: refs/heads/main\n');
  return folder;
}

/** What of it the machine would run now is not what it was. */
function changedIn(folder: string): readonly string[] {
  const text = (name: string): string => {
    try {
      return readFileSync(path.join(folder, name), 'utf8');
    } catch {
      return '';
    }
  };
  const changed = planted.filter((name) => text(name) !== 'own\n');
  const hooks = path.join(folder, '.git/hooks');
  const present = existsSync(hooks) ? readdirSync(hooks) : [];
  return [...changed, ...present.filter((name) => name !== 'post-checkout')];
}

function plant(title: string, attempt: string, head: 'HEAD' | 'no HEAD' = 'HEAD'): Scheme {
  return {
    title,
    async run(scene) {
      const folder = project(scene, head);
      const { answers, stderr } = await scene.visit({ mode: 'plants', args: [attempt], folder });
      const own = answers.find((answer) => answer.attempt === 'plants-own')?.['answer'];
      const facts = Object.entries(answers.find((answer) => answer.attempt === attempt) ?? {});
      // That it may work in the folder at all is what the rest is measured against.
      if (own !== 'fine' || facts.length < 2) return unproved(`own work: ${String(own)}: ${stderr}`);
      const done = facts.filter(([, answer]) => answer === 'fine').map(([name]) => name);
      const all = [...new Set([...done, ...changedIn(folder)])];
      return all.length > 0
        ? succeeded(all.join(' '))
        : stopped([...new Set(facts.slice(1).map(([, answer]) => String(answer)))].join(' '));
    },
  };
}

export const folders: readonly Scheme[] = [
  ...swaps,
  ...places,
  plant('write git’s hooks and configuration', 'plants-git'),
  plant('the same in a .git without a HEAD, which can be added', 'plants-git', 'no HEAD'),
  plant('write what editors, shells and agents run', 'plants-editor'),
  plant('the same through a hard or symbolic link', 'plants-link'),
  plant('put another file in its place, remove it', 'plants-replace'),
  plant('rename or remove the folder it lies in', 'plants-rename'),
];
