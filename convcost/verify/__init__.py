"""The only room where formulas and execution meet: a network is run, and every figure is compared with what happened.

1. `whole.py`: the network as it is, run once by kernels that know no formula; every product is counted, and two input
   positions are poison (NaN). Shapes, params, MACs, memory, and the positions of every layer that poison reaches.
2. `fields.py`: every layer by itself, in a channel or two along each axis, each position of its own inputs poisoned:
   every position, hole, border and phase of what it reads.
3. `longer.py`: the network in a channel or two along each axis, on an input longer than its field: the field that is
   published, its size, min, max, stride, start, center and coverage; that there is none, or the whole input.
4. `together.py`: whether the axes of a read set belong together, as the poison of the real network shows.
5. `ones.py`: every layer in one channel, all data and weights 1: its outputs add up to the useful products.

What is compared is what is published, `Analysis.totals`, `Analysis.layers` and `Analysis.receptive_field`, and how each
can fail:

- shapes and activations: an array has another shape (CC501); params: another number of weights was read (CC502);
- MACs and FLOPs: another number of products was counted (CC503); useful MACs: the outputs of ones add up to another
  number (CC504); peak memory: the tensors that were held have another size (CC506);
- fields and coverage: poison reaches a position that should not be reached, or does not reach one that should, or the
  positions reached come to another figure (CC505). The field of the network: back from its output, the layer before the
  earliest that makes one position of all of its input, however long that is. A field that is said to be too irregular,
  or a read set too large to be listed, must be so. Axes that are alike in all that is asked of them are asked once.

What is not compared, and never called confirmed: elementwise operations, bytes of weights, the grid, and the coverage
of fields that are unions (1x7 beside 7x1), of which `together.py` sees the poisoned positions only. Where a pattern is
too long to be listed, where paths met of which one reads nothing somewhere, and where paths of different strides met
and the input is longer than can be poisoned, fields are confirmed as far as `fields.py` and `together.py` ask. The size
of an element in bytes, and that a pool's index has four, are one rule for both witnesses.

A layer is judged by what its formulas say of the inputs that the execution gave it, so one mistake is one problem.

What both sides take from one definition, so that a mistake in it would be made twice: how `same` shares out its
padding; where `crop` to another size begins, floor((n - m) / 2); the shapes of weights (`*_weights`: others do not fit
what they are multiplied with, but nobody else says them); the rule of memory: in place where nobody else reads
(`sole` in `numpy_backend/program.py`), and what outputs, inputs and remembered places hold. Sizes have no such formula
in the kernels: windows are laid where they fit, a canvas ends where something is written, parts and places are found
among those of the input.

`needs.py` says before what all of this takes at most, in plain numbers; each run states its own (`memory_needed`).
"""
