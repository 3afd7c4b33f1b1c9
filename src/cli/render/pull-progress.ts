import type { Emit } from '../../lib/event.ts';

/** Milliseconds between two lines. */
const pace = 2000;

/** Says on plain lines how far a pull is: for a client's log, where nothing can be drawn over. */
export function pullProgress(write: (text: string) => void): Emit {
  let last = performance.now();
  return (event) => {
    if (event.type === 'stage' && event.stage === 'pull') {
      const what = { started: 'pulling', done: 'pulled', skipped: 'pull skipped', failed: 'pull failed' }[
        event.state
      ];
      write(`mcpcat: ${event.subject}: ${what}${event.detail === undefined ? '' : ` ${event.detail}`}\n`);
    }
    if (event.type !== 'progress' || performance.now() - last < pace) return;
    last = performance.now();
    write(
      `mcpcat: ${event.subject}: ${(event.done / 1e6).toFixed(1)} of ${(event.total / 1e6).toFixed(1)} MB\n`,
    );
  };
}
