import { McpcatError } from '../../lib/errors.ts';
import { hostOf } from '../../lib/ip-address.ts';
import { sshDestination, type SshDestination } from '../ssh/destination.ts';

/** Where an engine listens. */
export type Address =
  | DirectAddress
  | {
      readonly endpoint: string;
      readonly socketPath?: undefined;
      readonly protocol?: undefined;
      readonly tls?: undefined;
      readonly ssh: SshDestination;
    };

/** One that can be connected to. */
export type DirectAddress =
  | { readonly endpoint: string; readonly socketPath: string }
  | {
      readonly endpoint: string;
      readonly socketPath?: undefined;
      readonly host: string;
      readonly port: number;
      readonly protocol: 'http' | 'https';
      readonly tls?: Tls;
    };

/** A client's certificate and the authority that it trusts, as PEM. */
export interface Tls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Parses what DOCKER_HOST, a context or the user may name: a socket or a pipe, unix://, npipe://, tcp://, http(s)://, ssh://. */
export function addressOf(text: string, tls?: Tls): Address {
  const pipe = /^(?:npipe:(?:\/\/)?)?[\\/]{2}[.?][\\/]pipe[\\/](.+)$/i.exec(text)?.[1];
  // With slashes, as the docker command writes it: Windows takes both.
  if (pipe !== undefined) return { endpoint: `npipe:////./pipe/${pipe}`, socketPath: `//./pipe/${pipe}` };
  const socketPath = /^(?:unix:\/\/|npipe:\/\/)?(\/.+)$/.exec(text)?.[1];
  if (socketPath !== undefined)
    return { endpoint: text.startsWith('/') ? `unix://${text}` : text, socketPath };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'ssh:' && url.hostname !== '') return { endpoint: text, ssh: sshDestination(url) };
  if (url === undefined || !['tcp:', 'http:', 'https:'].includes(url.protocol) || url.hostname === '') {
    throw new McpcatError(
      'usage',
      `expected an engine address such as unix:///var/run/docker.sock, found "${text}"`,
    );
  }
  const secure = tls !== undefined || url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 2376 : 2375) : Number(url.port);
  return {
    endpoint: text,
    host: hostOf(url),
    port,
    protocol: secure ? 'https' : 'http',
    ...(tls === undefined ? {} : { tls }),
  };
}
