#define _GNU_SOURCE
#include "relay-backlog.h"

#include <string.h>
#include <sys/mman.h>

enum { block_size = 16384, block_bytes = block_size - 2 * (int)sizeof(size_t) };

struct block {
  struct block *next;
  uint32_t start, end;
  uint8_t bytes[block_bytes];
};
_Static_assert(sizeof(struct block) == block_size, "a block is whole pages");

static bool add_block(struct backlog *backlog) {
  struct block *block = mmap(NULL, block_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) return false;
  if (backlog->last == NULL) {
    backlog->first = block;
  } else {
    backlog->last->next = block;
  }
  backlog->last = block;
  return true;
}

bool backlog_append(struct backlog *backlog, const uint8_t *bytes, size_t size) {
  while (size > 0) {
    if ((backlog->last == NULL || backlog->last->end == block_bytes) && !add_block(backlog)) return false;
    struct block *block = backlog->last;
    size_t room = block_bytes - block->end;
    size_t taken = size < room ? size : room;
    memcpy(block->bytes + block->end, bytes, taken);
    block->end += (uint32_t)taken;
    backlog->size += taken;
    bytes += taken;
    size -= taken;
  }
  return true;
}

const uint8_t *backlog_first(const struct backlog *backlog, size_t *size) {
  const struct block *block = backlog->first;
  *size = block == NULL ? 0 : block->end - block->start;
  return block == NULL ? NULL : block->bytes + block->start;
}

void backlog_drop(struct backlog *backlog, size_t size) {
  struct block *block = backlog->first;
  if (block == NULL) return;
  block->start += (uint32_t)size;
  backlog->size -= size;
  if (block->start < block->end) return;
  backlog->first = block->next;
  if (backlog->first == NULL) backlog->last = NULL;
  munmap(block, block_size);
}

void backlog_clear(struct backlog *backlog) {
  while (backlog->first != NULL) backlog_drop(backlog, backlog->first->end - backlog->first->start);
}
