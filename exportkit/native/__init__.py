"""Native: the few loops over bytes and cells that take most of the time, written in Cython.

Takes lists, bytes and numbers; does not know rows, tables or Arrow. Each module states what it saves, and has
laws in `tests/native` that compare it with plain Python.
"""
