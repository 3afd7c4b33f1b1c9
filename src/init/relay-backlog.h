#ifndef MCPCAT_RELAY_BACKLOG_H
#define MCPCAT_RELAY_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Bytes of a stream that its application does not take yet, in blocks of 16 KiB that go back to the kernel when they
 * have been taken: a relay whose applications read has none. The stream's credit bounds it.
 */
struct block;
struct backlog {
  struct block *first, *last;
  size_t size;
};

/* False without memory; the backlog then holds a part of the bytes and must be cleared. */
bool backlog_append(struct backlog *backlog, const uint8_t *bytes, size_t size);

/* The first bytes, in one piece; *size is 0 if there are none. */
const uint8_t *backlog_first(const struct backlog *backlog, size_t *size);

/* Drops so many of the bytes that backlog_first has shown. */
void backlog_drop(struct backlog *backlog, size_t size);

void backlog_clear(struct backlog *backlog);

#endif
