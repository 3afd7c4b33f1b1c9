import { McpcatError } from '../../lib/errors.ts';
import { label } from '../../lib/labels.ts';
import { ownValue } from '../../lib/own-value.ts';
import { fieldsOf, itemsOf } from '../json.ts';
import type { Api } from './api.ts';
import { managedBy, serverLabel } from './pod-body.ts';

/** Of networking.k8s.io/v1, NetworkPolicy, what decides over our pods. */
export interface NetworkPolicy {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly podSelector?: Selector;
    readonly policyTypes?: readonly string[];
    readonly ingress?: readonly unknown[];
    readonly egress?: readonly unknown[];
  };
}

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly unknown[];
}

export async function policiesOf(api: Api, namespace: string): Promise<readonly NetworkPolicy[]> {
  const answer = await api.ask({
    method: 'GET',
    path: `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`,
    asked: { verbs: ['list'], resource: 'networkpolicies.networking.k8s.io', namespace },
  });
  return itemsOf(fieldsOf(answer)['items']) as readonly NetworkPolicy[];
}

/**
 * Policies add up to what they permit, and one that is there before a pod holds from its first packet: so there must be a
 * standing one that permits nothing to all our pods, and no other that permits them anything. Pure; throws `engine-unfit`.
 */
export function refuseOpenPolicies(policies: readonly NetworkPolicy[], namespace: string): void {
  const shut = policies.some(({ spec }) => shuts(spec));
  if (!shut)
    throw new McpcatError(
      'engine-unfit',
      `namespace ${namespace} has no NetworkPolicy that permits its pods nothing: expected podSelector {}, policyTypes Ingress and Egress, no rules`,
      { hint: 'mcpcat export writes it, beside the other manifests for Kubernetes' },
    );
  const open = policies.find(({ spec }) => maySelectOurs(spec.podSelector) && permits(spec));
  if (open === undefined) return;
  throw new McpcatError(
    'engine-unfit',
    `the NetworkPolicy ${open.metadata.name} of namespace ${namespace} permits our pods connections`,
    { hint: 'use a namespace of its own for them, or select other pods by it' },
  );
}

function shuts({ podSelector, policyTypes = [], ingress = [], egress = [] }: NetworkPolicy['spec']): boolean {
  return (
    selectsAll(podSelector) &&
    policyTypes.includes('Ingress') &&
    policyTypes.includes('Egress') &&
    ingress.length === 0 &&
    egress.length === 0
  );
}

function permits({ ingress = [], egress = [] }: NetworkPolicy['spec']): boolean {
  return ingress.length > 0 || egress.length > 0;
}

function selectsAll(selector: Selector | undefined): boolean {
  return (
    Object.keys(selector?.matchLabels ?? {}).length === 0 && (selector?.matchExpressions ?? []).length === 0
  );
}

const differing: ReadonlySet<string> = new Set([serverLabel, label.role, label.state]);

/** One by expressions counts as if it did. */
function maySelectOurs(selector: Selector | undefined): boolean {
  return Object.entries(selector?.matchLabels ?? {}).every(([name, value]) => {
    const ours = ownValue<string>(managedBy, name);
    // Of the labels that differ from server to server nobody knows here.
    return ours === undefined ? differing.has(name) : ours === value;
  });
}
