#ifndef MCPCAT_LISTENING_H
#define MCPCAT_LISTENING_H

#include <stdbool.h>
#include <stdint.h>

/* Whether any TCP socket of this network namespace listens on the port, at whatever address. */
bool listening_on(uint16_t port);

#endif
