/** The head of an HTTP/1.1 answer; names in lower case. */
export interface Head {
  readonly status: number;
  readonly fields: ReadonlyMap<string, string>;
}

/** More than an engine's head ever has. */
const maxHeadBytes = 64 * 1024;

/** An HTTP/1.1 answer as it comes in: with a length, in chunks, or until the connection ends (RFC 9112, section 6.3). */
export class Answer {
  head: Head | undefined;
  /** Bytes behind the head that have not been taken into the body. */
  rest = Buffer.alloc(0);
  /** Called once when the head is there. */
  onHead: ((head: Head) => void) | undefined;
  /** Called once when the answer says that it is complete. */
  onWhole: (() => void) | undefined;
  readonly #body: Buffer[] = [];
  #missing: number | undefined;
  #complete = false;

  take(chunk: Buffer): void {
    this.rest = this.rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.rest, chunk]);
    if (this.head === undefined && !this.#takeHead()) return;
    if (this.head?.status === 101 || this.#complete) return;
    if (this.#isChunked()) this.#takeChunks();
    else this.#takeLength();
    if (this.#complete) this.onWhole?.();
  }

  /** At the end of the connection. Throws if the answer was cut. */
  whole(): { readonly head: Head; readonly body: string } {
    const { head } = this;
    const untilEnd = head !== undefined && !this.#isChunked() && !head.fields.has('content-length');
    if (head === undefined || (!this.#complete && !untilEnd)) throw new Error('aborted');
    if (untilEnd && !this.#complete) this.#body.push(this.rest);
    return { head, body: Buffer.concat(this.#body).toString() };
  }

  #isChunked(): boolean {
    return this.head?.fields.get('transfer-encoding')?.toLowerCase() === 'chunked';
  }

  #takeHead(): boolean {
    const end = this.rest.indexOf('\r\n\r\n');
    if (end < 0 && this.rest.length > maxHeadBytes) throw new Error('the head of the answer is too long');
    if (end < 0) return false;
    const [first = '', ...lines] = this.rest.toString('latin1', 0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
    if (Number.isNaN(status)) throw new Error(`expected HTTP, found "${first.slice(0, 40)}"`);
    const fields = lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
    const head = { status, fields: new Map(fields) };
    this.head = head;
    this.rest = this.rest.subarray(end + 4);
    this.onHead?.(head);
    if (status === 204) this.#complete = true;
    if (this.#complete) this.onWhole?.();
    return true;
  }

  #takeLength(): void {
    const length = this.head?.fields.get('content-length');
    if (length === undefined) return;
    this.#missing ??= Number(length);
    this.#takeBytes();
    this.#complete = this.#missing === 0;
  }

  #takeBytes(): void {
    const piece = this.rest.subarray(0, this.#missing);
    this.#body.push(piece);
    this.rest = this.rest.subarray(piece.length);
    this.#missing = (this.#missing ?? 0) - piece.length;
  }

  /** Size in hexadecimal, CRLF, bytes, CRLF; a size of 0 is the last (RFC 9112, section 7.1). */
  #takeChunks(): void {
    for (;;) {
      if (this.#missing === undefined) {
        const end = this.rest.indexOf('\r\n');
        if (end < 0) return;
        const size = Number.parseInt(this.rest.toString('latin1', 0, end), 16);
        if (Number.isNaN(size)) throw new Error('a chunk of the answer has no size');
        this.rest = this.rest.subarray(end + 2);
        this.#missing = size;
        if (size === 0) {
          this.#complete = true;
          return;
        }
      }
      this.#takeBytes();
      if (this.#missing > 0 || this.rest.length < 2) return;
      this.rest = this.rest.subarray(2);
      this.#missing = undefined;
    }
  }
}
