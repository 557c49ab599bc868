"""What teaches a severity network, alike in every stage: optimiser, rates, and the mean of the weights.

A step is AdamW's, with the gradient's norm bounded; the rates follow one cycle, then are held.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim.swa_utils import AveragedModel

from scarscore.model.network import SeverityNetwork
from scarscore.train import checkpoint

STEEPEST = 10.0  # norm that a gradient is cut to


@dataclass(frozen=True, eq=False)
class Teacher:
    """A network that is taught, the mean of its weights, and what moves them; `rates` are peaks, of body and head."""

    network: SeverityNetwork
    average: AveragedModel
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.OneCycleLR
    rates: tuple[float, float]

    @classmethod
    def of(cls, network: SeverityNetwork, rates: tuple[float, float], decay: float, cycle: int) -> Teacher:
        """Teach body and head, at these peak rates of one cycle of so many steps; the stem is frozen."""
        network.to(memory_format=torch.channels_last)
        checkpoint.freeze(network, network.stem)
        body = [p for p in network.body.parameters() if p.requires_grad]
        inside = {id(p) for p in network.body.parameters()} | {id(p) for p in network.stem.parameters()}
        head = [p for p in network.parameters() if id(p) not in inside]
        optimiser = torch.optim.AdamW([{"params": body}, {"params": head}], weight_decay=decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, list(rates), total_steps=cycle)
        return cls(network, AveragedModel(network), optimiser, schedule, rates)

    @property
    def parts(self) -> dict[str, checkpoint.Stateful]:
        """What a checkpoint holds."""
        return {
            "network": self.network,
            "average": self.average,
            "optimiser": self.optimiser,
            "schedule": self.schedule,
        }

    def step(self, loss: Tensor, *, cycling: bool) -> None:
        """Take one step against this loss; `cycling` says whether the rates still follow their cycle."""
        self.optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), STEEPEST)
        self.optimiser.step()
        if cycling:
            self.schedule.step()

    def hold(self, share: float) -> None:
        """Hold the rates at a share of their peaks, as in the epochs that are averaged."""
        for group, peak in zip(self.optimiser.param_groups, self.rates, strict=True):
            group["lr"] = share * peak

    @property
    def averaged(self) -> SeverityNetwork:
        """The network whose weights are the mean so far; BatchNorm is frozen: its statistics need no second look."""
        assert isinstance(self.average.module, SeverityNetwork)
        return self.average.module
