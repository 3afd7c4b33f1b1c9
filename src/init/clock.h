#ifndef MCPCAT_CLOCK_H
#define MCPCAT_CLOCK_H

#include <stdint.h>

/* Monotonic: a change of the wall clock moves no deadline. */
int64_t clock_milliseconds(void);

#endif
