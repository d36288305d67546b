# cython: language_level=3
"""Heap: what this process does with the memory of blocks that have been freed.

A block of a megabyte is made, converted and freed a thousand times. If the C library returns its memory to
the kernel each time, the next block pays for every page again: 6 % of the processor time of a conversion.
Memory that is kept for ever becomes fragmented and grows, so all of it is returned from time to time.
"""

cdef extern from *:
    """
    #include <stdlib.h>
    #if defined(__GLIBC__)
    #include <malloc.h>
    #define KEEP_FREED(bytes) (mallopt(M_MMAP_THRESHOLD, 4 << 20), mallopt(M_TRIM_THRESHOLD, (bytes)))
    #define GIVE_BACK() ((void)malloc_trim(0))
    #else
    #define KEEP_FREED(bytes) ((void)0)
    #define GIVE_BACK() ((void)0)
    #endif
    """
    void KEEP_FREED(int most)
    void GIVE_BACK()


def keep_freed(int most):
    """Keep up to `most` freed bytes for later use; without effect if the C library is not glibc.

    Allocations of more than 4 MiB, such as buffers of a row group, are returned to the kernel at once.

    For processes that only convert: it applies to the whole process and cannot be undone.
    """
    KEEP_FREED(most)


def give_back():
    """Return all freed memory to the kernel, wherever in the heap it is; takes about 10 ms."""
    GIVE_BACK()
