import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { BindMount, ContainerSettings } from '../../../src/engine/engine.ts';
import { softenings } from '../../../src/engine/kubernetes/hardened.ts';
import type { Pod } from '../../../src/engine/kubernetes/pod.ts';
import { podBodyOf } from '../../../src/engine/kubernetes/pod-body.ts';
import { podFacts, quantity } from '../../../src/engine/kubernetes/pod-facts.ts';
import { rulesOf } from '../../../src/egress/rules.ts';
import { differencesOf } from '../../../src/sandbox/differences.ts';
import type { Sandbox } from '../../../src/sandbox/sandbox.ts';
import { settings } from './settings.ts';

const where = { name: 'mcpcat-sample-0123456789ab', namespace: 'mcpcat' };

const kept: BindMount = { kind: 'volume', source: 'mcpcat-sample-graph', target: '/graph', readOnly: false };

const cases: Readonly<Record<string, Partial<Sandbox>>> = {
  plain: {},
  'secrets-and-tunnel': {
    secrets: { TOKEN: 't0ken' },
    network: rulesOf({ declared: ['api.example.com'], settings: {} }),
  },
  policy: {
    isolation: { name: 'policy', runtime: 'policy', network: 'kept-out-by-policy' },
    shmBytes: 64 * 1024 ** 2,
  },
  state: { mounts: [kept] },
};

for (const [name, more] of Object.entries(cases)) {
  test(`the pod of ${name} is what it was`, () => {
    const file = path.join(import.meta.dirname, 'golden', `${name}.json`);
    const text = `${JSON.stringify(podBodyOf(settings(more), where), null, 2)}\n`;
    if (process.env['U'] === '1') writeFileSync(file, text);
    assert.deepEqual(JSON.parse(text), JSON.parse(readFileSync(file, 'utf8')));
  });

  test(`the pod of ${name} is as hard as ours are, and read back as it was asked for`, () => {
    const asked = settings(more);
    const pod = podBodyOf(asked, where);
    assert.deepEqual(softenings(pod), []);
    assert.deepEqual(differencesOf(asked, podFacts(pod, { asked, imageLabels: {} }).recorded), []);
  });
}

test('no secret is anywhere in a pod', () => {
  const pod = JSON.stringify(podBodyOf(settings({ secrets: { TOKEN: 't0ken' } }), where));
  assert.ok(!pod.includes('t0ken'));
});

/** Each is what a webhook, or a hand, could have made of it. */
const softened: Readonly<Record<string, (pod: Pod) => Pod>> = {
  'a writable root': inContainer({
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  }),
  'another user': (pod) => ({
    ...pod,
    spec: { ...pod.spec, securityContext: { ...pod.spec.securityContext, runAsUser: 1000 } },
  }),
  'more memory': inContainer({
    resources: { limits: { cpu: '1', memory: '64Gi', 'ephemeral-storage': '1' } },
  }),
  'another variable of process 1': inContainer({ env: [{ name: 'MCPCAT_MOUNTS', value: '' }] }),
  'another RuntimeClass': (pod) => ({ ...pod, spec: { ...pod.spec, runtimeClassName: 'runc' } }),
  'a health check': inContainer({ livenessProbe: { exec: { command: ['id'] } } }),
  'a further group': (pod) => ({
    ...pod,
    spec: { ...pod.spec, securityContext: { ...pod.spec.securityContext, supplementalGroups: [5] } },
  }),
  "another server's claim": (pod) => ({
    ...pod,
    spec: {
      ...pod.spec,
      volumes: [...(pod.spec.volumes ?? []), { name: 'x', persistentVolumeClaim: { claimName: 'other' } }],
      containers: pod.spec.containers.map((one) => ({
        ...one,
        volumeMounts: [...(one.volumeMounts ?? []), { name: 'x', mountPath: '/other' }],
      })),
    },
  }),
  'a writable folder in memory': (pod) => ({
    ...pod,
    spec: {
      ...pod.spec,
      volumes: [...(pod.spec.volumes ?? []), { name: 'x', emptyDir: { medium: 'Memory', sizeLimit: '5Mi' } }],
      containers: pod.spec.containers.map((one) => ({
        ...one,
        volumeMounts: [...(one.volumeMounts ?? []), { name: 'x', mountPath: '/app' }],
      })),
    },
  }),
};

function inContainer(more: object): (pod: Pod) => Pod {
  return (pod) => ({
    ...pod,
    spec: { ...pod.spec, containers: pod.spec.containers.map((one) => ({ ...one, ...more })) },
  });
}

for (const [what, soften] of Object.entries(softened))
  test(`${what} in the pod that comes back is found`, () => {
    const asked = settings();
    const pod = soften(podBodyOf(asked, where));
    const { recorded } = podFacts(pod, { asked, imageLabels: {} });
    assert.notDeepEqual([...softenings(pod), ...differencesOf(asked, recorded)], []);
  });

const refused: Readonly<Record<string, readonly [more: Partial<ContainerSettings>, code: string]>> = {
  'a folder of this machine': [
    { mounts: [{ source: '/home/ada', target: '/data', readOnly: true, kind: 'bind' }] },
    'engine-unfit',
  ],
  'a volume for one session alone': [
    { mounts: [{ source: '', target: '/notes', readOnly: false, kind: 'volume' }] },
    'engine-unfit',
  ],
  'a tag': [{ image: 'ghcr.io/mcpcat/sample:1.0' }, 'usage'],
  root: [{ user: '0:0' }, 'engine-unfit'],
  'a server as process 1': [{ parked: undefined as never }, 'engine-unfit'],
};
for (const [what, [more, code]] of Object.entries(refused))
  test(`${what} is refused in a pod`, () => {
    assert.throws(() => podBodyOf({ ...settings(), ...more }, where), { name: 'McpcatError', code });
  });

test('what a webhook puts in place of the claim that was asked for is found', () => {
  const asked = settings({ mounts: [kept] });
  const pod = podBodyOf(asked, where);
  const volumes = pod.spec.volumes?.map((volume) =>
    volume.persistentVolumeClaim === undefined
      ? volume
      : { ...volume, persistentVolumeClaim: { claimName: 'other' } },
  );
  const changed = { ...pod, spec: { ...pod.spec, volumes: volumes ?? [] } };
  const { recorded } = podFacts(changed, { asked, imageLabels: {} });
  assert.deepEqual(
    differencesOf(asked, recorded).map(({ field }) => field),
    ['mount /graph'],
  );
});

test('quantities are read as the cluster writes them', () => {
  const texts = ['512Mi', '1', '1500m', '2k', '1.5Gi', '0', 'much', undefined];
  assert.deepEqual(texts.map(quantity), [512 * 1024 ** 2, 1, 1.5, 2000, 1.5 * 1024 ** 3, 0, 0, 0]);
});
