import type { Emit, Event, Stage } from '../../lib/event.ts';
import { oneLine } from '../../lib/plain-text.ts';

/** Milliseconds between two lines of one subject that only say how far it is. */
const paceMs = 3000;

const doing: Readonly<Record<Stage, string>> = {
  lock: 'resolving',
  fetch: 'fetching',
  generate: 'generating',
  build: 'building',
  test: 'testing',
  publish: 'publishing',
  pull: 'pulling',
  base: 'making the base',
  setup: 'setting up',
};

/** Says on plain lines what is done, and now and then how far it is: where nothing can be drawn over. */
export function plainProgress(write: (text: string) => void): Emit {
  const last = new Map<string, number>();
  const isDue = ({ subject }: Event): boolean => {
    const now = performance.now();
    if (now - (last.get(subject) ?? -Infinity) < paceMs) return false;
    last.set(subject, now);
    return true;
  };
  return (event) => {
    const text = event.type === 'progress' && !isDue(event) ? undefined : textOf(event);
    if (text !== undefined) write(`mcpcat: ${event.subject}: ${oneLine(text)}\n`);
  };
}

function textOf(event: Event): string | undefined {
  switch (event.type) {
    case 'stage': {
      const state = event.state === 'started' ? '' : `: ${event.state}`;
      const detail = event.detail === undefined ? '' : ` (${event.detail})`;
      return `${doing[event.stage]}${state}${detail}`;
    }
    case 'progress':
      return event.unit === 'bytes'
        ? `${doing[event.stage]}: ${(event.done / 1e6).toFixed(1)} of ${(event.total / 1e6).toFixed(1)} MB`
        : `${doing[event.stage]}: ${String(event.done)} of ${String(event.total)} ${event.unit}`;
    case 'notice':
      return event.message;
    case 'output':
      return undefined;
  }
}
