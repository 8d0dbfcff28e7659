"""The kernels as machine code: compiled by Numba once, and loaded by later processes without it.

To import Numba, and the types that it knows, takes a process a third of a second and 80 MB. The kernels are
some 30 kB of machine code, which llvmlite, Numba's bridge to LLVM, loads in a tenth of that. They allocate
nothing, raise nothing and call nothing, so they need no part of Numba when they run.

The code is kept in a file for each source of the kernels, LLVM and processor: in `__pycache__`, or where
NUMBA_CACHE_DIR says; in the user's cache folder, if nothing can be written there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, addressof, c_int32, c_int64
from functools import cache, partial
from pathlib import Path
from threading import Lock, get_ident
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np

from cognomen.rnn import cells

HERE: Final = Path(__file__).parent
# The types of the arguments of each kernel.
WHOLE, WHOLES, INDICES, NUMBERS = "int64", "CPointer(int64)", "CPointer(int32)", "CPointer(float32)"
READ: Final = (*[NUMBERS] * 3, WHOLES, *[INDICES] * 4)  # from `a` to `ends`
SIGNATURES: Final = {
    "number_prefixes": (*[WHOLE] * 3, *[WHOLES] * 8, *[INDICES] * 3, NUMBERS),
    "step": (*[WHOLE] * 8, *[NUMBERS] * 4, *READ, *[NUMBERS] * 3),
    "step_back": (*[WHOLE] * 7, *[NUMBERS] * 2, *READ, *[NUMBERS] * 6),
}
BEFORE: Final = 2  # arguments that Numba's functions have before their own, for a result and an error
CHECKSUM: Final = 4  # bytes of a checksum before the code: damaged code would end the process

_compiling = Lock()


class Kernels(NamedTuple):
    """The functions of `kernels`; they take what `given` makes of their arguments."""

    number_prefixes: Callable[..., None]
    step: Callable[..., None]
    step_back: Callable[..., None]


@cache
def load_kernels() -> Kernels:
    """The kernels, compiled now if they have not been before.

    Raises:
        ImportError: Numba is not installed, or does not work.
        OSError: there is no place to keep what it compiles.
        RuntimeError: it cannot compile here.
    """
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    code = _kept_code()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target(llvm))
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return Kernels(*(_function(engine, name) for name in Kernels._fields))


class _Address(c_int64):
    """Where the numbers of an array lie, which is kept as long as this is."""

    array: np.ndarray[Any, Any]


def given(*arguments: int | np.ndarray[Any, Any]) -> tuple[c_int64, ...]:
    """Whole numbers and arrays as the kernels take them; arrays live as long.

    Raises:
        ValueError: an array is not in C order.
    """
    return tuple(c_int64(each) if isinstance(each, int) else _address(each) for each in arguments)


def _address(array: np.ndarray[Any, Any]) -> _Address:
    if not array.flags.c_contiguous:
        raise ValueError(f"expected an array in C order, got strides {array.strides} for {array.shape}")
    address = _Address(array.ctypes.data)
    address.array = array
    return address


def _function(engine: Any, name: str) -> Callable[..., None]:
    """A kernel of the loaded code."""
    nowhere = (c_int64 * BEFORE)()
    call = CFUNCTYPE(c_int32)(engine.get_function_address(name))
    vars(call)["kept"] = engine, nowhere  # as long as the function is
    return partial(call, *given(addressof(nowhere), addressof(nowhere) + 8))


def _kept_code() -> bytes:
    """The machine code for this processor: as it was kept, or compiled and kept."""
    name = f"kernels-{_source():08x}.o"
    for folder in _folders():
        try:
            data = (folder / name).read_bytes()
        except OSError:
            continue
        if crc32(data[CHECKSUM:]).to_bytes(CHECKSUM) == data[:CHECKSUM]:
            return data[CHECKSUM:]
    code = _compiled_code()
    data = crc32(code).to_bytes(CHECKSUM) + code
    for folder in _folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            part = folder / f"{name}-{os.getpid()}-{get_ident()}"
            part.write_bytes(data)
            part.replace(folder / name)
        except OSError as error:
            refused = error
            continue
        return code
    raise refused


def _folders() -> Iterator[Path]:
    """Where machine code may be kept, the best place first."""
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(given)
        return
    yield HERE / "__pycache__"
    import platformdirs

    yield platformdirs.user_cache_path("cognomen", appauthor=False)


def _source() -> int:
    """A number that changes with the equations, the kernels, LLVM and the processor."""
    import llvmlite
    import llvmlite.binding as llvm

    codes = [cells.gru.__code__, cells.gru_back.__code__]
    parts: list[Any] = [(code.co_code, code.co_names, code.co_consts) for code in codes]
    parts += [llvmlite.__version__, llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    files = [(HERE / f"{name}.py").read_bytes() for name in ("kernels", "machine_code")]
    return crc32(b"".join([repr(parts).encode(), *files]))


def _compiled_code() -> bytes:
    """The kernels compiled by Numba, one object file."""
    import llvmlite.binding as llvm
    from numba import config
    from numba.core.errors import NumbaError

    from cognomen.rnn.engine import kernels

    if vars(config)["DISABLE_JIT"]:
        raise RuntimeError("NUMBA_DISABLE_JIT is set")
    whole, target = llvm.parse_assembly(""), _target(llvm)
    for name, types in SIGNATURES.items():
        kernel = getattr(kernels, name)
        try:
            with _vectorised_for(target, kernel.targetctx.codegen()):
                kernel.compile(f"void({', '.join(types)})")
        except NumbaError as error:
            raise RuntimeError(f"{name} cannot be compiled: {error}") from error
        module = llvm.parse_assembly(kernel.inspect_llvm(kernel.signatures[0]))
        defined = [each for each in module.functions if not each.is_declaration]
        made = [each for each in defined if each.linkage == llvm.Linkage.external]
        if len(made) != 1 or len(list(made[0].arguments)) != BEFORE + len(types):
            raise RuntimeError(f"{name} is called in another way than by the Numba that this is written for")
        made[0].name = name
        whole.triple = module.triple
        whole.link_in(module)
    if missing := [each.name for each in whole.functions if each.is_declaration and "llvm." not in each.name]:
        raise RuntimeError(f"the kernels call {', '.join(missing)}")
    return bytes(target.emit_object(whole))


@contextmanager
def _vectorised_for(target: Any, codegen: Any) -> Iterator[None]:
    """Within the context, Numba optimises for the target, and not for its own.

    (If a later Numba keeps its own under another name, it goes on with that: the vectors are shorter then.)
    """
    with _compiling:
        own = getattr(codegen, "_tm", None)
        codegen._tm = target
        try:
            yield
        finally:
            codegen._tm = own


def _target(llvm: Any) -> Any:
    """This processor, with all that it can; the other settings are Numba's.

    On Intel's processors LLVM takes half of AVX-512's width, as the other half may lower their clock. The
    products between the kernels use all of it anyway.
    """
    cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    if "+avx512f" in features.split(","):
        features += ",-prefer-256-bit"
    reloc = "static" if llvm.Target.from_default_triple().name.startswith("x86") else "default"
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(
        cpu=cpu, features=features, opt=3, reloc=reloc, codemodel="jitdefault", jit=True
    )
