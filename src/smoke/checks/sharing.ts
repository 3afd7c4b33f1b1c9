import { finding } from '../finding-kinds.ts';
import type { Check } from '../observation.ts';

/** Sessions that share a container get what each gets alone. */
export const sessionsApart: Check = ({ shared }) =>
  shared?.failure === undefined ? [] : [finding('not-stateless', shared.failure, shared.evidence)];
