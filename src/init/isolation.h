#ifndef MCPCAT_ISOLATION_H
#define MCPCAT_ISOLATION_H

#include <stdbool.h>

/* True if no interface but loopback is up. Otherwise, or if that can't be found out, says why. */
bool isolation_holds(void);

#endif
