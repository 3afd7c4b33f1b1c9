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

int lease(char **arguments) {
  int heartbeat = -1;
  pid_t guardian = 1;
  for (; arguments[0] != NULL; arguments += 2) {
    int value = arguments[1] == NULL ? -1 : parse_number(arguments[1], 86400000);
    if (value > 0 && strcmp(arguments[0], "--heartbeat") == 0) {
      heartbeat = value;
    } else if (value > 0 && strcmp(arguments[0], "--pid") == 0) {
      guardian = (pid_t)value;
    } else {
      say("usage: mcpcat-init lease [--heartbeat MILLISECONDS] [--pid PID]");
      return 2;
    }
  }
  while (alive(heartbeat)) continue;
  if (kill(guardian, LEASE_SIGNAL) == 0) return 0;
  say("can't tell process %d that the client is gone: %s", (int)guardian, strerror(errno));
  return 1;
}
