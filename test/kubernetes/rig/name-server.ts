import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Cluster } from './cluster.ts';
import { nameServerAddress } from './control-plane.ts';

const dnsPort = 53;
/** Answer, recursion available, no such name (RFC 1035, 4.1.1). */
const noSuchName = [0x81, 0x83];

/**
 * A stand-in for CoreDNS, which the rig has none of: it listens where the service `kube-dns` is, and says of each name
 * that there is none, which is an answer. Over TCP it waits for the first word, as name servers do.
 */
export async function openNameServer(cluster: Cluster): Promise<AsyncDisposable> {
  const ports = ['UDP', 'TCP'].map((protocol) => ({ name: protocol.toLowerCase(), port: dnsPort, protocol }));
  await cluster.apply({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'kube-dns', namespace: 'kube-system' } },
    spec: { clusterIP: nameServerAddress, ports },
  });
  const datagrams = createSocket('udp4');
  datagrams.on('message', (question, { address, port }) => {
    const answer = Buffer.from(question);
    answer.set(noSuchName, 2);
    datagrams.send(answer, port, address);
  });
  const streams = createServer();
  datagrams.bind(dnsPort, nameServerAddress);
  streams.listen(dnsPort, nameServerAddress);
  await Promise.all([once(datagrams, 'listening'), once(streams, 'listening')]);
  return {
    [Symbol.asyncDispose]: async () => {
      datagrams.close();
      streams.close();
      await cluster.kubectl(['delete', 'service', 'kube-dns', '-n', 'kube-system']);
    },
  };
}
