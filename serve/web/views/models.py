"""Settings: the bundles of networks of this installation, what they may be used for, and their cards as pages."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from scarscore.model.bundles import ModelBundle, open_model, shipped_names
from scarscore.serve.records.errors import NotFound
from scarscore.serve.web.state import Asker, Open, Served
from scarscore.serve.web.views.settings import settings_page
from scarscore.serve.web.views.settings_words import LICENCE_CLASSES

router = APIRouter(tags=["pages"], include_in_schema=False)
SERVED = "served"  # in an address: the bundle that this server scores with, which may lie at a path


@dataclass(frozen=True)
class Installed:
    """A bundle, by which address its card is read, whether this server scores with it, what its licence allows."""

    key: str
    bundle: ModelBundle
    served: bool

    @property
    def allows(self) -> str:
        """What the licence class allows, in plain words."""
        return LICENCE_CLASSES[self.bundle.licence_class]

    @property
    def sources(self) -> tuple[str, ...]:
        """The data sets that its networks learnt from."""
        both = (*self.bundle.severity.metadata.sources, *self.bundle.regions.metadata.sources)
        return tuple(dict.fromkeys(both))


@router.get("/settings/models", summary="The networks and their cards")
def models_tab(clinic: Open, who: Asker, served: Served) -> Response:
    """Every bundle of this installation, its files verified; first the one that this server scores with."""
    return settings_page(clinic, who, "models", bundles=_installed(served.scoring.model))


@router.get("/settings/models/{name}", summary="A model's card")
def card_page(clinic: Open, who: Asker, served: Served, name: str) -> Response:
    """The card of a bundle of this installation. No other name, and no path, opens anything."""
    for each in _installed(served.scoring.model):
        if each.key == name and each.bundle.card is not None:
            return settings_page(clinic, who, "models-card", each=each, card=_page_of(each.bundle.card))
    raise NotFound("there is no card of that name here")


def _installed(scored_with: str) -> tuple[Installed, ...]:
    names = shipped_names()
    shipped = [Installed(name, open_model(name), name == scored_with) for name in names]
    if scored_with not in names:
        shipped.insert(0, Installed(SERVED, open_model(scored_with), served=True))
    return tuple(sorted(shipped, key=lambda each: not each.served))


def _page_of(card: str) -> Markup:
    """A card's Markdown as HTML: nothing of it is taken as HTML, no picture is loaded, links lead where they say."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    reader.add_render_rule("table_open", _table_open)
    reader.add_render_rule("table_close", _table_close)
    tokens = reader.parse(card)
    for token in tokens:
        align = str(token.attrs.pop("style", ""))  # the policy allows no style in a page
        if align:
            token.attrJoin("class", align.replace("text-align:", "to-"))
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704 - escaped by the renderer


def _table_open(_: RendererHTML, tokens: list[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    """A table that may be wider than the page: a place of its own to scroll, which the keyboard reaches."""
    heads = [n for n, token in enumerate(tokens[:at]) if token.type == "heading_open"]
    label = tokens[heads[-1] + 1].content if heads else "Table"
    return Markup('<div class="wide" role="group" tabindex="0" aria-label="{}"><table>\n').format(label)


def _table_close(_: RendererHTML, tokens: list[Token], at: int, options: OptionsDict, env: EnvType) -> str:
    return "</table></div>\n"
