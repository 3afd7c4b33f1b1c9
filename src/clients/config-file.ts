import { constants } from 'node:fs';
import { access, readFile, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../lib/error-code.ts';
import { McpcatError, messageOf } from '../lib/errors.ts';
import { makeFolder } from '../lib/make-folder.ts';
import { replaceFile } from './replace-file.ts';

/** A client's file as it is on the disk. */
export interface ConfigOnDisk {
  /** Where it really lies: links are followed, and stay. */
  readonly file: string;
  /** Undefined if there is no such file. */
  readonly text: string | undefined;
}

/** No client's own file is anywhere near; what is larger is not one. */
const maxBytes = 32 << 20;

/** Throws `client-file-invalid` for what is no text, `io-failed` for what can't be read. */
export async function readConfig(file: string): Promise<ConfigOnDisk> {
  const real = await targetOf(file);
  try {
    const { size } = await stat(real);
    if (size > maxBytes)
      throw new McpcatError(
        'client-file-invalid',
        `${file}: expected a configuration file, found ${String(size)} bytes`,
      );
    return { file: real, text: decode(await readFile(real), file) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { file: real, text: undefined };
    if (error instanceof McpcatError) throw error;
    throw new McpcatError('io-failed', `can't read ${file} (${messageOf(error)})`, { cause: error });
  }
}

/** Where a link leads, also one to a file that does not exist yet. */
async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT')
      throw new McpcatError('io-failed', `can't read ${file} (${messageOf(error)})`, { cause: error });
    const target = await readlink(file).catch(() => undefined);
    return target === undefined ? file : path.resolve(path.dirname(file), target);
  }
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new McpcatError('client-file-invalid', `${file}: expected UTF-8, found other bytes`, {
      cause: error,
    });
  }
}

export interface ConfigWrite extends ConfigOnDisk {
  /** Undefined takes the file away. */
  readonly wanted: string | undefined;
}

/**
 * Writes by a temporary name and renames; mode and owner stay, a new file is its user's alone (0600). Throws
 * `client-file-changed` if it is not as `text` says any more, `io-failed` if it can't be written: then it is as it was.
 */
export async function writeConfig({ file, text, wanted }: ConfigWrite): Promise<void> {
  await refuseChanged({ file, text });
  if ((await written({ file, text, wanted })) === 'changed') throw changed(file);
}

async function written({ file, text, wanted }: ConfigWrite): Promise<'replaced' | 'changed'> {
  try {
    await makeFolder(path.dirname(file));
    // A folder that may be written lets a file be replaced that may not be: whoever took the right away meant it.
    if (text !== undefined && wanted !== undefined) await access(file, constants.W_OK);
    return await replaceFile({ file, text, wanted });
  } catch (error) {
    throw new McpcatError('io-failed', `can't write ${file} (${messageOf(error)})`, {
      hint: 'nothing of it was changed',
      cause: error,
    });
  }
}

/** Throws `client-file-changed` if the file is not as `text` says any more. */
export async function refuseChanged({ file, text }: ConfigOnDisk): Promise<void> {
  const now = await readConfig(file);
  if (now.text !== text) throw changed(file);
}

function changed(file: string): McpcatError {
  return new McpcatError('client-file-changed', `${file} was written by somebody else in the meantime`, {
    hint: 'nothing of it was changed; run the command again to see the new difference',
  });
}
