/** What of the user's files a server sees and may change: through `mcpcat run`, on the real engine. */
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { before, test, type TestContext } from 'node:test';
import type { Engine } from '../../src/engine/engine.ts';
import { label } from '../../src/lib/labels.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { noneLeft, run, testEngine } from '../rig/engine.ts';
import { fixtureCatalog, type FixtureCatalog } from '../rig/fixture-catalog.ts';
import { talk } from '../rig/talk.ts';

const timeout = 120_000;
const server = 'files-none';
const isRoot = process.getuid?.() === 0;
/** Another account than root's: the tests' own, where that is another. */
const user = isRoot
  ? { uid: 1000, gid: 1000 }
  : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
let engine: Engine;
const opened = closedAfterwards();
let catalog: FixtureCatalog;

before(
  async () => {
    engine = await testEngine();
    const mounts = [
      '{name: data, target: /data, mode: rw, description: Data}',
      '{name: more, target: /more, mode: rw, description: More}',
      '{name: docs, target: /docs, mode: ro, description: Documents}',
      '{name: shots, target: /tmp/shots, mode: rw, samePath: true, description: Pictures}',
      '{name: key, target: /keys/key.json, kind: file, mode: rw, description: A key}',
    ];
    const permissions = `permissions: {mounts: [${mounts.join(', ')}]}\n`;
    catalog = opened.use(await fixtureCatalog(engine, { none: permissions }, 'files'));
  },
  { timeout },
);

/** A folder of the user's with a file in it, and a neighbour that was not handed over. */
function userFolder(t: TestContext, mode = 0o755): string {
  const home = mkdtempSync(path.join(tmpdir(), 'mcpcat-files-'));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  chmodSync(home, 0o755);
  writeFileSync(path.join(home, 'secret'), 'not yours');
  const folder = path.join(home, 'work');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'note'), 'hello');
  give(folder, user);
  give(path.join(folder, 'note'), user);
  chmodSync(folder, mode);
  return folder;
}

function give(file: string, { uid, gid }: { uid: number; gid: number }): void {
  if (isRoot) chownSync(file, uid, gid);
}

const wordsFor = (mounts: readonly string[]): readonly string[] => [
  server,
  '--catalog',
  catalog.folder,
  ...mounts.flatMap((mount) => ['--mount', mount]),
];

/** Runs code in the container as the server's own user; what it says, or the code of its error. */
async function inside(mounts: readonly string[], code: string): Promise<string> {
  const client = await talk(wordsFor(mounts));
  try {
    const [container] = await engine.listContainers({ [label.server]: server });
    const script = `try{const said=(()=>{${code}})();process.stdout.write(String(said))}catch(e){process.stdout.write(e.code??String(e))}`;
    const { stdout } = await engine.exec(container?.id ?? '', ['/usr/local/bin/node', '-e', script]);
    let said = '';
    for await (const chunk of stdout) said += String(chunk);
    return said;
  } finally {
    await client.close();
  }
}

const write = (target: string): string =>
  `fs.writeFileSync('${target}/new','x');return 'written as '+process.getuid()+':'+process.getgid()`;

/** The message with which `run` refuses, before there is a container. */
async function refusal(mount: string): Promise<string> {
  const { code, stderr } = await run(['run', ...wordsFor([mount])]);
  assert.equal(code, 2, stderr);
  await noneLeft(engine, { [label.server]: server });
  return stderr;
}

test(
  'a folder is read as what it is, and can not be written unless the user says rw',
  { timeout },
  async (t) => {
    const folder = userFolder(t);
    assert.equal(await inside([`data=${folder}`], "return fs.readFileSync('/data/note','utf8')"), 'hello');
    assert.equal(await inside([`data=${folder}`], write('/data')), 'EROFS');
    assert.equal(await inside([`docs=${folder}`], write('/docs')), 'EROFS');
    assert.match(await refusal(`docs=${folder}:rw`), /declares it read-only/);
  },
);

test(
  'a folder of samePath is seen at the path that it has here, below /tmp too, and what is made there is here',
  { timeout },
  async (t) => {
    const folder = userFolder(t);
    const said = await inside(
      [`shots=${folder}:rw`],
      `fs.writeFileSync('${folder}/shot.png','x');return fs.readFileSync('${folder}/note','utf8')+fs.existsSync('/tmp/shots')+fs.readdirSync('${path.dirname(folder)}')`,
    );
    assert.equal(said, 'hellofalsework');
    assert.equal(readFileSync(path.join(folder, 'shot.png'), 'utf8'), 'x');
    assert.match(await refusal('shots=/srv/../app'), /expected a folder|is a folder of the image too/);
  },
);

test(
  'a single file is read, also as its owner, written only with rw, and nothing beside it is seen',
  { timeout },
  async (t) => {
    const folder = userFolder(t);
    const file = path.join(folder, 'note');
    assert.equal(await inside([`key=${file}`], "return fs.readFileSync('/keys/key.json','utf8')"), 'hello');
    assert.equal(await inside([`key=${file}`], "return fs.readdirSync('/keys')"), 'key.json');
    assert.equal(await inside([`key=${file}`], "fs.writeFileSync('/keys/key.json','x')"), 'EROFS');
    chmodSync(file, 0o600);
    const { uid } = user;
    assert.equal(
      await inside([`key=${file}`], "return fs.readFileSync('/keys/key.json','utf8')+process.getuid()"),
      `hello${String(uid)}`,
    );
    await inside([`key=${file}:rw`], "fs.writeFileSync('/keys/key.json','changed')");
    assert.equal(readFileSync(file, 'utf8'), 'changed');
    assert.match(await refusal(`key=${folder}`), /expected a file, found a folder/);
    assert.match(await refusal(`data=${file}`), /expected a folder, found a file/);
  },
);

test(
  'a variable of --extra-env reaches the server and stands in no configuration, and one of a loader is refused',
  { timeout },
  async () => {
    const session = `extra-env-${String(process.pid)}`;
    const words = ['everything', '--extra-env', 'EXTRA_WORD=two words', '--quiet'];
    const client = await talk(words, { CLAUDE_CODE_SESSION_ID: session });
    try {
      const told = JSON.stringify(await client.call('get-env', {}));
      assert.match(told, /EXTRA_WORD[\\": ]+two words/);
      const [container] = await engine.listContainers({ [label.session]: session });
      const recorded = (await engine.inspectContainer(container?.id ?? ''))?.recorded;
      assert.ok(recorded && !JSON.stringify(recorded).includes('EXTRA_WORD'));
    } finally {
      await client.close();
    }
    const { code, stderr } = await run(['run', ...wordsFor([]), '--extra-env', 'LD_PRELOAD=/tmp/x.so']);
    assert.deepEqual([code, /LD_PRELOAD/.test(stderr)], [2, true]);
  },
);

test(
  "in a folder handed over for writing it works as the folder's owner, who owns what it makes",
  { timeout },
  async (t) => {
    const folder = userFolder(t, 0o700);
    const { uid, gid } = user;
    assert.equal(
      await inside([`data=${folder}:rw`], write('/data')),
      `written as ${String(uid)}:${String(gid)}`,
    );
    const facts = statSync(path.join(folder, 'new'));
    assert.deepEqual([facts.uid, facts.gid], [uid, gid]);
    assert.equal(
      await inside([`data=${folder}:rw`], "fs.appendFileSync('/data/note',' again');return 'fine'"),
      'fine',
    );
    assert.equal(readFileSync(path.join(folder, 'note'), 'utf8'), 'hello again');
  },
);

test(
  'a folder that only its owner may read is read as its owner, and still not written',
  { timeout },
  async (t) => {
    const folder = userFolder(t, 0o700);
    assert.equal(
      await inside([`docs=${folder}`], "return fs.readFileSync('/docs/note','utf8')+process.getuid()"),
      `hello${String(user.uid)}`,
    );
    assert.equal(await inside([`docs=${folder}`], write('/docs')), 'EROFS');
  },
);

/** A repository in the folder, of its owner. */
function addRepository(folder: string): void {
  for (const name of ['.git', '.git/hooks', '.git/objects', '.husky']) {
    mkdirSync(path.join(folder, name));
    give(path.join(folder, name), user);
  }
  for (const name of ['.git/HEAD', '.git/config', '.git/index', '.envrc']) {
    writeFileSync(path.join(folder, name), '');
    give(path.join(folder, name), user);
  }
}

test(
  'what this machine runs by itself can be neither changed nor moved out of the way, the rest can be written',
  { timeout },
  async (t) => {
    const folder = userFolder(t);
    addRepository(folder);
    const tries = [
      "fs.writeFileSync('/data/.git/hooks/post-commit','x')",
      "fs.writeFileSync('/data/.git/config','x')",
      "fs.writeFileSync('/data/.envrc','x')",
      "fs.writeFileSync('/data/.husky/x','x')",
      "fs.renameSync('/data/.git','/data/moved')",
      "fs.renameSync('/data/.husky','/data/moved')",
      "fs.rmdirSync('/data/.git/hooks')",
      "fs.unlinkSync('/data/.envrc')",
      "fs.writeFileSync('/data/.git/index.lock','x');fs.renameSync('/data/.git/index.lock','/data/.git/index')",
    ].map((code) => `(()=>{try{${code};return 'done'}catch(e){return e.code}})()`);
    const said = await inside([`data=${folder}:rw`], `return [${tries.join(',')}].join(' ')`);
    assert.equal(said, 'EROFS EROFS EROFS EROFS EBUSY EBUSY EBUSY EBUSY done');
    assert.equal(readFileSync(path.join(folder, '.envrc'), 'utf8'), '');
    assert.equal(
      await inside([`data=${folder}:rw-all`], "fs.writeFileSync('/data/.git/hooks/x','x');return 'done'"),
      'done',
    );
  },
);

test('what it makes of that kind where nothing was is said when it ends', { timeout }, async (t) => {
  const folder = userFolder(t);
  const client = await talk(wordsFor([`data=${folder}:rw`]));
  mkdirSync(path.join(folder, '.vscode'));
  await client.close();
  assert.match(client.stderr(), /has made what your machine may run by itself: .*\/work\/\.vscode; read it/);
});

test('a folder of root, handed over for writing, is explained instead of EACCES', { timeout }, async () => {
  const said = await refusal('data=/opt:rw');
  assert.match(
    said,
    /mount data: files-none works as 65532:65532, which can't write in \/opt \(of root, mode 755\)\n/,
  );
  assert.match(
    said,
    /hint: a server never works as root: hand over a folder of your own, or chown 65532 \/opt\n/,
  );
  // What the message says is so: the engine would have mounted it.
  assert.equal(await inside(['data=/opt'], "return fs.readdirSync('/data').length>=0"), 'true');
});

test(
  'a folder of nobody that is open to all can be written by the user of the image',
  { timeout },
  async (t) => {
    const folder = userFolder(t, 0o777);
    if (isRoot) chownSync(folder, 0, 0);
    const expected = isRoot ? '65532:65532' : `${String(user.uid)}:${String(user.gid)}`;
    assert.equal(await inside([`data=${folder}:rw`], write('/data')), `written as ${expected}`);
  },
);

test('folders of two owners can not both be written, and the message names both', { timeout }, async (t) => {
  if (!isRoot)
    return t.diagnostic('only root can make folders of two owners; test/sandbox/user.test.ts has the rule');
  const [one, two] = [userFolder(t), userFolder(t)];
  chownSync(two, 1001, 1001);
  const { code, stderr } = await run(['run', ...wordsFor([`data=${one}:rw`, `more=${two}:rw`])]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /mount more: files-none works as 1000:1000, as mount data needs, which can't write in .*work \(of uid 1001/,
  );
});

test('neither .. nor a link leads to what is never handed over', { timeout }, async (t) => {
  const folder = userFolder(t);
  const ways: Readonly<Record<string, RegExp>> = {
    [`${folder}/../../../etc`]: /\/etc is part of the system/,
    [path.join(folder, 'to-etc')]: /\/etc is part of the system/,
    [path.join(folder, 'to-root')]: /\/ is or contains a home folder/,
    [path.join(folder, 'to-to-etc')]: /\/etc is part of the system/,
    [path.join(folder, 'to-etc/ssl')]: /\/etc\/ssl is part of the system/,
    [path.join(folder, 'to-socket')]: /is part of the system|expected a folder/,
  };
  symlinkSync('/etc', path.join(folder, 'to-etc'));
  symlinkSync('/', path.join(folder, 'to-root'));
  symlinkSync('to-etc', path.join(folder, 'to-to-etc'));
  symlinkSync('/var/run/docker.sock', path.join(folder, 'to-socket'));
  for (const [way, reason] of Object.entries(ways)) assert.match(await refusal(`data=${way}`), reason, way);
});

test(
  'a link in a folder leads nowhere outside it: neither up, nor to a path of the host',
  { timeout },
  async (t) => {
    const folder = userFolder(t);
    const secret = path.join(path.dirname(folder), 'secret');
    symlinkSync('../secret', path.join(folder, 'up'));
    symlinkSync(secret, path.join(folder, 'over'));
    symlinkSync('/etc/machine-id', path.join(folder, 'machine'));
    for (const name of ['up', 'over', 'machine'])
      assert.equal(
        await inside([`data=${folder}`], `return fs.readFileSync('/data/${name}','utf8')`),
        'ENOENT',
        name,
      );
    // Nor does a link that the server makes itself, which the user may then follow: it is theirs to see.
    assert.equal(
      await inside(
        [`data=${folder}:rw`],
        "fs.symlinkSync('../secret','/data/made');return fs.readFileSync('/data/made','utf8')",
      ),
      'ENOENT',
    );
  },
);

test('only declared names are mounts, and nothing but them is of the host', { timeout }, async (t) => {
  const folder = userFolder(t);
  assert.match(await refusal(`home=${folder}`), /files-none declares no mount "home"/);
  const seen = await inside(
    [`data=${folder}`],
    "return fs.readFileSync('/proc/self/mountinfo','utf8').trim().split('\\n').map(l=>l.split(' ')).filter(([,,,root,target])=>root.includes('mcpcat-files')||target.startsWith('/more')||target.startsWith('/docs')).map(f=>f[4]).join()",
  );
  assert.equal(seen, '/data');
});

test('a mount stays as it was handed over: the server can not make it writable', { timeout }, async (t) => {
  const folder = userFolder(t);
  const code = "fs.chmodSync('/data/note',0o777);return 'changed'";
  assert.equal(await inside([`data=${folder}`], code), 'EROFS');
  assert.equal(statSync(path.join(folder, 'note')).mode & 0o777, 0o644);
});
