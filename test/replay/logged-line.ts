import type { CallLine } from '../../src/call-log/call-line.ts';

/** A line of the log of calls, as `serve --log-content` writes it. */
export function loggedLine(own: Partial<CallLine>): CallLine {
  return {
    time: '2026-11-26T10:00:00.000Z',
    client: 'test',
    session: 'a',
    server: 'time',
    tool: 'now',
    milliseconds: 5,
    bytesIn: 10,
    bytesOut: 10,
    outcome: 'ok',
    arguments: {},
    ...own,
  };
}
