#ifndef MCPCAT_RELAY_LAUNCHER_H
#define MCPCAT_RELAY_LAUNCHER_H

#include "relay-state.h"

/* The launcher's side: what its frames mean, and what is due to it. */

/* Serves a frame. NULL, or what it breaks: the tunnel is over. An empty text: it has been said already. */
const char *launcher_take(struct relay *relay, const struct frame *frame, int64_t now);

/* Appends frames that are due as far as there is room; the rest waits in its streams. */
void launcher_emit(struct relay *relay);

#endif
