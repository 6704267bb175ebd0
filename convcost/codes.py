"""Every kind of mistake convcost reports, one class per code: its docstring is the page `convcost explain CODE` shows.

Each page is one sentence, a spec that raises the code and one that does not; a test runs all of them. What only a wrong
formula raises has a sentence that says which; the test puts it in the place of ours.
"""

from .docstrings import docstring


class CC001:
    """The text is not valid YAML.

    Raises:
        input: [3, 8, 8]
        layers:
          - relu
            name: first

    Clean:
        input: [3, 8, 8]
        layers:
          - relu:
            name: first
    """


class CC002:
    """A key stands twice in one map; YAML would silently keep the last.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3, out: 16}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 16, kernel: 3}
    """


class CC003:
    """A spec, a variant, a block or a path has a key that the language does not know.

    Raises:
        inputs: [3, 8, 8]
        input: [3, 8, 8]
        layers: [relu]

    Clean:
        input: [3, 8, 8]
        layers: [relu]
    """


class CC004:
    """A key is missing that must be there.

    Raises:
        layers: [relu]

    Clean:
        input: [3, 8, 8]
        layers: [relu]
    """


class CC005:
    """A value is of the wrong kind: a list where a number is wanted, a word where a map is.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: 64

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 64, kernel: 3}
    """


class CC006:
    """A number or boolean is written in a form that YAML 1.2 does not have, and YAML 1.1 reads as something else.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 010, kernel: 3, bias: no}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 10, kernel: 3, bias: false}
    """


class CC007:
    """A text is not an expression of the language: numbers, names, + - * / // %, comparisons, and or not, if else,
    and the functions min, max, round, ceil, floor and div8.

    Raises:
        vars: {c: 4}
        input: [3, 8, 8]
        layers:
          - conv: {out: c ** 2, kernel: 3}

    Clean:
        vars: {c: 4}
        input: [3, 8, 8]
        layers:
          - conv: {out: c * c, kernel: 3}
    """


class CC008:
    """An expression has no usable value: it is not whole where it must be, divides by zero, or is too large.

    Raises:
        vars: {width: 0.8}
        input: [3, 8, 8]
        layers:
          - conv: {out: 32 * width, kernel: 3}

    Clean:
        vars: {width: 0.8}
        input: [3, 8, 8]
        layers:
          - conv: {out: round(32 * width), kernel: 3}
    """


class CC009:
    """The text uses a part of YAML that the language leaves out (tags, merge keys, a second document), or goes beyond
    the limits of nesting, of values and of alias expansion.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: !int 8, kernel: 3}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
    """


class CC010:
    """A step is not of the form `operation`, `operation: fields` or `Block: arguments`, with its siblings beside it.

    Raises:
        input: [3, 8, 8]
        layers: [conv: {out: 8, kernel: 3}, name: first]

    Clean:
        input: [3, 8, 8]
        layers: [{conv: {out: 8, kernel: 3}, name: first}]
    """


class CC011:
    """A file cannot be read as a spec: it is missing, empty, unreadable or no UTF-8 text. `check` says so and goes on.

    A folder that may hold specs and cannot be read is told of in the same way, and so is a pipe, a socket or a device.
    The first spec is empty: `~` is nothing.

    Raises:
        ~

    Clean:
        input: [3, 8, 8]
        layers: [relu]
    """


class CC101:
    """An operation has no field of that name.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel_size: 3}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
    """


class CC102:
    """A field or partner is missing that the operation cannot do without.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
    """


class CC103:
    """A number must divide another, but does not: groups and channels, a scale and channels or sizes.

    Raises:
        input: [64, 8, 8]
        layers:
          - conv: {out: 64, kernel: 3, groups: 3}

    Clean:
        input: [64, 8, 8]
        layers:
          - conv: {out: 64, kernel: 3, groups: 4}
    """


class CC104:
    """A field is outside its bounds, or not one of its words.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3, stride: 0}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3, stride: 1}
    """


class CC105:
    """Nothing is left of an output: the window does not fit into the input, or padding crops everything.

    Raises:
        input: [3, 4, 4]
        layers:
          - conv: {out: 8, kernel: 7}

    Clean:
        input: [3, 4, 4]
        layers:
          - conv: {out: 8, kernel: 7, padding: 3}
    """


class CC106:
    """Tensors that are added, multiplied or joined do not agree in shape.

    Raises:
        input: [8, 9, 9]
        layers:
          - add: {main: [conv: {out: 8, kernel: 3}], shortcut: []}

    Clean:
        input: [8, 9, 9]
        layers:
          - add: {main: [conv: {out: 8, kernel: 3, padding: 1}], shortcut: []}
    """


class CC107:
    """A max_unpool must name a max_pool and get a tensor of the shape that pool made.

    Raises:
        input: [8, 8, 8]
        layers:
          - {max_pool: 2, name: pool}
          - conv: {out: 16, kernel: 1}
          - max_unpool: pool

    Clean:
        input: [8, 8, 8]
        layers:
          - {max_pool: 2, name: pool}
          - conv: {out: 8, kernel: 1}
          - max_unpool: pool
    """


class CC108:
    """The number of axes is wrong: a list per axis that is too long, or an operation with windows on a vector.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: [3, 3, 3]}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: [3, 3]}
    """


class CC109:
    """Fields or tensors contradict or miss each other: two sizes for one output, only one tensor to add.

    Raises:
        input: [3, 8, 8]
        layers:
          - resize: {scale: 2, size: 16}

    Clean:
        input: [3, 8, 8]
        layers:
          - resize: {scale: 2}
    """


class CC110:
    """A slice or crop reaches outside its input.

    Raises:
        input: [8, 8, 8]
        layers:
          - slice: [4, 12]

    Clean:
        input: [8, 8, 8]
        layers:
          - slice: [4, 8]
    """


class CC201:
    """There is no operation or block of that name.

    Raises:
        input: [3, 8, 8]
        layers: [rellu]

    Clean:
        input: [3, 8, 8]
        layers: [relu]
    """


class CC202:
    """A reference names no layer.

    Raises:
        input: [3, 8, 8]
        layers:
          - {relu: , name: start}
          - conv: {out: 3, kernel: 3, padding: 1}
          - add: strat

    Clean:
        input: [3, 8, 8]
        layers:
          - {relu: , name: start}
          - conv: {out: 3, kernel: 3, padding: 1}
          - add: start
    """


class CC203:
    """A reference names a layer that comes later or is still being built; a layer must exist before it is read.

    Raises:
        input: [3, 8, 8]
        layers:
          - add: later
          - {relu: , name: later}

    Clean:
        input: [3, 8, 8]
        layers:
          - {relu: , name: before}
          - add: before
    """


class CC204:
    """Two layers of one scope have the same name.

    Raises:
        input: [3, 8, 8]
        layers:
          - {relu: , name: a}
          - {relu: , name: a}

    Clean:
        input: [3, 8, 8]
        layers:
          - {relu: , name: a}
          - {relu: , name: b}
    """


class CC205:
    """A name is malformed, is a word of the language, or does not count where its step repeats.

    Raises:
        input: [3, 8, 8]
        layers:
          - {relu: , name: act, repeat: 2}

    Clean:
        input: [3, 8, 8]
        layers:
          - {relu: , name: act$i, repeat: 2}
    """


class CC206:
    """There is no variable of that name here; a block sees its parameters, `vars`, `cin` and its own loops only.

    Raises:
        vars: {width: 8}
        input: [3, 8, 8]
        layers:
          - conv: {out: widht * 2, kernel: 3}

    Clean:
        vars: {width: 8}
        input: [3, 8, 8]
        layers:
          - conv: {out: width * 2, kernel: 3}
    """


class CC207:
    """A block reaches itself.

    Raises:
        input: [3, 8, 8]
        blocks:
          Again: {layers: [relu, Again]}
        layers: [Again]

    Clean:
        input: [3, 8, 8]
        blocks:
          Once: {layers: [relu]}
        layers: [Once, Once]
    """


class CC208:
    """A block is called with a parameter it does not have, or without one it needs.

    Raises:
        input: [3, 8, 8]
        blocks:
          Unit: {params: {out: ~}, layers: [conv: {out: out, kernel: 3}]}
        layers: [Unit]

    Clean:
        input: [3, 8, 8]
        blocks:
          Unit: {params: {out: ~}, layers: [conv: {out: out, kernel: 3}]}
        layers: [Unit: 8]
    """


class CC209:
    """A variable or parameter has a name that no variable can have.

    Raises:
        vars: {cin: 3}
        input: [3, 8, 8]
        layers: [relu]

    Clean:
        vars: {channels: 3}
        input: [channels, 8, 8]
        layers: [relu]
    """


class CC210:
    """A word or a list stands where a number is wanted, or a number where a word is.

    Raises:
        vars: {act: relu}
        input: [3, 8, 8]
        layers:
          - conv: {out: act * 2, kernel: 3}

    Clean:
        vars: {act: relu}
        input: [3, 8, 8]
        layers:
          - conv: {out: 2, kernel: 3}
          - $act
    """


class CC211:
    """No output needs a layer; it is counted like the others. (A note.)

    Raises:
        input: [3, 8, 8]
        layers:
          - {relu: , name: dead}
          - {relu: , from: input}

    Clean:
        input: [3, 8, 8]
        layers:
          - {relu: , name: dead}
          - {relu: , name: last, from: input}
        outputs: [dead, last]
    """


class CC212:
    """No layer runs.

    Raises:
        input: [3, 8, 8]
        layers: []

    Clean:
        input: [3, 8, 8]
        layers: [identity]
    """


class CC213:
    """The network runs more steps, nests its blocks deeper, or has longer names, than convcost will walk.

    Raises:
        input: [3, 8, 8]
        layers:
          - {identity: , repeat: 1000000, if: 0}
          - relu

    Clean:
        input: [3, 8, 8]
        layers:
          - {identity: , repeat: 100}
    """


class CC214:
    """`baseline` must name one of the variants.

    Raises:
        input: [3, 8, 8]
        layers: [relu]
        baseline: first
        variants: {one: {}}

    Clean:
        input: [3, 8, 8]
        layers: [relu]
        baseline: one
        variants: {one: {}}
    """


class CC215:
    """`--input` may be channels last: its last size is the channels that the spec has, its first is not. It is read as
    channels first. (A warning.)

    The first spec raises it with `--input 32x32x3`.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}

    Clean:
        input: [32, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
    """


class CC216:
    """A linear layer flattens a map of more than 1,024 positions; one that has the same weights at every position, as
    Dense of Keras has, is `pointwise`. With `flatten` before it, nothing is said. (A note.)

    Raises:
        input: [8, 64, 64]
        layers: [linear: 10]

    Clean:
        input: [8, 64, 64]
        layers: [flatten, linear: 10]
    """


class CC301:
    """`expect`, `budgets` or `require` has a figure or limit that is none.

    Raises:
        input: [3, 8, 8]
        layers: [relu]
        budgets: {mac: 600M}

    Clean:
        input: [3, 8, 8]
        layers: [relu]
        budgets: {macs: 600M}
    """


class CC302:
    """Two budgets speak of the same figure of the same layers.

    Raises:
        input: [3, 8, 8]
        layers: [relu]
        budgets: [{metric: macs, max: 1M}, {metric: macs, max: 2M}]

    Clean:
        input: [3, 8, 8]
        layers: [relu]
        budgets: [{metric: macs, max: 1M, warn: 800k}]
    """


class CC303:
    """A figure is beyond its budget. The sentence has the limit, the figure and the excess, the note the layers that
    weigh most. Where only `warn` is passed it is a warning.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
        budgets: {params: 200}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
        budgets: {params: 300}
    """


class CC304:
    """A figure is not the published one that `expect` holds. One printed with a suffix or a decimal point holds if the
    figure, rounded half up or truncated to the printed digits, is it; one without holds exactly.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
        expect: {params: 225}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
        expect: {params: 224}
    """


class CC305:
    """A variant does not have what `require` asks of every variant: the baseline's figure, or one within bounds.

    Raises:
        input: [3, 8, 8]
        require: {output: same}
        variants:
          one: {layers: [{conv: {out: 8, kernel: 3}}]}
          two: {layers: [{conv: {out: 8, kernel: 3, padding: 1}}]}

    Clean:
        input: [3, 8, 8]
        require: {output: same}
        variants:
          one: {layers: [{conv: {out: 8, kernel: 3, padding: 1}}]}
          two: {layers: [{conv: {out: 8, kernel: 1}}]}
    """


class CC306:
    """A demand cannot be judged: its `of` matches no layer, its bounds contradict each other, its share has no whole,
    or the network has no such figure.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
        budgets: [{metric: macs, of: Stage1, max: 1M}]

    Clean:
        input: [3, 8, 8]
        layers:
          - {conv: {out: 8, kernel: 3}, name: Stage1}
        budgets: [{metric: macs, of: Stage1, max: 1M}]
    """


class CC307:
    """A figure grew by more than `max_increase` allows since the baseline (`--baseline`, or the lock file). Where it
    has two parts, both are exceeded.

    The two specs are compared with one whose convolution has 8 outputs: 224 params.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 16, kernel: 3}
        budgets: [{metric: params, max_increase: 2% and 100}]

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 9, kernel: 3}
        budgets: [{metric: params, max_increase: 2% and 100}]
    """


class CC401:
    """Dilations with a common divisor leave holes in the receptive field of the network. (Advice.)

    Raises:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 3, padding: 2, dilation: 2}
          - conv: {out: 8, kernel: 3, padding: 2, dilation: 2}

    Clean:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 3, padding: 1}
          - conv: {out: 8, kernel: 3, padding: 2, dilation: 2}
    """


class CC402:
    """A transposed convolution adds more products at some positions than at others, which shows as a checkerboard:
    its stride does not divide its kernel. (Advice.)

    Raises:
        input: [8, 16, 16]
        layers:
          - conv_transpose: {out: 8, kernel: 3, stride: 2}

    Clean:
        input: [8, 16, 16]
        layers:
          - conv_transpose: {out: 8, kernel: 4, stride: 2}
    """


class CC403:
    """A stride is larger than its window, and nothing else reads the positions between. (Advice.)

    Raises:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 1, stride: 2}

    Clean:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 2, stride: 2}
    """


class CC404:
    """A dilation is as large as the input of its layer, so that all taps but one meet padding. (Advice.)

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 9, padding: 4}
          - conv: {out: 8, kernel: 3, padding: 8, dilation: 8}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 9, padding: 4}
          - conv: {out: 8, kernel: 3, padding: 2, dilation: 2}
    """


class CC405:
    """No position of a classifier's last map sees the whole input. (Advice.)

    Raises:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 3, stride: 2, padding: 1}
          - global_avg_pool
          - linear: 10

    Clean:
        input: [3, 32, 32]
        layers:
          - conv: {out: 8, kernel: 33, padding: 16}
          - global_avg_pool
          - linear: 10
    """


class CC406:
    """A layer with a window comes after the receptive field has covered the input twice over. (Advice.)

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 17, padding: 8}
          - conv: {out: 8, kernel: 3, padding: 1}

    Clean:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 9, padding: 4}
          - conv: {out: 8, kernel: 3, padding: 1}
    """


class CC407:
    """Paths that meet see the input at different strides, or with a shift of whole positions of the tensor they parted
    at: not half of one, as even windows leave it, and not causal paths, which end at the same position. (Advice.)

    Raises:
        input: [3, 32, 32]
        layers:
          - add:
              main: [conv: {out: 8, kernel: 3, stride: 2, padding: same}]
              shortcut: [conv: {out: 8, kernel: 1, stride: 2}]

    Clean:
        input: [3, 32, 32]
        layers:
          - add:
              main: [conv: {out: 8, kernel: 3, stride: 2, padding: 1}]
              shortcut: [conv: {out: 8, kernel: 1, stride: 2}]
    """


class CC408:
    """The receptive field repeats only after so many positions that convcost does not list it. (Advice.)

    Raises:
        input: [1, 8191]
        layers:
          - resize: {size: 8192}

    Clean:
        input: [1, 4096]
        layers:
          - resize: {size: 8192}
    """


class CC409:
    """A comment `# convcost: ignore[...]` silences nothing: there is no such advice there, or the code is no advice.
    Errors are not silenced.

    Raises:
        input: [3, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}  # convcost: ignore[CC402] no such advice

    Clean:
        input: [3, 8, 8]
        layers:
          - conv_transpose: {out: 8, kernel: 3, stride: 2}  # convcost: ignore[CC402] known
    """


class CC501:
    """The run made an output of another shape than the formula says.

    The first spec raises it with a formula that lets a pool of ceil_mode keep a window that starts in the padding.

    Raises:
        input: [1, 7, 7]
        layers:
          - max_pool: {kernel: 2, stride: 3, padding: 1, ceil_mode: true}

    Clean:
        input: [1, 7, 7]
        layers:
          - max_pool: {kernel: 2, stride: 3, padding: 1}
    """


class CC502:
    """The run read another number of weights than the formula says.

    The first spec raises it with a formula that forgets the groups of a convolution.

    Raises:
        input: [4, 8, 8]
        layers:
          - conv: {out: 6, kernel: 3, groups: 2}

    Clean:
        input: [4, 8, 8]
        layers:
          - conv: {out: 6, kernel: 3}
    """


class CC503:
    """The run multiplied another number of times than the formula says.

    The first spec raises it with a formula that counts the output positions of a transposed convolution.

    Raises:
        input: [3, 2, 2]
        layers:
          - conv_transpose: {out: 1, kernel: 2, stride: 2}

    Clean:
        input: [3, 2, 2]
        layers:
          - conv: {out: 1, kernel: 2}
    """


class CC504:
    """Another number of products than the formula says had real data on both sides and was kept.

    The first spec raises it with a formula that takes padding for data.

    Raises:
        input: [4, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3, padding: 1}

    Clean:
        input: [4, 8, 8]
        layers:
          - conv: {out: 8, kernel: 3}
    """


class CC505:
    """Poison in the input reached other positions of a layer than its receptive field says.

    The first spec raises it with a formula that forgets dilation.

    Raises:
        input: [1, 9, 9]
        layers:
          - conv: {out: 1, kernel: 3, dilation: 2, padding: 2}

    Clean:
        input: [1, 9, 9]
        layers:
          - conv: {out: 1, kernel: 3, padding: 1}
    """


class CC506:
    """More or fewer bytes of tensors were alive at once than the formula says.

    The first spec raises it with a formula that forgets what a later layer still reads.

    Raises:
        input: [4, 8, 8]
        layers:
          - {conv: {out: 4, kernel: 3, padding: 1}, name: skip}
          - conv: {out: 4, kernel: 3, padding: 1}
          - conv: {out: 4, kernel: 3, padding: 1}
          - add: skip

    Clean:
        input: [4, 8, 8]
        layers:
          - conv: {out: 4, kernel: 3, padding: 1}
    """


class CC507:
    """A layer cannot be run, so nothing of it, and of what follows, is confirmed.

    The first spec raises it where tanh has no kernel.

    Raises:
        input: [4, 8, 8]
        layers:
          - tanh

    Clean:
        input: [4, 8, 8]
        layers:
          - relu
    """


def page(code: str) -> str | None:
    """The docstring of a code, or None for what is none."""
    found = globals().get(code)
    return docstring(found) if isinstance(found, type) else None


def codes() -> tuple[str, ...]:
    """Every code, in order."""
    return tuple(sorted(name for name, value in globals().items() if isinstance(value, type)))
