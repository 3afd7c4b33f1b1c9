#include "relay-lookups.h"

#include <stddef.h>

struct lookup *lookups_find(struct lookups *lookups, uint16_t id) {
  for (struct lookup *slot = lookups->slots; slot < lookups->slots + lookups_maximum; slot++) {
    if (slot->id == id) return slot;
  }
  return NULL;
}

static struct lookup *oldest(struct lookups *lookups) {
  struct lookup *found = lookups->slots;
  for (struct lookup *slot = found + 1; slot < lookups->slots + lookups_maximum; slot++) {
    if (slot->since < found->since) found = slot;
  }
  return found;
}

struct lookup *lookups_add(struct lookups *lookups, int64_t now) {
  struct lookup *slot = lookups_find(lookups, 0);
  if (slot == NULL) slot = oldest(lookups);
  if (slot->id != 0 && now - slot->since < lookup_wait) return NULL;
  slot->id = 0;
  do {
    if (++lookups->last == 0) {
      lookups->all_used = true;
      lookups->last = 1;
    }
  } while (lookups_find(lookups, lookups->last) != NULL);
  slot->id = lookups->last;
  slot->since = now;
  return slot;
}

bool lookups_ever_used(const struct lookups *lookups, uint16_t id) { return lookups->all_used || id <= lookups->last; }
