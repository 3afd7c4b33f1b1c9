/** The part of npm's resolver that we use; it ships no types of its own. */
declare module '@npmcli/arborist' {
  export default class Arborist {
    constructor(options: {
      path: string;
      cache: string;
      registry: string;
      lockfileVersion: 3;
      audit: boolean;
      /** Dependencies published later are not taken. */
      before?: Date;
      allowGit: 'none';
      allowRemote: 'none';
      allowFile: 'none';
      allowDirectory: 'none';
      /** Ends requests and waits for the next try (npm-registry-fetch). */
      signal?: AbortSignal;
      fetchRetries: number;
      fetchRetryFactor: number;
      fetchRetryMintimeout: number;
      fetchRetryMaxtimeout: number;
      /** Signing in: `//HOST/PATH/:_auth`. */
      [signIn: `//${string}:_auth`]: string;
    });
    buildIdealTree(options: { omit: string[] }): Promise<{ meta: { save(): Promise<void> } }>;
  }
}
