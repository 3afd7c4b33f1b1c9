import { McpcatError } from '../../lib/errors.ts';

/** Where an engine listens. */
export type Address =
  | { readonly endpoint: string; readonly socketPath: string }
  | {
      readonly endpoint: string;
      readonly socketPath?: undefined;
      readonly host: string;
      readonly port: number;
      readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
    };

/** Parses what DOCKER_HOST, a context or `--engine` may hold: a socket path, unix://, tcp://, http(s)://. */
export function addressOf(text: string, tls?: { ca: string; cert: string; key: string }): Address {
  if (text.startsWith('/')) return { endpoint: `unix://${text}`, socketPath: text };
  if (text.startsWith('unix://')) return { endpoint: text, socketPath: text.slice('unix://'.length) };
  if (text.startsWith('npipe://')) return { endpoint: text, socketPath: text.slice('npipe://'.length) };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'ssh:') {
    throw new McpcatError(
      'engine-missing',
      `the engine address ${text} uses ssh, which mcpcat does not speak`,
      {
        hint: 'forward its socket (ssh -L /tmp/docker.sock:/var/run/docker.sock HOST) and use unix:///tmp/docker.sock',
      },
    );
  }
  if (url === undefined || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new McpcatError(
      'usage',
      `expected an engine address such as unix:///var/run/docker.sock, found "${text}"`,
    );
  }
  const secure = tls !== undefined || url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 2376 : 2375) : Number(url.port);
  return { endpoint: text, host: url.hostname, port, ...(tls === undefined ? {} : { tls }) };
}
