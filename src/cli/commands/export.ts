import { common, type CommandSpec } from '../command.ts';

export const spec: CommandSpec = {
  name: 'export',
  summary: 'Write the catalog in the form of another registry or launcher',
  usage: '--format FORM [NAME…]',
  options: {
    format: {
      type: 'string',
      value: 'FORM',
      help: "server-json (the official MCP registry), toolhive, docker-catalog (Docker's MCP gateway), links (that add a server to a client), mcpb (bundles for desktop clients), kubernetes (mcpcat serve in a cluster), srt or vscode-sandbox (lists for one server without a container)",
    },
    mount: {
      type: 'string',
      multiple: true,
      value: 'NAME=PATH[:ro|rw]',
      help: 'srt, vscode-sandbox: the folder or file of a mount',
    },
    out: {
      type: 'string',
      value: 'FILE|DIR',
      help: 'where; server-json: a folder, DIR/NAME/server.json; kubernetes: a folder for kustomize',
    },
    local: { type: 'boolean', help: 'name the images of this engine instead of published ones' },
    unproved: { type: 'boolean', help: 'also servers without a proof of what they are now' },
    namespace: {
      type: 'string',
      value: 'NAME',
      help: 'who publishes, as reverse DNS (default: io.mcpcat); kubernetes: the namespace (default: mcpcat)',
    },
    image: { type: 'string', value: 'REF', help: 'kubernetes: the image that has mcpcat itself, by digest' },
    policies: {
      type: 'string',
      value: 'cilium|gke:CIDR',
      help: "kubernetes: also network policies that know the servers' hosts; CIDR is where the control plane is",
    },
    isolation: {
      type: 'string',
      value: 'policy|CLASS',
      help: 'kubernetes: what keeps servers from any network: the deny-all policy (default), or a RuntimeClass that has none',
    },
    'accept-missing': {
      type: 'string',
      multiple: true,
      value: 'LIMIT,…',
      help: 'kubernetes: what no cluster can hold for one container, by name',
    },
    warm: {
      type: 'string',
      value: 'N',
      help: 'kubernetes: keep N pods of each server parked, so that a first call does not wait for one to be made',
    },
    base: { type: 'string', multiple: true, value: 'KIND=REF', help: 'the bases that images were built on' },
    catalog: common.anyCatalog,
    quiet: common.quiet,
  },
  examples: [
    ['mcpcat export --format toolhive --out registry.json', 'for thv config set-registry'],
    ['mcpcat export --format docker-catalog --local', 'for docker mcp gateway run, on this machine'],
    ['mcpcat export --format server-json --out out time', 'out/time/server.json'],
    ['mcpcat export --format mcpb --out out time', 'out/mcpcat-time.mcpb'],
    ['mcpcat export --format kubernetes --image REF time > time.yaml', 'for kubectl apply -f time.yaml'],
    ['mcpcat export --format srt brave-search --out srt.json', 'for srt --settings srt.json'],
  ],
  completes: 'entries',
  load: () => import('../execute/export.ts'),
};
