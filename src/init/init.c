#define _GNU_SOURCE
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attempts.h"
#include "clock.h"
#include "confine.h"
#include "listeners.h"
#include "escalation.h"
#include "lease-holders.h"
#include "isolation.h"
#include "local-names.h"
#include "mounts.h"
#include "stdin-watchdog.h"
#include "say.h"
#include "secrets.h"
#include "server.h"

/* Exit code for "init itself could not do its work"; docker uses the same. */
enum { exit_init_failed = 125 };

struct watch {
  pid_t server;
  int signals; /* signalfd: signals become readable data, so one poll serves all and nothing races */
  bool input;  /* stdin has not hung up yet */
  int names; /* local-names.h; -1 where the relay answers, or the engine has its own */
  struct listeners listeners;
  struct attempts attempts;
  struct settings settings;
  struct escalation escalation;
  struct lease_holders lease_holders;
  struct stdin_watchdog stdin_watchdog;
};

static int open_signals(void) {
  static const int watched[] = {SIGCHLD, SIGTERM, SIGINT,  SIGHUP,  SIGQUIT,
                                SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH};
  sigset_t set;
  sigemptyset(&set);
  for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) sigaddset(&set, watched[i]);
  sigaddset(&set, LEASE_SIGNAL);
  /* Blocked signals reach process 1 although its actions are the defaults (pid_namespaces(7)). */
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) return -1;
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool asks_for_the_end(int number) {
  return number == SIGTERM || number == SIGINT || number == SIGHUP || number == SIGQUIT;
}

static void take_signal(struct watch *it, int number) {
  if (number == SIGCHLD) return; /* the loop reaps after every wake-up */
  if (number == LEASE_SIGNAL) {
    escalation_client_gone(&it->escalation, reason_lease, clock_milliseconds(), &it->settings);
    return;
  }
  server_signal(it->server, number);
  if (asks_for_the_end(number)) escalation_signalled(&it->escalation, clock_milliseconds(), &it->settings);
}

static void take_signals(struct watch *it) {
  struct signalfd_siginfo info;
  while (read(it->signals, &info, sizeof info) == (ssize_t)sizeof info) take_signal(it, (int)info.ssi_signo);
}

static void act(struct watch *it) {
  switch (escalation_due(&it->escalation, clock_milliseconds(), &it->settings)) {
    case action_none:
      return;
    case action_terminate:
      server_signal(it->server, SIGTERM);
      /* A stopped process takes no SIGTERM until it goes on. */
      server_signal(it->server, SIGCONT);
      return;
    case action_kill:
      server_kill_all(it->server);
      return;
  }
}

static int sooner(int one, int other) {
  return one < 0 || (other >= 0 && other < one) ? other : one;
}

/* With a lease the end of a client is known, however full stdin is. */
static bool watches_stdin(const struct watch *it) {
  return it->input && !it->settings.held;
}

/* Until the next thing that is due: an escalation, a look after the lease or into stdin. */
static int timeout_of(const struct watch *it, int64_t now) {
  int due = sooner(escalation_timeout(&it->escalation, now), lease_holders_timeout(&it->lease_holders, now));
  return watches_stdin(it) ? sooner(due, stdin_watchdog_timeout(&it->stdin_watchdog, now)) : due;
}

/* One wait. poll with no events reports a hang-up of stdin without taking a byte from the server (poll(2)). */
static void wait_once(struct watch *it) {
  struct pollfd fds[] = {{.fd = it->signals, .events = POLLIN},
                          {.fd = it->input ? STDIN_FILENO : -1, .events = 0},
                          {.fd = it->listeners.handoff, .events = POLLIN},
                          {.fd = it->names, .events = POLLIN},
                          {.fd = it->attempts.listener, .events = POLLIN}};
  if (poll(fds, sizeof fds / sizeof *fds, timeout_of(it, clock_milliseconds())) < 0 && errno != EINTR) {
    say("poll: %s", strerror(errno));
    server_kill_all(it->server);
  }
  if (fds[1].revents != 0) {
    it->input = false; /* it would be reported again and again */
    escalation_client_gone(&it->escalation, reason_hangup, clock_milliseconds(), &it->settings);
  }
  if (fds[2].revents != 0) listeners_hand_over(&it->listeners);
  if (fds[3].revents != 0) local_names_answer(it->names, &it->attempts);
  if (fds[4].revents != 0) attempts_serve(&it->attempts);
  take_signals(it);
  int64_t now = clock_milliseconds();
  if (lease_holders_lost(&it->lease_holders, now))
    escalation_client_gone(&it->escalation, reason_lease, now, &it->settings);
  if (watches_stdin(it) && stdin_never_read(&it->stdin_watchdog, now, it->settings.unread))
    escalation_client_gone(&it->escalation, reason_unread, now, &it->settings);
  act(it);
}

/* True if a counter of the container's cgroup is not zero; files: where cgroups v2 has it, then v1. */
static bool counted(const char *const files[2], const char *counter) {
  for (size_t i = 0; i < 2; i++) {
    char text[512];
    int file = open(files[i], O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    if (size <= 0) continue;
    text[size] = '\0';
    const char *count = strstr(text, counter);
    return count != NULL && count[strlen(counter)] != '0';
  }
  return false;
}

/* The kernel has killed a process of this container for its memory limit. */
static bool out_of_memory(void) {
  static const char *const files[2] = {"/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control"};
  return counted(files, "oom_kill ");
}

/* The kernel has refused it a process for its limit of processes. */
static bool out_of_processes(void) {
  static const char *const files[2] = {"/sys/fs/cgroup/pids.events", "/sys/fs/cgroup/pids/pids.events"};
  return counted(files, "max ");
}

static void explain(const struct watch *it, int status) {
  const struct escalation *end = &it->escalation;
  if (out_of_processes()) say("the server wanted more processes than its limit and was refused some");
  if (end->stage != stage_killing && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL && out_of_memory()) {
    say("the server needed more memory than its limit and was killed by the kernel");
    return;
  }
  if (end->stage < stage_terminating || (end->reason == reason_signal && end->stage < stage_killing)) return;
  const char *why = end->reason == reason_signal ? "asked to stop by a signal"
                    : end->reason == reason_lease ? "the launcher is gone"
                    : end->reason == reason_unread ? "its stdin was full and not read"
                                                  : "the client closed stdin";
  say("%s; the server did not exit by itself and was ended with %s", why,
      end->stage == stage_killing ? "SIGKILL" : "SIGTERM");
}

static int start(struct watch *it, char **command) {
  struct secrets secrets = {0};
  it->listeners.handoff = -1;
  it->names = it->settings.isolated && it->settings.ports == NULL ? local_names_open() : -1;
  bool told = it->settings.ports != NULL || it->attempts.far >= 0;
  if (told && !listeners_open(&it->listeners, it->settings.ports, it->attempts.far)) return -1;
  if (it->settings.secrets_handoff && secrets_read(&secrets) != 0) return -1;
  char **environment = secrets_environment(&secrets, environ);
  if (environment != NULL) it->server = server_start(command, environment);
  free(environment);
  secrets_wipe(&secrets);
  return environment == NULL || it->server < 0 ? -1 : 0;
}

/* The filter, with a listener if it is wanted and the kernel has one. */
static bool confine(struct watch *it) {
  int listener = -1;
  it->attempts = (struct attempts){.listener = -1, .near = -1, .far = -1};
  if (confine_descendants(it->settings.reports ? &listener : NULL) != 0) {
    say("can't install the filter of system calls: %s", strerror(errno));
    return false;
  }
  if (it->settings.reports) attempts_open(&it->attempts, listener);
  return true;
}

int run_init(char **command) {
  int status = 0;
  struct watch it = {.signals = open_signals(), .input = true, .settings = settings_from_environment()};
  if (it.signals < 0) {
    say("signalfd: %s", strerror(errno));
    return exit_init_failed;
  }
  if (it.settings.isolated && !isolation_holds()) return exit_init_failed;
  if (!mounts_hold(it.settings.mounts)) return exit_init_failed;
  if (!confine(&it)) return exit_init_failed;
  if (start(&it, command) != 0) return exit_init_failed;
  it.lease_holders = (struct lease_holders){.expected = it.settings.held, .running = clock_milliseconds()};
  while (!server_reap(it.server, &status)) wait_once(&it);
  explain(&it, status);
  server_kill_all(it.server); /* stragglers; the kernel would do it too once process 1 is gone */
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
