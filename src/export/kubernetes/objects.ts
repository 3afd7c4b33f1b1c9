/** An object of the Kubernetes API, in the fields that every one has. */
export interface ClusterObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Name of everything of `serve`. */
export const serveName = 'mcpcat';

/** Secrets that people make: the token that clients send, and settings of the servers by their names. */
export const secretNames = { token: 'mcpcat-token', settings: 'mcpcat-settings' } as const;

/** What `serve`'s pod is found by, and no session's pod has. */
export const serveLabels = {
  'app.kubernetes.io/name': 'mcpcat',
  'app.kubernetes.io/component': 'serve',
} as const;

/** A namespace whose pods may call `serve` has it. */
export const clientsLabel = { 'mcpcat.io/clients': 'allowed' } as const;

export const servePort = 8080;
