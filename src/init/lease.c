#define _GNU_SOURCE
#include "lease.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attempts.h"
#include "clock.h"
#include "listeners.h"
#include "init.h"
#include "relay-frames.h"
#include "say.h"
#include "settings.h"

/* What process 1 has seen end inside the container, as ATTEMPT frames on stdout; false when there will be no more. */
static bool pass_on(int reports) {
  uint8_t frame[frame_header_size + attempt_maximum];
  ssize_t size = recv(reports, frame + frame_header_size, attempt_maximum, MSG_DONTWAIT);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  if (size == 0) return false;
  frame_encode(frame, frame_attempt, 0, (uint32_t)size);
  /* A pipe takes so few bytes whole or not at all; if nobody reads, the lease counts for more than the report. */
  return write(STDOUT_FILENO, frame, frame_header_size + (size_t)size) >= 0 || errno == EAGAIN;
}

/*
 * True while the client lives: bytes are heartbeats, the end of input or silence is its end. *heard is when the last of
 * them came.
 */
static bool alive(const struct lease *it, int64_t *heard, int *reports) {
  char beats[256];
  struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = *reports, .events = POLLIN}};
  int64_t left = it->heartbeat < 0 ? -1 : *heard + it->heartbeat - clock_milliseconds();
  if (it->heartbeat >= 0 && left <= 0) return false;
  int ready = poll(fds, 2, (int)left);
  if (ready < 0) return errno == EINTR;
  if (fds[1].revents != 0 && !pass_on(*reports)) *reports = -1;
  if (fds[0].revents == 0) return true;
  *heard = clock_milliseconds();
  ssize_t got = read(STDIN_FILENO, beats, sizeof beats);
  return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

bool lease_options(struct lease *lease, const char *command, char **arguments) {
  *lease = (struct lease){.heartbeat = -1, .init = 1};
  for (; arguments[0] != NULL; arguments += 2) {
    int value = arguments[1] == NULL ? -1 : parse_number(arguments[1], 86400000);
    if (value > 0 && strcmp(arguments[0], "--heartbeat") == 0) {
      lease->heartbeat = value;
    } else if (value > 0 && strcmp(arguments[0], "--pid") == 0) {
      lease->init = (pid_t)value;
    } else {
      say("usage: mcpcat-init %s [--heartbeat MILLISECONDS] [--pid PID]", command);
      return false;
    }
  }
  return true;
}

int lease_lost(const struct lease *lease) {
  if (kill(lease->init, LEASE_SIGNAL) == 0) return 0;
  say("can't tell process %d that the client is gone: %s", (int)lease->init, strerror(errno));
  return 1;
}

/* Where there is a relay it has them; then nothing is handed over any more. */
static int take_reports(void) {
  int sockets[listeners_maximum];
  int reports;
  int count = listeners_take(sockets, &reports);
  while (count > 0) close(sockets[--count]);
  int flags = fcntl(STDOUT_FILENO, F_GETFL);
  if (flags < 0 || fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK) != 0) return -1;
  return reports;
}

int lease(char **arguments) {
  struct lease it;
  if (!lease_options(&it, "lease", arguments)) return 2;
  int reports = settings_reports() ? take_reports() : -1;
  int64_t heard = clock_milliseconds();
  while (alive(&it, &heard, &reports)) continue;
  return lease_lost(&it);
}
