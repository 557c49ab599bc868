"""The terms of the loss, against values worked by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from scarscore.model.network import Maps, SeverityNetwork
from scarscore.train.losses import Batch, losses

NAN = float("nan")


@pytest.fixture(scope="module")
def network() -> SeverityNetwork:
    return SeverityNetwork()


def maps(severities: list[float]) -> Maps:
    """Photos of one uniform local severity each."""
    one = torch.ones(len(severities), 40, 40)
    severity = one * torch.tensor(severities).view(-1, 1, 1)
    return Maps(severity.requires_grad_(), one * 0.5, torch.zeros(len(severities), 3, 40, 40))


def batch(read: list[float], cell: float = NAN) -> Batch:
    n = len(read)
    cells = (torch.arange(40) * 3 // 40).view(40, 1) * 3 + torch.arange(40) * 3 // 40 + 1
    return Batch(torch.tensor(read), cells.repeat(n, 1, 1), torch.full((n, 9), cell), torch.ones(n, 3))


def test_a_network_that_reads_as_the_readers_has_no_photo_and_no_cell_loss(network: SeverityNetwork) -> None:
    terms = losses(network, maps([20.0, 60.0]), batch([20.0, 60.0], cell=NAN), 5.0)
    assert terms.photo.item() == pytest.approx(0.0, abs=1e-6)
    assert float(losses(network, maps([30.0]), batch([30.0], cell=30.0), 5.0).cell) == pytest.approx(0.0, abs=1e-6)


def test_the_photo_loss_is_hubers(network: SeverityNetwork) -> None:
    terms = losses(network, maps([30.0, 42.0]), batch([20.0, 40.0]), 5.0)
    assert float(terms.photo) == pytest.approx(((10 - 2.5) + 2.0**2 / 10) / 2, rel=1e-4)


def test_unread_cells_teach_nothing(network: SeverityNetwork) -> None:
    assert float(losses(network, maps([50.0]), batch([50.0]), 5.0).cell) == 0.0


def test_a_cell_of_which_no_skin_is_seen_teaches_nothing(network: SeverityNetwork) -> None:
    read = batch([50.0], cell=90.0)
    seen = replace(read, cells=torch.where(read.cells == 5, read.cells, 0))
    assert float(losses(network, maps([90.0]), seen, 5.0).cell) == pytest.approx(0.0, abs=1e-4)


def test_the_wrong_order_costs_more_than_the_right_one_and_ties_nothing(network: SeverityNetwork) -> None:
    right = losses(network, maps([10.0, 60.0]), batch([10.0, 60.0]), 5.0).rank
    wrong = losses(network, maps([60.0, 10.0]), batch([10.0, 60.0]), 5.0).rank
    tied = losses(network, maps([60.0, 10.0]), batch([30.0, 34.0]), 5.0).rank
    assert float(wrong) > 9.0 > 0.1 > float(right)
    assert float(tied) == 0.0


def test_types_are_taught_only_where_scars_may_be_seen(network: SeverityNetwork) -> None:
    assert float(losses(network, maps([50.0]), batch([50.0]), 5.0).types) == pytest.approx(0.693, abs=0.001)
    assert float(losses(network, maps([2.0]), batch([2.0]), 5.0).types) == 0.0


def test_every_term_has_a_finite_gradient_even_on_clear_skin(network: SeverityNetwork) -> None:
    told = maps([0.0, 0.0])
    sum(losses(network, told, batch([0.0, 20.0], cell=0.0), 5.0)).backward()  # type: ignore[union-attr]
    assert told.severity.grad is not None
    assert torch.isfinite(told.severity.grad).all()
