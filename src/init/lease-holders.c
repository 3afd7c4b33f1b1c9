#define _GNU_SOURCE
#include "lease-holders.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Milliseconds. A launcher opens its lease within 3 s and one that was lost within 4 s, on a busy engine later. The
 * first may be killed between two looks, so that none is ever seen: hence a timeout for that too.
 */
enum { interval = 2000, timeout = 15000, first_timeout = 20000 };

/* "PID (NAME) STATE PARENT …": the parent of a process that the engine put in is outside, and that is 0 (proc(5)). */
bool lease_holders_is_one(const char *stat, bool *runs) {
  const char *name = strchr(stat, '(');
  const char *end = strrchr(stat, ')');
  if (name == NULL || end == NULL || strncmp(name, "(mcpcat-init", strlen("(mcpcat-init")) != 0) return false;
  if (end[1] != ' ' || end[2] == '\0' || strncmp(end + 3, " 0 ", 3) != 0) return false;
  *runs = strchr("RSD", end[2]) != NULL;
  return true;
}

static bool look_at(pid_t pid, bool *runs) {
  char file[32];
  char stat[256];
  snprintf(file, sizeof file, "/proc/%d/stat", (int)pid);
  int from = open(file, O_RDONLY | O_CLOEXEC);
  if (from < 0) return false;
  ssize_t size = read(from, stat, sizeof stat - 1);
  close(from);
  if (size <= 0) return false;
  stat[size] = '\0';
  if (!lease_holders_is_one(stat, runs)) return false;
  if (!*runs) kill(pid, SIGCONT);
  return true;
}

/* Of several, one that runs. */
static pid_t find(bool *runs) {
  pid_t found = 0;
  DIR *all = opendir("/proc");
  if (all == NULL) return 0;
  for (struct dirent *entry = readdir(all); entry != NULL && !*runs; entry = readdir(all)) {
    pid_t pid = (pid_t)atoi(entry->d_name);
    if (pid > 1 && look_at(pid, runs)) found = pid;
  }
  closedir(all);
  return found;
}

bool lease_holders_lost(struct lease_holders *it, int64_t now) {
  bool runs = false;
  if (getpid() != 1) return false;
  if (now < it->next) return false;
  it->next = now + interval;
  if (it->holder == 0 || !look_at(it->holder, &runs) || !runs) {
    pid_t found = find(&runs);
    if (found != 0) it->holder = found;
  }
  if (runs || (it->holder == 0 && !it->expected)) it->running = now;
  return now - it->running >= (it->holder == 0 ? first_timeout : timeout);
}

int lease_holders_timeout(const struct lease_holders *it, int64_t now) {
  if (getpid() != 1) return -1;
  return it->next <= now ? 0 : (int)(it->next - now);
}
