import path from 'node:path';
import { loadServer } from '../../catalog/load.ts';
import { inventoryOf } from '../../inventory/inventory.ts';
import { McpcatError } from '../../lib/errors.ts';
import type { Execute, Options } from '../command.ts';
import { platformOf, readableFolderOf, templatesFolder } from './build-environment.ts';
import { oneServer } from './one-server.ts';
import { writeOut } from './write-out.ts';

const forms = ['cyclonedx', 'spdx'] as const;

export const execute: Execute = async (invocation) => {
  const { options, terminal } = invocation;
  const name = oneServer(invocation);
  const form = formOf(options);
  const request = { templates: templatesFolder(), platform: platformOf(options) };
  const server = await loadServer(await readableFolderOf(invocation), name);
  const text = await textOf(form, await inventoryOf(server, request));
  const out = options.text('out');
  if (out === undefined) terminal.stdout.write(text);
  else await writeOut(path.resolve(out), text);
  return 0;
};

async function textOf(
  form: (typeof forms)[number],
  inventory: Awaited<ReturnType<typeof inventoryOf>>,
): Promise<string> {
  if (form === 'spdx') return (await import('../../sbom/spdx.ts')).spdx(inventory);
  return (await import('../../sbom/cyclonedx.ts')).cycloneDx(inventory);
}

function formOf(options: Options): (typeof forms)[number] {
  const text = options.text('format') ?? 'cyclonedx';
  const form = forms.find((known) => known === text);
  if (form !== undefined) return form;
  throw new McpcatError('usage', `--format: expected ${forms.join(' or ')}, found "${text}"`);
}
