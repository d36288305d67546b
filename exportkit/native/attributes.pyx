# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Attributes: one attribute of many structs at once.

Takes a list of structs, or `Structs` (or plain values: ``name=None``); gives the values of one attribute in
the form that each function names. Does not know tables, Arrow, or the meaning of the structs.

Theory of operation
-------------------
A class with slots keeps each field at a fixed byte offset from the start of its objects. `Cells` looks up
that offset once, in the class's member descriptor, and then reads the field of every struct through a
pointer: 3 to 15 ns per value, where ``getattr`` takes 15 to 90. This holds for one class only. If the structs
are of several classes, or the attribute is no such slot, `Cells` calls ``getattr`` for each and reads its
results instead.

Example: the field ``name`` of a class is at offset 24, and the structs are ``[a, None, b]``::

    cells.at(0)   the pointer at the address of `a` plus 24: a.name
    cells.at(1)   None, without reading anything
    cells.at(2)   the pointer at the address of `b` plus 24; a null pointer (never assigned) counts as None

Rules that hold for every function here:

- None in place of a struct, an attribute that a struct does not have, and None as its value are all null;
- the result is None if all values are null, whatever their number;
- the structs may be of several classes; one class alone, which is usual, is fast.

The law (`tests/native`): the values are those of ``[getattr(one, name) ...]``.
"""

from types import MemberDescriptorType

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize
from cpython.dict cimport PyDict_Next
from cpython.list cimport PyList_Append
from cpython.long cimport PyLong_AsLongLong
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.string cimport memcmp, memcpy


cdef class Structs:
    """Structs, examined once for whether all are of one class; a plain list is examined by every call.

    May replace a list in every function here. It is a copy: later changes of the list have no effect.

    Attributes
    ----------
    items : tuple
        The structs, and None in place of a missing one.
    """

    def __cinit__(self, list items not None):
        self.items = tuple(items)
        self.kind = NULL
        self.mixed = False
        cdef PyObject** each = PySequence_Fast_ITEMS(self.items)
        cdef Py_ssize_t at
        for at in range(len(self.items)):
            if each[at] == NONE or Py_TYPE(each[at]) == self.kind:
                continue
            if self.kind != NULL:
                self.mixed = True
                return
            self.kind = Py_TYPE(each[at])

    def __len__(self):
        return len(self.items)


cdef class Cells:
    """The cells of one attribute: the structs, and the offset of the value in each."""

    def __cinit__(self, structs not None, str name):
        if name is None:
            self.hold(structs.items if isinstance(structs, Structs) else <list?> structs, ITSELF)
            return
        cdef Structs known = <Structs> structs if isinstance(structs, Structs) else Structs(structs)
        self.hold(known.items, ABSENT)
        if known.kind == NULL:
            return
        found = None if known.mixed else getattr(<object> <PyObject*> known.kind, name, None)
        if type(found) is MemberDescriptorType and (
            (<PyMemberDescrObject*> found).d_member.type == OBJECT_SLOT
        ):
            self.offset = (<PyMemberDescrObject*> found).d_member.offset
        elif known.mixed or found is not None or (<object> <PyObject*> known.kind).__dictoffset__:
            self.hold([getattr(each, name, None) for each in known.items], ITSELF)  # read by Python

    cdef void hold(self, items, Py_ssize_t offset):
        self.held = items
        self.items = PySequence_Fast_ITEMS(items)
        self.count = len(items)
        self.offset = offset


def values(structs not None, str name):
    """Return an attribute of each of `structs` as a list; None if all are null."""
    cdef Cells cells = Cells(structs, name)
    if cells.offset == ABSENT:
        return None
    cdef list found = [None] * cells.count
    cdef Py_ssize_t at
    cdef bint any_ = False
    cdef PyObject* one
    for at in range(cells.count):
        one = cells.at(at)
        if one != NONE:
            any_ = True
            found[at] = <object> one
    return found if any_ else None


def codes(structs not None, str name, dict words not None):
    """Return strings as int32 codes of `words`; null has the code -1.

    `words` maps strings to codes and begins with an entry for None. A new word is added with the next code,
    which is the number of words without that entry.
    """
    cdef Cells cells = Cells(structs, name)
    if cells.offset == ABSENT:
        return None
    cdef Py_ssize_t count = cells.count, at, nulls = 0
    cdef bytes found = PyBytes_FromStringAndSize(NULL, count * sizeof(int32_t))
    cdef int32_t* code = <int32_t*> PyBytes_AS_STRING(found)
    cdef PyObject* last = NONE
    cdef int32_t last_code = -1
    cdef PyObject* one
    cdef PyObject* known
    for at in range(count):
        one = cells.at(at)
        if one == NONE:
            nulls += 1
            code[at] = -1
            continue
        if one != last:
            known = PyDict_GetItemWithError(words, one)
            if known == NULL:
                last_code = <int32_t> len(words) - 1
                words[<object> one] = last_code
            else:
                last_code = <int32_t> PyLong_AsLongLong(<object> known)
            last = one
        code[at] = last_code
    return None if nulls == count else found


def children(structs not None, str name):
    """Return the items of lists and tuples, or the entries of dictionaries, as ``(at, counts, items, keys)``.

        parent_at  0     3        the positions of the first and the last struct
        counts     2     1
        items      x y   z        np.repeat(parent_at, counts) is 0 0 3: the parent of each item
    """
    cdef Cells cells = Cells(structs, name)
    if cells.offset == ABSENT:
        return None
    cdef list items = [], keys = []
    cdef Py_ssize_t held = 0, count, place, at
    cdef PyObject* one
    cdef PyObject* key
    cdef PyObject* item
    cdef bytes positions = PyBytes_FromStringAndSize(NULL, cells.count * sizeof(int64_t))
    cdef bytes counts = PyBytes_FromStringAndSize(NULL, cells.count * sizeof(int64_t))
    cdef int64_t* to_position = <int64_t*> PyBytes_AS_STRING(positions)
    cdef int64_t* to_count = <int64_t*> PyBytes_AS_STRING(counts)
    for at in range(cells.count):
        one = cells.at(at)
        if one == NONE:
            continue
        if type(<object> one) is list:
            count = len(<list> one)
            items.extend(<list> one)
        elif isinstance(<object> one, tuple):
            count = len(<tuple> one)
            items.extend(<tuple> one)
        elif isinstance(<object> one, dict):
            count = len(<dict> one)
            place = 0
            while PyDict_Next(<dict> one, &place, &key, &item):
                PyList_Append(keys, <object> key)
                PyList_Append(items, <object> item)
        else:
            raise TypeError(f"a list, tuple or dictionary was expected, not {type(<object> one).__name__}")
        if count:
            to_position[held] = at
            to_count[held] = count
            held += 1
    if not held:
        return None
    return positions[: held * sizeof(int64_t)], counts[: held * sizeof(int64_t)], items, keys


cdef inline uint64_t _hash_of(const char* text, Py_ssize_t length) noexcept:
    """Return a hash of some bytes, eight at a time; only good enough to find equal ones."""
    cdef uint64_t found = <uint64_t> length * <uint64_t> 0x9E3779B97F4A7C15, word
    while length > 0:
        word = 0
        memcpy(&word, text, 8 if length >= 8 else length)
        found = (found ^ word) * <uint64_t> 0xFF51AFD7ED558CCD
        found ^= found >> 32
        text += 8
        length -= 8
    return found


def all_differ(structs not None, str name):
    """Return whether no string is null and no two are equal."""
    cdef Cells cells = Cells(structs, name)
    if cells.offset == ABSENT:
        return cells.count == 0
    cdef Py_ssize_t size = 16, at, length, other_length
    while size < 2 * cells.count:
        size *= 2
    cdef bytes table = b"\0" * (size * sizeof(int64_t))
    cdef int64_t* slot = <int64_t*> PyBytes_AS_STRING(table)
    cdef PyObject* one
    cdef const char* text
    cdef const char* other
    cdef Py_ssize_t place
    for at in range(cells.count):
        one = cells.at(at)
        if one == NONE:
            return False
        text = bytes_of(one, &length)
        place = _hash_of(text, length) & (size - 1)
        while slot[place]:
            other = bytes_of(cells.at(slot[place] - 1), &other_length)
            if length == other_length and memcmp(text, other, length) == 0:
                return False
            place = (place + 1) & (size - 1)
        slot[place] = at + 1
    return True


def present(structs not None, str name):
    """Return one byte per cell: 1 if it is not null, else 0."""
    cdef Cells cells = Cells(structs, name)
    cdef bytes found = PyBytes_FromStringAndSize(NULL, cells.count)
    cdef char* held = PyBytes_AS_STRING(found)
    cdef Py_ssize_t at
    for at in range(cells.count):
        held[at] = cells.offset != ABSENT and cells.at(at) != NONE
    return found
