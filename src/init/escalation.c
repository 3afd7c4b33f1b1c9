#include "escalation.h"

static void remember(struct escalation *it, enum reason reason) {
  if (it->reason == reason_none) it->reason = reason;
}

void escalation_client_gone(struct escalation *it, enum reason reason, int64_t now, const struct settings *settings) {
  int64_t deadline = now + (reason == reason_lease ? settings->lease_grace : settings->eof_grace);
  remember(it, reason);
  if (it->stage == stage_serving || (it->stage == stage_grace && deadline < it->deadline)) {
    it->stage = stage_grace;
    it->deadline = deadline;
  }
}

void escalation_signalled(struct escalation *it, int64_t now, const struct settings *settings) {
  remember(it, reason_signal);
  if (it->stage >= stage_terminating) return;
  it->stage = stage_terminating;
  it->deadline = now + settings->term_grace;
}

enum action escalation_due(struct escalation *it, int64_t now, const struct settings *settings) {
  if (it->stage == stage_serving || it->stage == stage_killing || now < it->deadline) return action_none;
  if (it->stage == stage_grace) {
    it->stage = stage_terminating;
    it->deadline = now + settings->term_grace;
    return action_terminate;
  }
  it->stage = stage_killing;
  return action_kill;
}

int escalation_timeout(const struct escalation *it, int64_t now) {
  if (it->stage == stage_serving || it->stage == stage_killing) return -1;
  int64_t left = it->deadline - now;
  if (left <= 0) return 0;
  return left > 3600000 ? 3600000 : (int)left;
}
