#!/bin/sh
# Versions: npm @kubernetes/client-node 2.0.1 with js-yaml 5.5.0; npm yaml 2.9.1 as a reader of YAML 1.1. Seen 2026-11-28.
#
# Behaviour: `defaultMode: 0400` for the files of a Secret, as many manifests have it (the reference of the field, which is also
# in the client's own model, says: "YAML accepts both octal and decimal values"), is 256 to kubectl,
# which reads YAML 1.1, and 400 to loadYaml of the JavaScript client, which reads YAML 1.2. 400 is a valid mode, too: 0620, so
# the group may write what its owner alone was to read. (0644 becomes 644, more than the 511 that the API permits.) Nobody
# says anything when the manifest is read, and dumpYaml writes the decimal number.
#
# Output seen:
#   0400 read as YAML 1.1: 256, mode 0400
#   0400 by loadYaml     : 400, mode 0620
#   0440 by loadYaml     : 440, mode 0670
#   written by dumpYaml  : defaultMode: 440
#
# Needs node >= 22.19 and npm. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

cat > package.json <<'JSON'
{ "private": true, "type": "module", "overrides": { "js-yaml": "5.5.0" } }
JSON
timeout 300 npm install --silent --no-audit --no-fund --ignore-scripts @kubernetes/client-node@2.0.1 yaml@2.9.1 >install.log 2>&1 || {
  cat install.log
  exit 2
}

cat > try.mjs <<'JS'
import { dumpYaml, loadYaml } from '@kubernetes/client-node';
import { parse } from 'yaml';

const podWith = (mode) => `apiVersion: v1
kind: Pod
metadata:
  name: finding
spec:
  containers:
    - name: finding
      image: redis
      volumeMounts:
        - name: key
          mountPath: /etc/key
  volumes:
    - name: key
      secret:
        secretName: key
        defaultMode: ${mode}
`;
const say = (what, pod) => {
  const { defaultMode } = pod.spec.volumes[0].secret;
  console.log(`${what}: ${defaultMode}, mode 0${defaultMode.toString(8)}`);
  return pod;
};
say('0400 read as YAML 1.1', parse(podWith('0400'), { version: '1.1' }));
say('0400 by loadYaml     ', loadYaml(podWith('0400')));
const pod = say('0440 by loadYaml     ', loadYaml(podWith('0440')));
console.log(`written by dumpYaml  : ${/defaultMode: .*/.exec(dumpYaml(pod))[0]}`);
JS
timeout 60 node try.mjs > seen || exit 2
cat seen

cat > expected <<'SEEN'
0400 read as YAML 1.1: 256, mode 0400
0400 by loadYaml     : 400, mode 0620
0440 by loadYaml     : 440, mode 0670
written by dumpYaml  : defaultMode: 440
SEEN
diff expected seen || exit 1
