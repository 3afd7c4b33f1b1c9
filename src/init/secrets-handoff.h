#ifndef MCPCAT_SECRETS_HANDOFF_H
#define MCPCAT_SECRETS_HANDOFF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Secrets on stdin, before the first byte of the protocol:
 *
 *   "MCPCAT1 " decimal-length "\n" then exactly that many bytes of records "KEY=VALUE\0"
 *
 * so that they are in neither argv nor the container's configuration.
 */
enum { handoff_maximum = 1 << 20, handoff_header_maximum = 16 };

/* Length of the records that the header line (without its newline) announces, or -1. */
long handoff_length(const char *header, size_t size);

/* Number of records, or -1 with *problem set. Names are [A-Za-z_][A-Za-z0-9_]*, each once, none starting MCPCAT_. */
int handoff_records(const char *records, size_t size, const char **problem);

#endif
