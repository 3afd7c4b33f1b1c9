#ifndef MCPCAT_SAY_H
#define MCPCAT_SAY_H

/* One line to stderr, prefixed; never stdout, which belongs to the server's protocol. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
