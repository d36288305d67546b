"""What lies at a destination: a lake, one directory per table, and in it the table's parts.

Says what files are called and which of them are parts (`part_names`), reads what is there (`snapshot`,
`part_reader`), says where a run gathers its files (`staging`), and touches the operating system
(`local_storage`, `whole_file`). Does not know how a part is encoded, nor what makes a run visible.

The package is called `lakes` because `exportkit.lake` is a public function.
"""

from __future__ import annotations

from exportkit._on_first_use import on_first_use

with on_first_use(globals()):
    from exportkit.lakes.local_storage import DirectoryLock as DirectoryLock
    from exportkit.lakes.local_storage import LocalStorage as LocalStorage
    from exportkit.lakes.local_storage import open_storage as open_storage
    from exportkit.lakes.part_names import FORMAT_NAMES as FORMAT_NAMES
    from exportkit.lakes.part_names import RECORD_FILE as RECORD_FILE
    from exportkit.lakes.part_names import REPLACED as REPLACED
    from exportkit.lakes.part_names import UNFINISHED as UNFINISHED
    from exportkit.lakes.part_names import WAITING as WAITING
    from exportkit.lakes.part_names import is_own_file as is_own_file
    from exportkit.lakes.part_names import is_part as is_part
    from exportkit.lakes.part_names import is_plain_name as is_plain_name
    from exportkit.lakes.part_names import is_raw_file as is_raw_file
    from exportkit.lakes.part_names import new_run_id as new_run_id
    from exportkit.lakes.part_names import run_of_file as run_of_file
    from exportkit.lakes.part_names import run_of_staging as run_of_staging
    from exportkit.lakes.part_names import staging_name as staging_name
    from exportkit.lakes.part_names import waiting_name as waiting_name
    from exportkit.lakes.part_reader import KEY_COLUMNS as KEY_COLUMNS
    from exportkit.lakes.part_reader import PartReader as PartReader
    from exportkit.lakes.part_reader import open_part as open_part
    from exportkit.lakes.part_schemas import read_schema as read_schema
    from exportkit.lakes.part_schemas import reading as reading
    from exportkit.lakes.snapshot import Part as Part
    from exportkit.lakes.snapshot import Snapshot as Snapshot
    from exportkit.lakes.snapshot import TableParts as TableParts
    from exportkit.lakes.snapshot import is_lake as is_lake
    from exportkit.lakes.snapshot import lake_of as lake_of
    from exportkit.lakes.snapshot import listed_parts as listed_parts
    from exportkit.lakes.snapshot import raw_file_beside as raw_file_beside
    from exportkit.lakes.snapshot import read_snapshot as read_snapshot
    from exportkit.lakes.snapshot import refuse_lakes as refuse_lakes
    from exportkit.lakes.snapshot import refuse_unknown_columns as refuse_unknown_columns
    from exportkit.lakes.snapshot import stopped_commits as stopped_commits
    from exportkit.lakes.staging import PartFile as PartFile
    from exportkit.lakes.staging import Staging as Staging
    from exportkit.lakes.storage import Entry as Entry
    from exportkit.lakes.storage import Storage as Storage
    from exportkit.lakes.whole_file import ReadFrom as ReadFrom
    from exportkit.lakes.whole_file import written_whole as written_whole
