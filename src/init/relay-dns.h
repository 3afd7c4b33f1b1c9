#ifndef MCPCAT_RELAY_DNS_H
#define MCPCAT_RELAY_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * DNS questions and answers as datagrams (RFC 1035, 4.1), pure. One question of class IN; what follows it (EDNS) is not
 * looked at. Addresses are loopback ones of the launcher's choice: nothing here asks anybody else.
 */
enum { dns_maximum = 512, dns_name_maximum = 253, dns_question_maximum = 255 + 4, dns_ttl = 5 };
/* What every path and resolver takes in one datagram (the DNS Flag Day of 2020). */
enum { dns_records_maximum = 1232 };
enum { dns_type_a = 1, dns_type_aaaa = 28 };
enum dns_code {
  dns_fine = 0,
  dns_malformed = 1,
  dns_no_such_name = 3,
  dns_not_implemented = 4,
  dns_refused = 5,
};

struct dns_query {
  uint16_t id;
  uint16_t type;
  bool recursion;                         /* desired; echoed */
  uint8_t question[dns_question_maximum]; /* as it came: resolvers compare upper and lower case */
  size_t question_size;                   /* 0 if it could not be read */
  char name[dns_name_maximum + 1];        /* lower case, without the last dot */
  size_t name_size;
};

enum dns_verdict {
  dns_ask,    /* whether query->name is permitted */
  dns_reply,  /* with *code at once */
  dns_ignore, /* no question at all: replying could start a loop */
};
enum dns_verdict dns_parse(const uint8_t *datagram, size_t size, struct dns_query *query, enum dns_code *code);

/*
 * The reply's size. For a permitted name address holds four bytes: the answer to type A, while every other type has
 * none. Without address the reply is the code alone.
 */
size_t dns_answer(const struct dns_query *query, enum dns_code code, const uint8_t *address,
                  uint8_t into[dns_maximum]);

/*
 * The reply with records of the type that was asked for: u16 size and RDATA each, as in a RECORDS frame. Those that find
 * no room are left out, and so is one that is cut. The reply's size.
 */
size_t dns_records(const struct dns_query *query, const uint8_t *records, size_t size,
                   uint8_t into[dns_records_maximum]);

#endif
