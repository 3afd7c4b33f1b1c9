#ifndef MCPCAT_ESCALATION_H
#define MCPCAT_ESCALATION_H

#include <stdint.h>

#include "settings.h"

/*
 * How a server is brought to its end; pure, times in milliseconds of a monotonic clock.
 *
 *   serving --hang-up, lease lost, never read--> grace --deadline--> terminating --deadline--> killing
 *      \-----------------SIGTERM, SIGINT, SIGHUP, SIGQUIT---------------^
 *
 * The first reason is kept for the message; a later one may only bring the end nearer.
 */
enum stage { stage_serving, stage_grace, stage_terminating, stage_killing };
enum reason { reason_none, reason_hangup, reason_lease, reason_unread, reason_signal };
enum action { action_none, action_terminate, action_kill };

struct escalation {
  enum stage stage;
  enum reason reason;
  int64_t deadline; /* of the present stage; meaningless in serving and killing */
};

/* The client is gone: stdin hung up or the lease was lost; or must be taken to be, because its input is not read. */
void escalation_client_gone(struct escalation *it, enum reason reason, int64_t now, const struct settings *settings);

/* A signal that asks for the end was passed on to the server. */
void escalation_signalled(struct escalation *it, int64_t now, const struct settings *settings);

/* What is due now; moves to the next stage. */
enum action escalation_due(struct escalation *it, int64_t now, const struct settings *settings);

/* Milliseconds until something is due, or -1 for never: poll's timeout. */
int escalation_timeout(const struct escalation *it, int64_t now);

#endif
