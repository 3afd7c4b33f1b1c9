#define _GNU_SOURCE
#include "mounts.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "say.h"

struct place {
  uint64_t device;
  uint64_t inode;
  char target[PATH_MAX];
};

/* Digits up to `end`, which is passed over; NULL for anything else, and for more than 64 bits. */
static const char *read_number(const char *text, char end, uint64_t *value) {
  if (*text == end) return NULL;
  for (*value = 0; *text != end; text++) {
    uint64_t digit = (uint64_t)(*text - '0');
    if (*text < '0' || *text > '9' || *value > (UINT64_MAX - digit) / 10) return NULL;
    *value = *value * 10 + digit;
  }
  return text + 1;
}

/* One line; the start of the next, or NULL if it is not of the form. */
static const char *read_place(const char *line, struct place *place) {
  const char *rest = read_number(line, ':', &place->device);
  if (rest != NULL) rest = read_number(rest, ' ', &place->inode);
  const char *end = rest == NULL ? NULL : strchr(rest, '\n');
  if (end == NULL || *rest != '/' || (size_t)(end - rest) >= sizeof place->target) return NULL;
  memcpy(place->target, rest, (size_t)(end - rest));
  place->target[end - rest] = '\0';
  return end + 1;
}

static bool is_mounted(const struct place *place) {
  struct stat found;
  if (stat(place->target, &found) != 0) {
    say("can't tell what is mounted at %s: %s", place->target, strerror(errno));
    return false;
  }
  if ((uint64_t)found.st_dev == place->device && (uint64_t)found.st_ino == place->inode) return true;
  say("%s is not the folder that was handed over: somebody put another one in its place", place->target);
  return false;
}

bool mounts_hold(const char *list) {
  struct place place;
  for (const char *line = list; line != NULL && *line != '\0';) {
    line = read_place(line, &place);
    if (line == NULL) {
      say("MCPCAT_MOUNTS: expected lines of DEV:INO TARGET");
      return false;
    }
    if (!is_mounted(&place)) return false;
  }
  return true;
}
