#define _GNU_SOURCE
#include "stdin-watchdog.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Milliseconds. */
enum { interval = 2000, before_growth = 2000, before_last_growth = 6000 };
/*
 * Bytes. The engine, its shim and their sockets hold some 300 KB between a client and this pipe of 64 KB: the first
 * step takes them all. The second is what the kernel grants to anybody (pipe(7), /proc/sys/fs/pipe-max-size).
 */
enum { first_growth = 512 * 1024, last_growth = 1024 * 1024 };

static void grow(int capacity, int64_t waited) {
  int wanted = capacity < first_growth && waited >= before_growth         ? first_growth
               : capacity < last_growth && waited >= before_last_growth ? last_growth
                                                                        : 0;
  /* Refused where this user's pipes hold too much already: then it is as before. */
  if (wanted != 0) (void)fcntl(STDIN_FILENO, F_SETPIPE_SZ, wanted);
}

bool stdin_never_read(struct stdin_watchdog *it, int64_t now, int timeout) {
  int unread = 0;
  if (now < it->next) return false;
  it->next = now + interval;
  int capacity = fcntl(STDIN_FILENO, F_GETPIPE_SZ);
  if (capacity <= 0 || ioctl(STDIN_FILENO, FIONREAD, &unread) != 0) return false;
  /* A pipe is full before its bytes are as many as it holds: each write may leave a page half used. */
  if (unread != it->unread || unread < capacity / 2) it->since = now;
  it->unread = unread;
  if (it->since < now) grow(capacity, now - it->since);
  return now - it->since >= timeout;
}

int stdin_watchdog_timeout(const struct stdin_watchdog *it, int64_t now) {
  return it->next <= now ? 0 : (int)(it->next - now);
}
