import type { Attempt } from './attempts.ts';
import type { Column } from './columns.ts';
import { contained, factsOf, stopped, succeeded, unanswered, type Evidence, type Judge } from './evidence.ts';

/** How far each bomb goes: far beyond our limits, and harmless for the machine that runs the tests. */
export const bounds = {
  processes: 1200,
  descriptors: 15_000,
  memoryMebibytes: 2304,
  diskMebibytes: 192,
  floodMebibytes: 64,
  lineMebibytes: 1024,
  /** Where the engine writes it all to the disk besides. */
  lineMebibytesLogged: 128,
  watches: 128,
} as const;

/** Succeeded when it got all that it asked for. */
function upTo(attempt: string, fact: string, max: number): Judge {
  return (evidence) => {
    const got = Number(factsOf(evidence, attempt)?.[fact] ?? Number.NaN);
    if (Number.isNaN(got)) return unanswered;
    return got >= max ? succeeded(String(got)) : contained(String(got));
  };
}

export function lineOf(column: Column): number {
  return column === 'mcpcat' ? bounds.lineMebibytes : bounds.lineMebibytesLogged;
}

/** The program between client and container, which must not grow with what a server sends. */
const launcherMebibytes = 200;

function flood(measure: string): Judge {
  return ({ column, measures }) => {
    const [got, peak] = [
      Number(measures.get(`${measure}-mebibytes`)),
      Number(measures.get(`${measure}-peak`)),
    ];
    if (Number.isNaN(got)) return unanswered;
    const wanted = measure === 'line' ? lineOf(column) : bounds.floodMebibytes;
    // Of a flood of errors our launcher drops what nobody takes in time, so that it never holds the server's answers.
    const mayDrop = column === 'mcpcat' && measure === 'errors' && got > 0;
    if (!(got >= wanted) && !mayDrop) return succeeded(`only ${String(got)} MB came through`);
    const detail = `launcher ${String(peak)} MB`;
    return peak > launcherMebibytes ? succeeded(detail) : contained(detail);
  };
}

function gone(measure: string): Judge {
  return ({ measures }) => {
    if (!measures.has(measure)) return unanswered;
    const after = measures.get(measure);
    return typeof after === 'number' ? contained(`gone in ${String(after)} ms`) : succeeded('still runs');
  };
}

function onDisk({ measures }: Evidence): ReturnType<Judge> {
  const bytes = Number(measures.get('log-bytes'));
  if (Number.isNaN(bytes)) return unanswered;
  return bytes > 1 << 20 ? succeeded(`${String(bytes >> 20)} MB of log`) : stopped('no log');
}

export const bombs: readonly Attempt[] = [
  { title: 'fork bomb', judge: upTo('forks', 'count', bounds.processes) },
  {
    title: 'memory bomb',
    judge: ({ measures }) => {
      const got = Number(measures.get('memory'));
      if (Number.isNaN(got)) return unanswered;
      return got >= bounds.memoryMebibytes ? succeeded(`${String(got)} MB`) : contained(`${String(got)} MB`);
    },
  },
  { title: 'fill the disk', judge: upTo('disk-filled', 'megabytes', bounds.diskMebibytes) },
  { title: 'use up file descriptors', judge: upTo('descriptors', 'count', bounds.descriptors) },
  {
    title: 'take all processors',
    judge: (evidence) => {
      const { cores, limited } = factsOf(evidence, 'cpu') ?? {};
      if (typeof cores !== 'number') return unanswered;
      const detail = `${cores.toFixed(1)} used`;
      return limited === true && cores < 1.4 ? contained(detail) : succeeded(`no limit, ${detail}`);
    },
  },
  { title: 'fill the host’s disk by its output', judge: onDisk },
  { title: 'flood of output', judge: flood('flood') },
  { title: 'flood of errors', judge: flood('errors') },
  { title: 'one line of 1 GB (128 MB where the engine logs it)', judge: flood('line') },
  { title: 'outlive its client (deaf, daemons, signals to process 1)', judge: gone('stay') },
  { title: 'the same, with full input and the lease killed', judge: gone('blind-SIGKILL') },
  { title: 'the same, with full input and the lease stopped', judge: gone('blind-SIGSTOP') },
  {
    title: 'use up the watches of all siblings (inotify)',
    known:
      'the kernel counts inotify instances per uid in the engine’s user namespace, which all its containers share; the only limit below that is one of a user namespace (user.max_inotify_instances), which no user of an engine can set for a container, and whose count its parent carries as well; another uid for each container would be no owner of the image’s files, its state and what is handed over',
    judge: ({ measures }) => {
      const answer = measures.get('sibling-watch');
      if (answer === undefined) return unanswered;
      return answer === 'fine'
        ? contained('siblings still watch')
        : succeeded(`siblings get ${String(answer)}`);
    },
  },
];
