import { openHttpFront } from '../../serve-http/http-front.ts';
import { isOnLoopback, type ListenAddress } from '../../serve-http/listen-address.ts';
import { givenToken, serveToken } from '../../serve-http/serve-token.ts';
import type { Around } from './serve-around.ts';
import { told } from './told-to-end.ts';

/** Many clients, and nobody's child: whoever started it may leave. */
export async function serveOverHttp({ invocation, hub, say }: Around, address: ListenAddress): Promise<void> {
  const { terminal, options } = invocation;
  const given = options.text('token-file');
  const { token, file, isNew } =
    given === undefined ? serveToken(terminal) : givenToken(given, terminal.host);
  const front = await openHttpFront({ hub, address, token, names: options.list('host-name') });
  say(`serving at ${front.url}`);
  say(
    isNew
      ? `clients send the header "Authorization: Bearer ${token}"; it is shown this once, and kept in ${file}`
      : `clients send the header "Authorization: Bearer TOKEN"; the token is in ${file}`,
  );
  if (!isOnLoopback(address))
    say('other machines reach this address, and nothing is encrypted: put a proxy with TLS in front of it');
  await told(terminal);
  await front.close();
}
