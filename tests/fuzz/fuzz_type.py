"""The fuzzer of the type: programs against the model, and any call with any arguments.

    python tests/fuzz/fuzz_type.py CORPUS [libFuzzer options]   fuzzes, under atheris
    python tests/fuzz/fuzz_type.py --replay FILE ...            runs inputs, or packs of them

The first byte says which of the two it is. See .ci/fuzz for the build that it wants.
"""

from __future__ import annotations

import faulthandler
import gc
import hashlib
import os
import sys
import traceback
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fuzz import calls, pack, program
from fuzz.source import Source

warnings.simplefilter("ignore")
sys.unraisablehook = lambda _: None  # what __del__ of a hostile object raises
TIMEOUT = 1200
"""Seconds that 32 inputs may take: under atheris libFuzzer's own alarm kills, silently."""
_done = 0


def run_input(data: bytes) -> None:
    """One input from its beginning to its end."""
    global _done
    source = Source(data)
    (calls if source.below(2) else program).run(source)
    _done += 1
    if _done % 32 == 0:
        faulthandler.dump_traceback_later(TIMEOUT, exit=True)
        gc.collect()


def fuzz_input(data: bytes) -> None:
    """The same under atheris: what fails is kept, for atheris 3.1 does not do it."""
    try:
        run_input(data)
    except BaseException:
        traceback.print_exc()
        name = f"failed-{hashlib.sha256(data).hexdigest()[:16]}"
        Path(os.environ.get("FUZZ_FAILURES", "."), name).write_bytes(data)
        os._exit(70)


def main(arguments: list[str]) -> None:
    """Fuzz, or replay."""
    if arguments[1:2] == ["--replay"]:
        inputs = [data for name in arguments[2:] for data in pack.read(Path(name))]
        for data in inputs:
            run_input(data)
        print(f"{len(inputs)} inputs passed")
        return
    import atheris

    gc.disable()  # collections come where the input says, not when it likes
    atheris.Setup(arguments, fuzz_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
