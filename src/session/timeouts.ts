/** Milliseconds for each thing that a session waits for. */
export interface Timeouts {
  /** For the engine's answer to each of the three; a busy one takes its time, and pulling an image is not among them. */
  readonly createMs: number;
  readonly attachMs: number;
  readonly startMs: number;
  /** Until the tunnel's relay listens. */
  readonly tunnelMs: number;
  /** For the answer to the start, once the input has ended: then nobody but the engine waits for the server. */
  readonly startAfterInputEndMs: number;
  /** From the end of the input to SIGTERM: mcpcat-init escalates by itself, this is for when even that does not happen. */
  readonly afterInputEndMs: number;
  /** From SIGTERM to the removal by force; mcpcat-init is done by then. */
  readonly afterTermMs: number;
  /** For an engine that does not answer, each: to confirm the end, and to confirm the removal. */
  readonly confirmMs: number;
}

/** What mcpcat-init gives a server between the end of its input and SIGTERM, where it is told nothing else. */
export const initGraceMs = 1800;

export const defaultTimeouts: Timeouts = {
  createMs: 120_000,
  attachMs: 120_000,
  startMs: 120_000,
  tunnelMs: 15_000,
  startAfterInputEndMs: 15_000,
  afterInputEndMs: initGraceMs + 50,
  afterTermMs: 1500,
  confirmMs: 5000,
};
