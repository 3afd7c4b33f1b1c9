import { forcedEnd } from '../cut-off.ts';
import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';

/** What was asked is answered, also when the client closes its side at once; over HTTP our own adapter sees to it. */
export const answersToTheEnd: Check = ({ entry, unanswered = [] }) =>
  unanswered.length === 0 || entry.transport !== undefined
    ? []
    : [finding('lost-answers', `never answered, as its input had ended: ${unanswered.join(', ')}`)];

/** It ends when its input ends, by itself or at least through mcpcat-init; a server on HTTP does not read any. */
export const exitsAfterEof: Check = ({ entry, exitMs, stderr }) => {
  if (exitMs === undefined)
    return [finding('did-not-exit', 'the container was still there long after the end of its input')];
  const forced = forcedEnd(stderr);
  return forced === undefined || entry.transport !== undefined
    ? []
    : [
        finding('ignores-eof', `it was ended ${(exitMs / 1000).toFixed(1)} s after the end of its input`, [
          forced,
        ]),
      ];
};
