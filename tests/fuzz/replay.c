/* replay.c: runs inputs of a fuzzer as an ordinary test, with any compiler.
 *
 *     replay FILE ...    a file is a pack of inputs (pack.py), or with -1 before it, one
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

static unsigned char *
read_file(const char *name, size_t *size)
{
    FILE *f = fopen(name, "rb");
    unsigned char *bytes = NULL;
    size_t room = 0, n;
    *size = 0;
    if (f == NULL) {
        perror(name);
        exit(2);
    }
    do {
        room += (size_t)1 << 16;
        bytes = realloc(bytes, room);
        CHECK(bytes != NULL);
        n = fread(bytes + *size, 1, room - *size, f);
        *size += n;
    } while (n > 0);
    fclose(f);
    return bytes;
}

/* An input alone in its memory, so that the sanitizer sees where it ends. */
static void
run_input(const unsigned char *bytes, size_t size)
{
    unsigned char *copy = malloc(size > 0 ? size : 1);
    CHECK(copy != NULL);
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

/* A pack: each input after its length in two bytes, the low one first. */
static unsigned
run_pack(const char *name, const unsigned char *bytes, size_t size)
{
    unsigned inputs = 0;
    for (size_t at = 0; at < size; inputs++) {
        CHECK(size - at >= 2);
        size_t n = bytes[at] | (size_t)bytes[at + 1] << 8;
        at += 2;
        if (n > size - at) {
            fprintf(stderr, "%s: not a pack of inputs\n", name);
            exit(2);
        }
        run_input(bytes + at, n);
        at += n;
    }
    return inputs;
}

int
main(int argc, char **argv)
{
    unsigned inputs = 0;
    bool is_one = argc > 1 && strcmp(argv[1], "-1") == 0;
    for (int i = 1 + is_one; i < argc; i++) {
        size_t size;
        unsigned char *bytes = read_file(argv[i], &size);
        if (is_one) {
            run_input(bytes, size);
            inputs++;
        }
        else {
            inputs += run_pack(argv[i], bytes, size);
        }
        free(bytes);
    }
    printf("%u inputs passed\n", inputs);
    return inputs == 0;
}
