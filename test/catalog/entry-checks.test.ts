import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryText, problemsIn } from './entry-text.ts';

/** Keys that are added to a sound entry, and what has to be said about them. */
const contradictions: Readonly<Record<string, readonly [more: string, said: RegExp]>> = {
  'a mount over a folder of the image': [
    'permissions: {mounts: [{name: a, target: /app/node_modules, description: d}]}',
    /9:\d+ mount a: \/app\/node_modules is a folder of the image/,
  ],
  'a port that the relay would need': [
    'transport: {http: {port: 443}}\npermissions: {network: [example.com]}',
    /9:\d+ transport.http.port: 443 is the port of a host in permissions.network/,
  ],
  'a fixed variable that is a setting too': [
    'transport: {http: {port: 3000, env: {PORT: "3000"}}}\nenv: {PORT: {description: d}}',
    /transport.http.env: PORT is a setting of env too/,
  ],
  'a transport in words': ['transport: http', /transport: must be \{http: .*leave it out for stdio/],
  'a port that is none': ['transport: {http: {port: 0}}', /transport.http.port: /],
  'a path that is none': [
    'transport: {http: {port: 1, path: "mcp?x"}}',
    /transport.http.path: must be a path such as \/mcp/,
  ],
  'two mounts of one name': [
    'permissions: {mounts: [{name: a, target: /one, description: d}, {name: a, target: /two, description: d}]}',
    /mount a: the name is used twice/,
  ],
  'a mount inside another mount': [
    'permissions: {mounts: [{name: a, target: /data, description: d}, {name: b, target: /data/x, description: d}]}',
    /mount b: \/data\/x overlaps another mount/,
  ],
  'one file and many at once': [
    'permissions: {mounts: [{name: a, target: /keys/a, kind: file, many: true, description: d}]}',
    /mount a: expected one of kind: file and many: true, found both/,
  ],
  'two smoke files for a mount of one file': [
    'permissions: {mounts: [{name: a, target: /keys/a, kind: file, description: d}]}\nsmoke: {files: {a/x: "", a/y: ""}}',
    /smoke.files: a\/x: the mount a is one file/,
  ],
  'a smoke file in a folder of a mount of one file': [
    'permissions: {mounts: [{name: a, target: /keys/a, kind: file, description: d}]}\nsmoke: {files: {a/b/x: ""}}',
    /smoke.files: a\/b\/x: the mount a is one file/,
  ],
  'a writable folder over a mount': [
    'permissions: {writable: [/data], mounts: [{name: a, target: /data, description: d}]}',
    /permissions.writable: \/data overlaps the mount a/,
  ],
  'a state folder of the image': [
    'permissions: {state: [{name: a, target: /app, description: d}]}',
    /state a: \/app is a folder of the image/,
  ],
  'a state folder in a mount': [
    'permissions: {state: [{name: a, target: /data/x, description: d}], mounts: [{name: b, target: /data, description: d}]}',
    /state a: \/data\/x overlaps the mount b/,
  ],
  'a state folder in another': [
    'permissions: {state: [{name: a, target: /data, description: d}, {name: b, target: /data/x, description: d}]}',
    /state b: \/data\/x overlaps the state a/,
  ],
  'two state folders of one name': [
    'permissions: {state: [{name: a, target: /one, description: d}, {name: a, target: /two, description: d}]}',
    /state a: the name is used twice/,
  ],
  'a state folder that vanishes with a writable one': [
    'permissions: {state: [{name: a, target: /tmp/x, description: d}]}',
    /permissions.writable: \/tmp overlaps the state a/,
  ],
  'a writable folder of the image': [
    'permissions: {writable: [/usr/lib]}',
    /permissions.writable: \/usr\/lib is a folder of the image/,
  ],
  'a host that is taken from a setting nobody declared': [
    "permissions: {network: ['{API_URL}']}",
    /permissions.network: \{API_URL\} names no setting of env/,
  ],
  'a port beyond 65535': [
    "permissions: {network: ['a.example.com:70000']}",
    /expected a port from 1 to 65535, found "70000"/,
  ],
  'a setting of the smoke test that is no setting of the server': [
    'smoke: {env: {OTHER: x}}',
    /smoke.env: OTHER is no setting of env/,
  ],
  'a file of the smoke test in no mount': [
    'smoke: {files: {config/a.json: x}}',
    /smoke.files: config\/a.json lies in no mount/,
  ],
  'a file of the smoke test outside of its mount': [
    'permissions: {mounts: [{name: a, target: /data, description: d}]}\nsmoke: {files: {a/../../x: y}}',
    /must be MOUNT\/PATH with plain segments/,
  ],
  'an argument of the smoke test that JSON cannot hold': [
    'smoke: {call: {tool: t, arguments: {a: .inf}}}',
    /smoke.call.arguments: expected values of JSON/,
  ],
  'a secret with a default': [
    'env: {TOKEN: {description: d, secret: true, default: x}}',
    /env.TOKEN: a secret can't have a default/,
  ],
};

for (const [title, [more, said]] of Object.entries(contradictions)) {
  test(`${title} is refused`, () => {
    assert.match(problemsIn(entryText('fixture', { more: `${more}\n` })).join('\n'), said);
  });
}

test('the root folder and its parents of our own folders are refused as writable', () => {
  for (const folder of ['/var', '/proc/self', '/etc']) {
    const more = `permissions: {writable: [${folder}]}\n`;
    assert.match(problemsIn(entryText('fixture', { more })).join('\n'), /folder of the image/, folder);
  }
});

test('folders that climb, are relative or have odd characters are refused', () => {
  for (const folder of ['data', '/data/', '/da ta', '/$HOME', '/']) {
    const more = `permissions: {writable: ["${folder}"]}\n`;
    assert.match(problemsIn(entryText('fixture', { more })).join('\n'), /absolute path/, folder);
  }
});

test('addresses, schemes, paths and upper case are no hosts', () => {
  for (const host of ['https://a.example.com', 'a.example.com/x', '10.0.0.0/8', 'A.example.com', '*.']) {
    const more = `permissions: {network: ["${host}"]}\n`;
    assert.match(
      problemsIn(entryText('fixture', { more })).join('\n'),
      /permissions\.network\.0: must be/,
      host,
    );
  }
});

test('names that only the user can mean, registries, IP addresses and repetitions are refused at their place', () => {
  const cases: Readonly<Record<string, RegExp>> = {
    localhost: /network: .*found "localhost" \(that is the container itself/,
    nas: /expected a public name with a dot, found "nas"/,
    'host.mcpcat.internal': /for the user to allow/,
    '*.com': /whole registry/,
    '10.0.0.1': /IP address "10.0.0.1"/,
    'a.example.com, "*.example.com"': /a.example.com is contained in \*.example.com/,
    'a.example.com, "a.example.com:443"': /a.example.com is listed twice/,
  };
  for (const [hosts, expected] of Object.entries(cases)) {
    const network = hosts.includes(',') ? hosts : JSON.stringify(hosts);
    const more = `permissions: {network: [${network}]}\n`;
    assert.match(problemsIn(entryText('fixture', { more })).join('\n'), expected, hosts);
  }
});
