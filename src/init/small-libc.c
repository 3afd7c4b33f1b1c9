/*
 * Two functions of musl that its resolver calls, in a form that fits what it calls them for. Linked statically they take
 * the place of musl's own, which cost 2.3 KB: on arm64, whose floating-point printing alone takes 16 KB, that is the
 * difference to the 100 KB that process 1 may have. Not part of the build with sanitizers, which has glibc's.
 */
#include <stdlib.h>
#include <string.h>

size_t mbstowcs(wchar_t *restrict wide, const char *restrict text, size_t count);
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));

/* Of a host name only the length is asked (lookup_name.c). */
size_t mbstowcs(wchar_t *restrict wide, const char *restrict text, size_t count) {
  if (wide != NULL && count > 0) *wide = 0;
  return strlen(text);
}

/* The addresses of one name: few. */
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *)) {
  char *first = base;
  for (size_t i = 1; i < count; i++) {
    for (size_t j = i; j > 0 && compare(first + (j - 1) * size, first + j * size) > 0; j--) {
      for (char *left = first + (j - 1) * size, *right = left + size; left < first + j * size; left++, right++) {
        char held = *left;
        *left = *right;
        *right = held;
      }
    }
  }
}
