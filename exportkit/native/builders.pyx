# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""Builders: the cells of one column, copied block by block into buffers of Arrow's layout.

Takes cells (attributes of structs, values by code, arrays, nulls); gives buffers. Every value is copied once,
while the struct that it comes from is in the processor's cache; no reference to a struct remains. Does not
know tables, and of Arrow only the layout of its buffers.

Memory: the bytes of the values, up to a quarter more in a large buffer, and one byte per row for nulls.

The law (`tests/native`): the values that come out are those that were added, in whatever form.
"""

from cpython.bytearray cimport PyByteArray_AS_STRING, PyByteArray_FromStringAndSize, PyByteArray_Resize
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_AsDouble, PyFloat_CheckExact
from cpython.long cimport PyLong_AsLongLong
from cpython.object cimport PyObject
from libc.stdint cimport INT32_MAX, INT32_MIN, int32_t, int64_t
from libc.string cimport memcpy, memset

from exportkit.native.attributes cimport ABSENT, NONE, Cells, PyDict_GetItemWithError, bytes_of

cdef Py_ssize_t FIRST_CAPACITY = 1024
#: Buffers of this size and more grow by a quarter at a time: the kernel moves them without copying.
cdef Py_ssize_t DOUBLED_BELOW = 1 << 20


cdef class Buffer:
    """Bytes that grow at their end."""

    cdef bytearray held
    cdef Py_ssize_t used
    cdef Py_ssize_t capacity

    def __cinit__(self):
        self.held = bytearray()

    cdef char* more(self, Py_ssize_t length) except NULL:
        """Return where the next `length` bytes go; they count as used."""
        cdef Py_ssize_t start = self.used, capacity = self.capacity
        if start + length > capacity:
            capacity += capacity if capacity < DOUBLED_BELOW else capacity // 4
            capacity = max(capacity, start + length, FIRST_CAPACITY)
            PyByteArray_Resize(self.held, capacity)  # raises if there is no memory, before anything has changed
            self.capacity = capacity
        self.used += length
        return PyByteArray_AS_STRING(self.held) + start

    cdef bytearray take(self):
        """Return the used bytes, and start again with none."""
        cdef bytearray taken = self.held
        if self.used < self.capacity:  # a copy: a bytearray that shrinks keeps its memory
            taken = PyByteArray_FromStringAndSize(PyByteArray_AS_STRING(taken), self.used)
        self.held = bytearray()
        self.used = self.capacity = 0
        return taken


cdef class Builder:
    """The base of builders: a number of rows, some of them null.

    Attributes
    ----------
    rows, nulls : int
        Rows so far, and how many of them are null.
    """

    cdef readonly Py_ssize_t rows
    cdef readonly Py_ssize_t nulls
    cdef Buffer held

    def __cinit__(self, *_):
        self.held = Buffer()

    cdef char* validity(self, Py_ssize_t length) except NULL:
        """Return where the validity of the next `length` rows goes, one byte each; they are set to 1."""
        cdef char* flags = self.held.more(length)
        memset(flags, 1, length)
        self.rows += length
        return flags

    def take_validity(self):
        """Return one byte per row, 0 for null, or None if none is null; start again."""
        cdef bytearray flags = self.held.take()
        found = flags if self.nulls else None
        self.rows = self.nulls = 0
        return found


cdef class TextBuilder(Builder):
    """Strings, or bytes."""

    cdef Buffer data
    cdef Buffer ends

    def __cinit__(self):
        self.data = Buffer()
        self.ends = Buffer()

    @property
    def nbytes(self):
        """Bytes of the values so far."""
        return self.data.used + self.ends.used

    def add(self, structs not None, str name):
        """Add an attribute of each of `structs`, or the items themselves without `name`."""
        cdef Cells cells = Cells(structs, name)
        if cells.offset == ABSENT:
            self.add_nulls(cells.count)
            return
        cdef char* flags = self.validity(cells.count)
        cdef int32_t* ends = <int32_t*> self.ends.more(cells.count * sizeof(int32_t))
        cdef PyObject* one
        cdef const char* text
        cdef Py_ssize_t at, length
        for at in range(cells.count):
            one = cells.at(at)
            if one == NONE:
                flags[at] = 0
                self.nulls += 1
            else:
                text = bytes_of(one, &length)
                self.append(text, length)
            ends[at] = <int32_t> self.data.used

    cdef inline int append(self, const char* text, Py_ssize_t length) except -1:
        if self.data.used + length > INT32_MAX:
            raise OverflowError("the strings of a column are longer than 2 GiB together")
        if length:
            memcpy(self.data.more(length), text, length)
        return 0

    def add_coded(self, const int64_t[:] codes, list values not None):
        """Add `values[code]` for each of `codes`; null if the code is negative, or the value None."""
        cdef char* flags = self.validity(len(codes))
        cdef int32_t* ends = <int32_t*> self.ends.more(len(codes) * sizeof(int32_t))
        cdef Cells cells = Cells(values, None)
        cdef PyObject* one
        cdef const char* text
        cdef Py_ssize_t at, length
        for at in range(len(codes)):
            one = NONE
            if codes[at] >= 0:
                if codes[at] >= cells.count:
                    raise IndexError(f"code {codes[at]} of {cells.count} values")
                one = cells.at(codes[at])
            if one == NONE:
                flags[at] = 0
                self.nulls += 1
            else:
                text = bytes_of(one, &length)
                self.append(text, length)
            ends[at] = <int32_t> self.data.used

    def add_nulls(self, Py_ssize_t count):
        """Add `count` nulls."""
        memset(self.validity(count), 0, count)
        self.nulls += count
        cdef int32_t* ends = <int32_t*> self.ends.more(count * sizeof(int32_t))
        cdef Py_ssize_t at
        for at in range(count):
            ends[at] = <int32_t> self.data.used

    def take(self):
        """Return the bytes of all strings, and their offsets as int32: the start of each, and the end of the last."""
        cdef bytearray ends = bytearray(sizeof(int32_t)) + self.ends.take()
        return self.data.take(), ends


cdef struct Seen:
    PyObject* word
    int32_t code

cdef enum:
    SEEN = 256


cdef class WordBuilder:
    """Strings that repeat, as int32 codes of the distinct ones (words); null has the code -1.

    Attributes
    ----------
    rows : int
        Rows so far.
    words : dict
        The codes of the words; its first entry is None.
    """

    cdef readonly Py_ssize_t rows
    cdef readonly dict words
    cdef Buffer codes

    def __cinit__(self):
        self.codes = Buffer()
        self.words = {None: -1}

    @property
    def nbytes(self):
        """Bytes of the codes so far."""
        return self.codes.used

    cdef int32_t* more(self, Py_ssize_t count) except NULL:
        self.rows += count
        return <int32_t*> self.codes.more(count * sizeof(int32_t))

    cdef int32_t code_of(self, PyObject* word) except -2:
        cdef PyObject* known = PyDict_GetItemWithError(self.words, word)
        if known != NULL:
            return <int32_t> PyLong_AsLongLong(<object> known)
        cdef int32_t code = <int32_t> len(self.words) - 1
        self.words[<object> word] = code
        return code

    def add(self, structs not None, str name):
        """Add an attribute of each of `structs`, or the items themselves without `name`."""
        cdef Cells cells = Cells(structs, name)
        if cells.offset == ABSENT:
            self.add_nulls(cells.count)
            return
        cdef int32_t* codes = self.more(cells.count)
        # A string that many structs share is recognised by its address: it lives as long as they do.
        cdef Seen[SEEN] seen
        cdef Seen* place
        cdef PyObject* one
        cdef Py_ssize_t at
        memset(seen, 0, sizeof(seen))
        for at in range(cells.count):
            one = cells.at(at)
            place = &seen[(<size_t> one >> 4) % SEEN]
            if place.word != one:
                place.code = self.code_of(one)
                place.word = one
            codes[at] = place.code

    def add_coded(self, const int64_t[:] codes, list values not None):
        """Add `values[code]` for each of `codes`; null if the code is negative, or the value None."""
        cdef Py_ssize_t at, count = len(values)
        cdef Buffer own = Buffer()
        cdef int32_t* mapped = <int32_t*> own.more((count + 1) * sizeof(int32_t))
        for at in range(count):
            mapped[at] = self.code_of(<PyObject*> values[at])
        cdef int32_t* to = self.more(len(codes))
        for at in range(len(codes)):
            if codes[at] >= count:
                raise IndexError(f"code {codes[at]} of {count} values")
            to[at] = mapped[codes[at]] if codes[at] >= 0 else -1

    def add_same(self, word, Py_ssize_t count):
        """Add `count` rows with one value."""
        cdef int32_t code = self.code_of(<PyObject*> word)
        cdef int32_t* to = self.more(count)
        cdef Py_ssize_t at
        for at in range(count):
            to[at] = code

    def add_nulls(self, Py_ssize_t count):
        """Add `count` nulls."""
        memset(self.more(count), 0xFF, count * sizeof(int32_t))

    def take(self):
        """Return the words in the order of their codes, and the codes; start again."""
        cdef list words = list(self.words)[1:]
        self.words = {None: -1}
        self.rows = 0
        return words, self.codes.take()


cdef class NumberBuilder(Builder):
    """Numbers of one width.

    Parameters
    ----------
    form : str
        ``d`` float64, ``q`` int64, ``i`` int32, ``?`` booleans of one byte.
    """

    cdef Buffer data
    cdef Py_ssize_t width
    cdef Py_UCS4 form

    def __cinit__(self, str form not None):
        self.form = form[0]
        self.width = {"d": 8, "q": 8, "i": 4, "?": 1}[form]
        self.data = Buffer()

    @property
    def nbytes(self):
        """Bytes of the values so far."""
        return self.data.used

    def add(self, structs not None, str name):
        """Add an attribute of each of `structs`, or the items themselves without `name`.

        Raises
        ------
        OverflowError
            A number does not fit.
        """
        cdef Cells cells = Cells(structs, name)
        if cells.offset == ABSENT:
            self.add_nulls(cells.count)
            return
        cdef char* flags = self.validity(cells.count)
        cdef char* to = self.data.more(cells.count * self.width)
        cdef PyObject* one
        cdef Py_ssize_t at
        for at in range(cells.count):
            one = cells.at(at)
            if one == NONE:
                flags[at] = 0
                self.nulls += 1
                memset(to + at * self.width, 0, self.width)
            elif self.form == u"d":
                if PyFloat_CheckExact(<object> one):
                    (<double*> to)[at] = PyFloat_AS_DOUBLE(<object> one)
                else:
                    (<double*> to)[at] = PyFloat_AsDouble(<object> one)
            else:
                self.put_whole(to, at, PyLong_AsLongLong(<object> one))

    cdef inline int put_whole(self, char* to, Py_ssize_t at, int64_t number) except -1:
        if self.form == u"q":
            (<int64_t*> to)[at] = number
        elif self.form == u"?":
            to[at] = number != 0
        elif INT32_MIN <= number <= INT32_MAX:
            (<int32_t*> to)[at] = <int32_t> number
        else:
            raise OverflowError(f"{number} is beyond int32")
        return 0

    def add_raw(self, const unsigned char[:] values, const unsigned char[:] valid):
        """Add numbers in their memory layout; `valid` is one byte per number, or None if none is null."""
        cdef Py_ssize_t count = len(values) // self.width, at
        cdef char* flags = self.validity(count)
        if not count:
            return
        memcpy(self.data.more(len(values)), &values[0], len(values))
        if valid is None:
            return
        if len(valid) != count:
            raise ValueError(f"{len(valid)} flags for {count} numbers")
        for at in range(count):
            if not valid[at]:
                flags[at] = 0
                self.nulls += 1

    def add_nulls(self, Py_ssize_t count):
        """Add `count` nulls."""
        memset(self.validity(count), 0, count)
        memset(self.data.more(count * self.width), 0, count * self.width)
        self.nulls += count

    def take(self):
        """Return the values in their memory layout."""
        return self.data.take()
