import type { Finding } from '../lib/finding.ts';
import type { Input } from '../lib/input.ts';

/** What each kind of finding means and what to do; `docs/findings/<kind>.md` says more. */
export const findingKinds = {
  'handshake-failed': {
    severity: 'error',
    title: 'No handshake',
    advice: 'read the last lines of its stderr; a setting may be missing or need another example',
  },
  'examples-failed': {
    severity: 'warning',
    title: 'Does not start with all of its examples',
    advice: 'give the named settings examples that work together, or none',
  },
  'out-of-memory': { severity: 'error', title: 'Out of memory', advice: 'raise limits.memory in the entry' },
  'process-limit': {
    severity: 'error',
    title: 'Ran into its limit of processes',
    advice: 'raise limits.pids in the entry; threads count too',
  },
  'folder-full': {
    severity: 'error',
    title: 'Filled a folder',
    advice:
      'raise limits.memory: each writable folder holds an eighth of it; or declare a mount for what must stay',
  },
  'stdout-noise': {
    severity: 'error',
    title: 'Text on stdout that is not JSON-RPC',
    advice: 'look for a quiet or stdio option; else declare an exception with the reason',
  },
  'line-too-long': {
    severity: 'error',
    title: 'A line longer than 32 MB',
    advice: 'report it upstream: a client would run out of memory',
  },
  'ignores-eof': {
    severity: 'warning',
    title: 'Stays alive after the end of its input',
    advice: 'nothing to do: mcpcat-init ends it; worth a report upstream',
  },
  'lost-answers': {
    severity: 'warning',
    title: 'Drops what it is at when its input ends',
    advice: 'declare an exception with the reason: then the end of input waits for the answers',
  },
  'did-not-exit': {
    severity: 'error',
    title: 'Not even mcpcat-init could end it',
    advice: 'a bug of mcpcat: please report it',
  },
  'several-processes': {
    severity: 'warning',
    title: 'More than one process',
    advice: 'start the program itself instead of its wrapper (command: [./path])',
  },
  'writes-outside': {
    severity: 'error',
    title: 'Wrote outside the declared folders',
    advice: 'declare the folder in permissions.writable',
  },
  'write-refused': {
    severity: 'warning',
    title: 'Tried to write to the read-only root',
    advice: 'declare the folder in permissions.writable if the server needs it',
  },
  'sandbox-leaks': {
    severity: 'error',
    title: 'More can be reached than is declared',
    advice: 'this engine does not hold the sandbox: see mcpcat doctor, and please report it',
  },
  'declared-but-closed': {
    severity: 'error',
    title: 'A declared permission does not work',
    advice:
      'see mcpcat doctor; a folder may not exist in the image, or two permissions contradict each other',
  },
  'owner-refused': {
    severity: 'error',
    title: "Fails on somebody else's folder",
    advice:
      'look for a setting that has it trust what it is handed; else declare an exception with the reason',
  },
  'not-probed': {
    severity: 'error',
    title: 'The sandbox could not be measured',
    advice: 'it ended at once, or stopped whatever else ran in its container: run the test again',
  },
  'undeclared-host': {
    severity: 'warning',
    title: 'Looks for hosts that are not declared',
    advice: 'mcpcat audit NAME shows when; declare the host if a tool needs it, or switch telemetry off',
  },
  'not-stateless': {
    severity: 'error',
    title: 'Sessions that share a container see each other',
    advice: 'take sharing out of the entry: then each session has a container of its own',
  },
  'no-tools': {
    severity: 'warning',
    title: 'Offers no tools',
    advice: 'it may need a setting, or offer only prompts and resources',
  },
  'duplicate-tool': {
    severity: 'error',
    title: 'Two tools of one name',
    advice: 'report it upstream: clients take one of them at random',
  },
  'tools-changed': {
    severity: 'error',
    title: 'The tools are not those of tools.json',
    advice: 'review the change, then mcpcat test NAME',
    inputs: [{ name: 'accept' }],
  },
  'surface-changed': {
    severity: 'error',
    title: 'It does not offer what surface.json says',
    advice: 'review the change, then mcpcat test NAME',
    inputs: [{ name: 'accept' }],
  },
  'hidden-text': {
    severity: 'error',
    title: 'Texts that hide something',
    advice: 'read them as the model does (surface.json shows what is hidden as escapes); report it upstream',
  },
  'surface-varies': {
    severity: 'warning',
    title: 'Offers something else with each start',
    advice: 'what differs is left out of surface.json: such a tool is never shown before the server runs',
  },
  'list-failed': {
    severity: 'warning',
    title: 'Does not give a list that it says it has',
    advice: 'it may need a host that a test does not reach; worth a report upstream',
  },
  'surface-too-large': {
    severity: 'warning',
    title: 'Offers too much to be recorded',
    advice: 'look for a setting that takes only some of its tools',
  },
  'inner-paths': {
    severity: 'warning',
    title: 'Answers with a path that only the container has',
    advice:
      'declare a mount (mode: rw) for its results and send them there, or let it answer with the content',
  },
  'call-failed': {
    severity: 'error',
    title: 'The smoke call failed',
    advice: 'check smoke.call in the entry',
  },
} as const satisfies Record<
  string,
  {
    readonly severity: Finding['severity'];
    readonly title: string;
    readonly advice: string;
    readonly inputs?: readonly Input[];
  }
>;

export type FindingKind = keyof typeof findingKinds;

export function finding(kind: FindingKind, message: string, evidence?: readonly string[]): Finding {
  const { severity } = findingKinds[kind];
  return {
    kind,
    severity,
    message,
    ...(evidence === undefined || evidence.length === 0 ? {} : { evidence }),
  };
}
