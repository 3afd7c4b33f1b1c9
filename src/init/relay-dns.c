#include "relay-dns.h"

#include <string.h>

#include "relay-frames.h"

enum { header_size = 12, label_maximum = 63, class_in = 1, record_head = 12 };
/* Bits of the second header word. */
enum { flag_response = 0x8000, mask_opcode = 0x7800, flag_authoritative = 0x0400, flag_recursion = 0x0100 };
enum { flag_available = 0x0080 };

/* A host name as the launcher can know it, or 0. A dot within a label would make two names out of one. */
static char host_letter(uint8_t byte) {
  if (byte >= 'A' && byte <= 'Z') return (char)(byte - 'A' + 'a');
  bool known = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
  return known ? (char)byte : '\0';
}

/*
 * Reads labels up to the root into query->name. Bytes read, or 0 if they are not a name. *strange is set if the name is
 * well formed but no host's. A pointer has nothing before it to point to, so it is malformed here.
 */
static size_t read_name(const uint8_t *bytes, size_t size, struct dns_query *query, bool *strange) {
  size_t at = 0;
  while (at < size && bytes[at] != 0) {
    size_t length = bytes[at++];
    if (length > label_maximum || length >= size - at) return 0;
    if (query->name_size + length + (query->name_size > 0) > dns_name_maximum) return 0;
    if (query->name_size > 0) query->name[query->name_size++] = '.';
    for (size_t end = at + length; at < end; at++) {
      char letter = host_letter(bytes[at]);
      if (letter == '\0') *strange = true;
      query->name[query->name_size++] = letter;
    }
  }
  return at < size ? at + 1 : 0;
}

enum dns_verdict dns_parse(const uint8_t *datagram, size_t size, struct dns_query *query, enum dns_code *code) {
  *query = (struct dns_query){0};
  if (size < header_size) return dns_ignore;
  uint16_t flags = get_u16(datagram + 2);
  if ((flags & flag_response) != 0) return dns_ignore;
  query->id = get_u16(datagram);
  query->recursion = (flags & flag_recursion) != 0;
  if ((flags & mask_opcode) != 0) return *code = dns_not_implemented, dns_reply;
  if (get_u16(datagram + 4) != 1) return *code = dns_malformed, dns_reply;
  const uint8_t *question = datagram + header_size;
  bool strange = false;
  size_t name = read_name(question, size - header_size, query, &strange);
  if (name == 0 || size - header_size - name < 4) return *code = dns_malformed, dns_reply;
  query->question_size = name + 4;
  memcpy(query->question, question, query->question_size);
  query->type = get_u16(question + name);
  if (get_u16(question + name + 2) != class_in) return *code = dns_refused, dns_reply;
  /* The root, and names of other letters: the launcher knows none of them. */
  if (strange || query->name_size == 0) return *code = dns_no_such_name, dns_reply;
  return dns_ask;
}

/* Appends a record of the question's name; the size with it. */
static size_t put_record(uint8_t *into, size_t size, uint16_t type, const uint8_t *data, uint16_t length) {
  put_u16(into + size, 0xc000 | header_size); /* the question's name */
  put_u16(into + size + 2, type);
  put_u16(into + size + 4, class_in);
  put_u32(into + size + 6, dns_ttl);
  put_u16(into + size + 10, length);
  memcpy(into + size + record_head, data, length);
  return size + record_head + length;
}

size_t dns_answer(const struct dns_query *query, enum dns_code code, const uint8_t *address,
                  uint8_t into[dns_maximum]) {
  bool has_answer = code == dns_fine && address != NULL && query->type == dns_type_a;
  int flags = flag_response | flag_authoritative | flag_available | (query->recursion ? flag_recursion : 0) | (int)code;
  memset(into, 0, header_size);
  put_u16(into, query->id);
  put_u16(into + 2, (uint16_t)flags);
  put_u16(into + 4, query->question_size > 0);
  put_u16(into + 6, has_answer);
  memcpy(into + header_size, query->question, query->question_size);
  size_t size = header_size + query->question_size;
  if (!has_answer) return size;
  return put_record(into, size, dns_type_a, address, 4);
}

size_t dns_records(const struct dns_query *query, const uint8_t *records, size_t size,
                   uint8_t into[dns_records_maximum]) {
  size_t filled = dns_answer(query, dns_fine, NULL, into);
  uint16_t count = 0;
  for (size_t at = 0; size - at >= 2;) {
    uint16_t length = get_u16(records + at);
    at += 2;
    if (length > size - at || filled + record_head + length > dns_records_maximum) break;
    filled = put_record(into, filled, query->type, records + at, length);
    at += length;
    count++;
  }
  put_u16(into + 6, count);
  return filled;
}
