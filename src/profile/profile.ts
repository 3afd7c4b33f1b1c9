import type { Place } from '../catalog/yaml-file.ts';
import type { Problem } from '../catalog/problem.ts';
import type { ServerPolicy } from '../policy/server-policy.ts';
import type { MountRequest } from '../sandbox/sandbox.ts';

/** What one `serve` serves, and what its clients may do: `profiles/NAME.yaml`, checked as far as no catalog is needed. */
export interface Profile {
  readonly name: string;
  readonly file: string;
  readonly description: string | undefined;
  /** By the names of the catalog, in the order of the file; those whose section has a problem are not among them. */
  readonly servers: ReadonlyMap<string, ProfileServer>;
  /** Of sections that can't be used: the others can. */
  readonly problems: readonly SectionProblem[];
}

/** Something wrong in one server's section. */
export interface SectionProblem extends Problem {
  readonly server: string;
}

export interface ProfileServer {
  readonly name: string;
  /** No secrets. */
  readonly settings: Readonly<Record<string, string>>;
  /** Names of stored secrets that it gets; `all` that are stored for it. */
  readonly secrets: 'all' | readonly string[];
  readonly mounts: readonly MountRequest[];
  readonly args: readonly string[];
  readonly policy: ServerPolicy;
  /** Where something of the section stands in the file: `place('settings', 'NAME')`. */
  readonly place: (...keys: readonly PropertyKey[]) => Place;
}
