import type { Attempt } from './attempts.ts';
import { succeeded, stopped, unreachable } from './evidence.ts';

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

export const road: readonly Attempt[] = [];
