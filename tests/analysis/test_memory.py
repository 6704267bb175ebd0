"""Peak memory: small networks reckoned by hand, and random ones against a simulation written from the conventions."""

from __future__ import annotations

from random import Random
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from convcost.analysis.memory import peak_activations
from convcost.api.network import Network
from convcost.types import DTYPE_BITS, volume

if TYPE_CHECKING:
    from convcost.graph import Graph, Node


def peak(text: str, variant: str | None = None) -> int:
    return peak_activations(Network.from_text(dedent(text)).graph(variant))


def chain(*steps: str, input: str = "[1, 8, 8]", head: str = "dtype: int8") -> int:
    """The peak of a chain; by default on 64 bytes."""
    return peak(f"{head}\ninput: {input}\nlayers:\n" + "".join(f"  - {step}\n" for step in steps))


# By hand: 64 bytes are 1 x 8 x 8 elements of int8 ------------------------------------------------------------


def test_an_operation_needs_input_and_output_together() -> None:
    assert chain("pointwise: 3") == 64 + 192


def test_a_tensor_dies_after_the_last_step_that_reads_it() -> None:
    # 64 -> 192 -> 128 -> 64: the second step holds 192 + 128
    assert chain("pointwise: 3", "pointwise: 2", "pointwise: 1") == 192 + 128


def test_the_peak_may_be_at_the_start_or_at_the_end() -> None:
    assert chain("pointwise: 1", "global_avg_pool", "linear: 2", input="[5, 8, 8]") == 5 * 64 + 64
    assert chain("max_pool: 8", "linear: 500", "linear: 400") == 500 + 400


def test_a_residual_keeps_its_shortcut_alive() -> None:
    # relu cannot work on the network's input; then conv 2 reads the first conv's output while relu1 waits for add
    steps = ("{relu: , name: a}", "pointwise: 2", "pointwise: 3", "pointwise: 1", "add: a")
    assert chain(*steps) == 64 + 128 + 192  # a + conv1 + conv2


def test_a_step_works_in_place_when_nobody_else_reads_its_input() -> None:
    for step in ("relu", "relu6", "hardswish", "softmax", "leaky_relu", "batch_norm", "scale", "prelu", "dropout"):
        assert chain("pointwise: 3", step, "pointwise: 1") == 64 + 192, step


def test_other_steps_have_an_output_of_their_own() -> None:
    for step in ("instance_norm", "layer_norm", "group_norm: 1", "lrn", "channel_shuffle: 1", "pad: 0"):
        assert chain("pointwise: 3", step, "pointwise: 1") == 192 + 192, step


def test_a_step_does_not_work_in_place_when_somebody_else_reads_its_input() -> None:
    # conv1 (192) is read by relu and add: relu1 gets 192 of its own, and add a third
    assert chain("pointwise: 3", "relu", "add: pointwise1") == 3 * 192
    # the other reader may come first: still no place, and 192 + 192 are alive at relu
    assert chain("pointwise: 3", "{pointwise: 1, name: b}", "{relu: , from: pointwise1}", "pointwise: 1", "add: b") == (
        64 + 192 + 192
    )


def test_a_step_that_reads_a_tensor_twice_does_not_let_another_work_on_it() -> None:
    assert chain("pointwise: 3", "mul: [pointwise1, pointwise1]") == 192 + 192


def test_the_networks_input_is_never_overwritten() -> None:
    assert chain("relu") == 64 + 64
    assert chain("identity", "relu") == 64 + 64
    assert chain("relu", "relu") == 64 + 64


def test_an_output_is_never_overwritten_and_lives_to_the_end() -> None:
    head = "dtype: int8\noutputs: [pointwise1, pointwise2]"
    # outputs 192 and 64; relu1 (192) may not work on pointwise1
    assert chain("pointwise: 3", "relu", "pointwise: 1", head=head) == 192 + 192 + 64
    assert chain("pointwise: 3", "max_pool: 8", "pointwise: 1", "pointwise: 2", head=head) == 64 + 192
    head = "dtype: int8\noutputs: [pointwise1, linear1]"
    assert chain("pointwise: 3", "max_pool: 8", "linear: 500", head=head) == 192 + 3 + 500


def test_flatten_and_identity_share_memory() -> None:
    assert chain("pointwise: 3", "identity", "flatten", "linear: 1") == 64 + 192
    assert chain("pointwise: 3", "flatten", "relu", "identity", "linear: 100") == 192 + 100


def test_a_view_keeps_the_memory_of_its_source_alive() -> None:
    # the view is read last, by add: pointwise1's 192 bytes live until then
    steps = (
        "pointwise: 3",
        "{identity: , name: view}",
        "{pointwise: 2, from: pointwise1}",
        "pointwise: 3",
        "add: view",
    )
    assert chain(*steps) == 192 + 192 + 192


def test_nobody_works_in_place_on_a_tensor_that_is_read_through_a_view() -> None:
    steps = ("pointwise: 3", "{identity: , name: view}", "{relu: , from: pointwise1}", "add: view")
    assert chain(*steps) == 3 * 192
    steps = ("pointwise: 3", "{identity: , name: view}", "relu", "add: pointwise1")
    assert chain(*steps) == 3 * 192


def test_a_chain_of_steps_in_place_is_one_tensor() -> None:
    assert chain("pointwise: 3", "batch_norm", "relu", "dropout", "scale", "pointwise: 1") == 64 + 192


def test_what_works_in_place_keeps_the_memory_alive() -> None:
    steps = ("pointwise: 3", "{relu: , name: a}", "pointwise: 2", "pointwise: 3", "add: a")
    assert chain(*steps) == 192 + 192 + 192  # add: a, pointwise3 and its own output


def test_several_inputs_count_while_they_are_read() -> None:
    text = """
        dtype: int8
        input: {a: [1, 8, 8], b: [2, 8, 8], never: [1000, 8, 8]}
        layers: [pointwise: 3, {pointwise: 1, from: b}, add: a, {pointwise: 5, name: last}]
        """
    # pointwise1 (192, read by nobody) beside a and b; then b, its output (64) and a, which waits for add
    assert peak(text) == 64 + 128 + 192


def test_a_tensor_whose_shape_alone_is_wanted_is_not_kept() -> None:
    # conv1 (192) gives resize its size only
    steps = ("{pointwise: 3, name: big}", "max_pool: 4", "pointwise: 1", "resize: {like: big}")
    assert chain(*steps) == 64 + 192
    assert chain("{pointwise: 3, name: big}", "relu", "max_pool: 8", "resize: {like: big}") == 64 + 192


def test_paths_run_as_written() -> None:
    # a: 64 -> 192, b: 64 -> 128, joined 320: all three and the input are alive at b, the joined and both at concat
    assert chain("concat: {a: [pointwise: 3], b: [pointwise: 2]}") == 192 + 128 + 320
    first = "concat: {a: [pointwise: 9, pointwise: 1], b: [pointwise: 2]}"
    second = "concat: {b: [pointwise: 2], a: [pointwise: 9, pointwise: 1]}"
    assert chain(first) == 64 + 9 * 64 + 64
    assert chain(second) == 128 + 64 + 9 * 64  # b waits beside the input and the large tensor


def test_max_unpool_keeps_the_indices_alive_and_not_the_pools_output() -> None:
    # pool: 4 x 4 = 16 values and 16 indices of 4 bytes; pointwise 1 -> 10 channels -> 1
    steps = ("{max_pool: 2, name: p}", "pointwise: 10", "pointwise: 1", "max_unpool: p")
    assert chain(*steps) == max(64 + 16 + 64, 64 + 16 + 160, 64 + 160 + 16, 64 + 16 + 64)


def test_indices_die_with_the_last_max_unpool() -> None:
    steps = ("{max_pool: 2, name: p}", "max_unpool: p", "pointwise: 3")
    assert chain(*steps) == 64 + 192
    steps = ("{max_pool: 2, name: p}", "{max_unpool: p, name: u}", "{max_unpool: p, from: p}", "add: u")
    assert chain(*steps) == 64 + 16 + 64 + 64  # at the second unpool: indices, the pool's output, both unpooled


def test_a_pools_output_may_be_worked_on_in_place_though_its_indices_are_wanted() -> None:
    assert chain("{max_pool: 2, name: p}", "relu", "max_unpool: p") == 64 + 16 + 64


@pytest.mark.parametrize("dtype", sorted(DTYPE_BITS))
def test_the_type_of_the_activations_decides(dtype: str) -> None:
    head = f"dtype: {{weights: float64, activations: {dtype}}}"
    assert chain("pointwise: 3", head=head) == 256 * DTYPE_BITS[dtype] // 8


def test_half_bytes_are_rounded_up_per_tensor() -> None:
    head = "dtype: {activations: int4}"
    assert chain("pointwise: 5", input="[3, 1, 1]", head=head) == 2 + 3  # 1.5 and 2.5 bytes


def test_a_tensor_that_nobody_reads_is_alive_in_its_own_step() -> None:
    steps = ("{pointwise: 9, name: dead}", "{pointwise: 1, from: input}", "pointwise: 2")
    assert chain(*steps) == 64 + 9 * 64


# At random: simulated step by step ---------------------------------------------------------------------------

IN_PLACE = ("relu", "tanh", "batch_norm", "scale", "prelu", "dropout")
VIEWS = ("identity", "flatten")
SHAPE_ONLY = ("resize", "crop")


def data_inputs(node: Node) -> list[Node]:
    """What a node reads the values of: neither a shape alone nor a pool's indices."""
    return list(node.inputs[:1]) if node.op.word in (*SHAPE_ONLY, "max_unpool") else list(node.inputs)


def family(node: Node, nodes: list[Node]) -> list[Node]:
    """A tensor and everything that is the same memory seen differently."""
    root = node
    while root.op.word in VIEWS:
        root = root.inputs[0]
    members = [root]
    members += [n for n in nodes if n.op.word in VIEWS and n not in members and _root(n) is root]
    return members


def _root(node: Node) -> Node:
    while node.op.word in VIEWS:
        node = node.inputs[0]
    return node


def simulated(graph: Graph) -> int:
    """Run the steps in order, with a memory that holds what is still wanted; the most it ever holds."""
    bits = DTYPE_BITS[graph.dtype.activations]
    nodes = graph.nodes
    block = {id(node): id(node) for node in graph.inputs}
    for node in nodes:
        source = node.inputs[0]
        members = family(source, nodes)
        others = [n for n in nodes if n is not node and n not in members and any(m in data_inputs(n) for m in members)]
        kept = any(m in graph.outputs or m in graph.inputs for m in members)
        in_place = node.op.word in IN_PLACE and not others and not kept
        block[id(node)] = block[id(source)] if node.op.word in VIEWS or in_place else id(node)

    size = {id(node): -(-volume(node.shape) * bits // 8) for node in [*graph.inputs, *nodes]}
    most = 0
    for step, node in enumerate(nodes):
        later = nodes[step:]
        wanted = {block[id(source)] for n in later for source in data_inputs(n)}
        made = {block[id(n)] for n in [*graph.inputs, *nodes[:step]]}
        kept = {block[id(n)] for n in graph.outputs if n in graph.inputs or n in nodes[:step]}
        alive = (wanted & made) | kept | {block[id(node)]}
        pools = {id(n.inputs[1]): n.inputs[1] for n in later if n.op.word == "max_unpool"}
        indices = sum(4 * volume(pool.shape) for pool in pools.values() if pool in nodes[: step + 1])
        most = max(most, sum(size[b] for b in alive) + indices)
    return most


def random_spec(dice: Random) -> str:
    """A network of some steps that read anything before them; what nobody reads is an output."""
    steps: list[str] = []
    kinds: dict[str, str] = {"input": "large"}  # the tensors there are, with what they are alike in
    if dice.random() < 0.5:
        kinds["other"] = "large"
    pools: list[str] = []
    unread: set[str] = set()
    for i in range(dice.randint(1, 12)):
        name = f"n{i}"
        source = dice.choice([*kinds][-4:])
        kind = kinds[source]
        partner = dice.choice([n for n, k in kinds.items() if k == kind])
        words = [*IN_PLACE, *IN_PLACE, "identity", "identity", "add", "mul"]
        words += ["pointwise: 2", "max_pool: 2", "resize", "crop", "instance_norm"] if kind == "large" else []
        words += [f"max_unpool: {pool}" for pool in pools] * 2 if kind == "small" else []
        word = dice.choice(words)
        if word in ("add", "mul"):
            word = f"{word}: {partner}"
            unread.discard(partner)
        if word in SHAPE_ONLY:
            word = f"{word}: {{like: {partner}}}"
        steps.append(f"{{{word if ':' in word else word + ': '}, name: {name}, from: {source}}}")
        kinds[name] = "small" if word == "max_pool: 2" else "large" if "unpool" in word else kind
        if word == "max_pool: 2":
            pools.append(name)
        unread.discard(source)
        unread.add(name)
    read_for_shape = [name for name in kinds if name.startswith("n") and dice.random() < 0.15]
    outputs = sorted({*unread, *read_for_shape})
    inputs = "{input: [2, 4, 6], other: [2, 4, 6]}" if "other" in kinds else "{input: [2, 4, 6]}"
    layers = "".join(f"  - {step}\n" for step in steps)
    dtype = dice.choice(("float32", "int8", "int4"))
    return f"dtype: {dtype}\ninput: {inputs}\noutputs: [{', '.join(outputs)}]\nlayers:\n{layers}"


@pytest.mark.parametrize("seed", range(12))
def test_the_peak_is_that_of_a_simulation(seed: int) -> None:
    dice = Random(seed)
    for _ in range(40):
        text = random_spec(dice)
        graph = Network.from_text(text).graph()
        assert peak_activations(graph) == simulated(graph), text


def test_the_simulation_finds_what_is_known_by_hand() -> None:
    graph = Network.from_text("dtype: int8\ninput: [1, 8, 8]\nlayers: [pointwise: 3, relu, add: pointwise1]").graph()
    assert simulated(graph) == 3 * 192
    graph = Network.from_text("dtype: int8\ninput: [1, 8, 8]\nlayers: [pointwise: 3, relu, pointwise: 1]").graph()
    assert simulated(graph) == 64 + 192
