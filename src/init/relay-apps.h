#ifndef MCPCAT_RELAY_APPS_H
#define MCPCAT_RELAY_APPS_H

#include "relay-state.h"

/* The applications' side: sockets of the container's loopback. Nothing here waits. */

/* Opens what HELLO asks for; false after having said why not. */
bool apps_listen(struct relay *relay, const uint16_t *ports, int count);

/* Connections that wait on a listener: each becomes an OPEN. */
void apps_accept(struct relay *relay, int listener, int64_t now);

/* Datagrams on the DNS socket: each becomes a LOOKUP or is answered. */
void apps_questions(struct relay *relay, int64_t now);

/* What process 1 has seen end inside the container: each becomes an ATTEMPT. */
void apps_reports(struct relay *relay);

/* The launcher's word on a question: address of four bytes, or NULL if the name is not permitted. */
void apps_answer(struct relay *relay, struct lookup *lookup, const uint8_t *address);

/* The same with records of the type that was asked for (dns_records). */
void apps_records(struct relay *relay, struct lookup *lookup, const uint8_t *records, size_t size);

/* The launcher opens a stream to a port on 127.0.0.1. */
void apps_connect(struct relay *relay, uint16_t id, uint16_t port, int64_t now);

/* Bytes for the application, within the credit. */
void apps_deliver(struct stream *stream, const uint8_t *bytes, size_t size);

/* The launcher will send no more. */
void apps_end(struct relay *relay, struct stream *stream);

/* The launcher ended the stream. */
void apps_reset(struct relay *relay, struct stream *stream);

/* A failure on our side: the application sees a reset, and so will the launcher. */
void apps_fail(struct stream *stream, enum reset_reason reason);

/* poll's events for the stream's socket, or -1 if nothing that it can report is of use now. */
short apps_events(struct relay *relay, const struct stream *stream);

/* What poll reported. */
void apps_react(struct relay *relay, struct stream *stream, short events);

/* Takes leave of a stream that both sides have ended. */
void apps_settle(struct relay *relay, struct stream *stream);

#endif
