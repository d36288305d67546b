"""Reading attributes of structs, for the other compiled modules."""

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_Check, PyBytes_GET_SIZE
from cpython.object cimport PyObject

cdef extern from "Python.h":
    PyObject* NONE "Py_None"
    ctypedef struct PyTypeObject:
        pass
    ctypedef struct PyMemberDef:
        int type
        Py_ssize_t offset
    ctypedef struct PyMemberDescrObject:
        PyMemberDef* d_member
    PyTypeObject* Py_TYPE(PyObject*)
    PyObject* PyDict_GetItemWithError(dict, PyObject*) except? NULL
    const char* PyUnicode_AsUTF8AndSize(PyObject*, Py_ssize_t*) except NULL
    bint PyUnicode_Check(PyObject*)
    PyObject** PySequence_Fast_ITEMS(object)

#: The member type of slots that hold an object (``Py_T_OBJECT_EX``); other members are plain numbers.
cdef enum:
    OBJECT_SLOT = 16

#: In place of an offset: the items are the values themselves (`ITSELF`); no item has the attribute (`ABSENT`).
cdef enum:
    ITSELF = -1
    ABSENT = -2


cdef class Structs:
    cdef readonly tuple items
    cdef PyTypeObject* kind
    cdef bint mixed


cdef class Cells:
    cdef object held
    cdef PyObject** items
    cdef Py_ssize_t count
    cdef Py_ssize_t offset

    cdef void hold(self, items, Py_ssize_t offset)

    cdef inline PyObject* at(self, Py_ssize_t index) noexcept:
        """Return the value of a cell as a borrowed reference; None if it has none."""
        cdef PyObject* one = self.items[index]
        if self.offset == ITSELF or one == NONE:
            return one
        one = (<PyObject**> (<char*> one + self.offset))[0]
        return NONE if one == NULL else one


cdef inline const char* bytes_of(PyObject* value, Py_ssize_t* length) except NULL:
    """Return the UTF-8 bytes of a string, or those of a bytes object; they live as long as `value`."""
    if PyUnicode_Check(value):
        return PyUnicode_AsUTF8AndSize(value, length)
    if PyBytes_Check(<object> value):
        length[0] = PyBytes_GET_SIZE(<object> value)
        return PyBytes_AS_STRING(<object> value)
    raise TypeError(f"a string was expected, not {type(<object> value).__name__}")
