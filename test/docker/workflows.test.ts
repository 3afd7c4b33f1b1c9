import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { FakeGitHub } from '../forge/fake-github.ts';
import { realRegistry, type RealRegistry } from '../registry/rig.ts';
import { catalogCopy } from '../rig/catalog-copy.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { project, testEngine } from '../rig/engine.ts';
import { identityToken, sigstore, type Sigstore } from '../rig/sigstore.ts';

/**
 * Runs what the workflows run: the `run:` lines of their jobs, in order, in a copy of the project with two entries,
 * against a real registry on loopback and the fake GitHub. Of the actions, artifacts are folders here. A job that may have
 * an identity token has one, and signs with stand-ins of Sigstore's services (test/rig/sigstore.ts).
 */
const timeout = 600_000;
const Step = z.object({
  id: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  env: z.record(z.string(), z.string()).default({}),
  with: z.record(z.string(), z.unknown()).default({}),
  'continue-on-error': z.boolean().default(false),
});
const Job = z.object({ steps: z.array(Step), permissions: z.record(z.string(), z.string()).default({}) });
const Workflow = z.object({ jobs: z.record(z.string(), Job) });

/** Names of this file's own, so that its images are not the sample's, which other files use meanwhile. */
const entries = catalogCopy(['memory', 'time']);
const names = Object.values(entries.names);
const [, changed = ''] = names;
let folder = '';
let copy = '';
let registry: RealRegistry;
let github: FakeGitHub;
let identity: Readonly<Record<string, string>>;
const opened = closedAfterwards();

before(
  async () => {
    const engine = await testEngine();
    opened.use(entries);
    opened.defer(async () => {
      // The catalog that the copy of mcpcat came with.
      for (const name of names)
        for (const tag of ['local', 'local-arm64'])
          await engine.removeImage(`mcpcat/${name}:${tag}`, { force: true });
    });
    folder = mkdtempSync(path.join(tmpdir(), 'mcpcat-workflows-'));
    opened.defer(() => rmSync(folder, { recursive: true, force: true }));
    copy = path.join(folder, 'checkout');
    for (const part of [
      'bin',
      'dist',
      'templates',
      'src/init',
      'package.json',
      '.github',
      'catalog/server.schema.json',
    ])
      cpSync(path.join(project, part), path.join(copy, part), { recursive: true });
    for (const name of names)
      cpSync(path.join(entries.folder, name), path.join(copy, 'catalog', name), { recursive: true });
    for (const name of names) rmSync(path.join(copy, 'catalog', name, 'image.json'), { force: true });
    for (const empty of ['.git', 'docs', '../bin']) mkdirSync(path.join(copy, empty));
    symlinkSync(path.join(project, 'node_modules'), path.join(copy, 'node_modules'));
    // The tests are root already.
    writeFileSync(path.join(folder, 'bin/sudo'), '#!/bin/sh\nexec "$@"\n');
    chmodSync(path.join(folder, 'bin/sudo'), 0o755);
    registry = opened.use(await realRegistry());
    github = opened.use(await FakeGitHub.start());
    identity = await identityFor(opened.use(await sigstore()));
  },
  { timeout },
);

/** What the runner gives to a job with `id-token: write`, and where the services are. */
async function identityFor(services: Sigstore): Promise<Readonly<Record<string, string>>> {
  const [config, root] = [path.join(folder, 'signing_config.json'), path.join(folder, 'trusted_root.json')];
  writeFileSync(config, services.services);
  writeFileSync(root, services.trustedRoot);
  const token = identityToken({
    iss: 'https://token.actions.githubusercontent.com',
    sub: 'repo:someone/mcpcat:ref:refs/heads/main',
  });
  return { SIGSTORE_ID_TOKEN: token, MCPCAT_SIGNING_CONFIG: config, MCPCAT_TRUSTED_ROOT: root };
}

function jobOf(workflow: string, job: string): z.infer<typeof Job> {
  const text = readFileSync(path.join(copy, '.github/workflows', workflow), 'utf8');
  const found = Workflow.parse(parse(text)).jobs[job];
  assert.ok(found, `${workflow} has a job ${job}`);
  return found;
}

/** The lines that have set up the engine. */
const machineSetUp = new Set<string>();

/** Runs a job; resolves to what its steps wrote as outputs. `known` are values of expressions. */
async function runJob(
  workflow: string,
  job: string,
  known: Readonly<Record<string, string>> = {},
): Promise<Record<string, string>> {
  const output = path.join(folder, 'output');
  writeFileSync(output, '');
  const values: Readonly<Record<string, string>> = {
    'github.token': github.env['GITHUB_TOKEN'] ?? '',
    'github.actor': 'someone',
    ...known,
  };
  const settled = (text: string): string =>
    text.replaceAll(
      /\$\{\{ ([\w.]+) \}\}/g,
      (_, name: string) => values[name] ?? assert.fail(`no value for ${name}`),
    );
  const { steps, permissions } = jobOf(workflow, job);
  const own = permissions['id-token'] === 'write' ? identity : {};
  for (const { run, uses, env, ...step } of steps) {
    const given = Object.entries(step.with).map(([key, value]) => [key, settled(String(value))] as const);
    if (uses !== undefined) moveArtifacts(uses, Object.fromEntries(given));
    // npm ci and the bundle are what made the copy; a newer base is another test's, and takes minutes.
    if (run === undefined || /^npm ci|^node scripts\/bundle|base build --update/.test(run)) continue;
    // Every job sets up a machine of its own; here they share one.
    if (machineSetUp.has(run)) continue;
    if (/doctor --fix|base build/.test(run)) machineSetUp.add(run);
    const { code, said } = await bash(run, {
      ...process.env,
      PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`,
      CI: 'true',
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: path.join(folder, 'summary.md'),
      ...github.env,
      ...own,
      GITHUB_TOKEN: '',
      MCPCAT_REGISTRY: `${registry.host}/someone/mcpcat`,
      MCPCAT_PLATFORMS: 'linux/amd64,linux/arm64',
      ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, settled(value)])),
    });
    if (!step['continue-on-error']) assert.equal(code, 0, `${workflow} ${job}: ${run}\n${said}`);
  }
  const lines = readFileSync(output, 'utf8').split('\n').filter(Boolean);
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** What is uploaded leaves the machine with it, and lies below its name where it is downloaded by a pattern. */
function moveArtifacts(uses: string, given: Readonly<Record<string, string>>): void {
  const store = path.join(folder, 'artifacts');
  const { name = '', path: place = '', pattern } = given;
  if (uses.startsWith('actions/upload-artifact@')) {
    const root = place.includes('*') ? place.slice(0, place.indexOf('/*')) : place;
    for (const found of globSync(place, { cwd: copy })) {
      const to = path.join(store, name, path.relative(root, found));
      cpSync(path.join(copy, found), to, { recursive: true });
      if (found === root) rmSync(path.join(copy, root), { recursive: true });
    }
  }
  if (!uses.startsWith('actions/download-artifact@') || !existsSync(store)) return;
  if (pattern === undefined) cpSync(path.join(store, name), path.join(copy, place), { recursive: true });
  else
    for (const found of globSync(pattern, { cwd: store }))
      cpSync(path.join(store, found), path.join(copy, place, found), { recursive: true });
}

/** Not in this process's way: the fake GitHub answers from it. */
function bash(
  line: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const options = { cwd: copy, env, encoding: 'utf8', maxBuffer: 1 << 28 } as const;
    const child = execFile('bash', ['-eo', 'pipefail', '-c', line], options, (error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? (error === null ? 0 : 1), said: `${stdout}${stderr}` }),
    );
  });
}

const Matrix = z.object({ include: z.array(z.object({ shard: z.number(), names: z.string() })) });

async function tagsOf(name: string): Promise<readonly string[]> {
  const answer = await fetch(`http://${registry.host}/v2/someone/mcpcat/${name}/tags/list`);
  return z.object({ tags: z.array(z.string()) }).parse(await answer.json()).tags;
}

test(
  'rebuild: plan, shards without rights, one job that publishes, a pull request with the digests',
  { timeout },
  async () => {
    const planned = await runJob('rebuild.yml', 'plan');
    const { include } = Matrix.parse(JSON.parse(planned['matrix'] ?? ''));
    assert.equal(planned['jobs'], String(include.length));
    assert.deepEqual(
      include.flatMap((shard) => shard.names.split(' ')).toSorted(),
      names.flatMap((name) => [name, name]),
      'each in two shards',
    );
    for (const shard of include)
      await runJob('rebuild.yml', 'build', {
        'matrix.names': shard.names,
        'matrix.shard': String(shard.shard),
      });
    await runJob('rebuild.yml', 'publish', { 'needs.plan.outputs.matrix': planned['matrix'] ?? '' });

    for (const name of names) {
      assert.ok((await tagsOf(name)).includes('latest'), name);
      const record = z
        .object({ digest: z.string(), repository: z.string() })
        .parse(JSON.parse(readFileSync(path.join(copy, 'catalog', name, 'image.json'), 'utf8')));
      assert.equal(record.repository, `${registry.host}/someone/mcpcat/${name}`);
      const head = await fetch(
        `http://${registry.host}/v2/someone/mcpcat/${name}/manifests/${record.digest}`,
        { method: 'HEAD', headers: { accept: 'application/vnd.oci.image.index.v1+json' } },
      );
      assert.equal(head.status, 200);
      const signed = await fetch(
        `http://${registry.host}/v2/someone/mcpcat/${name}/manifests/${record.digest.replace(':', '-')}`,
        { headers: { accept: 'application/vnd.oci.image.index.v1+json' } },
      );
      assert.match(await signed.text(), /https:\/\/mcpcat\.dev\/run-profile\/v1/, `${name} is signed`);
      assert.ok(github.files('mcpcat/published').get('catalog.json')?.includes(record.digest), name);
    }
    assert.partialDeepStrictEqual(github.pulls, [{ head: 'mcpcat/published', title: 'What was published' }]);
    assert.match(
      readFileSync(path.join(folder, 'summary.md'), 'utf8'),
      /\$ mcpcat publish --from built --dealt /,
    );
    assert.equal((await runJob('rebuild.yml', 'plan'))['jobs'], '0');
  },
);

test('pull request: the plan finds what the registry lacks, and that is verified', { timeout }, async () => {
  const file = path.join(copy, 'catalog', changed, 'server.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/^description: .*$/m, 'description: Tells the time.'));
  const { include } = Matrix.parse(JSON.parse((await runJob('pull-request.yml', 'plan'))['matrix'] ?? ''));
  assert.deepEqual(
    include.map((shard) => shard.names),
    [changed],
  );
  await runJob('pull-request.yml', 'verify', { 'matrix.names': changed });
  writeFileSync(file, text);
});

test('bases: what was refreshed is proposed', { timeout }, async () => {
  const lock = path.join(copy, 'templates/base/go/lock.json');
  writeFileSync(lock, `${readFileSync(lock, 'utf8').trimEnd()}\n\n`);
  await runJob('bases.yml', 'refresh');
  await runJob('bases.yml', 'propose');
  assert.ok(github.files('mcpcat/bases').has('templates/base/go/lock.json'));
});

test(
  'update: every entry is checked upstream, and what is newer becomes a pull request',
  { timeout },
  async () => {
    const { matrix = '' } = await runJob('update.yml', 'check');
    for (const shard of Matrix.parse(JSON.parse(matrix)).include)
      await runJob('update.yml', 'verify', {
        'matrix.names': shard.names,
        'matrix.shard': String(shard.shard),
      });
    await runJob('update.yml', 'propose', { 'needs.check.outputs.matrix': matrix });
    for (const { head } of github.pulls)
      assert.ok(
        ['published', 'bases', ...names.map((name) => `update-${name}`)].includes(
          head.replace('mcpcat/', ''),
        ),
        head,
      );
  },
);
