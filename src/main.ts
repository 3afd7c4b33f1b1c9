import { commands } from './cli/commands.ts';
import { start } from './cli/start.ts';

await start(commands);
