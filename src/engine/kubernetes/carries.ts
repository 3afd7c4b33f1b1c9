import type { Labels } from '../engine.ts';

/** Whether these labels are among those; an empty value matches any of that label. */
export function carries(found: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const own = found[name];
    return own !== undefined && (value === '' || own === value);
  });
}
