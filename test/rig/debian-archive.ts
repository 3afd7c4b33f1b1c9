import { createServer } from 'node:http';
import type { TestContext } from 'node:test';

/**
 * A stand-in for a Debian mirror and the snapshot archive, on loopback; it speaks their real paths.
 * `files` by path, from the archive's name on: `/debian/pool/main/n/netbase/netbase_6.5_all.deb` is the mirror's,
 * `/archive/debian/20261121T091500Z/pool/…` the snapshot's. A time at which it made no copy is led to the last one
 * before, as https://snapshot.debian.org does.
 */
export async function debianArchive(
  t: TestContext,
  files: Readonly<Record<string, Buffer | number>>,
): Promise<{ readonly mirror: string; readonly snapshotArchive: string; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const times = [...new Set(Object.keys(files).flatMap((name) => timeIn(name) ?? []))].sort();
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const time = timeIn(url);
    const found = files[url];
    if (Buffer.isBuffer(found)) return void response.end(found);
    if (typeof found === 'number') return void response.writeHead(found).end();
    const earlier = times.findLast((known) => time !== undefined && known < time);
    if (time === undefined || times.includes(time) || earlier === undefined)
      return void response.writeHead(404).end();
    response.writeHead(302, { location: url.replace(time, earlier) }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const origin = `http://127.0.0.1:${String(address.port)}`;
  return { mirror: `${origin}/debian`, snapshotArchive: origin, asked };
}

function timeIn(url: string): string | undefined {
  return /^\/archive\/[^/]+\/(\d{8}T\d{6}Z)\//.exec(url)?.[1];
}
