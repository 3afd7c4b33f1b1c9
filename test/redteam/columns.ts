import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { imageIn } from '../../src/catalog/image-name.ts';
import type { Entry } from '../../src/catalog/entry.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { buildImage } from '../rig/build-image.ts';
import { mcpcat, ownBases, project, testLabel } from '../rig/engine.ts';
import { compileHostile, entryOf } from '../rig/probe.ts';

/** How a server is started, each as its maker does by default. */
export const columns = ['docker run', 'MCP Gateway', 'ToolHive', 'mcpcat'] as const;
export type Column = (typeof columns)[number];

/**
 * What the peers hand to the engine: docker/mcp-gateway pkg/gateway/clientpool.go (`baseArgs`, 1 processor and 2 GB by
 * default); stacklok/toolhive pkg/container/docker (`CapDrop: ALL` and nothing else). Their images run as root unless
 * the image says otherwise, which 61 % of the first and most of the others' do not (docs/facts.md).
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
  /** With permitted hosts, so that there is a tunnel; only mcpcat has one. */
  readonly tunnel?: boolean;
  /** The image brings a hostile /mcpcat-init of its own. */
  readonly evil?: boolean;
  /** A folder that is handed over for writing, as /data. */
  readonly folder?: string;
  /** A named volume of the engine's, or an entry's state, as /state. */
  readonly keeps?: boolean;
  /** Another image than the hostile server's. */
  readonly image?: string;
  /** What else the client has in its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Only for mcpcat: another catalog than the arsenal's, another entry, more words. */
  readonly catalog?: string;
  readonly entry?: string;
  readonly options?: readonly string[];
  /** The image is not named: it is the one that the entry's name means. */
  readonly ownImage?: boolean;
}

export interface Command {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Finds the container. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Writes one entry of a catalog. */
export function writeEntry(catalog: string, entry: Entry): void {
  mkdirSync(path.join(catalog, entry.name), { recursive: true });
  writeFileSync(path.join(catalog, entry.name, 'server.yaml'), JSON.stringify(entry));
}

/** The hostile server as an image, and as an entry of a catalog. */
export class Arsenal implements Disposable {
  readonly image = `mcpcat/redteam:${String(process.pid)}`;
  readonly #catalog = mkdtempSync(path.join(tmpdir(), 'mcpcat-redteam-'));
  #count = 0;

  constructor() {
    const env = { SIBLING_SECRET: { description: 'A key.', required: false, secret: true, example: 'x' } };
    const network = ['rebind', 'private', 'home', '*.wild'].map((name) => `${name}.redteam.test:80`);
    for (const entry of [
      entryOf({ name: 'redteam', env }),
      entryOf({ name: 'redteam-tunnel', env, permissions: { network } }),
      entryOf({
        name: 'redteam-names',
        permissions: { network: ['own.redteam.test:80', 'link.redteam.test:80'] },
      }),
      entryOf({
        name: 'redteam-data',
        permissions: { mounts: [{ name: 'data', target: '/data', mode: 'rw', description: 'Data.' }] },
      }),
    ])
      writeEntry(this.#catalog, entry);
  }

  [Symbol.dispose](): void {
    rmSync(this.#catalog, { recursive: true, force: true });
  }

  /** What a build of the catalog's server would be called. */
  get builtImage(): string {
    return imageIn({ kind: 'folder', folder: this.#catalog }, 'redteam');
  }

  get evilImage(): string {
    return this.image.replace('redteam', 'redteam-evil');
  }

  /** Builds the image where the bases are; it says root and holds a setuid program, as a hostile image would. */
  async build(engine: Engine): Promise<void> {
    const base = (await ownBases()).node.runtime.reference;
    if ((await engine.inspectImage(base)) === undefined)
      throw new Error(`the base image ${base} is not on this engine: mcpcat base build node`);
    const dockerfile = [
      `FROM ${base}`,
      'COPY files/ /app/',
      'USER 0:0',
      `RUN ["/usr/local/bin/node", "-e", "fs.chmodSync('/app/setuid', 0o6755)"]`,
      `RUN ["/usr/local/bin/node", "-e", "fs.mkdirSync('/state'); fs.chownSync('/state', 65532, 65532)"]`,
      'ENTRYPOINT ["/mcpcat-init", "--", "/usr/local/bin/node", "/app/red.js"]',
    ];
    const hostile = compileHostile();
    const files = {
      hostile,
      setuid: hostile,
      escape: compile('escape.c'),
      'red.so': compile('red-library.c', ['-shared', '-fPIC', '-nostdlib']),
      'red.js': readFileSync(path.join(fixtures, 'red.js')),
      'promises.js': readFileSync(path.join(fixtures, 'promises.js')),
    };
    await buildImage(engine, this.image, { dockerfile, files, labels: testLabel });
  }

  /** The same with the hostile program 1, made from the image above. */
  async buildEvil(engine: Engine): Promise<void> {
    const dockerfile = [`FROM ${this.image}`, 'COPY files/mcpcat-init /mcpcat-init'];
    await buildImage(engine, this.evilImage, {
      dockerfile,
      files: { 'mcpcat-init': compile('evil-init.c') },
      labels: testLabel,
    });
  }

  /** The image above with lines of its own. */
  async buildVariant(engine: Engine, tag: string, lines: readonly string[]): Promise<void> {
    await buildImage(engine, tag, { dockerfile: [`FROM ${this.image}`, ...lines], labels: testLabel });
  }

  command(column: Column, attack: Attack, socket: string): Command {
    this.#count += 1;
    const session = `redteam-${String(process.pid)}-${String(this.#count)}`;
    const secret = attack.secret === undefined ? {} : { SIBLING_SECRET: attack.secret };
    const env = { ...secret, ...attack.env };
    const labels = { [label.session]: session };
    if (column !== 'mcpcat') return { words: this.#peer(column, { attack, socket, session }), env, labels };
    return { words: this.#ours(attack, socket), env: { ...env, CLAUDE_CODE_SESSION_ID: session }, labels };
  }

  #ours(attack: Attack, socket: string): string[] {
    const { mode, args = [], tunnel, evil, folder, options = [] } = attack;
    const named = attack.image ?? (evil === true ? this.evilImage : this.image);
    const image = attack.ownImage === true ? [] : ['--image', named];
    const to = ['--catalog', attack.catalog ?? this.#catalog, '--engine', socket, '--pull', 'never'];
    const mount = folder === undefined ? [] : ['--mount', `data=${folder}:rw`];
    // Only the user can permit the address of a test host.
    const allow = tunnel === true ? ['--allow', 'api.redteam.test:80'] : [];
    const standard = folder === undefined ? 'redteam' : 'redteam-data';
    const server = attack.entry ?? (tunnel === true ? 'redteam-tunnel' : standard);
    const words = [server, ...allow, ...mount, ...options, ...image, ...to, '--', mode, ...args];
    return [process.execPath, mcpcat, 'run', ...words];
  }

  #peer(
    column: Exclude<Column, 'mcpcat'>,
    { attack, socket, session }: { attack: Attack; socket: string; session: string },
  ): string[] {
    const words = ['docker', '--host', `unix://${socket}`, 'run', '-i', '--rm', ...flags[column]];
    const mark = ['--label', `io.mcpcat.test=1`, '--label', `${label.session}=${session}`];
    const settings = attack.secret === undefined ? [] : ['-e', 'SIBLING_SECRET'];
    const folder = attack.folder === undefined ? [] : ['-v', `${attack.folder}:/data`];
    const state = attack.keeps === true ? ['-v', 'redteam-state:/state'] : [];
    const server = ['--entrypoint', '/usr/local/bin/node', attack.image ?? this.image, '/app/red.js'];
    const { mode, args = [] } = attack;
    return [...words, ...mark, ...settings, ...folder, ...state, ...server, mode, ...args];
  }
}

const fixtures = path.join(project, 'test/fixtures/redteam');

/** A static program, unless it shall be of another kind. */
function compile(name: string, kind: readonly string[] = ['-static']): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-escape-'));
  const out = path.join(folder, 'program');
  try {
    const options = [...kind, '-Os', '-Wall', '-Wextra', '-Werror', '-o', out];
    execFileSync('musl-gcc', [...options, path.join(fixtures, name)], { stdio: 'inherit' });
    return readFileSync(out);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
