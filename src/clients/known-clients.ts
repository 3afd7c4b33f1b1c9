import type { Client } from './client.ts';
import { desktopClients } from './known/desktop.ts';
import { editorClients } from './known/editors.ts';
import { probeClients } from './known/probes.ts';
import { moreTerminalClients } from './known/terminal-more.ts';
import { terminalClients } from './known/terminal.ts';

/** Every client that mcpcat can write for. */
export const knownClients: readonly Client[] = [
  ...terminalClients,
  ...moreTerminalClients,
  ...probeClients,
  ...editorClients,
  ...desktopClients,
];
