import { accessObjects, type Needs } from '../../../src/export/kubernetes/access.ts';
import { namespace, type Cluster } from './cluster.ts';
import type { Person } from './control-plane.ts';

const apiGroup = 'rbac.authorization.k8s.io';

interface Permitting extends Partial<Needs> {
  /** Of the Role and its binding; another one of the same name is replaced. */
  readonly name: string;
  /** What becomes of the rules that are exported. */
  readonly rules?: (rules: readonly object[]) => readonly object[];
}

/** Gives a person the Role that is exported. Resolves to what takes it away. */
export async function permitted(
  cluster: Cluster,
  person: Person,
  { name, secrets = false, state = false, rules = (all) => all }: Permitting,
): Promise<() => Promise<void>> {
  const [, role, binding] = accessObjects(namespace, { secrets, state });
  const metadata = { name, namespace };
  await cluster.apply(
    { ...role, metadata, rules: rules((role?.['rules'] ?? []) as readonly object[]) },
    {
      ...{ ...binding, metadata, roleRef: { apiGroup, kind: 'Role', name } },
      subjects: [{ kind: 'User', name: person, apiGroup }],
    },
  );
  return async () => {
    await cluster.kubectl(['delete', `role/${name}`, `rolebinding/${name}`, '-n', namespace]);
  };
}
