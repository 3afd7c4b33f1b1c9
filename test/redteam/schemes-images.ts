import { label } from '../../src/lib/labels.ts';
import { run } from '../rig/engine.ts';
import { stopped, succeeded, type Verdict } from './evidence.ts';
import { onlyOurs, refusedStart, unproved, type Scene, type Scheme } from './scheme.ts';

/** What the engine has made of a container, while the server in it is at work. */
export async function inspected(scene: Scene, image: string, format: string): Promise<string | undefined> {
  await using session = scene.start({ mode: 'idle', image });
  await session.answer('idle');
  const [id] = await session.containers();
  const { status, stdout } = scene.field.docker('inspect', '--format', format, id ?? '');
  await session.end();
  return status === 0 ? stdout.trim() : undefined;
}

export const tagOf = (scene: Scene, what: string): string =>
  `mcpcat/redteam-${what}-${scene.column.replaceAll(/\W/g, '').toLowerCase()}:${String(process.pid)}`;

/** An image that says more than a server has to say is not started at all. */
async function refusedImage(scene: Scene, line: string, reason: RegExp): Promise<Verdict> {
  const image = await scene.image(tagOf(scene, 'line'), [line]);
  return refusedStart(await scene.visit({ mode: 'idle', image }), reason);
}

/** What the first process of a container is, with whatever an image says of it; ours is at a place of its own. */
async function firstProcess(scene: Scene, lines: readonly string[]): Promise<Verdict> {
  const image = await scene.image(tagOf(scene, 'first'), lines);
  const found = await inspected(scene, image, '{{index .Config.Entrypoint 0}} {{.Config.User}}');
  if (found === undefined) return unproved('no container');
  const [program = '', user = ''] = found.split(' ');
  if (scene.column !== 'mcpcat') return ['', '0', '0:0'].includes(user) ? succeeded('root') : stopped(user);
  if (!/^\/\.mcpcat-[0-9a-f]{12}\/mcpcat-init$/.test(program)) return succeeded(program);
  return user === '65532:65532' ? stopped('the launcher’s own, as 65532') : succeeded(`as ${user}`);
}

const noProcess1 = onlyOurs('it promises no process 1 of its own');

const own: readonly Scheme[] = [
  {
    title: 'an image’s own process 1 in the place of the launcher’s',
    none: noProcess1,
    run: (scene) => firstProcess(scene, ['ENTRYPOINT ["/usr/local/bin/node", "/app/red.js"]']),
  },
  {
    title: 'an image’s USER root, and its ONBUILD',
    run: (scene) => firstProcess(scene, ['USER 0:0', 'ONBUILD USER 0:0', 'ONBUILD RUN ["/app/escape"]']),
  },
  {
    title: 'an image’s settings for the launcher’s process 1',
    none: onlyOurs('its process 1 reads no settings'),
    run: (scene) =>
      refusedImage(
        scene,
        'ENV MCPCAT_TERM_GRACE_MS=9999999',
        /environment MCPCAT_TERM_GRACE_MS: expected none/,
      ),
  },
  {
    title: 'an image’s VOLUME: a folder to write and run programs in',
    async run(scene) {
      const image = await scene.image(tagOf(scene, 'volume'), ['VOLUME /own']);
      const { answers } = await scene.visit({ mode: 'volume', image });
      const runs = answers.find(({ attempt }) => attempt === 'volume')?.['runs'];
      if (runs === 'fine') return succeeded('a program written there runs');
      return runs === undefined ? unproved('no answer') : stopped(JSON.stringify(runs));
    },
  },
  {
    title: 'an image’s VOLUME over its own programs, to change them',
    none: onlyOurs('it does as the image says'),
    async run(scene) {
      const image = await scene.image(tagOf(scene, 'over'), ['VOLUME /app']);
      const visit = await scene.visit({ mode: 'idle', image });
      return refusedStart(visit, /mount \/app: expected none, found a volume/);
    },
  },
  {
    title: 'an image’s HEALTHCHECK: a program started again and again',
    async run(scene) {
      const check = 'HEALTHCHECK --interval=1s CMD ["/usr/local/bin/node", "-e", "0"]';
      const image = await scene.image(tagOf(scene, 'health'), [check]);
      const found = await inspected(scene, image, '{{if .State.Health}}checked{{else}}none{{end}}');
      if (found === undefined) return unproved('no container');
      return found === 'none' ? stopped('not checked') : succeeded('the engine starts it');
    },
  },
];

const forgedOwner = 'another-host/another-boot/1/1';

const labels: readonly Scheme[] = [
  {
    title: 'labels of an image that say whose its container is',
    none: onlyOurs('it keeps no owner'),
    async run(scene) {
      const lines = [`LABEL ${label.owner}=${forgedOwner} ${label.role}=test ${label.server}=other`];
      const image = await scene.image(tagOf(scene, 'labels'), lines);
      const format = `{{index .Config.Labels "${label.owner}"}} {{index .Config.Labels "${label.server}"}}`;
      const found = await inspected(scene, image, format);
      if (found === undefined) return unproved('no container');
      const forged = found.includes('another-host') || found.endsWith(' other');
      return forged ? succeeded(found) : stopped('the launcher’s own labels count');
    },
  },
  {
    title: 'a stranger’s container with a copied owner, `stop --all`',
    none: onlyOurs('it keeps no owner'),
    run: copiedOwner,
  },
  {
    title: 'another package’s image under the server’s name',
    none: onlyOurs('it knows no packages'),
    run: (scene) =>
      underOurName(scene, 'npm:another-package', /expected an image of \S+ found one of npm:another-package/),
  },
  {
    title: 'an image made for an entry that permits more',
    none: onlyOurs('it knows no entries'),
    run: (scene) =>
      underOurName(scene, 'npm:fixture', /found one that was made for an entry which permits more/),
  },
];

async function underOurName(scene: Scene, source: string, reason: RegExp): Promise<Verdict> {
  const permissions = JSON.stringify({ network: ['*'], mounts: [], writable: [] });
  const lines = [`LABEL ${label.source}=${source} ${label.permissions}='${permissions}'`];
  await scene.image(scene.builtImage, lines);
  return refusedStart(await scene.visit({ mode: 'idle', ownImage: true }), reason);
}

/** The image of the stranger's container carries the owner of a session that is at work: it takes it over. */
async function copiedOwner(scene: Scene): Promise<Verdict> {
  const { field } = scene;
  await using session = scene.start({ mode: 'idle' });
  await session.answer('idle');
  const [id = ''] = await session.containers();
  const owner = field
    .docker('inspect', '--format', `{{index .Config.Labels "${label.owner}"}}`, id)
    .stdout.trim();
  const image = await scene.image(tagOf(scene, 'copied'), [
    `LABEL ${label.owner}=${owner} ${label.role}=run ${label.server}=redteam`,
  ]);
  const made = field
    .docker('run', '-d', '--entrypoint', '/usr/local/bin/node', image, '-e', 'setTimeout(() => 0, 60000)')
    .stdout.trim();
  scene.afterwards(() => field.docker('rm', '-f', made));
  const { code, stderr } = await run(['stop', '--all', '--engine', field.socket]);
  const running = field.docker('inspect', '--format', '{{.State.Running}}', made).stdout.trim();
  if (owner === '' || made === '') return unproved(`exit code ${String(code)}: ${stderr}`);
  if (running !== 'true') return succeeded('it was ended');
  if ((await session.containers()).length > 0) return succeeded('it hid the session that it copied');
  return stopped('it goes on, and the session that it copied was found and ended');
}

export const images: readonly Scheme[] = [...own, ...labels];
