#define _GNU_SOURCE
#include "limits.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>

#include "say.h"
#include "settings.h"

static const struct {
  const char *name;
  int resource;
} known[] = {{"nofile=", RLIMIT_NOFILE}, {"nproc=", RLIMIT_NPROC}};

/* Soft and hard, so that it stays. Lower than the wanted one is what somebody else has decided. */
static bool lower(int resource, rlim_t wanted) {
  struct rlimit limit;
  if (getrlimit(resource, &limit) != 0) return false;
  if (limit.rlim_max > wanted) limit.rlim_max = wanted;
  if (limit.rlim_cur > limit.rlim_max) limit.rlim_cur = limit.rlim_max;
  return setrlimit(resource, &limit) == 0;
}

static void usage(void) { say("usage: mcpcat-init limit [nofile=N] [nproc=N] -- COMMAND [ARGUMENT…]"); }

static bool take(const char *argument) {
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    size_t length = strlen(known[i].name);
    if (strncmp(argument, known[i].name, length) != 0) continue;
    int value = parse_number(argument + length, 1 << 20);
    if (value < 1) break;
    if (lower(known[i].resource, (rlim_t)value)) return true;
    say("can't hold the limit %s: %s", argument, strerror(errno));
    return false;
  }
  usage();
  return false;
}

char **limits_lower(char **arguments) {
  for (; *arguments != NULL && strcmp(*arguments, "--") != 0; arguments++)
    if (!take(*arguments)) return NULL;
  if (*arguments != NULL && arguments[1] != NULL) return arguments + 1;
  usage();
  return NULL;
}
