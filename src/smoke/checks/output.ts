import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';

/** stdout carries JSON-RPC and nothing else: a client would choke on anything more. */
export const onlyJsonRpc: Check = ({ handshake }) => {
  const noise = handshake.nonProtocolLines
    .filter(({ reason }) => reason === 'not-json-rpc')
    .map(({ text }) => text);
  const long = handshake.nonProtocolLines
    .filter(({ reason }) => reason === 'too-long')
    .map(({ text }) => text);
  return [
    ...(noise.length > 0
      ? [finding('stdout-noise', `${String(noise.length)} line(s) on stdout are not JSON-RPC`, noise)]
      : []),
    ...(long.length > 0
      ? [finding('line-too-long', 'a line on stdout does not end within 32 MB', long)]
      : []),
  ];
};
