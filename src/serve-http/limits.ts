/** What one process gives to all that reach it over HTTP. */
export interface HttpLimits {
  /** Sessions, and clients of the revision without them, each. */
  readonly maxClients: number;
  /** Milliseconds without a request after which a quiet client is forgotten. */
  readonly idleMs: number;
  /** Bytes of the body of one request, and of all that are being read. */
  readonly maxBodyBytes: number;
  readonly maxBodiesBytes: number;
  /** Bytes of events that are kept for clients that lose their connection. */
  readonly maxEventBytes: number;
  readonly maxConnections: number;
  /**
   * Milliseconds in which the head of a request must be there, and the whole of it. Node counts from the connection to
   * when it reads: where its own process is too busy for so long it refuses (408) what was sent in time, so the first is
   * no less than what a thousand sessions take that begin at once on a machine that is busy with other work.
   */
  readonly headMs: number;
  readonly requestMs: number;
  /** Milliseconds after which an answer becomes a stream of events. */
  readonly streamAfterMs: number;
  readonly keepAliveMs: number;
}

export const httpLimits: HttpLimits = {
  maxClients: 1000,
  idleMs: 30 * 60_000,
  maxBodyBytes: 16 * 1024 ** 2,
  maxBodiesBytes: 128 * 1024 ** 2,
  maxEventBytes: 32 * 1024 ** 2,
  maxConnections: 4000,
  headMs: 30_000,
  requestMs: 60_000,
  streamAfterMs: 250,
  keepAliveMs: 15_000,
};
