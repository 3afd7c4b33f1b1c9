#define _GNU_SOURCE
#include "watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "settings.h"

enum { pause_milliseconds = 4, command_maximum = 1500, known_maximum = 65536, pid_maximum = 1 << 22 };

/* What was said of each pid: a hash of its command line, which changes with exec. Pids far apart may share a place. */
static uint32_t known[known_maximum];

static uint32_t hash_of(const char *bytes, size_t size) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < size; i++) hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
  return hash == 0 ? 1 : hash;
}

static void look_at(int pid) {
  char path[64];
  char command[command_maximum];
  snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ssize_t size = read(fd, command, sizeof command);
  close(fd);
  if (size <= 0) return; /* it has ended, or is a zombie */
  uint32_t hash = hash_of(command, (size_t)size);
  if (known[pid % known_maximum] == hash) return;
  known[pid % known_maximum] = hash;
  char line[2 * command_maximum + 1];
  int used = 0;
  for (ssize_t i = 0; i < size; i++) used += sprintf(line + used, "%02x", (unsigned char)command[i]);
  line[used++] = '\n';
  if (write(STDOUT_FILENO, line, (size_t)used) < 0) return;
}

static void look_around(void) {
  DIR *processes = opendir("/proc");
  if (processes == NULL) return;
  for (struct dirent *it = readdir(processes); it != NULL; it = readdir(processes)) {
    int pid = parse_number(it->d_name, pid_maximum);
    if (pid > 0) look_at(pid);
  }
  closedir(processes);
}

int watch(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = 0};
  do {
    look_around();
  } while (poll(&input, 1, pause_milliseconds) == 0);
  return 0;
}
