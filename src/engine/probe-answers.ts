/** One thing that is tried from inside a container; `src/init/probe.h` says what each does. */
export interface Attempt {
  readonly what: 'name' | 'route' | 'talk' | 'write' | 'read' | 'list';
  /** A host, an IP address, `HOST PORT`, or a path. */
  readonly target: string;
}

/** What came of it. `detail` is a text, for `no` the system's own; nothing is known of one that did not end in time. */
export interface Answer {
  readonly verdict: 'ok' | 'no' | 'unknown';
  readonly detail: string;
  /** Paths, for `list`. */
  readonly items: readonly string[];
}

/** What process 1 is started with to make them. */
export function probeWords(attempts: readonly Attempt[]): string[] {
  return ['probe', ...attempts.map(({ what, target }) => `${what}:${target}`)];
}

/** The answers to these attempts in what the probe wrote, in their order. */
export function answersIn(stdout: string, attempts: readonly Attempt[]): Answer[] {
  const lines = parse(stdout);
  return attempts.map((_, index) => answerOf(lines.filter((line) => line.index === index)));
}

/** Whether the probe has said anything. */
export function hasAnswers(stdout: string): boolean {
  return parse(stdout).length > 0;
}

interface Line {
  readonly index: number;
  readonly verdict: string;
  readonly detail: string;
}

function parse(stdout: string): Line[] {
  return stdout.split('\n').flatMap((text) => {
    const match = /^(\d+) (ok|no|item) ([0-9a-f]*)$/.exec(text);
    if (match === null) return [];
    const detail = Buffer.from(match[3] ?? '', 'hex').toString();
    return [{ index: Number(match[1]), verdict: match[2] ?? '', detail }];
  });
}

function answerOf(lines: readonly Line[]): Answer {
  const items = lines.filter(({ verdict }) => verdict === 'item').map(({ detail }) => detail);
  const last = lines.find(({ verdict }) => verdict === 'ok' || verdict === 'no');
  if (last === undefined) return { verdict: 'unknown', detail: 'no answer in time', items };
  return { verdict: last.verdict === 'ok' ? 'ok' : 'no', detail: last.detail, items };
}
