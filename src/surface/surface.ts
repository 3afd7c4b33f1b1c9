import type { JsonObject } from '../lib/json-value.ts';

/** `catalog/NAME/surface.json`: what a server offers, complete, as it answered in the proof. */
export interface Surface {
  readonly surfaceVersion: typeof surfaceVersion;
  /** `settings`: with other settings it offers something else. These are for the settings that the proof had to give. */
  readonly dependsOn: 'nothing' | 'settings';
  /** Names of the optional settings that were tried beside those, sorted: of any other nothing is known. */
  readonly triedSettings: readonly string[];
  /** One for each protocol revision that the server speaks, newest first; at least one. */
  readonly revisions: readonly RevisionSurface[];
}

export const surfaceVersion = 1;

/** What it answers to a client of one protocol revision; every definition as the server wrote it. */
export interface RevisionSurface extends Lists {
  /** `2025-11-25`: agreed on by `initialize`; `2026-07-28`: by `server/discover`. */
  readonly protocolVersion: string;
  readonly serverInfo: JsonObject;
  readonly capabilities: JsonObject;
  readonly instructions?: string;
  /**
   * Names of those tools that it offers only to clients that say they have roots, sampling or elicitation; sorted,
   * without it there are none.
   */
  readonly forAbleClients?: readonly string[];
  /** What differs from one start to the next with the same settings, and is left out here; sorted. */
  readonly varies: readonly Part[];
}

/** Each sorted by its key, without the pages they came in. */
export interface Lists {
  readonly tools: readonly ToolDefinition[];
  readonly prompts: readonly PromptDefinition[];
  readonly resources: readonly ResourceDefinition[];
  readonly resourceTemplates: readonly ResourceTemplateDefinition[];
}

export type Part = 'instructions' | keyof Lists;

export interface ToolDefinition extends JsonObject {
  readonly name: string;
}

export interface PromptDefinition extends JsonObject {
  readonly name: string;
}

export interface ResourceDefinition extends JsonObject {
  readonly uri: string;
}

export interface ResourceTemplateDefinition extends JsonObject {
  readonly uriTemplate: string;
}

/** The member that tells the definitions of a list apart. */
export const keyOf = {
  tools: 'name',
  prompts: 'name',
  resources: 'uri',
  resourceTemplates: 'uriTemplate',
} as const satisfies Record<keyof Lists, string>;

export const listNames: readonly (keyof Lists)[] = ['tools', 'prompts', 'resources', 'resourceTemplates'];

/** What tells a definition of a list from the others in it. */
export function definitionKey(list: keyof Lists, definition: JsonObject): string {
  const key = definition[keyOf[list]];
  return typeof key === 'string' ? key : '';
}
