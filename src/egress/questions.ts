import { syntheticAddresses } from './addresses.ts';
import { attemptOf } from './attempt.ts';
import type { Brake } from './brake.ts';
import { answerFrame, frameOf, type Frame } from './frames.ts';
import type { Egress } from './incoming.ts';
import { hostOfService, isAnswered, recordsOf, systemRecords, type RecordSource } from './records.ts';
import { attemptOfReport, hostMeant, refusedName } from './reports.ts';
import type { Sink } from './sink.ts';

/** Questions of the DNS at once; the relay itself has no more than 64 of all kinds. */
const maxQueries = 16;

interface Sources {
  readonly egress: Egress;
  readonly records: RecordSource | undefined;
}

/** What the relay asks and tells beside streams: names, records, and what ended inside the container. */
export class Questions {
  readonly #sink: Sink;
  readonly #brake: Brake;
  readonly #egress: Egress;
  readonly #given: RecordSource | undefined;
  #source: RecordSource | undefined;
  #asked = 0;

  constructor(sink: Sink, brake: Brake, { egress, records }: Sources) {
    this.#sink = sink;
    this.#brake = brake;
    this.#egress = egress;
    this.#given = records;
  }

  /** False if the frame is none of these. */
  take(frame: Frame): boolean {
    if (frame.type === 'lookup') this.#answer(frame);
    else if (frame.type === 'query') this.#query(frame);
    else if (frame.type === 'attempt') this.#told(frame);
    else return false;
    return true;
  }

  /** Consults the table and nothing else: a name that is not permitted reaches no resolver. */
  #answer({ stream: query, payload }: Frame): void {
    const name = payload.toString('latin1');
    const { policy, addresses, onAttempt } = this.#egress;
    // As with localhost: a port that is allowed by the machine's own name has that name alone.
    const meant = policy.forwards(undefined) ? hostMeant(name) : name;
    const known = policy.knows(meant);
    const address = known ? addresses.addressOf(meant) : undefined;
    if (address === undefined) this.#brake.answer(answerFrame(query));
    else this.#sink.control(answerFrame(query, address));
    if (address !== undefined) onAttempt(attemptOf({ what: 'lookup', name, verdict: 'permitted' }));
    else onAttempt(refusedName(name, known ? 'too many different names' : undefined));
  }

  /** Process 1 has seen something end inside: there is nothing to decide. */
  #told({ payload }: Frame): void {
    const { policy, addresses, onAttempt } = this.#egress;
    const attempt = attemptOfReport(payload, {
      policy,
      nameOf: (address) => addresses.nameOf(address),
      standsFor: (address) => syntheticAddresses(policy.names).get(address),
    });
    if (attempt !== undefined) onAttempt(attempt);
  }

  /** Records that are no addresses: only of permitted names is anybody asked. */
  #query({ stream: query, payload }: Frame): void {
    const type = payload.readUInt16BE();
    const name = payload.toString('latin1', 2);
    const { policy, addresses, onAttempt } = this.#egress;
    const host = hostOfService(name);
    if (!policy.knows(host)) {
      this.#brake.answer(answerFrame(query));
      return onAttempt(refusedName(name));
    }
    const none = (): void => this.#sink.control(answerFrame(query, addresses.addressOf(host)));
    if (this.#asked >= maxQueries || !isAnswered(type)) return none();
    this.#asked++;
    this.#source ??= this.#given ?? systemRecords();
    void recordsOf({ type, name }, this.#source, policy)
      .then((records) =>
        records.length === 0 ? none() : this.#sink.control(frameOf('records', query, records)),
      )
      .catch(none)
      .finally(() => this.#asked--);
  }
}
