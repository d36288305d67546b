# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Octets: searches that look at every byte.

Takes bytes; gives positions, counts and verdicts, in a tenth of the time of numpy, which first writes a flag
per byte. Does not know the meaning of the bytes.
"""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memchr, memcpy

cdef uint64_t BEYOND_ASCII = 0x8080808080808080


def count_newlines(const unsigned char[::1] data):
    """Return the number of newlines in `data`."""
    cdef Py_ssize_t length = data.shape[0], found = 0
    if not length:
        return 0
    cdef const char* at = <const char*> &data[0]
    cdef const char* end = at + length
    while at < end:
        at = <const char*> memchr(at, b"\n", end - at)
        if at == NULL:
            break
        found += 1
        at += 1
    return found


def count_openings(const unsigned char[::1] data):
    """Return the number of opening brackets and braces in `data`, those in strings included."""
    cdef Py_ssize_t at, found = 0
    for at in range(data.shape[0]):
        found += data[at] == b"{" or data[at] == b"["
    return found


def newlines(const unsigned char[::1] data):
    """Return the positions of the newlines in `data`, as the bytes of an int64 array."""
    cdef Py_ssize_t count = count_newlines(data), index
    cdef bytes found = PyBytes_FromStringAndSize(NULL, count * sizeof(int64_t))
    cdef int64_t* to = <int64_t*> PyBytes_AS_STRING(found)
    if not count:
        return found
    cdef const char* start = <const char*> &data[0]
    cdef const char* at = start
    for index in range(count):
        at = <const char*> memchr(at, b"\n", data.shape[0] - (at - start))
        to[index] = at - start
        at += 1
    return found


def is_utf8(const unsigned char[::1] data):
    """Return whether `data` is UTF-8 (RFC 3629: shortest forms, no surrogates, nothing beyond U+10FFFF)."""
    cdef Py_ssize_t at = 0, length = data.shape[0], follow, index
    cdef uint64_t word
    cdef unsigned char first, lowest, highest
    while at < length:
        while at + 8 <= length:
            memcpy(&word, &data[at], 8)
            if word & BEYOND_ASCII:
                break
            at += 8
        if at == length:
            break
        first = data[at]
        at += 1
        if first < 0x80:
            continue
        lowest, highest = 0x80, 0xBF
        if 0xC2 <= first <= 0xDF:
            follow = 1
        elif 0xE0 <= first <= 0xEF:
            follow = 2
            if first == 0xE0:
                lowest = 0xA0
            elif first == 0xED:
                highest = 0x9F
        elif 0xF0 <= first <= 0xF4:
            follow = 3
            if first == 0xF0:
                lowest = 0x90
            elif first == 0xF4:
                highest = 0x8F
        else:
            return False
        if at + follow > length or not lowest <= data[at] <= highest:
            return False
        for index in range(1, follow):
            if not 0x80 <= data[at + index] <= 0xBF:
                return False
        at += follow
    return True
