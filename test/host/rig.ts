import type { Machine, Output } from '../../src/host/machine.ts';

/** Facts of a machine as they were recorded there, or written from its manual pages where none was to be had. */
export interface Facts extends Partial<Machine> {
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  /** Standard output by command line; a program that is not named here is not installed. */
  readonly outputs?: Readonly<Record<string, Output | string>>;
}

/** A machine made of facts; `asked` lists the command lines that were run. */
export function machineOf({ files = {}, links = {}, outputs = {}, ...facts }: Facts): Machine & {
  readonly asked: string[];
} {
  const asked: string[] = [];
  const run = (program: string, args: readonly string[]): Output | undefined => {
    const line = [program, ...args].join(' ');
    asked.push(line);
    const output = Object.hasOwn(outputs, line) ? outputs[line] : undefined;
    return typeof output === 'string' ? { exitCode: 0, stdout: output } : output;
  };
  return {
    platform: 'linux',
    architecture: 'x64',
    user: { uid: 1000, gid: 1000 },
    pid: 4242,
    startedMs: Date.UTC(2026, 10, 27, 10, 0, 0),
    env: {},
    parent: () => 4000,
    hostname: () => 'ada-laptop',
    accountHome: () => '/home/ada',
    accountName: () => 'ada',
    temporaryFolder: () => '/tmp',
    readText: (file) => (Object.hasOwn(files, file) ? files[file] : undefined),
    readLink: (file) => (Object.hasOwn(links, file) ? links[file] : undefined),
    list: () => undefined,
    exists: (file) => Object.hasOwn(files, file),
    isAlive: () => true,
    run,
    runLater: (program, args) => Promise.resolve(run(program, args)),
    asked,
    ...facts,
  };
}

/** A line of /proc/PID/stat (proc_pid_stat(5)); the name may hold blanks and parentheses. */
export function statLine({
  pid,
  name = 'node',
  state = 'S',
  parent = 1,
  session = pid,
  started = '100',
}: {
  readonly pid: number;
  readonly name?: string;
  readonly state?: string;
  readonly parent?: number;
  readonly session?: number;
  readonly started?: string;
}): string {
  const between = Array.from({ length: 15 }, () => '0').join(' ');
  return `${String(pid)} (${name}) ${state} ${String(parent)} ${String(pid)} ${String(session)} ${between} ${started} 0 0\n`;
}
