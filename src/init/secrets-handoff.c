#include "secrets-handoff.h"

#include <string.h>

static const char magic[] = "MCPCAT1 ";

long handoff_length(const char *header, size_t size) {
  size_t prefix = sizeof magic - 1;
  if (size <= prefix || size > handoff_header_maximum || memcmp(header, magic, prefix) != 0) return -1;
  long length = 0;
  for (size_t i = prefix; i < size; i++) {
    if (header[i] < '0' || header[i] > '9') return -1;
    length = length * 10 + (header[i] - '0');
    if (length > handoff_maximum) return -1;
  }
  return length;
}

static bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }

/* Length of the name before '=', or 0. */
static size_t name_length(const char *record, size_t size) {
  size_t length = 0;
  while (length < size && (is_letter(record[length]) || (length > 0 && record[length] >= '0' && record[length] <= '9'))) {
    length++;
  }
  return length < size && record[length] == '=' ? length : 0;
}

/* Quadratic, and that is fine: a server has a handful of secrets. */
static bool seen_before(const char *records, const char *record, size_t length) {
  for (const char *other = records; other < record; other += strlen(other) + 1) {
    if (strncmp(other, record, length + 1) == 0) return true;
  }
  return false;
}

int handoff_records(const char *records, size_t size, const char **problem) {
  int count = 0;
  const char *end = records + size;
  for (const char *record = records; record < end;) {
    const char *stop = memchr(record, '\0', (size_t)(end - record));
    if (stop == NULL) return *problem = "its last record is not ended by NUL", -1;
    size_t length = name_length(record, (size_t)(stop - record));
    if (length == 0) return *problem = "a record is not NAME=VALUE", -1;
    if (length >= 7 && memcmp(record, "MCPCAT_", 7) == 0) return *problem = "a name starts with MCPCAT_", -1;
    if (++count > 256) return *problem = "more than 256 records", -1;
    if (seen_before(records, record, length)) return *problem = "a name comes twice", -1;
    record = stop + 1;
  }
  return count;
}
