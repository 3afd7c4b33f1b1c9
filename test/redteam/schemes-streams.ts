import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnSync } from 'node:child_process';
import { contained, stopped, succeeded, type Verdict } from './evidence.ts';
import { onlyOurs, unproved, type Scene, type Scheme } from './scheme.ts';
import { acting } from './schemes-catalog.ts';

/** As the engine shows it to everybody who may use it, and as the machine's own process table has it. */
const secret = 'a-key-that-is-looked-for-4713';

async function whereSecretIs(scene: Scene, look: (id: string) => string): Promise<Verdict> {
  await using session = scene.start({ mode: 'idle', secret });
  await session.answer('idle');
  const [id] = await session.containers();
  if (id === undefined) return unproved(session.stderr);
  const text = look(id);
  await session.end();
  if (!text.includes('PATH=')) return unproved('nothing to read');
  return text.includes(secret) ? succeeded('it is there') : stopped('not there');
}

const secrets: readonly Scheme[] = [
  {
    title: 'a server’s secrets in what the engine tells everybody',
    run: (scene) => whereSecretIs(scene, (id) => scene.field.docker('inspect', id).stdout),
  },
  {
    title: 'a server’s secrets in /proc/1/environ of its container',
    run: (scene) =>
      whereSecretIs(scene, (id) => {
        const pid = scene.field.docker('inspect', '--format', '{{.State.Pid}}', id).stdout.trim();
        return `of ${pid}: ${readFileSync(`/proc/${pid}/environ`, 'latin1')}`;
      }),
  },
];

const strikes: Scheme = {
  title: 'kill or stop process 1, and stay',
  none: { 'docker run': 'the server is process 1', ToolHive: 'the server is process 1' },
  async run(scene) {
    await using session = scene.start({ mode: 'strikes' });
    const answer = await session.answer('strikes');
    if (answer === undefined) return unproved(session.stderr);
    if (['T', 't', 'Z', 'gone'].includes(String(answer['state'])))
      return succeeded(`process 1 is ${String(answer['state'])}`);
    await session.end(8000);
    const gone = await session.gone(30_000);
    return gone === undefined ? succeeded('still runs') : contained('process 1 goes on, and ends it');
  },
};

const deaf: Scheme = {
  title: 'errors that nobody reads hold up the answers',
  async run(scene) {
    await using session = scene.start({ mode: 'talks' });
    session.leaveStderr();
    if ((await session.answer('talks')) === undefined) return unproved('no answer at all');
    // Until every buffer between is full.
    await sleep(2500);
    let answered = 0;
    for (const turn of ['1', '2', '3', '4']) {
      session.write(`${turn}\n`);
      if ((await session.answer(`pong-${turn}`, 10_000)) === undefined) break;
      answered++;
    }
    return answered === 4 ? stopped('4 of 4 answered') : succeeded(`${String(answered)} of 4 answered`);
  },
};

/** In a terminal of its own; what `script` itself prints is not looked at. */
const shouts: Scheme = {
  title: 'a server’s errors act on the terminal',
  async run(scene) {
    const quoted = scene.words({ mode: 'shouts' }).map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    const [program = '', ...words] = scene.field.inside(['script', '-qefc', quoted.join(' '), '/dev/null']);
    const { stdout } = spawnSync(program, words, { encoding: 'utf8', timeout: 40_000, input: '' });
    const said = /red-begin([^]*?)red-end/.exec(stdout)?.[1];
    if (said === undefined) return unproved(stdout);
    return acting.test(said) ? succeeded('as they are') : stopped('made visible');
  },
};

export const streams: readonly Scheme[] = [...secrets, strikes, deaf, shouts];

const metadata = [
  '169.254.169.254:80',
  '169.254.170.2:80',
  '100.100.100.200:80',
  '168.63.129.16:80',
  '[fd00:ec2::254]:80',
];

/** Permitted by the user, as a project's files might suggest to a model: refused all the same. */
export const permitted: readonly Scheme[] = [
  {
    title: 'metadata services that the user was talked into permitting',
    none: onlyOurs('no tunnel'),
    async run(scene) {
      const through: string[] = [];
      for (const address of metadata) {
        const { answers, code, stderr } = await scene.visit({ mode: 'idle', options: ['--allow', address] });
        if (answers.length > 0 || code === 0) through.push(address);
        else if (!/metadata|link-local/.test(stderr)) return unproved(`${address}: ${stderr}`);
      }
      return through.length > 0 ? succeeded(through.join(' ')) : stopped('refused by name');
    },
  },
];
