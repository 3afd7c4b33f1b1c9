import type { ClientConnection } from './front.ts';
import { Part } from './message.ts';
import type { OpenRequest } from './open-request.ts';

/** Milliseconds between two words of a start that takes long: clients count from the last one. */
const againMs = 5000;
/** So little that whatever the server reports itself is more, as it has to be. */
const stepSize = 1e-6;

/** Tells a client that asked for progress that its call waits for the start of the server. */
export function startingTold(open: OpenRequest, connection: ClientConnection): void {
  if (open.progressToken === undefined) return;
  const params = Part.ofValue({
    progressToken: open.progressToken,
    progress: open.told * stepSize,
    message: `starting ${open.server.name}`,
  });
  open.told += 1;
  void connection.send(
    { kind: 'notification', method: 'notifications/progress', params },
    { about: open.id },
  );
  open.starting = setTimeout(() => {
    if (open.asked?.sentAs === undefined) startingTold(open, connection);
  }, againMs);
}
