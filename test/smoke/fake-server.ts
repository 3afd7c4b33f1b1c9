import { createInterface } from 'node:readline';
import type { Program } from '../rig/fake-engine/fake-container.ts';
import type { FakeExec } from '../rig/fake-engine/fake-exec.ts';

interface Call {
  readonly id?: number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface Behaviour {
  readonly tools?: readonly string[];
  /** What a method answers instead, with the number of the start from 1; undefined: that it does not know it. */
  readonly answers?: Readonly<Record<string, (start: number, params: Call['params']) => object | undefined>>;
  /** Written to stdout before anything else. */
  readonly banner?: string;
  /** It goes on after the end of its input. */
  readonly ignoresEof?: boolean;
  /** In its first start only: it has no time to answer what it is asked as its input ends. */
  readonly slowAtFirst?: boolean;
  /** What a call of a tool answers. */
  readonly says?: string;
  /** Done for each call of a tool before it answers. */
  readonly onCall?: (tool: string) => Promise<void>;
  /** It ends at once, with these words. */
  readonly dies?: { readonly words: string; readonly exitCode: number };
}

/** An MCP server of the older revision as the program of a fake container. */
export function mcpServer(behaviour: Behaviour = {}): Program {
  const { tools = ['say'], banner, ignoresEof = false, dies, onCall, says = 'said' } = behaviour;
  let slow = behaviour.slowAtFirst === true;
  let starts = 0;
  return (container) => {
    const start = ++starts;
    const isSlow = slow;
    slow = false;
    let lists = 0;
    if (dies !== undefined) {
      container.stderr.write(`${dies.words}\n`);
      container.exit(dies.exitCode);
      return;
    }
    if (banner !== undefined) container.stdout.write(`${banner}\n`);
    createInterface(container.stdin).on('line', (line) => {
      const { id, method, params = {} } = JSON.parse(line) as Call;
      if (isSlow && method === 'tools/list' && ++lists > 1) return;
      const before = method === 'tools/call' ? onCall?.(String(params['name'])) : undefined;
      const reply = (): void => {
        const own = behaviour.answers?.[method];
        const result = own === undefined ? answer(method, params, { tools, says }) : own(start, params);
        if (id === undefined || container.state !== 'running') return;
        const body =
          result === undefined ? { error: { code: -32601, message: 'unknown method' } } : { result };
        container.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`);
      };
      if (before === undefined) reply();
      else void before.then(reply);
    });
    container.stdin.once('end', () => {
      if (!ignoresEof && !isSlow) return container.exit(0);
      // As process 1 does with one that ignores the end of its input.
      container.stderr.write('mcpcat-init: the client closed stdin; the server is stopped\n');
      container.exit(143);
    });
  };
}

function answer(
  method: string,
  params: Readonly<Record<string, unknown>>,
  { tools, says }: { readonly tools: readonly string[]; readonly says: string },
): object | undefined {
  if (method === 'initialize') {
    const { protocolVersion } = params;
    return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'fake', version: '1' } };
  }
  if (method === 'tools/list')
    return { tools: tools.map((name) => ({ name, description: name, inputSchema: { type: 'object' } })) };
  return method === 'tools/call' ? { content: [{ type: 'text', text: says }] } : undefined;
}

/**
 * `mcpcat-init probe` in a sandbox that holds: only the folders of `open` can be written to, nothing else is there.
 * One line for each attempt, as src/init/probe.c writes them.
 */
export function soundProbe(open: readonly string[]): (exec: FakeExec) => void {
  return (exec) => {
    const [program = '', verb = '', ...attempts] = exec.command;
    exec.stdin.resume();
    if (!program.endsWith('/mcpcat-init') || verb !== 'probe' || attempts.length === 0) return exec.exit(127);
    for (const [index, attempt] of attempts.entries()) {
      const [what = '', target = ''] = attempt.split(/:(.*)/s);
      // What was handed over is there to be looked at.
      const good = what === 'list' || (what === 'write' && open.includes(target));
      const detail = Buffer.from(good ? '' : 'No such file or directory').toString('hex');
      exec.stdout.write(`${String(index)} ${good ? 'ok' : 'no'} ${detail}\n`);
    }
    exec.exit(0);
  };
}
