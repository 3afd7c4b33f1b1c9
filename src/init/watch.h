#ifndef MCPCAT_WATCH_H
#define MCPCAT_WATCH_H

/*
 * `mcpcat-init watch`: until its stdin ends, a line on stdout for each command line that any process of the container
 * has: its words in hex, NUL between them. Looks every few milliseconds, so it may miss what is shorter.
 */
int watch(void);

#endif
