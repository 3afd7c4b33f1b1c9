#define _GNU_SOURCE
#include "lease.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "guard.h"
#include "say.h"
#include "settings.h"

/* True while the client lives: bytes are heartbeats, the end of input or silence is its end. */
static int alive(int heartbeat) {
  char beats[256];
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  int ready = poll(&input, 1, heartbeat);
  if (ready < 0) return errno == EINTR;
  if (ready == 0) return 0;
  ssize_t got = read(STDIN_FILENO, beats, sizeof beats);
  return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

bool lease_options(struct lease *lease, const char *command, char **arguments) {
  *lease = (struct lease){.heartbeat = -1, .guardian = 1};
  for (; arguments[0] != NULL; arguments += 2) {
    int value = arguments[1] == NULL ? -1 : parse_number(arguments[1], 86400000);
    if (value > 0 && strcmp(arguments[0], "--heartbeat") == 0) {
      lease->heartbeat = value;
    } else if (value > 0 && strcmp(arguments[0], "--pid") == 0) {
      lease->guardian = (pid_t)value;
    } else {
      say("usage: mcpcat-init %s [--heartbeat MILLISECONDS] [--pid PID]", command);
      return false;
    }
  }
  return true;
}

int lease_lost(const struct lease *lease) {
  if (kill(lease->guardian, LEASE_SIGNAL) == 0) return 0;
  say("can't tell process %d that the client is gone: %s", (int)lease->guardian, strerror(errno));
  return 1;
}

int lease(char **arguments) {
  struct lease it;
  if (!lease_options(&it, "lease", arguments)) return 2;
  while (alive(it.heartbeat)) continue;
  return lease_lost(&it);
}
