import type { Env, Host } from '../../host/host.ts';
import { McpcatError } from '../../lib/errors.ts';
import { fieldsOf, itemsOf, textOf } from '../json.ts';
import { clusterAddress } from './address.ts';
import { Api } from './api.ts';
import { runtimeClasses, versionOf } from './cluster-info.ts';
import { accessOf } from './credentials.ts';
import { policiesOf, refuseOpenPolicies } from './policies.ts';

/** What a start would need of the user's role. */
interface Right {
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verb: string;
  /** Without it: refused at any start, or only where it is wanted. */
  readonly for?: 'secrets' | 'policy' | 'state' | 'volumes';
}

const rights: readonly Right[] = [
  ...['create', 'get', 'list', 'watch', 'delete'].map((verb) => ({ resource: 'pods', verb })),
  ...['create', 'get'].map((verb) => ({ resource: 'pods', subresource: 'exec', verb })),
  ...['create', 'get'].map(
    (verb) => ({ resource: 'pods', subresource: 'attach', verb, for: 'secrets' }) as const,
  ),
  { group: 'networking.k8s.io', resource: 'networkpolicies', verb: 'list', for: 'policy' },
  ...['create', 'get'].map((verb) => ({ resource: 'persistentvolumeclaims', verb, for: 'state' }) as const),
  ...['list', 'delete'].map(
    (verb) => ({ resource: 'persistentvolumeclaims', verb, for: 'volumes' }) as const,
  ),
];

/** What can be found out of a namespace without making anything in it. */
export interface ClusterFacts {
  readonly endpoint: string;
  readonly namespace: string;
  /** `1.34.4`. */
  readonly version: string;
  /** Whether a WebSocket has a half-close, which it has since 1.30. */
  readonly halfClose: boolean;
  /** `create pods/exec`; with what it is for where that is not every start. */
  readonly missingRights: readonly { readonly right: string; readonly for: Right['for'] }[];
  readonly runtimeClasses: readonly string[];
  /** Why the namespace is not shut by a policy; undefined where it is. */
  readonly policyProblem: string | undefined;
  /** Name of the default one; undefined where there is none. */
  readonly storageClass: StorageClassFact;
}

type StorageClassFact =
  { readonly kind: 'default'; readonly name: string } | { readonly kind: 'none' | 'unknown' };

export async function clusterFacts(
  endpoint: string,
  { env, host }: { readonly env: Env; readonly host: Host },
): Promise<ClusterFacts> {
  const { context, namespace } = clusterAddress(endpoint);
  const api = new Api(accessOf(context, { env, host }));
  try {
    const [version, classes, missing, policyProblem, storageClass] = await Promise.all([
      versionOf(api),
      runtimeClasses(api),
      missingRights(api, namespace),
      problemOfPolicies(api, namespace),
      defaultStorageClass(api),
    ]);
    const [major = 0, minor = 0] = [version.major, version.minor].map((part) => Number.parseInt(part, 10));
    return {
      endpoint,
      namespace,
      version: version.version,
      halfClose: major > 1 || minor >= 30,
      missingRights: missing,
      runtimeClasses: classes,
      policyProblem,
      storageClass,
    };
  } finally {
    api.close();
  }
}

async function missingRights(api: Api, namespace: string): Promise<ClusterFacts['missingRights']> {
  const answers = await Promise.all(
    rights.map(async (right) => ({ right, may: await may(api, namespace, right) })),
  );
  return answers.flatMap(({ right, may: allowed }) => {
    if (allowed) return [];
    const { verb, resource, subresource } = right;
    const what = subresource === undefined ? resource : `${resource}/${subresource}`;
    return [{ right: `${verb} ${what}`, for: right.for }];
  });
}

/** Everybody may ask that of oneself (authorization.k8s.io/v1, SelfSubjectAccessReview). */
async function may(
  api: Api,
  namespace: string,
  { group, resource, subresource, verb }: Right,
): Promise<boolean> {
  const answer = await api.ask({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace, group, resource, subresource, verb } },
    },
    asked: { verbs: ['create'], resource: 'selfsubjectaccessreviews.authorization.k8s.io' },
  });
  return fieldsOf(fieldsOf(answer)['status'])['allowed'] === true;
}

/** They belong to the whole cluster, and many may not list them. */
async function defaultStorageClass(api: Api): Promise<StorageClassFact> {
  const asked = { verbs: ['list'], resource: 'storageclasses.storage.k8s.io' };
  const path = '/apis/storage.k8s.io/v1/storageclasses';
  try {
    const answer = await api.ask({ method: 'GET', path, asked });
    const metadata = itemsOf(fieldsOf(answer)['items']).map((item) => fieldsOf(fieldsOf(item)['metadata']));
    const chosen = metadata.find(({ annotations }) => fieldsOf(annotations)[isDefault] === 'true');
    return chosen === undefined ? { kind: 'none' } : { kind: 'default', name: textOf(chosen['name']) };
  } catch (error) {
    if (error instanceof McpcatError && error.code === 'engine-denied') return { kind: 'unknown' };
    throw error;
  }
}

const isDefault = 'storageclass.kubernetes.io/is-default-class';

async function problemOfPolicies(api: Api, namespace: string): Promise<string | undefined> {
  try {
    refuseOpenPolicies(await policiesOf(api, namespace), namespace);
    return undefined;
  } catch (error) {
    if (error instanceof McpcatError) return error.message;
    throw error;
  }
}
