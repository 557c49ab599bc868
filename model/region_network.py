"""The region network: MobileNetV2 to stride 16, a light decoder back to stride 2, and a small head for the pose.

A pure `nn.Module`: it knows nothing of losses, data or files. The decoder is a U-Net's (Ronneberger, Fischer, Brox,
MICCAI 2015) with separable convolutions; what the whole photo shows is added at its bottom, since a cheek cannot tell
its side by itself (the image-level features of Chen et al., 2017).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from scarscore.model.network import backbone
from scarscore.model.regions import VIEWS, Region

FROZEN = 4  # blocks 0 to 3, up to stride 4: edges and colours, kept as the start weights have them
BLOCKS = 14  # blocks 0 to 13; the last four would only repeat what 96 channels at stride 16 can hold
SKIPS = {3: 24, 6: 32, 13: 96}  # block -> channels, at strides 4, 8 and 16
KERNELS = {3: 3, 6: 5, 13: 7}  # wide at the bottom: which side a cheek lies on is told by what lies far from it
WIDTH = 48
FINE_BLOCKS, FINE_CHANNELS, FINE_WIDTH = 2, 16, 24  # blocks 0 and 1, at stride 2: where lips, lids and strands end
FACES = 3
COARSE_SIDE = 56  # positions a side of the map at stride 4
POSE_GRID = 7
POSE_FEATURES = len(Region) * (POSE_GRID**2 + 3) + 1 + SKIPS[13]
POSE_WIDTH = 96


class RegionOutput(NamedTuple):
    """What the network tells of photos, before any softmax.

    `regions` (n, 7, 112, 112), logits over `Region` at stride 2 of the input; `faces` (n, 3), logits of 0, 1 and
    several faces; `view` (n, 4), logits over `VIEWS`; `roll` (n, 2), its sine and cosine; `yaw` (n,), in units of 45
    degrees; `width` (n,), the natural logarithm of the face's width over the photo's long side.
    """

    regions: Tensor
    faces: Tensor
    view: Tensor
    roll: Tensor
    yaw: Tensor
    width: Tensor


class _Separable(nn.Sequential):
    """A convolution of each channel, then a mixing of channels."""

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__(
            nn.Conv2d(channels, channels, kernel, padding=kernel // 2, groups=channels),
            nn.Conv2d(channels, channels, 1),
            nn.ReLU6(inplace=True),
        )


class _Layout(nn.Module):
    """How the regions lie to each other: what tells a face's roll, yaw and size, whatever its skin.

    From probabilities (n, 7, 56, 56): each region's share of the photo in 7 x 7 squares; its share of the face; its
    centre, from the face's centre, in units of the face's size; and the logarithm of that size.
    """

    def __init__(self) -> None:
        super().__init__()
        line = torch.linspace(-1, 1, COARSE_SIDE)
        down, across = torch.meshgrid(line, line, indexing="ij")
        self.register_buffer("places", torch.stack([across.flatten(), down.flatten()], 1), persistent=False)

    def forward(self, probability: Tensor) -> Tensor:
        assert isinstance(self.places, Tensor)
        squares = functional.avg_pool2d(probability, COARSE_SIDE // POSE_GRID).flatten(1)
        mass = probability.mean((-2, -1))
        sums = probability.flatten(2) @ self.places / COARSE_SIDE**2
        face = mass[:, Region.FOREHEAD :].sum(1, keepdim=True) + 1e-4
        centre = sums[:, Region.FOREHEAD :].sum(1) / face
        size = face.sqrt()
        # A region that is hardly seen has no centre to speak of.
        seen = (mass / (mass + 1e-3)).unsqueeze(2)
        away = seen * (sums / (mass + 1e-4).unsqueeze(2) - centre.unsqueeze(1)) / size.unsqueeze(2)
        return torch.cat([squares, (mass / face).clamp_max(4.0), away.clamp(-4.0, 4.0).flatten(1), size.log()], 1)


class RegionNetwork(nn.Module):
    """Regions of the face and its pose, from a photo laid into a square of 224 px."""

    def __init__(self) -> None:
        super().__init__()
        blocks = backbone()
        self.stem = blocks[:FROZEN]
        self.body = nn.ModuleList(blocks[FROZEN:BLOCKS])
        self.laterals = nn.ModuleDict({str(k): nn.Conv2d(c, WIDTH, 1) for k, c in SKIPS.items()})
        self.whole = nn.Linear(SKIPS[13], WIDTH)
        self.mixes = nn.ModuleDict(
            {str(k): nn.Sequential(_Separable(WIDTH, size), _Separable(WIDTH, size)) for k, size in KERNELS.items()}
        )
        self.head = nn.Conv2d(WIDTH, len(Region), 1)
        self.fine = nn.Conv2d(FINE_CHANNELS, FINE_WIDTH, 1)
        self.narrow = nn.Conv2d(WIDTH, FINE_WIDTH, 1)
        self.refine = nn.Sequential(_Separable(FINE_WIDTH, 3), nn.Conv2d(FINE_WIDTH, len(Region), 1))
        self.refined = False
        self.layout = _Layout()
        self.pose = nn.Sequential(
            nn.Linear(POSE_FEATURES, POSE_WIDTH),
            nn.GELU(),
            nn.Linear(POSE_WIDTH, POSE_WIDTH),
            nn.GELU(),
            nn.Linear(POSE_WIDTH, FACES + len(VIEWS) + 4),
        )

    def forward(self, x: Tensor) -> RegionOutput:
        """Input float32 (n, 3, 224, 224) as `preprocess.normalise` makes it."""
        regions, features = self.see(x)
        faces, view, roll, yaw, width = self.pose(features).split([FACES, len(VIEWS), 2, 1, 1], 1)
        return RegionOutput(regions, faces, view, roll, yaw[:, 0], width[:, 0])

    def see(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The regions' logits (n, 7, 112, 112), and what the pose is told from, (n, POSE_FEATURES)."""
        sharp = self.stem[:FINE_BLOCKS](x)
        x = self.stem[FINE_BLOCKS:](sharp)
        features = {3: self.laterals["3"](x)}
        for index, block in enumerate(self.body, start=FROZEN):
            x = block(x)
            if index in SKIPS:
                features[index] = self.laterals[str(index)](x)
        whole = self.whole(x.mean((-2, -1)))[:, :, None, None]
        out = self.mixes["13"](features[13] + whole)
        for index in (6, 3):
            larger = functional.interpolate(out, scale_factor=2.0, mode="nearest")
            out = self.mixes[str(index)](features[index] + larger)
        logits = self.head(out)
        layout = torch.cat([self.layout(torch.softmax(logits, 1)), x.mean((-2, -1))], 1)
        regions = functional.interpolate(logits, scale_factor=2.0, mode="bilinear", align_corners=False)
        if self.refined:
            larger = functional.interpolate(self.narrow(out), scale_factor=2.0, mode="nearest")
            regions = regions + self.refine(self.fine(sharp) + larger)
        return regions, layout

    def start_refining(self) -> None:
        """From now on, correct the map along edges at stride 2; at first by nothing."""
        last = self.refine[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.refined = True

    def load_start_weights(self, state: dict[str, Tensor]) -> None:
        """Take MobileNetV2's feature weights, by torchvision's names; what lies above block 13 is dropped."""
        for index, block in enumerate([*self.stem, *self.body]):
            prefix = f"features.{index}."
            block.load_state_dict({name: state[prefix + name] for name in block.state_dict()})
