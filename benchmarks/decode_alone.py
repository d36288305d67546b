"""Decoding alone: msgspec into structs with every field of the catalogue, without the other stages.

It bounds the speed of any conversion. No field stays raw JSON. Blocks of whole lines are in memory before the
clock starts, the garbage collector is off, and rows are freed block by block: the fastest way of decoding in
Python.
"""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from exportkit.rows import features, structs
from exportkit.rows.features import NO_RAW
from exportkit.rows.structs import STRUCTS

__all__ = ["decoding_seconds", "make_full_decoder"]

MODULE = "benchmarks.full_structs"
BLOCK_BYTES = 256 * 1024


def make_full_decoder() -> msgspec.json.Decoder[Any]:
    """Return a decoder of the catalogue's structs that decodes their raw JSON fields too."""
    module = ModuleType(MODULE)
    space = vars(module)
    for original in (features, structs):
        space.update({name: value for name, value in vars(original).items() if not name.startswith("__")})
    space["Raw"] = Any
    sys.modules[MODULE] = module  # msgspec looks the annotations up there
    try:
        for name, struct in STRUCTS.items():
            fields = [full_field(struct, one) for one in msgspec.structs.fields(struct)]
            space[name] = msgspec.defstruct(name, fields, module=MODULE, gc=False, forbid_unknown_fields=True)
        return msgspec.json.Decoder(space["Row"])
    finally:
        del sys.modules[MODULE]


def full_field(struct: type[msgspec.Struct], one: msgspec.structs.FieldInfo) -> Any:
    """Return the declaration of a field, for `msgspec.defstruct`."""
    annotation = struct.__annotations__[one.name]
    if one.default is msgspec.NODEFAULT:
        return one.name, annotation
    default = None if one.default is NO_RAW else one.default
    return one.name, annotation, msgspec.field(default=default, name=one.encode_name)


def decoding_seconds(path: Path) -> float:
    """Return the processor seconds of decoding an export, block by block."""
    decoder = make_full_decoder()
    blocks = whole_lines(path)
    rows = 0
    gc.disable()
    try:
        started = time.thread_time()
        for block in blocks:
            rows += len(decoder.decode_lines(block))
        return time.thread_time() - started
    finally:
        gc.enable()


def whole_lines(path: Path) -> list[bytes]:
    """Return an export in blocks of whole lines."""
    blocks, carried = [], b""
    with path.open("rb") as file:
        while read := file.read(BLOCK_BYTES):
            head, newline, tail = read.rpartition(b"\n")
            if newline:
                blocks.append(carried + head + newline)
                carried = tail
            else:
                carried += read
    return [*blocks, carried] if carried else blocks
