import type { Attempt } from './attempts.ts';
import { bySchemes } from './attempts-promises.ts';
import {
  contained,
  factsOf,
  nothing,
  stopped,
  succeeded,
  unanswered,
  unreachable,
  type Judge,
} from './evidence.ts';
import { permitted } from './schemes-streams.ts';

export const network: readonly Attempt[] = [
  { title: 'an address of the internet, TCP', judge: unreachable('internet-tcp') },
  { title: 'an address of the internet, UDP', judge: unreachable('internet-udp') },
  { title: 'an address of the internet, IPv6', judge: unreachable('internet-ipv6') },
  { title: 'data in names, by the system’s resolver', judge: unreachable('dns-tunnel') },
  { title: 'data in names, to a resolver of its own', judge: unreachable('dns-direct') },
  { title: 'the metadata service', judge: unreachable('metadata') },
  { title: 'services of the host', judge: unreachable('host') },
  { title: 'scan of the local network', judge: unreachable('lan') },
  {
    title: 'open a door: listen for the host’s network',
    judge: ({ measures }) =>
      measures.get('door') === 1 ? succeeded('reached from the host') : stopped('nobody can reach it'),
  },
];

/** Only mcpcat has one; there, an attempt counts only if the tunnel led to its permitted host. */
function onTunnel(judge: Judge): Judge {
  return (evidence) => {
    if (evidence.column !== 'mcpcat') return nothing('no tunnel');
    return factsOf(evidence, 'tunnel-works')?.['works'] === 'yes' ? judge(evidence) : unanswered;
  };
}

/** The tunnel bore it, and leads to the permitted host as before; the launcher has not grown. */
function borne(attempt: string): Judge {
  return onTunnel((evidence) => {
    const works = factsOf(evidence, attempt)?.['works'];
    const peak = Number(evidence.measures.get('tunnel-peak'));
    if (works === undefined || Number.isNaN(peak)) return unanswered;
    if (works !== 'yes') return succeeded('the tunnel is gone');
    return peak > 200 ? succeeded(`launcher ${String(peak)} MB`) : contained(`launcher ${String(peak)} MB`);
  });
}

/** The launcher outlived a relay that is the attacker's own, and its server is served as before. */
function survived(how: string): Judge {
  return ({ column, measures }) => {
    if (column !== 'mcpcat') return nothing('no tunnel');
    const [alive, peak] = [measures.get(`evil-${how}`), Number(measures.get(`evil-${how}-peak`))];
    const ended = measures.get(`evil-${how}-gone`);
    if (peak > 200) return succeeded(`launcher ${String(peak)} MB`);
    if (typeof ended !== 'number') return succeeded('the container stays');
    if (measures.get(`evil-${how}-ran`) === 'no') return stopped('it is never started');
    return contained(`${alive === 'yes' ? 'session goes on' : 'session ended'}, launcher ${String(peak)} MB`);
  };
}

/** As `onTunnel`, for the server with other permitted names; TLS counts only if the permitted name got through. */
function onNames(judge: Judge): Judge {
  return (evidence) => {
    if (evidence.column !== 'mcpcat') return nothing('no tunnel');
    const works = factsOf(evidence, 'names-works')?.['works'] === 'yes';
    const tls = evidence.hits.some(({ text }) => text.includes('red-control-of-tls'));
    return works && tls ? judge(evidence) : unanswered;
  };
}

/** Refused, and not merely out of reach: the launcher's own machine gets there. */
function ifReachable(judge: Judge): Judge {
  return onNames((evidence) =>
    evidence.measures.get('own-reachable') === 'yes' ? judge(evidence) : unanswered,
  );
}

/** The launcher asks for the name itself, and for none that the machine's search list makes of it. */
const absoluteOnly = onNames(({ hits }) => {
  const names = hits.filter(({ kind }) => kind === 'dns').map(({ text }) => text);
  if (!names.includes('api.redteam.test')) return unanswered;
  const found = names.find((name) => name.endsWith('search-list.test'));
  return found === undefined ? stopped('absolute names only') : succeeded(found);
});

const names: readonly Attempt[] = [
  { title: 'another name in TLS over a permitted connection', judge: onNames(unreachable('names-tls')) },
  { title: 'no name in TLS over a permitted connection', judge: onNames(unreachable('names-unnamed')) },
  { title: 'another Host in HTTP over a permitted connection', judge: onNames(unreachable('names-host')) },
  {
    title: 'a permitted name that leads to this machine’s address',
    judge: ifReachable(unreachable('names-own')),
  },
  {
    title: 'a permitted name that leads to an IPv6 neighbour',
    judge: ifReachable(unreachable('names-link')),
  },
  { title: 'addresses of IPv6, plain, mapped and translated', judge: onNames(unreachable('names-six')) },
  { title: 'an address asked for as if it were a name', judge: onNames(unreachable('names-spelt')) },
  {
    title: 'data in questions of other types (TXT, MX, ANY, AXFR…)',
    judge: onNames(unreachable('names-types')),
  },
  { title: 'names that the search list makes of permitted ones', judge: absoluteOnly },
];

export const tunnel: readonly Attempt[] = [
  ...names,
  ...bySchemes(permitted),
  { title: 'names that are not permitted', judge: onTunnel(unreachable('tunnel-names')) },
  { title: 'data in names below a permitted suffix', judge: onTunnel(unreachable('tunnel-suffix')) },
  {
    title: 'permitted names that lead to private addresses',
    judge: onTunnel(unreachable('tunnel-rebinding')),
  },
  { title: 'other ports of a permitted name', judge: onTunnel(unreachable('tunnel-ports')) },
  { title: 'addresses without a name', judge: onTunnel(unreachable('tunnel-addresses')) },
  { title: 'the relay’s memory and pipes', judge: onTunnel(unreachable('tunnel-relay')) },
  { title: 'malformed questions to the relay', judge: borne('tunnel-questions') },
  { title: '1500 connections, 500 names at once', judge: borne('tunnel-storm') },
  { title: 'kill the relay to be free', judge: onTunnel(unreachable('tunnel-killed')) },
  { title: 'a relay of its own: closes', judge: survived('close') },
  { title: 'a relay of its own: 64 MB of garbage', judge: survived('garbage') },
  { title: 'a relay of its own: 2 million questions', judge: survived('questions') },
  { title: 'a relay of its own: a million streams', judge: survived('streams') },
  { title: 'a relay of its own: bytes beyond its credit', judge: survived('bytes') },
];
