/**
 * Fakes on loopback of the services that vouch for releases: they speak npm's, PyPI's and Go's protocols, with keys of
 * their own. The real ones can't be made to answer wrongly, and not every network reaches them.
 */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeService extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly string[];
}

/** Answers by decoded path; all others with 404. */
export async function answering(answers: ReadonlyMap<string, Buffer | object>): Promise<FakeService> {
  const requests: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(url);
    requests.push(path);
    const answer = answers.get(path);
    if (answer === undefined) response.writeHead(404).end();
    else response.end(Buffer.isBuffer(answer) ? answer : JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A key of npm's registry, and its signature of a text. */
export function npmKey(): {
  readonly keyid: string;
  readonly key: string;
  readonly sign: (text: string) => string;
} {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const der = publicKey.export({ format: 'der', type: 'spki' });
  const keyid = `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`;
  const key = der.toString('base64');
  return { keyid, key, sign: (text) => sign('sha256', Buffer.from(text), privateKey).toString('base64') };
}

export interface FakeSumDatabase {
  /** As GOSUMDB has it. */
  readonly key: string;
  /** What the proxy answers, by path. */
  readonly answers: Map<string, Buffer | object>;
}

/** A checksum database of `records`; tiles and root are made straight from RFC 6962, not with our own code. */
export function sumDatabase(
  records: readonly string[],
  lookups: Readonly<Record<string, number>>,
): FakeSumDatabase {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.concat([Buffer.of(1), publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)]);
  const name = 'sum.example';
  const hash = createHash('sha256').update(`${name}\n`).update(raw).digest().subarray(0, 4);
  const leaves = records.map((record) => sha256(Buffer.of(0), Buffer.from(record)));
  const head = `go.sum database tree\n${String(records.length)}\n${merkle(leaves).toString('base64')}\n`;
  const signature = Buffer.concat([hash, sign(undefined, Buffer.from(head), privateKey)]).toString('base64');
  const base = `/sumdb/${name}`;
  const answers = new Map<string, Buffer | object>(
    tilesOf(leaves).map(([path, tile]) => [`${base}/${path}`, tile]),
  );
  for (const [place, index] of Object.entries(lookups)) {
    const text = `${String(index)}\n${records[index] ?? ''}\n${head}\n— ${name} ${signature}\n`;
    answers.set(`${base}/lookup/${place}`, Buffer.from(text));
  }
  return { key: `${name}+${hash.toString('hex')}+${raw.toString('base64')}`, answers };
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

/** RFC 6962, section 2.1, as it stands there. */
function merkle(hashes: readonly Buffer[]): Buffer {
  const [only] = hashes;
  if (hashes.length === 1 && only !== undefined) return only;
  let k = 1;
  while (k * 2 < hashes.length) k *= 2;
  return sha256(Buffer.of(1), merkle(hashes.slice(0, k)), merkle(hashes.slice(k)));
}

/** Whole and partial tiles of all rows that are stored. */
function tilesOf(leaves: readonly Buffer[]): [path: string, tile: Buffer][] {
  const tiles: [string, Buffer][] = [];
  for (let level = 0, row = [...leaves]; row.length > 0; level++) {
    for (let tile = 0; tile * 256 < row.length; tile++) {
      const part = row.slice(tile * 256, (tile + 1) * 256);
      const suffix = part.length === 256 ? '' : `.p/${String(part.length)}`;
      tiles.push([`tile/8/${String(level)}/${String(tile).padStart(3, '0')}${suffix}`, Buffer.concat(part)]);
    }
    const whole = Math.floor(row.length / 256);
    row = Array.from({ length: whole }, (_, at) => merkle(row.slice(at * 256, (at + 1) * 256)));
  }
  return tiles;
}
