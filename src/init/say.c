#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void say(const char *format, ...) {
  char line[512] = "mcpcat-init: ";
  size_t used = strlen(line);
  va_list arguments;
  va_start(arguments, format);
  int wanted = vsnprintf(line + used, sizeof line - used - 1, format, arguments);
  va_end(arguments);
  if (wanted < 0) return;
  used = strlen(line);
  line[used++] = '\n';
  /* One write, so that the line is not torn by the server's own output. Nothing can be done if it fails. */
  if (write(STDERR_FILENO, line, used) < 0) return;
}
