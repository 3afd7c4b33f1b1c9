import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import tar from 'tar-stream';
import { loadBases } from '../../src/base/references.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { mcpcat, project, testLabel } from '../rig/engine.ts';
import { compileHostile, entryOf } from '../rig/probe.ts';

/** How a server is started, each as its maker does by default. */
export const columns = ['docker run', 'MCP Gateway', 'ToolHive', 'mcpcat'] as const;
export type Column = (typeof columns)[number];

/**
 * What the peers hand to the engine: docker/mcp-gateway pkg/gateway/clientpool.go (`baseArgs`, 1 processor and 2 GB by
 * default); stacklok/toolhive pkg/container/docker (`CapDrop: ALL` and nothing else). Their images run as root unless
 * the image says otherwise, which 61 % of the first and most of the others' do not (FACTS.md).
 */
const flags: Readonly<Record<Exclude<Column, 'mcpcat'>, readonly string[]>> = {
  'docker run': [],
  'MCP Gateway': [
    ...['--init', '--security-opt', 'no-new-privileges', '--cpus', '1', '--memory', '2Gb', '--pull', 'never'],
  ],
  ToolHive: ['--cap-drop', 'ALL'],
};

/** One run of the hostile server. */
export interface Attack {
  readonly mode: string;
  readonly args?: readonly string[];
  /** Handed over as a client hands over a key. */
  readonly secret?: string;
  /** Hosts that the user permits; only mcpcat has a road. */
  readonly allow?: readonly string[];
}

export interface Command {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Finds the container. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The hostile server as an image, and as an entry of a catalog. */
export class Arsenal implements Disposable {
  readonly image = `mcpcat/redteam:${String(process.pid)}`;
  readonly #catalog = mkdtempSync(path.join(tmpdir(), 'mcpcat-redteam-'));
  #count = 0;

  constructor() {
    const entry = entryOf({
      name: 'redteam',
      env: { SIBLING_SECRET: { description: 'A key.', required: false, secret: true, example: 'x' } },
    });
    mkdirSync(path.join(this.#catalog, 'redteam'));
    writeFileSync(path.join(this.#catalog, 'redteam/server.yaml'), JSON.stringify(entry));
  }

  [Symbol.dispose](): void {
    rmSync(this.#catalog, { recursive: true, force: true });
  }

  /** Builds the image; it says root and holds a setuid program, as a hostile image would. */
  async build(engine: Engine): Promise<void> {
    const platform = process.arch === 'arm64' ? 'linux/arm64' : 'linux/amd64';
    const bases = await loadBases(path.join(project, 'templates'), platform);
    const pack = tar.pack();
    const packed = buffer(pack);
    const dockerfile = [
      `FROM ${bases.node.runtime.reference}`,
      'COPY files/ /app/',
      'USER 0:0',
      `RUN ["/usr/local/bin/node", "-e", "fs.chmodSync('/app/setuid', 0o6755)"]`,
      'ENTRYPOINT ["/mcpcat-init", "--", "/usr/local/bin/node", "/app/red.js"]',
    ];
    pack.entry({ name: 'Dockerfile' }, `${dockerfile.join('\n')}\n`);
    const hostile = compileHostile();
    for (const name of ['hostile', 'setuid']) pack.entry({ name: `files/${name}`, mode: 0o755 }, hostile);
    pack.entry({ name: 'files/escape', mode: 0o755 }, compileEscape());
    pack.entry({ name: 'files/red.js', mode: 0o644 }, readFileSync(path.join(fixtures, 'red.js')));
    pack.finalize();
    await engine.buildImage(Readable.from([await packed]), {
      tag: this.image,
      labels: testLabel,
      onOutput: () => undefined,
    });
  }

  command(column: Column, attack: Attack, socket: string): Command {
    this.#count += 1;
    const session = `redteam-${String(process.pid)}-${String(this.#count)}`;
    const { mode, args = [], secret, allow = [] } = attack;
    const env = secret === undefined ? {} : { SIBLING_SECRET: secret };
    if (column === 'mcpcat') {
      const to = ['--catalog', this.#catalog, '--engine', socket, '--image', this.image, '--pull', 'never'];
      const hosts = allow.flatMap((host) => ['--allow', host]);
      return {
        words: [process.execPath, mcpcat, 'run', 'redteam', ...to, ...hosts, '--', mode, ...args],
        env: { ...env, CLAUDE_CODE_SESSION_ID: session },
        labels: { [label.session]: session },
      };
    }
    const words = ['docker', '--host', `unix://${socket}`, 'run', '-i', '--rm', ...flags[column]];
    const mark = ['--label', `io.mcpcat.test=1`, '--label', `${label.session}=${session}`];
    const settings = secret === undefined ? [] : ['-e', 'SIBLING_SECRET'];
    const server = ['--entrypoint', '/usr/local/bin/node', this.image, '/app/red.js', mode, ...args];
    return { words: [...words, ...mark, ...settings, ...server], env, labels: { [label.session]: session } };
  }
}

const fixtures = path.join(project, 'test/fixtures/redteam');

function compileEscape(): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-escape-'));
  const out = path.join(folder, 'escape');
  try {
    const options = ['-static', '-Os', '-Wall', '-Wextra', '-Werror', '-o', out];
    execFileSync('musl-gcc', [...options, path.join(fixtures, 'escape.c')], { stdio: 'inherit' });
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
