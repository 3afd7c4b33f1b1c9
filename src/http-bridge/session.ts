import type { OutgoingHttpHeaders } from 'node:http';
import type { ClientMessage } from './messages.ts';

/** What initialize has agreed on; empty with servers that keep no session, and in the stateless revision. */
export class Session {
  id: string | undefined;
  #version: string | undefined;

  /** Of GET and DELETE. */
  get headers(): OutgoingHttpHeaders {
    return {
      ...(this.id === undefined ? {} : { 'mcp-session-id': this.id }),
      ...(this.#version === undefined ? {} : { 'mcp-protocol-version': this.#version }),
    };
  }

  /** Of a POST. A stateless request carries its revision itself, and its headers repeat what it says (2026-07-28). */
  headersOf({ method, revision, target, ids }: ClientMessage): OutgoingHttpHeaders {
    const own = method === 'initialize' ? {} : this.headers;
    const common = {
      ...own,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    if (revision === undefined || !isPlain(revision) || method === undefined || ids.length === 0)
      return common;
    return {
      ...common,
      'mcp-protocol-version': revision,
      'mcp-method': fieldValue(method),
      ...(target === undefined ? {} : { 'mcp-name': fieldValue(target) }),
    };
  }

  /** The revision of the server's answer to initialize. */
  agreeOn(version: string | undefined): void {
    this.#version = version !== undefined && isPlain(version) ? version : undefined;
  }

  forget(): void {
    this.id = undefined;
    this.#version = undefined;
  }
}

/** Printable ASCII that no field parser trims. */
function isPlain(text: string): boolean {
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text);
}

/** MCP 2026-07-28, "Value encoding": whatever is no plain field value goes as Base64 in a marked form. */
function fieldValue(text: string): string {
  const marked = text.startsWith('=?base64?') && text.endsWith('?=');
  return isPlain(text) && !marked ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}
