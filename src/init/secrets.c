#define _GNU_SOURCE
#include "secrets.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "secrets-handoff.h"
#include "say.h"

enum { handoff_wait = 10000 };

/* Reads exactly size bytes; 0, or -1 at the end of input, an error or the deadline. */
static int read_exactly(char *into, size_t size, int64_t deadline) {
  while (size > 0) {
    int64_t left = deadline - clock_milliseconds();
    if (left <= 0) return -1;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready = poll(&input, 1, (int)left);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return -1;
    ssize_t got = read(STDIN_FILENO, into, size);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return -1;
    into += got;
    size -= (size_t)got;
  }
  return 0;
}

/* Byte by byte, because what follows the line belongs to somebody else. */
static long read_length(int64_t deadline) {
  char header[handoff_header_maximum];
  for (size_t size = 0; size < sizeof header; size++) {
    if (read_exactly(header + size, 1, deadline) != 0) return -1;
    if (header[size] == '\n') return handoff_length(header, size);
  }
  return -1;
}

int secrets_read(struct secrets *secrets) {
  int64_t deadline = clock_milliseconds() + handoff_wait;
  const char *problem = NULL;
  long length = read_length(deadline);
  if (length < 0) {
    say("expected secrets on stdin (MCPCAT1 LENGTH), found something else, the end of input or nothing for 10 s");
    return -1;
  }
  if (length == 0) return 0;
  secrets->size = (size_t)length;
  secrets->records = mmap(NULL, secrets->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (secrets->records == MAP_FAILED) {
    secrets->records = NULL;
    say("no memory for %ld bytes of secrets", length);
    return -1;
  }
  if (read_exactly(secrets->records, secrets->size, deadline) != 0) {
    problem = "it ended before its announced length";
  } else {
    secrets->count = handoff_records(secrets->records, secrets->size, &problem);
  }
  if (problem == NULL) return 0;
  say("the secrets on stdin can't be used: %s", problem);
  secrets_wipe(secrets);
  return -1;
}

void secrets_wipe(struct secrets *secrets) {
  if (secrets->records == NULL) return;
  explicit_bzero(secrets->records, secrets->size);
  munmap(secrets->records, secrets->size);
  *secrets = (struct secrets){0};
}

/* A secret replaces a plain variable of the same name. */
static int overridden(const struct secrets *secrets, const char *variable) {
  size_t name = strcspn(variable, "=") + 1;
  const char *record = secrets->records;
  for (int i = 0; i < secrets->count; i++, record += strlen(record) + 1) {
    if (strncmp(record, variable, name) == 0) return 1;
  }
  return 0;
}

char **secrets_environment(const struct secrets *secrets, char **environment) {
  size_t total = (size_t)secrets->count;
  while (environment[total - (size_t)secrets->count] != NULL) total++;
  char **result = calloc(total + 1, sizeof *result);
  if (result == NULL) return NULL;
  size_t used = 0;
  for (char **variable = environment; *variable != NULL; variable++) {
    if (strncmp(*variable, "MCPCAT_", 7) != 0 && !overridden(secrets, *variable)) result[used++] = *variable;
  }
  char *record = secrets->records;
  for (int i = 0; i < secrets->count; i++, record += strlen(record) + 1) result[used++] = record;
  return result;
}
