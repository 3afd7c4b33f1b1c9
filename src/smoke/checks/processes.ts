import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';

/** One process beside process 1: wrappers cost memory and swallow signals. */
export const oneProcess: Check = ({ processes }) =>
  processes.length > 1
    ? [finding('several-processes', `${String(processes.length)} processes run while it is idle`, processes)]
    : [];
