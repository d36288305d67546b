"""What is compiled: the few loops over bytes and cells that take most of the time, written in Cython.

Takes lists, bytes and numbers; knows no rows, no tables and no Arrow. Each module says what it saves, and has
laws in `tests/native` that compare it with plain Python.
"""
