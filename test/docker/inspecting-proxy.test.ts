/** Behind a company's proxy that ends TLS: servers in three languages, with `proxy` and `ca` in the settings file. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, test, type TestContext } from 'node:test';
import { temporaryFolder } from '../lib/temporary.ts';
import { closedAfterwards } from '../rig/closed-afterwards.ts';
import { testEngine } from '../rig/engine.ts';
import { inspectingProxy, type InspectingProxy } from '../rig/inspecting-proxy.ts';
import {
  certificate,
  httpsServer,
  travel,
  travellers,
  type Language,
  type Travellers,
} from '../rig/tunnel.ts';

const timeout = 600_000;
/** A name of the internet that this machine can't resolve: the proxy does. */
const name = 'api.inspected.example';
let servers: Travellers;
let proxy: InspectingProxy;
const opened = closedAfterwards();

before(
  async () => {
    const tls = certificate();
    const origin = opened.use(await httpsServer(tls));
    proxy = opened.use(await inspectingProxy({ port: origin.port, cert: tls.cert }));
    servers = await travellers(
      await testEngine(),
      ['node', 'python', 'go'],
      { cert: undefined },
      `permissions: {network: [${name}]}\n`,
    );
    opened.use(servers);
  },
  { timeout },
);

/** The environment of a client whose settings file says how its network is left. */
function settled(t: TestContext, network: Readonly<Record<string, string>>): Record<string, string> {
  const home = temporaryFolder(t);
  mkdirSync(path.join(home, 'mcpcat'));
  writeFileSync(path.join(home, 'mcpcat/settings.json'), JSON.stringify(network));
  return { XDG_CONFIG_HOME: home, HTTPS_PROXY: '', HTTP_PROXY: '', NO_PROXY: '' };
}

for (const [language, ways] of [
  ['node', ['https', 'fetch']],
  ['python', ['requests', 'httpx', 'urllib']],
  ['go', ['http']],
] as const satisfies readonly (readonly [Language, readonly string[]])[])
  for (const way of ways)
    test(
      `${language} (${way}) trusts the company’s authority and gets its answer`,
      { timeout },
      async (t) => {
        const env = settled(t, { proxy: proxy.url, ca: proxy.authority });
        const earlier = proxy.seen.length;
        await using traveller = travel([servers.nameOf(language), '--catalog', servers.folder], env);
        const told = await traveller.ask(way, { url: `https://${name}/` });
        assert.deepEqual([told.error, told.status, told.text], [undefined, 200, 'hello over TLS']);
        assert.deepEqual(proxy.seen.slice(earlier), [`${name}:443`, `GET https://${name}/`]);
      },
    );

test('without the authority no server takes the proxy for the host', { timeout }, async (t) => {
  const env = settled(t, { proxy: proxy.url });
  await using traveller = travel([servers.nameOf('node'), '--catalog', servers.folder], env);
  const { error } = await traveller.ask('https', { url: `https://${name}/` });
  assert.match(error ?? '', /UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED/);
});

test('a wrong password is told, and nothing gets through', { timeout }, async (t) => {
  const env = settled(t, { proxy: proxy.openUrl, ca: proxy.authority });
  const earlier = proxy.refused();
  await using traveller = travel([servers.nameOf('node'), '--catalog', servers.folder], env);
  const told = await traveller.ask('https', { url: `https://${name}/` });
  assert.notEqual(told.error, undefined);
  assert.ok(proxy.refused() > earlier);
  assert.match(await traveller.end(), /407|password|authentication/i);
});
