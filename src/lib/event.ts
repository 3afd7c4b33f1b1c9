/** What stages say while they work. Plain data: a renderer in `src/cli/render` decides how it looks. */
export type Event =
  /** A stage of one subject (an entry or a base) began, ended or had nothing to do. */
  | {
      readonly type: 'stage';
      readonly subject: string;
      readonly stage: Stage;
      readonly state: 'started' | 'done' | 'skipped' | 'failed';
      readonly detail?: string;
    }
  /** Countable progress inside a stage; `unit` is what is counted ("files", "bytes"). */
  | {
      readonly type: 'progress';
      readonly subject: string;
      readonly stage: Stage;
      readonly done: number;
      readonly total: number;
      readonly unit: string;
    }
  /** One line of output of a tool that runs inside a stage. */
  | { readonly type: 'output'; readonly subject: string; readonly line: string }
  /** Something a person should read, once. */
  | { readonly type: 'notice'; readonly subject: string; readonly message: string };

export type Stage = 'lock' | 'fetch' | 'generate' | 'build' | 'test' | 'publish' | 'pull' | 'base' | 'setup';

export type Emit = (event: Event) => void;
