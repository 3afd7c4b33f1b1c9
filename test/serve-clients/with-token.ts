import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** Passes everything on to an address with the token that it asks for: the conformance suite can show none. */
export async function withToken(
  url: string,
  token: string,
): Promise<{ readonly url: string; readonly close: () => void }> {
  const target = new URL(url);
  const server = http.createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    const { method, url: path } = request;
    const passed = http.request(
      { host: target.hostname, port: target.port, method, path, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}${target.pathname}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
