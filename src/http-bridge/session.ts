import type { OutgoingHttpHeaders } from 'node:http';
import { fieldValue, isPlain } from './field-value.ts';
import type { ClientMessage } from './messages.ts';
import { ParamHeaders } from './param-headers.ts';

/** What initialize has agreed on; empty with servers that keep no session, and in the stateless revision. */
export class Session {
  id: string | undefined;
  readonly params = new ParamHeaders();
  #version: string | undefined;

  /** Of GET and DELETE. */
  get headers(): OutgoingHttpHeaders {
    return {
      ...(this.id === undefined ? {} : { 'mcp-session-id': this.id }),
      ...(this.#version === undefined ? {} : { 'mcp-protocol-version': this.#version }),
    };
  }

  /** Of a POST. A stateless request carries its revision itself, and its headers repeat what it says (2026-07-28). */
  headersOf({ body, method, revision, target, given, ids }: ClientMessage): OutgoingHttpHeaders {
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
      ...(target !== undefined && method === 'tools/call' ? this.params.headersOf(target, body, given) : {}),
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
