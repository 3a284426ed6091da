"""A real ONNX model written by hand: it finds bright patches, one box a cell of its grid.

Nothing but the few messages of the format that such a model needs (onnx.proto of ONNX 1.x), so that the tests carry no
binary and no further package.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FLOAT, INT64 = 1, 7
SIZE, CELL = 64, 16
BOXES = (SIZE // CELL) ** 2


def bright_patches(path: Path, classes: int = 1) -> Path:
    """Write the model: [1, 3, 64, 64] of 0..1 -> [1, 4 + classes, 16], the layout "yolov8". Only class 0 is ever found.

    A patch of brightness 0.8 has the score 0.5; 0.9 has more than 0.98.
    """
    weights = np.full((1, 3, CELL, CELL), 40.0 / (3 * CELL * CELL), np.float32)
    middles = (np.arange(SIZE // CELL, dtype=np.float32) + 0.5) * CELL
    x, y = np.meshgrid(middles, middles)
    boxes = np.stack([x.ravel(), y.ravel(), np.full(BOXES, CELL), np.full(BOXES, CELL)]).astype(np.float32)[None]
    nothing = np.zeros((1, classes - 1, BOXES), np.float32)
    more = ["nothing"] if classes > 1 else []
    graph = b"".join(
        (
            _node("Conv", ["picture", "weights", "bias"], "raw", [_ints("strides", [CELL, CELL])]),
            _node("Sigmoid", ["raw"], "scores"),
            _node("Reshape", ["scores", "shape"], "row"),
            _node("Concat", ["boxes", "row", *more], "output", [_int("axis", 1)]),
            _text(2, "bright"),
            _tensor("weights", weights),
            _tensor("bias", np.array([-32.0], np.float32)),
            _tensor("shape", np.array([1, 1, BOXES], np.int64)),
            _tensor("boxes", boxes),
            *([_tensor("nothing", nothing)] if more else []),
            _field(11, _value("picture", (1, 3, SIZE, SIZE))),
            _field(12, _value("output", (1, 4 + classes, BOXES))),
        )
    )
    path.write_bytes(_number(1, 8) + _field(7, graph) + _field(8, _text(1, "") + _number(2, 13)))
    return path


def _varint(number: int) -> bytes:
    found = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        found.append(low | (0x80 if number else 0))
        if not number:
            return bytes(found)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _text(field: int, text: str) -> bytes:
    return _field(field, text.encode())


def _node(kind: str, inputs: Sequence[str], output: str, attributes: Sequence[bytes] = ()) -> bytes:
    names = b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(3, output) + _text(4, kind)
    return _field(1, names + b"".join(_field(5, one) for one in attributes))


def _int(name: str, value: int) -> bytes:
    return _text(1, name) + _number(3, value) + _number(20, 2)


def _ints(name: str, values: Sequence[int]) -> bytes:
    return _text(1, name) + b"".join(_number(8, value) for value in values) + _number(20, 7)


def _tensor(name: str, values: NDArray[np.float32] | NDArray[np.int64]) -> bytes:
    kind = FLOAT if values.dtype == np.float32 else INT64
    shape = b"".join(_number(1, size) for size in values.shape)
    letter = "f" if kind == FLOAT else "q"
    raw = struct.pack(f"<{values.size}{letter}", *values.ravel().tolist())
    return _field(5, shape + _number(2, kind) + _text(8, name) + _field(9, raw))


def _value(name: str, shape: Sequence[int]) -> bytes:
    sizes = b"".join(_field(1, _number(1, size)) for size in shape)
    return _text(1, name) + _field(2, _field(1, _number(1, FLOAT) + _field(2, sizes)))
