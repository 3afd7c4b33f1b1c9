import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folderNames, layers } from '../scripts/architecture-page.ts';

/** Rank of each folder of src: an import may only point to the same or a lower rank (scripts/architecture-page.ts). */
const ranks: readonly (readonly string[])[] = [
  ...layers.map(({ folders }) => folders.map(({ folder }) => folder)),
  ['main.ts', 'launcher.ts', 'serve-launcher.ts', 'serve-early.ts', 'clients-launcher.ts'],
];
const verbs = new Set(ranks[ranks.findIndex((rank) => rank.includes('update'))]);
const onlyImporters: Readonly<Record<string, RegExp>> = {
  dockerode: /^src\/engine\/docker\//,
  octokit: /^src\/forge\//,
  listr2: /^src\/cli\/render\//,
  '@modelcontextprotocol/sdk': /^src\/mcp\//,
  '@modelcontextprotocol/client': /^src\/mcp\//,
};
/** Files outside `src/host` that name `/proc`, and why that is not this machine's. */
const otherProc: Readonly<Record<string, string>> = {
  'src/test-session/processes-inside.ts': 'the container’s: what runs in it',
  'src/catalog/mount-checks.ts': 'folders of a container that no entry may make writable',
  'src/sandbox/refusal.ts': 'folders that are never handed over, as text',
  'src/smoke/expectations.ts': 'what must be read-only inside the container',
  'src/doctor/measure-sandbox.ts': 'read by the probe inside the container',
  'src/doctor/restrictions.ts': 'what the kernel says of process 1 in the container',
  'src/test-session/prove-isolation.ts': 'the container’s: which kernel it sees',
  'src/engine/kubernetes/prove-network.ts':
    'the pod’s: its interfaces and connections, read by the probe in it',
};

interface Import {
  readonly from: string;
  readonly to: string;
}

const root = path.resolve(import.meta.dirname, '..');
const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `src/${file}`);
const imports = files.flatMap(importsOf);

/** Type imports count too: a cycle through types still ties files together. */
function importsOf(file: string): Import[] {
  const source = withoutComments(sourceOf(file));
  const found = source.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)import '([^']+)'/g,
  );
  return [...found].map((match) => {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    return { from: file, to: name.startsWith('.') ? path.join(path.dirname(file), name) : name };
  });
}

function sourceOf(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** Line comments stay where code stands before them: that may be a string with two slashes. */
function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
}

/** Without comments. */
function codeOf(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .replaceAll(/(^|\s)\/\/ .*$/gm, '');
}

function folderOf(file: string): string {
  return file.split('/')[1] ?? file;
}

function rankOf(file: string): number {
  return ranks.findIndex((rank) => rank.includes(folderOf(file)));
}

test('every folder of src has its line in scripts/architecture-page.ts, and every line its folder', () => {
  const folders = readdirSync(path.join(root, 'src'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  assert.deepEqual(folderNames.toSorted(), folders.toSorted());
});

test('every export that docs/architecture.md names exists in that folder', () => {
  const missing = layers
    .flatMap(({ folders }) => folders)
    .flatMap(({ folder, exports }) => {
      const text = files
        .filter((file) => folderOf(file) === folder)
        .map(sourceOf)
        .join('\n');
      return exports
        .filter(
          (name) =>
            !new RegExp(`^export (?:async )?(?:function|const|class|interface|type) ${name}\\b`, 'm').test(
              text,
            ),
        )
        .map((name) => `${folder}: ${name}`);
    });
  assert.deepEqual(missing, []);
});

test('imports point to the same or a lower rank', () => {
  const upward = imports.filter(({ from, to }) => to.startsWith('src/') && rankOf(to) > rankOf(from));
  assert.deepEqual(upward, []);
});

test('verbs never import each other', () => {
  const across = imports.filter(
    ({ from, to }) =>
      to.startsWith('src/') &&
      verbs.has(folderOf(from)) &&
      verbs.has(folderOf(to)) &&
      folderOf(from) !== folderOf(to),
  );
  assert.deepEqual(across, []);
});

test('engine and mcp do not know the catalog', () => {
  const known = imports.filter(
    ({ from, to }) => ['engine', 'mcp'].includes(folderOf(from)) && to.startsWith('src/catalog/'),
  );
  assert.deepEqual(known, []);
});

test('the heavy libraries have one importing folder each', () => {
  const stray = imports.filter(({ from, to }) =>
    Object.entries(onlyImporters).some(
      ([library, allowed]) => (to === library || to.startsWith(`${library}/`)) && !allowed.test(from),
    ),
  );
  assert.deepEqual(stray, []);
});

test('what a container is made with is said in the words of the engine only where that engine is', () => {
  const words =
    /\b(nosuid|noexec|no-new-privileges|rprivate|CapDrop|SecurityOpt|HostConfig|NetworkMode|ExtraHosts|AutoRemove)\b/;
  const stray = files.filter(
    (file) => !file.startsWith('src/engine/docker/') && words.test(withoutComments(sourceOf(file))),
  );
  assert.deepEqual(stray, []);
});

test('only the command line names its flags', () => {
  const flags = flagsOfCommands();
  const found = files
    .filter((file) => !file.startsWith('src/cli/') && !speaksToOthers.test(file))
    .flatMap((file) => sentencesOf(file).map((sentence) => ({ file, sentence })))
    .filter(({ sentence }) => flags.test(sentence));
  assert.deepEqual(found, []);
});

/** They write the command lines of other programs, or what a person pastes. */
const speaksToOthers =
  /^src\/(base\/(install-script|byte-code|init-binary)|generate\/|update\/(uv|npm)|export\/|site\/|add\/detectors\/)/;

/** `--memory` and so on, as the commands declare them. */
function flagsOfCommands(): RegExp {
  const specs = files.filter((file) => file.startsWith('src/cli/commands/'));
  const names = specs.flatMap((file) =>
    [...sourceOf(file).matchAll(/^ {2,4}'?([a-z][a-z-]+)'?: (?:\{|common\.)/gm)].map(
      (match) => match[1] ?? '',
    ),
  );
  assert.ok(names.includes('memory') && names.includes('deny-network') && names.includes('catalog'));
  return new RegExp(`--(?:${[...new Set(names)].join('|')})\\b`);
}

/** Strings that have a space: what people read. An argument of another program has none. */
function sentencesOf(file: string): string[] {
  const literals = withoutComments(sourceOf(file)).matchAll(
    /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g,
  );
  return [...literals].map(([literal]) => literal).filter((literal) => /\s/.test(literal));
}

test('there are no import cycles between files', () => {
  const graph = Map.groupBy(
    imports.filter(({ to }) => to.startsWith('src/')),
    ({ from }) => from,
  );
  assert.deepEqual(
    files.filter((file) => reaches(graph, file, file)),
    [],
  );
});

function reaches(graph: ReadonlyMap<string, readonly Import[]>, start: string, goal: string): boolean {
  const seen = new Set<string>();
  const queue = [start];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    for (const { to } of graph.get(file) ?? []) {
      if (to === goal) return true;
      if (!seen.has(to)) queue.push(to);
      seen.add(to);
    }
  }
  return false;
}

test('what differs by operating system is asked in src/host alone', () => {
  const systemFact =
    /\bprocess\.(platform|getuid|getgid|geteuid|getegid)\b|\buserInfo\(|\bhomedir\(|['"`]win32['"`]|\['XDG_/;
  const outside = files.filter((file) => !file.startsWith('src/host/'));
  assert.deepEqual(
    outside.filter((file) => systemFact.test(codeOf(file))),
    [],
  );
  assert.deepEqual(
    outside.filter((file) => /\/proc\b/.test(codeOf(file))).toSorted(),
    Object.keys(otherProc).toSorted(),
  );
});

test('console and process.exit appear only in the command line', () => {
  const loud = files.filter(
    (file) =>
      !file.startsWith('src/cli/') &&
      file !== 'src/main.ts' &&
      /\bconsole\.|\bprocess\.exit\(/.test(readFileSync(path.join(root, file), 'utf8')),
  );
  assert.deepEqual(loud, []);
});

/** Makes containers as a way to files. */
const neverStarted = 'src/process1/idle-container.ts';

test('containers are made and started in one place', () => {
  const elsewhere = files.filter(
    (file) =>
      !/^src\/(session|engine)\//.test(file) &&
      file !== neverStarted &&
      /\b(createContainer|startContainer)\b/.test(readFileSync(path.join(root, file), 'utf8')),
  );
  assert.deepEqual(elsewhere, []);
  assert.doesNotMatch(sourceOf(neverStarted), /startContainer/);
  const starting = files.filter(
    (file) =>
      file.startsWith('src/session/') &&
      readFileSync(path.join(root, file), 'utf8').includes('.startContainer('),
  );
  // A server, and a job of ours that has an end.
  assert.deepEqual(starting, ['src/session/open-session.ts', 'src/session/run-confined.ts']);
});

test('no source file is longer than 300 lines', () => {
  const long = files.filter((file) => readFileSync(path.join(root, file), 'utf8').split('\n').length > 300);
  assert.deepEqual(long, []);
});

test('whoever starts a program says what is in its environment', () => {
  const open = files.filter((file) => {
    const source = readFileSync(path.join(root, file), 'utf8');
    // src/host asks the system's own tools with less: two variables, or three.
    return source.includes("'node:child_process'") && !/childEnvironment\(|childOptions\(/.test(source);
  });
  assert.deepEqual(open, []);
  const whole = files.filter((file) =>
    readFileSync(path.join(root, file), 'utf8').includes('...process.env'),
  );
  assert.deepEqual(whole, []);
});

/** No code tells the engine's full disk apart, and what is shown of a failure may be chosen by its words. */
const readsErrors: Readonly<Record<string, string>> = {
  'src/engine/docker/failure.ts': 'moby answers 500 for "no space left on device"',
  'src/engine/docker/progress.ts': 'the same, in the stream of a build',
  'src/add/discover.ts': 'chooses the line of a log that is shown',
};

test('no code decides by the text of an error: it has a code or a status', () => {
  const decides = [
    /\b(?:message|messageOf\([^)]*\)|reasonOf\([^)]*\)|error\.detail|String\((?:error|cause|reason)\))\s*\??\.(?:includes|startsWith|endsWith|match|matchAll|search|some|find|findLast|every)\(/,
    /\.(?:test|exec)\(\s*(?:[\w.]+\.)?(?:message|error\.detail|messageOf\(|reasonOf\(|String\((?:error|cause|reason)\))/,
    /\b\w+\.message\s*[!=]==/,
    /\b(\w+) = messageOf\([^;]*;[\s\S]{0,400}?(?:\.(?:test|exec)\(\s*\1\b|\b\1\.(?:includes|startsWith|match)\()/,
    /\bisDiskFull\(/,
  ];
  const found = files.filter((file) => decides.some((pattern) => pattern.test(codeOf(file))));
  assert.deepEqual(
    found.filter((file) => readsErrors[file] === undefined),
    [],
  );
  for (const sample of [
    "if (error.message.includes('no such image')) {}",
    'if (/timed out/.test(messageOf(error))) {}',
    'const text = messageOf(error).slice(0, 9);\n  return /closed/i.test(text);',
    'error.detail.some((line) => /not found/.test(line))',
    'error.message === closed',
  ])
    assert.ok(
      decides.some((pattern) => pattern.test(sample)),
      sample,
    );
});

test('a test writes nothing: who asked for it keeps what it found', () => {
  const writers = imports.filter(
    ({ from, to }) =>
      from.startsWith('src/smoke/') && /^(?:node:)?fs(?:\/|$)|^src\/lib\/folders\.ts$/.test(to),
  );
  assert.deepEqual(writers, []);
});

test('what servers of an ecosystem have in common is asked of its runtime', () => {
  const asked = files.filter((file) => /\.source\.(?:startsWith|includes|match|split)\(/.test(codeOf(file)));
  assert.deepEqual(asked, []);
});
