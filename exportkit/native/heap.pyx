# cython: language_level=3
"""Heap: what this process does with memory that blocks leave behind.

A block of a megabyte is made, converted and freed a thousand times over. Where the C library hands its memory
back to the kernel each time, the next block pays for every page anew: 6 % of the processor time of a conversion.
What is kept for ever leaves holes that add up, so all of it is given back now and then.
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
    """Keep up to `most` freed bytes for what comes next; of no effect where the C library is not glibc.

    What is larger than 4 MiB, as the buffers of a row group may be, is given back at once.

    For processes that exist to convert: it holds for the whole process, and cannot be undone.
    """
    KEEP_FREED(most)


def give_back():
    """Give all freed memory back to the kernel, wherever in the heap it lies; costs about 10 ms."""
    GIVE_BACK()
