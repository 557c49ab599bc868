"""The severity network: MobileNetV2 features with a light decoder to stride 8.

A pure `nn.Module`: it knows nothing of losses, data or files. Sandler et al., MobileNetV2, CVPR 2018; the top-down
path with lateral 1x1 convolutions is that of feature pyramid networks, Lin et al., CVPR 2017.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import mobilenet_v2

from scarscore.model.heads import CHANNELS, SCAR_TYPES
from scarscore.model.severity import POWER, TYPES

STEM = 5  # blocks 0 to 4, up to stride 8: edges and colours, kept as the start weights have them
STEM_SHAPE = (32, 40, 40)  # of its features
LATERALS = {6: 32, 13: 96, 17: 320}  # block -> channels, at strides 8, 16 and 32
DEEP = 14  # the block whose features the light heads read
WIDTH = 64
SEVERITY_SCALE = 20.0  # brings softplus near the readings' range, so that the head starts near their mean


class Maps(NamedTuple):
    """Per position at stride 8.

    Local severity (n, h, w) >= 0; weight (n, h, w) 0-1, how much a position counts in a pool, if it is skin; type
    logits (n, 3, h, w).
    """

    severity: Tensor
    weight: Tensor
    types: Tensor


class Seen(NamedTuple):
    """What training looks at: the maps, and block 14's features (n, 160, h / 4, w / 4)."""

    maps: Maps
    deep: Tensor


class SameConv2d(nn.Conv2d):
    """A 3x3 convolution of stride 2 with TensorFlow's SAME padding: one pixel right and below, none left or above.

    The start weights were trained so; with torchvision's own padding their ImageNet top-1 falls from 89.3 to 80.5.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the name that nn.Conv2d gives it
        """Pad, then convolve."""
        return super().forward(functional.pad(input, (0, 1, 0, 1)))


def backbone() -> nn.Sequential:
    """MobileNetV2's feature blocks 0 to 17, with SAME padding and torchvision's parameter names."""
    blocks: nn.Sequential = mobilenet_v2(weights=None).features[:18]
    for module in list(blocks.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.Conv2d) and child.stride == (2, 2):
                same = SameConv2d(child.in_channels, child.out_channels, 3, stride=2, groups=child.groups, bias=False)
                setattr(module, name, same)
    return blocks


class SeverityNetwork(nn.Module):
    """Local severity, its weight and scar types of a photo's skin, at every eighth pixel."""

    def __init__(self) -> None:
        super().__init__()
        blocks = backbone()
        self.stem = blocks[:STEM]
        self.body = nn.ModuleList(blocks[STEM:])
        self.laterals = nn.ModuleDict({str(k): nn.Conv2d(c, WIDTH, 1) for k, c in LATERALS.items()})
        self.mix = nn.Sequential(nn.Conv2d(WIDTH, WIDTH, 3, padding=1), nn.ReLU6(inplace=True), nn.Dropout2d(0.1))
        self.head = nn.Conv2d(WIDTH, 2 + len(TYPES), 1)
        # Whole photos are read higher than the power mean of their cells, by about a constant (blueprint section 5).
        self.photo_scale = nn.Parameter(torch.ones(()))
        self.photo_offset = nn.Parameter(torch.zeros(()))
        # What dermatologists called a photo teaches features alone: what is told is a light head's (model/heads.py).
        self.labels = nn.Linear(CHANNELS, len(SCAR_TYPES))

    def forward(self, x: Tensor) -> Maps:
        """Input float32 (n, 3, 320, 320) as `preprocess.normalise` makes it."""
        return self.decode(self.stem(x))

    def decode(self, x: Tensor) -> Maps:
        """The maps from the stem's features, (n, *STEM_SHAPE)."""
        return self.see(x).maps

    def see(self, x: Tensor) -> Seen:
        """The maps and what lies before them, from the stem's features, (n, *STEM_SHAPE)."""
        features: dict[int, Tensor] = {}
        for index, block in enumerate(self.body, start=STEM):
            x = block(x)
            if index == DEEP:
                deep = x
            if index in LATERALS:
                features[index] = self.laterals[str(index)](x)
        top = features[17]
        for index in (13, 6):
            top = features[index] + functional.interpolate(top, scale_factor=2.0, mode="nearest")
        out = self.head(self.mix(top))
        # Readers judge the scarred part, so the network may choose where on the skin to look.
        maps = Maps(SEVERITY_SCALE * functional.softplus(out[:, 0]), torch.sigmoid(out[:, 1]), out[:, 2:])
        return Seen(maps, deep)

    def load_start_weights(self, state: dict[str, Tensor]) -> None:
        """Take MobileNetV2's feature weights, by torchvision's names; the ImageNet classifier is dropped."""
        for index, block in enumerate([*self.stem, *self.body]):
            prefix = f"features.{index}."
            block.load_state_dict({name: state[prefix + name] for name in block.state_dict()})


def pool(severity: Tensor, weight: Tensor) -> Tensor:
    """`scarscore.model.severity.pool` for training: power mean over the last two axes, differentiable everywhere."""
    total = weight.sum((-2, -1)).clamp_min(1e-6)
    powered = (weight * severity**POWER).sum((-2, -1)) / total
    return (powered + 1e-6) ** (1.0 / POWER)


def pool_types(maps: Maps, mask: Tensor) -> Tensor:
    """Type logits (n, 3) averaged where scars are; the maps' severity only says where, it is not taught here."""
    share = ((maps.weight * maps.severity).detach() * mask + 1e-6).unsqueeze(1)
    return (maps.types * share).sum((-2, -1)) / share.sum((-2, -1))
