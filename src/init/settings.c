#include "settings.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"

/* A client waits 2 s after closing stdin before it sends SIGTERM: both graces together stay under 3 s. */
enum { default_eof_grace = 1800, default_term_grace = 700, default_lease_grace = 500, maximum_grace = 3600000 };
/* Longer than any tool call that blocks its server while a client sends a megabyte more. */
enum { default_unread = 600000 };

int parse_number(const char *text, int maximum) {
  long value = 0;
  if (*text == '\0') return -1;
  for (; *text != '\0'; text++) {
    if (*text < '0' || *text > '9') return -1;
    value = value * 10 + (*text - '0');
    if (value > maximum) return -1;
  }
  return (int)value;
}

static int grace(const char *name, int fallback) {
  const char *text = getenv(name);
  if (text == NULL) return fallback;
  int value = parse_number(text, maximum_grace);
  if (value >= 0) return value;
  say("%s: expected milliseconds from 0 to %d, using %d", name, maximum_grace, fallback);
  return fallback;
}

static bool is(const char *name, const char *wanted) {
  const char *text = getenv(name);
  return text != NULL && strcmp(text, wanted) == 0;
}

bool settings_reports(void) { return is("MCPCAT_REPORTS", "1"); }

struct settings settings_from_environment(void) {
  struct settings settings = {
      .eof_grace = grace("MCPCAT_EOF_GRACE_MS", default_eof_grace),
      .term_grace = grace("MCPCAT_TERM_GRACE_MS", default_term_grace),
      .lease_grace = default_lease_grace,
      .unread = grace("MCPCAT_UNREAD_MS", default_unread),
      .secrets_handoff = is("MCPCAT_PREAMBLE", "1"),
      .held = is("MCPCAT_LEASE", "1"),
      .isolated = is("MCPCAT_NETWORK", "none"),
      .reports = settings_reports(),
  };
  settings.ports = getenv("MCPCAT_PORTS");
  settings.mounts = getenv("MCPCAT_MOUNTS");
  if (settings.lease_grace > settings.eof_grace) settings.lease_grace = settings.eof_grace;
  return settings;
}
