"""The networks of `figures.csv`, in PyTorch: torchvision's own, the others written from their papers.

    python -m tests.data.derive.models > tests/data/derive/figures.csv

needs torch and torchvision. Runs on the meta device: shapes are found by execution, nothing is multiplied.
"""

from __future__ import annotations

from typing import Any

from tests.data.derive.count import Figures, figures

TORCHVISION = (
    "alexnet",
    "convnext_tiny",
    "densenet121",
    "efficientnet_b0",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "resnet18",
    "resnet50",
    "resnext50_32x4d",
    "squeezenet1_1",
    "vgg16",
)
SHUFFLENET_CHANNELS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
"""Of stage 2, by the number of groups: Zhang et al. 2018, table 1."""


def every() -> dict[str, Figures]:
    """The figures of every network, by its name."""
    import torch
    import torchvision

    with torch.device("meta"):
        found = {name: figures(getattr(torchvision.models, name)(weights=None), 3, 224, 224) for name in TORCHVISION}
        for groups in SHUFFLENET_CHANNELS:
            found[f"shufflenet_v1_g{groups}"] = figures(shufflenet(groups), 3, 224, 224)
        found["xception"] = figures(xception(), 3, 299, 299)
        found["unet"] = figures(unet(), 1, 572, 572)
        found["dcgan_generator"] = figures(dcgan(), 100, 1, 1)
        found["context_module_basic"] = figures(context_module([1, 1, 1, 1, 1, 1, 1, 1]), 21, 64, 64)
        found["context_module_large"] = figures(context_module([2, 2, 4, 8, 16, 32, 32, 1]), 21, 64, 64)
        found["mobilenet_v1"] = figures(mobilenet(), 3, 224, 224)
        found["segnet_basic"] = figures(segnet_basic(), 3, 360, 480)
    return dict(sorted(found.items()))


def conv(*arguments: int, **fields: Any) -> Any:
    """A convolution without bias, normalised."""
    from torch import nn

    layer = nn.Conv2d(*arguments, bias=False, **fields)
    return nn.Sequential(layer, nn.BatchNorm2d(layer.out_channels))


def merged(merge: str, *paths: Any) -> Any:
    """Paths that start from one tensor, their ends added or concatenated."""
    import torch
    from torch import nn

    class Merged(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.paths = nn.ModuleList(paths)

        def forward(self, x: Any) -> Any:
            ends = [path(x) for path in self.paths]
            return torch.cat(ends, 1) if merge == "concat" else sum(ends)

    return Merged()


def shufflenet(groups: int) -> Any:
    """Zhang et al. 2018, figure 2 and table 1; no bias but the classifier's."""
    from torch import nn

    def unit(entering: int, out: int, stride: int, first: int) -> Any:
        width, made = out // 4, out if stride == 1 else out - entering
        main = nn.Sequential(
            conv(entering, width, 1, groups=first),
            nn.ReLU(),
            nn.ChannelShuffle(groups),
            conv(width, width, 3, stride=stride, padding=1, groups=width),
            conv(width, made, 1, groups=groups),
        )
        shortcut = nn.Identity() if stride == 1 else nn.AvgPool2d(3, 2, 1)
        return nn.Sequential(merged("add" if stride == 1 else "concat", shortcut, main), nn.ReLU())

    layers, entering = [conv(3, 24, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], 24
    for stage, repeat in enumerate((4, 8, 4)):
        out = SHUFFLENET_CHANNELS[groups] * 2**stage
        for i in range(repeat):
            layers.append(unit(entering, out, 1 if i else 2, 1 if entering == 24 else groups))
            entering = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(entering, 1000))


def xception() -> Any:
    """Chollet 2017, figure 5, with the padding of Keras: valid in the first two convolutions, then `same`."""
    from torch import nn

    def separable(entering: int, out: int) -> Any:
        depthwise = nn.Conv2d(entering, entering, 3, padding=1, groups=entering, bias=False)
        return nn.Sequential(depthwise, conv(entering, out, 1))

    def down(entering: int, between: int, out: int, relu_first: bool = True) -> Any:
        start = [nn.ReLU()] if relu_first else []
        pool = nn.MaxPool2d(3, 2, padding=1)  # as large as `same`, which pads even maps at the end only
        main = nn.Sequential(*start, separable(entering, between), nn.ReLU(), separable(between, out), pool)
        return merged("add", main, conv(entering, out, 1, stride=2))

    middle = [
        merged("add", nn.Identity(), nn.Sequential(*[m for _ in range(3) for m in (nn.ReLU(), separable(728, 728))]))
        for _ in range(8)
    ]
    return nn.Sequential(
        conv(3, 32, 3, stride=2),
        nn.ReLU(),
        conv(32, 64, 3),
        nn.ReLU(),
        down(64, 128, 128, relu_first=False),
        down(128, 256, 256),
        down(256, 728, 728),
        *middle,
        down(728, 728, 1024),
        separable(1024, 1536),
        nn.ReLU(),
        separable(1536, 2048),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(2048, 1000),
    )


def unet() -> Any:
    """Ronneberger et al. 2015, figure 1."""
    import torch
    from torch import nn

    def double(entering: int, out: int) -> Any:
        return nn.Sequential(nn.Conv2d(entering, out, 3), nn.ReLU(), nn.Conv2d(out, out, 3), nn.ReLU())

    class Level(nn.Module):  # type: ignore[misc]
        """A level of the U and all below it."""

        def __init__(self, entering: int, out: int) -> None:
            super().__init__()
            self.down = double(entering, out)
            self.below = Level(out, 2 * out) if out < 512 else double(out, 2 * out)
            self.up = nn.ConvTranspose2d(2 * out, out, 2, stride=2)
            self.after = double(2 * out, out)

        def forward(self, x: Any) -> Any:
            left = self.down(x)
            right = self.up(self.below(nn.functional.max_pool2d(left, 2)))
            margin = (left.shape[2] - right.shape[2]) // 2
            size = right.shape[2]
            left = left[:, :, margin : margin + size, margin : margin + size]
            return self.after(torch.cat([left, right], 1))

    return nn.Sequential(Level(1, 64), nn.Conv2d(64, 2, 1))


def dcgan() -> Any:
    """The generator of PyTorch's DCGAN example: widths 512, 256, 128, 64, no bias."""
    from torch import nn

    layers = [nn.ConvTranspose2d(100, 512, 4, bias=False), nn.BatchNorm2d(512), nn.ReLU()]
    for out in (256, 128, 64):
        up = nn.ConvTranspose2d(2 * out, out, 4, stride=2, padding=1, bias=False)
        layers += [up, nn.BatchNorm2d(out), nn.ReLU()]
    return nn.Sequential(*layers, nn.ConvTranspose2d(64, 3, 4, stride=2, padding=1, bias=False), nn.Tanh())


def context_module(widths: list[int]) -> Any:
    """Yu and Koltun 2016, table 1, for 21 classes; widths in multiples of the classes."""
    from torch import nn

    layers, entering = [], 21
    for width, dilation in zip(widths, (1, 1, 2, 4, 8, 16, 1, 0)):
        kernel = 3 if dilation else 1
        layers.append(nn.Conv2d(entering, 21 * width, kernel, padding=dilation, dilation=max(dilation, 1)))
        entering = 21 * width
    return nn.Sequential(*layers)


def mobilenet() -> Any:
    """Howard et al. 2017, table 1, the last stride 1; padded after the map where Keras pads, which costs the same."""
    from torch import nn

    layers, entering = [conv(3, 32, 3, stride=2, padding=1)], 32
    strides = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1)
    for stride, out in zip(strides, (64, 128, 128, 256, 256, *(512,) * 6, 1024, 1024)):
        layers += [conv(entering, entering, 3, stride=stride, padding=1, groups=entering), conv(entering, out, 1)]
        entering = out
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 1000))


def segnet_basic() -> Any:
    """Badrinarayanan et al. 2017, SegNet-Basic: four 7x7 stages and their mirror image, without ReLU there."""
    from torch import nn

    class Stage(nn.Module):  # type: ignore[misc]
        """A stage, all below it, and its decoder."""

        def __init__(self, entering: int, stages: int) -> None:
            super().__init__()
            self.encode = nn.Sequential(nn.Conv2d(entering, 64, 7, padding=3), nn.BatchNorm2d(64), nn.ReLU())
            self.below = Stage(64, stages - 1) if stages > 1 else nn.Identity()
            self.decode = nn.Sequential(nn.Conv2d(64, 64, 7, padding=3), nn.BatchNorm2d(64))

        def forward(self, x: Any) -> Any:
            x = self.encode(x)
            small = nn.functional.max_pool2d(x, 2, ceil_mode=True)
            back = nn.functional.interpolate(self.below(small), x.shape[2:])  # the size that unpooling gives
            return self.decode(back)

    return nn.Sequential(Stage(3, 4), nn.Conv2d(64, 11, 1))


if __name__ == "__main__":
    print("network,params,macs,output")
    for name, found in every().items():
        print(f"{name},{found.params},{found.macs},{'x'.join(map(str, found.output))}")
