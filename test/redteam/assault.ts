import { setTimeout as sleep } from 'node:timers/promises';
import { bounds, lineOf } from './attempts-bombs.ts';
import type { Arsenal, Attack, Column } from './columns.ts';
import type { Evidence, Verdict } from './evidence.ts';
import { fakeUpstreams, type Field } from './field.ts';
import { Scene, verdictOf } from './scheme.ts';
import { schemes } from './schemes.ts';
import { Session, type Answer } from './session.ts';

export interface Assault {
  readonly field: Field;
  readonly arsenal: Arsenal;
  readonly column: Column;
  readonly signal: AbortSignal;
  /** `quick`: only what takes seconds, to prove that the attempts are real. */
  readonly extent: 'all' | 'quick';
}

type Measures = Map<string, number | string | undefined>;

/** Key of the sibling's shared memory; any number would do. */
const ipcKey = '7707';
const siblingSecret = 'a-key-of-the-sibling-4711';
/** As the attacker gets it, or it would find its own argument. */
const reversed = '1174-gnilbis-eht-fo-yek-a';

/** Lets the hostile server loose in one column; everything it started is gone when this resolves or rejects. */
export async function assault(request: Assault): Promise<Evidence> {
  const { field, column } = request;
  const answers = new Map<string, Answer>();
  const measures: Measures = new Map();
  const before = field.hits.length;
  const keep = (session: Session): void => {
    for (const answer of session.answers) answers.set(answer.attempt, answer);
  };
  await besideSibling(request, measures, keep);
  for (const attack of bombs) keep(await toItsEnd(request, attack));
  if (column === 'mcpcat') await tunnels(request, measures, keep);
  const verdicts = await allSchemes(request, keep);
  if (request.extent === 'all') await slow(request, measures);
  return { column, answers, measures, schemes: verdicts, hits: field.hits.slice(before) };
}

async function slow(request: Assault, measures: Measures): Promise<void> {
  await memory(request, measures);
  await floods(request, measures);
  await staying(request, measures);
}

const bombs: readonly Attack[] = [
  { mode: 'forks', args: [String(bounds.processes)] },
  { mode: 'descriptors', args: [String(bounds.descriptors)] },
  { mode: 'disk', args: [String(bounds.diskMebibytes)] },
  { mode: 'cpu' },
];

/** Each with folders, images and catalogs of its own; one that fails counts as unproved, and hides no other. */
async function allSchemes(
  request: Assault,
  keep: (session: Session) => void,
): Promise<ReadonlyMap<string, Verdict>> {
  const verdicts = new Map<string, Verdict>();
  for (const scheme of schemes) {
    request.signal.throwIfAborted();
    await using scene = new Scene(request, keep);
    verdicts.set(scheme.title, await verdictOf(scheme, scene));
  }
  return verdicts;
}

function start({ field, arsenal, column, signal }: Assault, attack: Attack): Session {
  signal.throwIfAborted();
  return new Session(field, arsenal.command(column, attack, field.socket), signal);
}

/** Runs one attack until it says that it has done all. */
async function toItsEnd(request: Assault, attack: Attack, milliseconds = 60_000): Promise<Session> {
  await using session = start(request, attack);
  if ((await session.answer('done', milliseconds)) === undefined)
    process.stderr.write(`${request.column}: ${attack.mode}: ${session.stderr}\n`);
  await session.end();
  return session;
}

/** All that wants a victim: another server of the same column, with a secret, a listener and shared memory. */
async function besideSibling(
  request: Assault,
  measures: Measures,
  keep: (session: Session) => void,
): Promise<void> {
  const { field, column } = request;
  await using sibling = start(request, { mode: 'victim', args: [ipcKey], secret: siblingSecret });
  const addresses = ((await sibling.answer('victim'))?.['addresses'] ?? []) as readonly string[];
  const [address] = addresses;
  measures.set('sibling-address', address);
  measures.set('door', address !== undefined && (await field.canReach(address, 8080)) ? 1 : 0);
  keep(await toItsEnd(request, { mode: 'kernel', args: [ipcKey] }));
  keep(await toItsEnd(request, { mode: 'others', args: [reversed] }));
  const targets = {
    ...fakeUpstreams,
    token: tokenOf(column),
    gateway: [field.gateway()],
    sibling: addresses,
  };
  keep(await toItsEnd(request, { mode: 'self', env: { RED_UNGRANTED: 'x' } }));
  keep(await toItsEnd(request, { mode: 'network', args: [JSON.stringify(targets)] }));
  await using greedy = start(request, { mode: 'watches', args: [String(bounds.watches)] });
  await greedy.answer('watches');
  sibling.write('watch\n');
  const watched = (await sibling.answer('watch'))?.['answer'];
  if (typeof watched === 'string') measures.set('sibling-watch', watched);
}

const tokenOf = (column: Column): string => column.replaceAll(/\W/g, '-').toLowerCase();

async function memory(request: Assault, measures: Measures): Promise<void> {
  const session = await toItsEnd(request, { mode: 'memory', args: [String(bounds.memoryMebibytes)] });
  const answer = session.answers.find(({ attempt }) => attempt === 'memory');
  measures.set('memory', Number(answer?.['megabytes'] ?? Number.NaN));
}

async function floods(request: Assault, measures: Measures): Promise<void> {
  const attacks: Readonly<Record<string, readonly string[]>> = {
    flood: ['1', String(bounds.floodMebibytes), 'lines'],
    errors: ['2', String(bounds.floodMebibytes), 'lines'],
    line: ['1', String(lineOf(request.column)), 'line'],
  };
  for (const [name, args] of Object.entries(attacks)) {
    await using session = start(request, { mode: 'flood', args });
    await session.answer('done', 120_000);
    const stream = name === 'errors' ? 'stderr' : 'stdout';
    await session.arrival(stream, Number(args[1]) * 2 ** 20);
    measures.set(`${name}-mebibytes`, Math.floor(session.received[stream] / 2 ** 20));
    measures.set(`${name}-peak`, session.peakMebibytes);
    const [id] = await session.containers();
    if (name === 'flood')
      measures.set('log-bytes', id === undefined ? Number.NaN : request.field.logBytes(id));
    await session.end();
  }
}

/** Milliseconds that a container may stay when its client was killed. Process 1 gives a lost lease 15 s to come back. */
const timeoutsMs: Readonly<Record<Column, number>> = {
  'docker run': 4000,
  'MCP Gateway': 4000,
  ToolHive: 4000,
  mcpcat: 60_000,
};

async function staying(request: Assault, measures: Measures): Promise<void> {
  {
    await using session = start(request, { mode: 'stay' });
    await session.answer('stay');
    await sleep(1000);
    await session.kill();
    measures.set('stay', await session.gone(timeoutsMs[request.column]));
  }
  for (const signal of ['SIGKILL', 'SIGSTOP']) {
    await using session = start(request, { mode: 'blind', args: [signal, '10'] });
    await session.answer('blind');
    session.write(Buffer.alloc(1 << 20));
    // The lease comes some seconds later; where there is none, nobody is hit.
    if (request.column === 'mcpcat') await session.answer('hit');
    await session.kill();
    measures.set(`blind-${signal}`, await session.gone(timeoutsMs[request.column]));
  }
}

const withNames = {
  entry: 'redteam-names',
  options: ['--allow', 'api.redteam.test:80', '--allow', 'api.redteam.test:443'],
};

async function tunnels(
  request: Assault,
  measures: Measures,
  keep: (session: Session) => void,
): Promise<void> {
  {
    await using session = start(request, {
      mode: 'tunnel',
      args: [JSON.stringify(fakeUpstreams)],
      tunnel: true,
    });
    await session.answer('done', 120_000);
    measures.set('tunnel-peak', session.peakMebibytes);
    keep(session);
    await session.end();
  }
  const { own, neighbour6 } = fakeUpstreams;
  const reached = await Promise.all([own, neighbour6].map((host) => request.field.canReach(host, 80)));
  measures.set('own-reachable', reached.every(Boolean) ? 'yes' : 'no');
  keep(await toItsEnd(request, { mode: 'names', args: [JSON.stringify(fakeUpstreams)], ...withNames }));
  for (const how of ['close', 'garbage', 'questions', 'streams', 'bytes']) {
    await using session = start(request, { mode: 'evil', args: [how], tunnel: true, evil: true });
    await session.answer('evil');
    await sleep(2000);
    measures.set(`evil-${how}-ran`, (await runsEvil(session, request.field)) ? 'yes' : 'no');
    session.write('?\n');
    measures.set(`evil-${how}`, (await session.answer('alive', 5000)) === undefined ? 'no' : 'yes');
    measures.set(`evil-${how}-peak`, session.peakMebibytes);
    await session.end(8000);
    measures.set(`evil-${how}-gone`, await session.gone(60_000));
  }
}

/** The image's own program is at work in the place of the launcher's. */
async function runsEvil(session: Session, field: Field): Promise<boolean> {
  const [id] = await session.containers();
  if (id === undefined) return false;
  return /\s\/mcpcat-init/.test(field.docker('top', id, '-o', 'pid,args').stdout);
}
