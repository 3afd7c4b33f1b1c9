import type { Artifact } from '../catalog/lock.ts';
import { escapePath } from '../upstream/go-proxy.ts';
import { hostFor } from '../upstream/hosts.ts';
import { ask } from './ask.ts';
import type { Check } from './record.ts';
import { noteKey, openNote, type NoteKey } from './signed-note.ts';
import { leafHash, rootWith } from './tiles.ts';
import { notChecked, orNotChecked, refused, type UpstreamWord, type WordRequest } from './word.ts';

/** As the go command has it built in (cmd/go/internal/modfetch/key.go). */
export const sumDatabaseKey = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';

/** What Go's checksum database says of a module: it is the same for everybody, for ever, and in a log that nobody can change. */
export async function goWord(
  request: WordRequest,
  key: NoteKey = noteKey(sumDatabaseKey),
): Promise<UpstreamWord> {
  const module = moduleOf(request);
  const checksumDatabase =
    module === undefined
      ? notChecked('the lock has no hash of its module')
      : await orNotChecked(lookUp(module, { request, key }));
  return { checks: { checksumDatabase }, origin: null, publisher: null };
}

type GoModule = Artifact & { readonly kind: 'go'; readonly sum: string };

/** The longest of the locked modules that the package lies in. */
function moduleOf({ source, lock }: WordRequest): GoModule | undefined {
  return lock.artifacts
    .filter((one): one is GoModule => one.kind === 'go' && one.sum !== undefined)
    .filter(({ name, version }) => version === lock.version && isBelow(source.name, name))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}

function isBelow(name: string, module: string): boolean {
  return name === module || name.startsWith(`${module}/`);
}

interface Lookup {
  readonly request: WordRequest;
  readonly key: NoteKey;
}

async function lookUp(module: GoModule, { request, key }: Lookup): Promise<Check> {
  const { env, signal } = request;
  if (env['GOSUMDB'] === 'off') return notChecked('GOSUMDB is off');
  const base = `${hostFor('go', env)}/sumdb/${key.name}`;
  const options = { subject: `go:${module.name}`, signal };
  const place = `${escapePath(module.name)}@${escapePath(module.version)}`;
  const body = await ask(`${base}/lookup/${place}`, options);
  if (body === undefined) return notChecked('the proxy does not hand on the checksum database');
  const answer = readAnswer(body.toString('utf8'), key);
  if (answer === undefined) return refused(`the answer is not signed by ${key.name}`);
  const wrong = wrongLine(answer.record, module);
  if (wrong !== undefined) return wrong;
  const leaf = { index: answer.index, hash: leafHash(answer.record) };
  const root = await rootWith(leaf, answer.size, async (path) => {
    // Who has the whole tile by now need not keep the part that it was.
    const whole = path.replace(/\.p\/\d+$/, '');
    const tile = (await ask(`${base}/${path}`, options)) ?? (await ask(`${base}/${whole}`, options));
    if (tile === undefined) throw new Error(`the proxy does not hand on ${whole}`);
    return tile;
  });
  if (root.toString('base64') !== answer.root) return refused(`the record is not in the log of ${key.name}`);
  return { state: 'ok', tried: ['hash', 'signature', 'log'], by: key.name };
}

interface Answer {
  readonly index: number;
  /** Two lines as in go.sum, each with its end. */
  readonly record: string;
  readonly size: number;
  readonly root: string;
}

/** Number, record, an empty line, and the signed head of the tree; undefined if it is not signed by that key. */
function readAnswer(text: string, key: NoteKey): Answer | undefined {
  const [, index, record, note] = /^(\d{1,15})\n((?:[^\n]+\n){1,2})\n([\s\S]+)$/.exec(text) ?? [];
  if (record === undefined || note === undefined) return undefined;
  const head = openNote(note, key);
  const [, size, root] = /^go\.sum database tree\n(\d{1,15})\n(\S+)\n/.exec(head ?? '') ?? [];
  if (size === undefined || root === undefined || Number(index) >= Number(size)) return undefined;
  return { index: Number(index), record, size: Number(size), root };
}

function wrongLine(record: string, { name, version, sum, modSum }: GoModule): Check | undefined {
  const lines = record.split('\n');
  const wanted = [`${name} ${version} ${sum}`, `${name} ${version}/go.mod ${modSum}`];
  const missing = wanted.find((line) => !lines.includes(line));
  return missing === undefined ? undefined : refused('the checksum database has another hash than the lock');
}
