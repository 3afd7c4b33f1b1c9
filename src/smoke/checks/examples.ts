import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';

/** It also starts with the examples of all its settings. */
export const startsWithExamples: Check = ({ filled }) =>
  filled?.failure === undefined
    ? []
    : [finding('examples-failed', `with ${filled.settings.join(', ')}: ${filled.failure}`, filled.stderr)];
