"""The models of the recorded answers, and a model that doubles."""

import sys
from collections.abc import Callable
from pathlib import Path

import tensorflow as tf

ECHOED_DTYPES = [
    "float32",
    "float64",
    "int32",
    "int64",
    "uint8",
    "int8",
    "int16",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "string",
    "float16",
    "bfloat16",
    "complex64",
]
SLOW_STEPS = 20_000_000


def vector(name: str, dtype: tf.DType = tf.float32) -> tf.TensorSpec:
    """Return the specification of a batch of scalars."""
    return tf.TensorSpec([None], dtype, name=name)


def save_f2c(base_path: Path) -> None:
    """Save versions 1 and 2 of the converter, in one and two dimensions."""

    def convert(fahrenheit: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"celsius": (fahrenheit - 32.0) * 5.0 / 9.0}

    module = tf.Module()
    spec = tf.TensorSpec([None, 1], tf.float32, name="fahrenheit")
    module.column = tf.function(convert, input_signature=[spec])
    module.flat = tf.function(convert, input_signature=[vector("fahrenheit")])
    signatures = {"serving_default": module.column, "flat": module.flat}
    for version in (1, 2):
        tf.saved_model.save(module, str(base_path / "f2c" / str(version)), signatures=signatures)


def save_double(base_path: Path) -> None:
    """Save a model that doubles, unlike any other model that a command could serve."""
    module = tf.Module()
    module.double = tf.function(
        lambda fahrenheit: {"celsius": fahrenheit * 2.0}, input_signature=[vector("fahrenheit")]
    )
    signatures = {"serving_default": module.double}
    tf.saved_model.save(module, str(base_path / "double" / "13"), signatures=signatures)


def slow(x: tf.Tensor) -> dict[str, tf.Tensor]:
    """Count for longer than the server's timeout."""
    steps = tf.while_loop(lambda i: i < SLOW_STEPS, lambda i: i + 1, [tf.constant(0)])[0]
    return {"y": x + tf.cast(steps, tf.float32) * 0.0}


def signature_functions() -> dict[str, Callable[..., dict[str, tf.Tensor]]]:
    """Return the signatures of the model `types`, one for each case of the API."""
    x = vector("x")
    a, b, rows = vector("a"), vector("b"), tf.TensorSpec([None, 2], tf.float32, name="b")
    cases: list[tuple[str, list[tf.TensorSpec], Callable[..., dict[str, tf.Tensor]]]] = [
        *(
            (n, [vector("x", getattr(tf, n))], lambda x: {"y": tf.identity(x)})
            for n in ECHOED_DTYPES
        ),
        ("scalar", [tf.TensorSpec([], tf.float32, name="x")], lambda x: {"y": x + 1.0}),
        ("anyrank", [tf.TensorSpec(None, tf.float32, name="x")], lambda x: {"y": x * 2.0}),
        ("mismatch", [x], lambda x: {"y": x, "z": tf.concat([x, x], 0)}),
        ("bytes_out", [vector("x", tf.string)], lambda x: {"y_bytes": tf.identity(x)}),
        ("inv", [x], lambda x: {"y": 1.0 / x}),
        ("check", [x], lambda x: {"y": tf.debugging.check_numerics(x, "boom")}),
        (
            "multi",
            [a, rows],
            lambda a, b: {"s": a + tf.reduce_sum(b, 1), "t": tf.as_string(a)},
        ),
        ("two_in_one_out", [a, b], lambda a, b: {"y": a + b}),
        ("noinput", [], lambda: {"y": tf.constant([1.0])}),
        ("slow", [x], slow),
    ]
    return {name: tf.function(body, input_signature=specs) for name, specs, body in cases}


def save_types(base_path: Path) -> None:
    """Save the model that has a signature for every dtype, shape and error."""
    module = tf.Module()
    module.functions = signature_functions()
    path = str(base_path / "types" / "7")
    tf.saved_model.save(module, path, signatures=module.functions)


def save_half_plus_two(base_path: Path) -> None:
    """Save versions 123 and 124 of y = x/2 + 2, with classify and regress signatures."""
    for version in (123, 124):
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            signatures = half_plus_two_signatures()
            session.run(tf.compat.v1.global_variables_initializer())
            builder = tf.compat.v1.saved_model.Builder(str(base_path / "hp2" / str(version)))
            builder.add_meta_graph_and_variables(
                session, [tf.saved_model.SERVING], signature_def_map=signatures
            )
            builder.save()


def half_plus_two_signatures() -> dict[str, object]:
    """Build the graph of y = x/2 + 2 by TensorFlow 1, and return its signatures."""
    v1, utils = tf.compat.v1, tf.compat.v1.saved_model
    serialized = v1.placeholder(tf.string, name="tf_example")
    # The operation of TensorFlow 1, under its name in the recorded messages.
    parsed, _ = tf.raw_ops.ParseExample(
        serialized=serialized,
        names=tf.constant([], tf.string),
        sparse_keys=[],
        dense_keys=["x", "x2"],
        dense_defaults=[tf.constant([], tf.float32), tf.constant([0.0])],
        sparse_types=[],
        dense_shapes=[[1], [1]],
        name="ParseExample/ParseExample",
    )[-1]
    slope, intercept = v1.get_variable("a", initializer=0.5), v1.get_variable("b", initializer=2.0)
    x = tf.identity(parsed, name="x")
    y = tf.add(slope * x, intercept, name="y")
    y2 = tf.add(slope * x, 3.0, name="y2")
    example = utils.build_tensor_info(serialized)
    outputs = {"y": utils.build_tensor_info(y), "y2": utils.build_tensor_info(y2)}

    def signature(inputs: str, output: str, alias: str, method: str) -> object:
        info = utils.build_tensor_info(x) if inputs == "x" else example
        return utils.build_signature_def(
            {inputs: info}, {alias: outputs[output]}, f"tensorflow/serving/{method}"
        )

    return {
        "serving_default": signature("x", "y", "y", "predict"),
        "regress_x_to_y": signature("inputs", "y", "outputs", "regress"),
        "regress_x_to_y2": signature("inputs", "y2", "outputs", "regress"),
        "classify_x_to_y": signature("inputs", "y", "scores", "classify"),
    }


def save_all(base_path: Path) -> None:
    """Save every model under `base_path`."""
    save_f2c(base_path)
    save_types(base_path)
    save_half_plus_two(base_path)
    save_double(base_path)


if __name__ == "__main__":
    save_all(Path(sys.argv[1]))
