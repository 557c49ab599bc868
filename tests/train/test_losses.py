"""The terms of the loss, against values worked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from scarscore.model.heads import CHANNELS
from scarscore.model.network import Maps, Seen, SeverityNetwork
from scarscore.train.config import load_config
from scarscore.train.losses import Batch, losses
from scarscore.train.samples import NO_TYPE

NAN = float("nan")
CONFIG = load_config("severity")


@pytest.fixture(scope="module")
def network() -> SeverityNetwork:
    return SeverityNetwork()


def maps(severities: list[float]) -> Maps:
    """Photos of one uniform local severity each."""
    one = torch.ones(len(severities), 40, 40)
    severity = one * torch.tensor(severities).view(-1, 1, 1)
    return Maps(severity.requires_grad_(), one * 0.5, torch.zeros(len(severities), 3, 40, 40))


def looked(told: Maps | list[float]) -> Seen:
    """Those maps, or those of `maps`, over features of nothing."""
    told = told if isinstance(told, Maps) else maps(told)
    return Seen(told, torch.zeros(len(told.severity), CHANNELS, 10, 10))


def batch(read: list[float], cell: float = NAN, source: tuple[int, ...] | None = None) -> Batch:
    n = len(read)
    cells = (torch.arange(40) * 3 // 40).view(40, 1) * 3 + torch.arange(40) * 3 // 40 + 1
    sources = torch.tensor(source or (0,) * n)
    return Batch(
        sources,
        torch.tensor(read),
        torch.zeros(n, dtype=torch.bool),
        torch.ones(n),
        cells.repeat(n, 1, 1),
        torch.zeros(n, 40, 40, dtype=torch.bool),
        torch.full((n, 9), cell),
        torch.ones(n, 3),
        torch.full((n,), NO_TYPE),
    )


def test_a_network_that_reads_as_the_readers_has_no_photo_and_no_cell_loss(network: SeverityNetwork) -> None:
    terms = losses(network, looked([20.0, 60.0]), batch([20.0, 60.0], cell=NAN), CONFIG)
    assert terms.photo.item() == pytest.approx(0.0, abs=1e-6)
    assert float(losses(network, looked([30.0]), batch([30.0], cell=30.0), CONFIG).cell) == pytest.approx(0.0, abs=1e-6)


def test_the_photo_loss_is_hubers(network: SeverityNetwork) -> None:
    terms = losses(network, looked([30.0, 42.0]), batch([20.0, 40.0]), CONFIG)
    assert float(terms.photo) == pytest.approx(((10 - 2.5) + 2.0**2 / 10) / 2, rel=1e-4)


def test_below_an_upper_bound_nothing_is_wrong_and_above_it_the_loss_is_hubers(network: SeverityNetwork) -> None:
    bound = replace(batch([6.0, 6.0]), at_most=torch.tensor([True, True]))
    assert float(losses(network, looked([2.0, 5.0]), bound, CONFIG).photo) == pytest.approx(0.0, abs=1e-6)
    assert float(losses(network, looked([2.0, 26.0]), bound, CONFIG).photo) == pytest.approx((20 - 2.5) / 2, rel=1e-4)


def test_an_upper_bound_is_never_ranked_above_a_reading_but_below_one(network: SeverityNetwork) -> None:
    above = replace(batch([10.0, 0.0]), at_most=torch.tensor([True, False]))
    below = replace(batch([10.0, 60.0]), at_most=torch.tensor([True, False]))
    assert float(losses(network, looked([0.0, 60.0]), above, CONFIG).rank) == 0.0
    assert float(losses(network, looked([60.0, 10.0]), below, CONFIG).rank) > 9.0


def test_a_reading_that_is_not_trusted_counts_less(network: SeverityNetwork) -> None:
    halved = replace(batch([20.0, 40.0]), trust=torch.tensor([0.5, 1.0]))
    terms = losses(network, looked([30.0, 40.0]), halved, CONFIG)
    assert float(terms.photo) == pytest.approx((10 - 2.5) * 0.5 / 1.5, rel=1e-4)


def test_unread_cells_teach_nothing(network: SeverityNetwork) -> None:
    assert float(losses(network, looked([50.0]), batch([50.0]), CONFIG).cell) == 0.0


def test_a_cell_of_which_no_skin_is_seen_teaches_nothing(network: SeverityNetwork) -> None:
    read = batch([50.0], cell=90.0)
    seen = replace(read, cells=torch.where(read.cells == 5, read.cells, 0))
    assert float(losses(network, looked([90.0]), seen, CONFIG).cell) == pytest.approx(0.0, abs=1e-4)


def test_the_wrong_order_costs_more_than_the_right_one_and_ties_nothing(network: SeverityNetwork) -> None:
    right = losses(network, looked([10.0, 60.0]), batch([10.0, 60.0]), CONFIG).rank
    wrong = losses(network, looked([60.0, 10.0]), batch([10.0, 60.0]), CONFIG).rank
    tied = losses(network, looked([60.0, 10.0]), batch([30.0, 34.0]), CONFIG).rank
    assert float(wrong) > 9.0 > 0.1 > float(right)
    assert float(tied) == 0.0


def test_pairs_of_one_source_weigh_as_much_as_all_pairs_together(network: SeverityNetwork) -> None:
    """Of three photos, one pair is told in the wrong order."""
    told, read = [60.0, 10.0, 90.0], [10.0, 60.0, 90.0]
    one = losses(network, looked(told), batch(read), CONFIG).rank
    within = losses(network, looked(told), batch(read, source=(0, 0, 1)), CONFIG).rank
    between = losses(network, looked(told), batch(read, source=(0, 1, 1)), CONFIG).rank
    assert float(within) == pytest.approx(2.0 * float(one), rel=0.01)  # a third of all pairs, the only one of its own
    assert float(between) == pytest.approx(0.5 * float(one), rel=0.01)


def test_types_are_taught_only_where_scars_may_be_seen(network: SeverityNetwork) -> None:
    assert float(losses(network, looked([50.0]), batch([50.0]), CONFIG).types) == pytest.approx(0.693, abs=0.001)
    assert float(losses(network, looked([2.0]), batch([2.0]), CONFIG).types) == 0.0


def test_every_term_has_a_finite_gradient_even_on_clear_skin(network: SeverityNetwork) -> None:
    told = maps([0.0, 0.0])
    torch.autograd.backward(torch.stack(losses(network, looked(told), batch([0.0, 20.0], cell=0.0), CONFIG)).sum())
    assert told.severity.grad is not None
    assert torch.isfinite(told.severity.grad).all()


def test_skin_in_a_box_of_a_scar_is_to_be_told_more_than_that_around_it(network: SeverityNetwork) -> None:
    inside = torch.zeros(2, 40, 40, dtype=torch.bool)
    inside[0, 10:12, 10:12] = True  # the other photo has no box: nothing is asked of it
    targets = replace(batch([20.0, 20.0]), scarred=inside)
    told = maps([20.0, 20.0])
    more = told.severity.detach() + 30.0 * inside
    level, raised, lowered = (
        float(losses(network, looked(told._replace(severity=each)), targets, CONFIG).boxes)
        for each in (told.severity, more, told.severity.detach() - 10.0 * inside)
    )
    assert level == pytest.approx(math.log(2.0))
    assert raised == pytest.approx(math.log(1.0 + math.exp(-30.0 / 5.0)), rel=1e-3)
    assert lowered == pytest.approx(math.log(1.0 + math.exp(10.0 / 5.0)), rel=1e-3)
    assert float(losses(network, looked(told), batch([20.0, 20.0]), CONFIG).boxes) == 0.0


def test_of_types_that_nobody_read_nothing_is_learnt(network: SeverityNetwork) -> None:
    both, asked = batch([40.0, 40.0]), batch([40.0])
    half = replace(both, types=torch.stack([torch.ones(3), torch.full((3,), NAN)]))
    unread = replace(both, types=torch.full((2, 3), NAN))
    told = maps([30.0, 30.0])
    terms = losses(network, looked(told), half, CONFIG)
    assert float(terms.types.detach()) == pytest.approx(
        float(losses(network, looked([30.0]), asked, CONFIG).types.detach())
    )
    assert float(losses(network, looked(told), unread, CONFIG).types.detach()) == 0.0


def half_scarred() -> Seen:
    """A photo whose left half is scarred; the halves' features differ."""
    severity = torch.zeros(1, 40, 40)
    severity[..., :20] = 50.0
    deep = torch.zeros(1, CHANNELS, 10, 10)
    deep[:, 0, :, :5] = 1.0
    shown = maps([0.0])._replace(severity=severity.requires_grad_(), weight=torch.ones(1, 40, 40).requires_grad_())
    return Seen(shown, deep.requires_grad_())


def labels_term(network: SeverityNetwork, seen: Seen, label: int) -> torch.Tensor:
    return losses(network.eval(), seen, replace(batch([NAN]), label=torch.tensor([label])), CONFIG).labels


def test_without_a_label_no_type_is_taught(network: SeverityNetwork) -> None:
    assert float(labels_term(network, half_scarred(), NO_TYPE).detach()) == 0.0


def test_labels_are_taught_by_the_cross_entropy_of_what_lies_where_scars_are() -> None:
    network = SeverityNetwork()
    with torch.no_grad():
        network.labels.weight.zero_()
        network.labels.bias.zero_()
        network.labels.weight[2, 0] = 4.0
    right, wrong = (float(labels_term(network, half_scarred(), kind).detach()) for kind in (2, 0))
    logits = torch.tensor([[0.0, 0.0, 4.0, 0.0, 0.0]])  # the clear half, of another feature, has no say
    expected = torch.nn.functional.cross_entropy(logits, torch.tensor([2]), label_smoothing=0.1)
    assert right == pytest.approx(float(expected), abs=1e-3)
    assert wrong > right + 2.0


def test_labels_teach_the_features_and_not_the_maps(network: SeverityNetwork) -> None:
    seen = half_scarred()
    torch.autograd.backward(labels_term(network, seen, 4))
    assert seen.deep.grad is not None
    assert seen.deep.grad.abs().sum() > 0
    assert seen.maps.severity.grad is None
    assert seen.maps.weight.grad is None
