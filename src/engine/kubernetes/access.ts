/** Where the API server is and how it proves itself. */
export interface Server {
  readonly url: URL;
  /** PEM; undefined trusts what the system trusts. */
  readonly ca: string | undefined;
  /** Instead of the address's own name. */
  readonly serverName: string | undefined;
}

/** What proves who asks; each as PEM or as it is sent. */
export interface Credentials {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface ClusterAccess {
  readonly server: Server;
  /** Asked before each connection: tokens are short-lived. */
  readonly credentials: () => Promise<Credentials>;
  /** The API server did not take these (401): what is kept of them is fetched anew. */
  readonly refused?: (used: Credentials) => Promise<void>;
}
