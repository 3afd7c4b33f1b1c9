import { promises } from 'node:fs';
import path from 'node:path';
import { messageOf } from '../lib/errors.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { randomId } from '../lib/random-id.ts';
import type { CallRecord, OnCall } from '../serve/policy.ts';
import { lineOf, type Content } from './call-line.ts';
import { logLimits, logName, prune, type LogLimits } from './log-files.ts';

export interface CallLogOptions {
  /** `callLogFolder`. Made when the first call is written, for this user alone. */
  readonly folder: string;
  readonly content: Content;
  /** Told once in a process, when lines are lost: a sentence. */
  readonly onLost: (message: string) => void;
  readonly limits?: LogLimits;
  /** Opens a new file for appending; for tests that need one which can't be written. */
  readonly open?: (file: string) => Promise<LogFile>;
}

/** What of a file handle is used. */
export interface LogFile {
  appendFile(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Lines that wait for the disk; what comes beyond is lost rather than kept in memory. */
const maxWaitingChars = 4 * 1024 ** 2;

/**
 * Writes calls into files, one line each, behind the calls' backs: `record` only keeps the line, and nothing that
 * happens to a disk reaches a call. What can't be written is lost, and said once.
 */
export class CallLog {
  readonly #options: CallLogOptions;
  readonly #limits: LogLimits;
  readonly #waiting: string[] = [];
  #waitingChars = 0;
  #file: { readonly handle: LogFile; bytes: number } | undefined;
  #writing: Promise<void> | undefined;
  #turn = 0;
  #said = false;
  /** A write that failed may have left the beginning of a line. */
  #torn = false;

  constructor(options: CallLogOptions) {
    this.#options = options;
    this.#limits = options.limits ?? logLimits;
  }

  /** An `OnCall`: takes no time but for making the line. */
  readonly record: OnCall = (record: CallRecord) => {
    const line = lineOf(record, this.#options.content);
    if (this.#waitingChars + line.length > maxWaitingChars) {
      this.#lose('the disk is too slow');
      return;
    }
    this.#waiting.push(line);
    this.#waitingChars += line.length;
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = undefined));
  };

  /** Resolves when what was recorded until now is written, or lost, and the file is closed. */
  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#closeFile();
  }

  async #writeAll(): Promise<void> {
    // Calls that come together become one write.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      await this.#write(this.#nextText()).catch((error: unknown) => this.#lose(messageOf(error)));
    }
  }

  /** As many lines as a file may hold, one at least. */
  #nextText(): string {
    let [count, bytes] = [0, 0];
    for (const line of this.#waiting) {
      bytes += Buffer.byteLength(line);
      if (count > 0 && bytes > this.#limits.fileBytes) break;
      count += 1;
    }
    const text = this.#waiting.splice(0, count).join('');
    this.#waitingChars -= text.length;
    return text;
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.byteLength(text);
    if (this.#file !== undefined && this.#file.bytes + bytes > this.#limits.fileBytes)
      await this.#closeFile();
    this.#file ??= { handle: await this.#begin(), bytes: 0 };
    const whole = this.#torn ? `\n${text}` : text;
    this.#torn = true;
    await this.#file.handle.appendFile(whole);
    this.#torn = false;
    this.#file.bytes += bytes;
  }

  async #begin(): Promise<LogFile> {
    const { folder, open = openNew } = this.#options;
    await makeFolder(folder, 0o700);
    await prune(folder, this.#limits);
    const name = logName({ atMs: Date.now(), pid: process.pid, turn: this.#turn++, id: randomId() });
    return open(path.join(folder, name));
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#torn = false;
    await file?.handle.close().catch(() => undefined);
  }

  #lose(why: string): void {
    if (this.#said) return;
    this.#said = true;
    this.#options.onLost(`calls are not all logged in ${this.#options.folder}: ${why}`);
  }
}

/** Never somebody else's file, and for this user alone. */
function openNew(file: string): Promise<LogFile> {
  return promises.open(file, 'ax', 0o600);
}
