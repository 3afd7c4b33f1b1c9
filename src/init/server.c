#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"

/* In the child: 127 not found, 126 not to be executed, as a shell would (POSIX XCU 2.8.2). */
static _Noreturn void become(char **command, char **environment) {
  sigset_t none;
  sigemptyset(&none);
  setpgid(0, 0);
  for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execvpe(command[0], command, environment);
  int problem = errno;
  say("can't start %s: %s", command[0], strerror(problem));
  _exit(problem == ENOENT || problem == ENOTDIR ? 127 : 126);
}

pid_t server_start(char **command, char **environment) {
  pid_t child = fork();
  if (child == 0) become(command, environment);
  if (child < 0) {
    say("can't fork: %s", strerror(errno));
    return -1;
  }
  /* Both sides set it, so that a signal right after the start finds the group; the loser's EACCES is harmless. */
  setpgid(child, child);
  return child;
}

void server_signal(pid_t server, int signal_number) {
  if (kill(-server, signal_number) != 0 && errno == ESRCH) kill(server, signal_number);
}

void server_kill_all(pid_t server) {
  if (getpid() == 1) {
    kill(-1, SIGKILL);
  } else {
    server_signal(server, SIGKILL);
  }
}

int server_reap(pid_t server, int *status) {
  int found = 0;
  int ended;
  for (pid_t child = waitpid(-1, &ended, WNOHANG); child > 0; child = waitpid(-1, &ended, WNOHANG)) {
    if (child == server) {
      *status = ended;
      found = 1;
    }
  }
  return found;
}
