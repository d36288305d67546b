"""What lies at a destination: a lake, one directory per table, and in it the table's parts.

Says what files are called and which of them are parts (`part_names`), reads what is there (`snapshot`,
`part_reader`), says where a run gathers its files (`staging`), and touches the operating system
(`local_storage`, `whole_file`). Does not know how a part is encoded, nor what makes a run visible.

The package is called `lakes` because `exportkit.lake` is a public function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportkit._on_first_use import on_first_use

if TYPE_CHECKING:
    from exportkit.lakes.local_storage import DirectoryLock, LocalStorage, open_storage
    from exportkit.lakes.part_names import FORMAT_NAMES, is_part
    from exportkit.lakes.part_reader import KEY_COLUMNS, PartReader, open_part
    from exportkit.lakes.part_schemas import read_schema, reading
    from exportkit.lakes.snapshot import (
        Part,
        Snapshot,
        TableParts,
        is_lake,
        listed_parts,
        raw_file_beside,
        read_snapshot,
    )
    from exportkit.lakes.staging import PartFile, Staging
    from exportkit.lakes.storage import Entry, Storage
    from exportkit.lakes.whole_file import written_whole

__all__ = [
    "FORMAT_NAMES",
    "KEY_COLUMNS",
    "DirectoryLock",
    "Entry",
    "LocalStorage",
    "Part",
    "PartFile",
    "PartReader",
    "Snapshot",
    "Staging",
    "Storage",
    "TableParts",
    "is_lake",
    "is_part",
    "listed_parts",
    "open_part",
    "open_storage",
    "raw_file_beside",
    "read_schema",
    "read_snapshot",
    "reading",
    "written_whole",
]

_HOMES = {
    "FORMAT_NAMES": "exportkit.lakes.part_names",
    "KEY_COLUMNS": "exportkit.lakes.part_reader",
    "DirectoryLock": "exportkit.lakes.local_storage",
    "Entry": "exportkit.lakes.storage",
    "LocalStorage": "exportkit.lakes.local_storage",
    "Part": "exportkit.lakes.snapshot",
    "PartFile": "exportkit.lakes.staging",
    "PartReader": "exportkit.lakes.part_reader",
    "Snapshot": "exportkit.lakes.snapshot",
    "Staging": "exportkit.lakes.staging",
    "Storage": "exportkit.lakes.storage",
    "TableParts": "exportkit.lakes.snapshot",
    "is_lake": "exportkit.lakes.snapshot",
    "is_part": "exportkit.lakes.part_names",
    "listed_parts": "exportkit.lakes.snapshot",
    "open_part": "exportkit.lakes.part_reader",
    "open_storage": "exportkit.lakes.local_storage",
    "raw_file_beside": "exportkit.lakes.snapshot",
    "read_schema": "exportkit.lakes.part_schemas",
    "read_snapshot": "exportkit.lakes.snapshot",
    "reading": "exportkit.lakes.part_schemas",
    "written_whole": "exportkit.lakes.whole_file",
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(globals(), _HOMES)
