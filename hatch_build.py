"""Build hook: compiles the modules of the package that are written in Cython.

Runs for wheels and for editable installations, where the compiled module lands beside its source.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from Cython.Build import cythonize
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension

#: Warnings are none of a user's business; -O3 is what the figures in benchmarks/ were measured with.
COMPILER_ARGUMENTS = ["-O3"]


class CompiledModules(BuildHookInterface):
    """Compile every ``.pyx`` file of the package and put the result into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files of a wheel are gathered; a source distribution needs nothing."""
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        sources = sorted(path.relative_to(root) for path in (root / "exportkit" / "native").glob("*.pyx"))
        compiled = compile_modules(root, sources)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True
        if version != "editable":
            build_data["force_include"].update({str(root / path): str(path) for path in compiled})


def compile_modules(root: Path, sources: list[Path]) -> list[Path]:
    """Compile modules, each to a file beside its source, and return the paths of those files."""
    extensions = [
        Extension(
            ".".join(source.with_suffix("").parts),
            [str(root / source)],
            extra_compile_args=COMPILER_ARGUMENTS,
        )
        for source in sources
    ]
    with tempfile.TemporaryDirectory() as scratch:
        built = cythonize(extensions, include_path=[str(root)], build_dir=scratch, quiet=True)
        command = Distribution({"ext_modules": built}).get_command_obj("build_ext")
        command.build_lib, command.build_temp = str(root), scratch
        command.ensure_finalized()
        command.run()
    return [Path(command.get_ext_filename(one.name)) for one in extensions]
