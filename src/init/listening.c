#define _GNU_SOURCE
#include "listening.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Those that listen come first, at most a relay's and some of the server's: 64 KB hold 400. */
enum { table_maximum = 65536, piece = 4096, state_listen = 0x0A };

static int hex(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

/* "  0: 0100007F:1F90 00000000:0000 0A …" (proc(5)): true for a line of the port in that state. */
static bool fits(const char *line, uint16_t port) {
  const char *local = strchr(line, ':');
  const char *colon = local == NULL ? NULL : strchr(local + 1, ':');
  unsigned found = 0;
  if (colon == NULL) return false;
  const char *at = colon + 1;
  for (; hex(*at) >= 0; at++) found = found * 16 + (unsigned)hex(*at);
  const char *state = *at == ' ' ? strchr(at + 1, ' ') : NULL;
  if (state == NULL || hex(state[1]) < 0 || hex(state[2]) < 0) return false;
  return found == port && hex(state[1]) * 16 + hex(state[2]) == state_listen;
}

/* Looks at the whole lines and moves the rest to the front; its size. */
static size_t search(char *text, uint16_t port, bool *found) {
  char *line = text;
  for (char *end = strchr(line, '\n'); end != NULL; end = strchr(line, '\n')) {
    *end = '\0';
    *found = *found || fits(line, port);
    line = end + 1;
  }
  size_t rest = strlen(line);
  memmove(text, line, rest + 1);
  return rest;
}

static bool listed(const char *table, uint16_t port) {
  char text[piece + 1];
  size_t size = 0, total = 0;
  bool found = false;
  int file = open(table, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  while (!found && total < table_maximum && size < piece) {
    ssize_t got = read(file, text + size, piece - size);
    if (got <= 0) break;
    total += (size_t)got;
    text[size + (size_t)got] = '\0';
    size = search(text, port, &found);
  }
  close(file);
  return found;
}

bool listening_on(uint16_t port) { return listed("/proc/net/tcp", port) || listed("/proc/net/tcp6", port); }
