import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { stopped, succeeded, type Verdict } from './evidence.ts';
import { onlyOurs, refusedStart, unproved, type Scene, type Scheme } from './scheme.ts';
import { inspected, tagOf } from './schemes-images.ts';

/** A RUN line of Node's, of which every image here is made. */
const node = (code: string): string => `RUN ["/usr/local/bin/node", "-e", ${JSON.stringify(code)}]`;

/** Of a container at work, as the machine's own process table has them: process 1 and ours beside it, and the others. */
interface Processes {
  readonly ours: readonly string[];
  readonly others: readonly string[];
}

async function whileAtWork(
  scene: Scene,
  attack: Parameters<Scene['start']>[0],
  judge: (processes: Processes) => Verdict,
): Promise<Verdict> {
  await using session = scene.start(attack);
  await session.answer('idle');
  const [id] = await session.containers();
  if (id === undefined) return unproved(session.stderr);
  const { stdout } = scene.field.docker('top', id, '-o', 'pid,args');
  const lines = stdout.split('\n').slice(1).filter(Boolean);
  const pidOf = (line: string): string => /\d+/.exec(line)?.[0] ?? '';
  const [ours, others] = [true, false].map((own) =>
    lines.filter((line) => line.includes('/mcpcat-init') === own).map(pidOf),
  );
  const verdict = judge({ ours: ours ?? [], others: others ?? [] });
  await session.end();
  return verdict;
}

const loads = (pid: string): boolean => readFileSync(`/proc/${pid}/maps`, 'utf8').includes('/app/red.so');
const noProcess1 = onlyOurs('it has no process 1 of its own');

/** What an image that nobody of us has made says or holds, beyond what `run --image` takes over. */
export const foreign: readonly Scheme[] = [
  {
    title: 'an image’s STOPSIGNAL, which its server does not mind',
    async run(scene) {
      const image = await scene.image(tagOf(scene, 'signal'), ['STOPSIGNAL SIGWINCH']);
      const found = await inspected(scene, image, '{{.Config.StopSignal}}');
      if (found === undefined) return unproved('no container');
      return found === 'SIGWINCH' ? succeeded('it is in force') : stopped(found);
    },
  },
  {
    title: 'a folder of the image that everybody may write, to run programs from',
    async run(scene) {
      const open = node("fs.mkdirSync('/own'); fs.chmodSync('/own', 0o777)");
      const image = await scene.image(tagOf(scene, 'open'), [open]);
      const { answers } = await scene.visit({ mode: 'volume', image });
      const runs = answers.find(({ attempt }) => attempt === 'volume')?.['runs'];
      if (runs === 'fine') return succeeded('a program written there runs');
      return runs === undefined ? unproved('no answer') : stopped(JSON.stringify(runs));
    },
  },
  {
    title: 'an image’s LD_PRELOAD and LD_LIBRARY_PATH for the launcher’s process 1',
    none: noProcess1,
    async run(scene) {
      const lines = ['ENV LD_PRELOAD=/app/red.so LD_LIBRARY_PATH=/app NODE_OPTIONS=--no-warnings'];
      const image = await scene.image(tagOf(scene, 'preload'), lines);
      return whileAtWork(scene, { mode: 'idle', image }, ({ ours, others }) => {
        if (ours.length === 0 || !others.some(loads)) return unproved('the server has not loaded it either');
        const fallen = ours.filter(loads);
        return fallen.length > 0
          ? succeeded(`loaded by ${fallen.join(' ')}`)
          : stopped('by its server alone');
      });
    },
  },
  {
    title: 'an image’s own /mcpcat-init in the place of the launcher’s',
    none: noProcess1,
    run: (scene) =>
      whileAtWork(scene, { mode: 'idle', evil: true }, ({ ours }) => {
        if (ours.length === 0) return unproved('no process 1');
        const theirs = ours
          .map((pid) => readlinkSync(`/proc/${pid}/exe`))
          .filter((exe) => exe === '/mcpcat-init');
        return theirs.length > 0 ? succeeded('it runs') : stopped('never started');
      }),
  },
  {
    title: 'a link of the image’s, out of it, where a folder is handed over',
    async run(scene) {
      const folder = scene.own('handed');
      const elsewhere = scene.own('elsewhere');
      const link = node(`fs.symlinkSync('${'../'.repeat(12)}${elsewhere}'.replace('//', '/'), '/data')`);
      const image = await scene.image(tagOf(scene, 'link'), [link]);
      const visit = await scene.visit({ mode: 'plants', args: ['plants-git'], image, folder });
      const wrote = visit.answers.find(({ attempt }) => attempt === 'plants-own')?.['answer'];
      if (existsSync(path.join(elsewhere, 'own-work'))) return succeeded('it wrote where the link leads');
      if (wrote === undefined) return refusedStart(visit, /can't tell what is mounted at \/data/);
      return existsSync(path.join(folder, 'own-work'))
        ? stopped('it is the folder')
        : unproved(JSON.stringify(wrote));
    },
  },
];
