import { credentialPlaces, type Outside } from './outside.ts';

/** `.vscode/mcp.json` with one server and the sandbox that VS Code starts it in; microsoft/vscode, mcpPlatformTypes.ts. */
export interface VscodeSandbox {
  readonly servers: Readonly<
    Record<
      string,
      {
        readonly type: 'stdio';
        readonly command: string;
        readonly args: readonly string[];
        readonly env: Readonly<Record<string, string>>;
        readonly sandboxEnabled: true;
      }
    >
  >;
  readonly inputs: readonly {
    readonly type: 'promptString';
    readonly id: string;
    readonly description: string;
    readonly password: boolean;
  }[];
  readonly sandbox: {
    readonly network: { readonly allowedDomains: readonly string[] };
    readonly filesystem: { readonly denyRead: readonly string[]; readonly allowWrite: readonly string[] };
  };
}

/** The block is that of the whole file, so it is made for one server. Required settings are asked for. Pure. */
export function vscodeSandbox({ server, command, args, domains, writes }: Outside): VscodeSandbox {
  const asked = Object.entries(server.env).filter(([, { required }]) => required);
  const id = (name: string): string => `${server.name}-${name}`;
  return {
    servers: {
      [server.name]: {
        type: 'stdio',
        command,
        args,
        env: Object.fromEntries(asked.map(([name]) => [name, `\${input:${id(name)}}`])),
        sandboxEnabled: true,
      },
    },
    inputs: asked.map(([name, { description, secret }]) => ({
      type: 'promptString',
      id: id(name),
      description,
      password: secret === true,
    })),
    sandbox: {
      network: { allowedDomains: domains },
      filesystem: { denyRead: credentialPlaces, allowWrite: writes },
    },
  };
}
