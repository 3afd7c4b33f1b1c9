#include <stdio.h>
#include <string.h>

#include "confine.h"
#include "init.h"
#include "lease.h"
#include "limits.h"
#include "probe.h"
#include "relay.h"
#include "say.h"
#include "watch.h"

#ifndef MCPCAT_INIT_VERSION
#define MCPCAT_INIT_VERSION "1"
#endif

int main(int count, char **arguments) {
  confine_self();
  if (count >= 3 && strcmp(arguments[1], "--") == 0) return run_init(arguments + 2);
  if (count >= 2 && strcmp(arguments[1], "limit") == 0) {
    char **command = limits_lower(arguments + 2);
    return command == NULL ? 2 : run_init(command);
  }
  if (count >= 2 && strcmp(arguments[1], "lease") == 0) return lease(arguments + 2);
  if (count >= 2 && strcmp(arguments[1], "relay") == 0) return relay(arguments + 2);
  if (count >= 3 && strcmp(arguments[1], "probe") == 0) return probe(arguments + 2);
  if (count == 2 && strcmp(arguments[1], "watch") == 0) return watch();
  if (count == 2 && strcmp(arguments[1], "--version") == 0) return puts("mcpcat-init " MCPCAT_INIT_VERSION) < 0;
  say("usage: mcpcat-init -- COMMAND [ARGUMENT…] | limit | lease | relay | probe | watch | --version");
  return 2;
}
