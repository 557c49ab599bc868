"""A bundle: a severity network with its calibration, the region network that it was made with, and their card.

Shipped bundles stand by name in `weights/bundles.toml`. Any other is a folder, or one zip file, that holds a
`bundle.toml`, two networks and a card, each with its SHA-256: all are compared before anything is used, and nothing
but these four entries is read. A bundle says nothing of how good it is: its card does.
"""

from __future__ import annotations

import hashlib
import io
import json
import stat
import tomllib
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from scarscore.model import bundle as files
from scarscore.model.bundle import DEFAULT, REGIONS, Bundle, names, open_bundle, verified_bytes
from scarscore.model.errors import BadBundle, ModelError, ModelTampered
from scarscore.model.region_engine import RegionBundle, open_region_bundle

TABLE = "bundle.toml"
SHIPPED = "bundles.toml"
SCHEMA = 1
PARTS = {"severity": "severity.onnx", "regions": "regions.onnx", "card": "card.md"}
LARGEST = 64 * 2**20  # bytes of one entry: three times the largest network that ships
LICENCE_CLASSES = ("release", "research", "evaluation")  # the least restricted first, as in `datasets.cards.Use`
_PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of any other, zipfile unpacks more than it is asked for
_STAMP = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say: the same bundle is the same file


@dataclass(frozen=True)
class ModelBundle:
    """Both networks under one name and version, verified, with their card (Markdown; None for a bare network)."""

    name: str
    version: str
    severity: Bundle
    regions: RegionBundle
    card: str | None

    @property
    def licence_class(self) -> str:
        """The more restricted licence class of the two networks."""
        classes = (self.severity.metadata.licence_class, self.regions.metadata.licence_class)
        return max(classes, key=LICENCE_CLASSES.index)


def open_model(model: str = DEFAULT) -> ModelBundle:
    """The bundle of that name, or at that path: a folder, a zip, or an `.onnx` file, a severity network alone.

    A network alone, or one of the folds, goes with the shipped region network. Raises `ModelError` where there is
    none, where anything is missing or was changed, or where the two networks were not made for each other.
    """
    if model in shipped_names():
        return _shipped(model)
    if model in names() or model.endswith(".onnx"):
        network = open_bundle(verified_bytes(model))
        regions = open_region_bundle(verified_bytes(REGIONS))
        return _belonging(ModelBundle(network.metadata.name, network.metadata.version, network, regions, None))
    path = Path(model)
    if not model or not path.exists():
        raise ModelError(
            f"no model named {model!r}: there are {', '.join(shipped_names())}, or give the path of a bundle "
            "(a folder or a zip) or of an .onnx file"
        )
    return _belonging(_packed(model, _reader(path)))


def shipped_names() -> tuple[str, ...]:
    """The bundles that come with this installation, the default first."""
    return tuple(read_shipped())


def pack_bundle(bundle: ModelBundle, path: Path) -> Path:
    """Write a bundle as a folder, or as one file where the path ends in `.zip`; the same bundle, the same bytes.

    Raises `BadBundle` for a bundle without a card: nobody could know what it may be used for.
    """
    if bundle.card is None:
        raise BadBundle("a bundle needs a card")
    parts = {"severity": bundle.severity.data, "regions": bundle.regions.data, "card": bundle.card.encode()}
    entries = {PARTS[name]: data for name, data in parts.items()} | {TABLE: _table(bundle, parts)}
    if path.suffix == ".zip":
        path.write_bytes(_zipped(entries))
        return path
    path.mkdir(parents=True, exist_ok=True)
    for name, data in entries.items():
        (path / name).write_bytes(data)
    return path


def _table(bundle: ModelBundle, parts: Mapping[str, bytes]) -> bytes:
    # A TOML text is quoted as a JSON one is.
    name, version = (json.dumps(text, ensure_ascii=False) for text in (bundle.name, bundle.version))
    head = f"schema = {SCHEMA}\nname = {name}\nversion = {version}\n"
    each = [f'\n[{n}]\nfile = "{PARTS[n]}"\nsha256 = "{hashlib.sha256(d).hexdigest()}"\n' for n, d in parts.items()]
    return (head + f'licence_class = "{bundle.licence_class}"\n' + "".join(each)).encode()


def _zipped(entries: Mapping[str, bytes]) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), data)
    return memory.getvalue()


def read_shipped() -> dict[str, dict[str, str]]:
    """`bundles.toml`: for each name the manifest's names of both networks, the card's file and its SHA-256."""
    try:
        return tomllib.loads((files.WEIGHTS / SHIPPED).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{SHIPPED} cannot be read: {error}. Install scarscore again") from None


def write_shipped(entries: Mapping[str, Mapping[str, str]]) -> Path:
    """Write `bundles.toml` anew. Its path."""
    parts = [f"[{name}]\n" + "".join(f'{k} = "{v}"\n' for k, v in entry.items()) for name, entry in entries.items()]
    path = files.WEIGHTS / SHIPPED
    path.write_text(
        "# Written by the commands that install bundles and write cards.\n\n" + "\n".join(parts), encoding="utf-8"
    )
    return path


def open_uncarded(name: str) -> ModelBundle:
    """A shipped bundle without its card, for who writes it."""
    entry = read_shipped()[name]
    severity = open_bundle(verified_bytes(entry["severity"]))
    regions = open_region_bundle(verified_bytes(entry["regions"]))
    return _belonging(ModelBundle(name, severity.metadata.version, severity, regions, None))


def _shipped(name: str) -> ModelBundle:
    entry = read_shipped()[name]
    try:
        card = (files.WEIGHTS / entry["card"]).read_bytes()
    except OSError as error:
        raise BadBundle(f"the card of {name} cannot be read: {error.strerror}. Install scarscore again") from None
    _compare(f"the card {entry['card']}", card, entry["card_sha256"])
    return replace(open_uncarded(name), card=card.decode())


def _packed(model: str, read: Callable[[str], bytes]) -> ModelBundle:
    try:
        table = tomllib.loads(read(TABLE).decode())
        if table.get("schema") != SCHEMA:
            raise BadBundle(f"{model}: {TABLE} has schema {table.get('schema')!r}, this scarscore reads {SCHEMA}")
        name, version = str(table["name"]), str(table["version"])
        parts = {part: (str(table[part]["file"]), str(table[part]["sha256"])) for part in PARTS}
    except KeyError as error:
        raise BadBundle(f"{model}: {TABLE} says nothing of {error.args[0]!r}") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise BadBundle(f"{model}: {TABLE} cannot be read: {error}") from None
    data = {part: _verified(model, read, file, digest) for part, (file, digest) in parts.items()}
    bundle = ModelBundle(
        name, version, open_bundle(data["severity"]), open_region_bundle(data["regions"]), _text(model, data["card"])
    )
    if table.get("licence_class") != bundle.licence_class:
        raise BadBundle(
            f"{model}: {TABLE} says licence class {table.get('licence_class')!r}, its networks {bundle.licence_class!r}"
        )
    return bundle


def _verified(model: str, read: Callable[[str], bytes], file: str, digest: str) -> bytes:
    if Path(file).name != file or not file.isprintable():
        raise BadBundle(f"{model}: {file!r} does not lie in the bundle")
    data = read(file)
    _compare(f"{model}: {file}", data, digest)
    return data


def _compare(what: str, data: bytes, expected: str) -> None:
    digest = hashlib.sha256(data).hexdigest()
    if digest != expected:
        raise ModelTampered(f"{what} has SHA-256 {digest}, expected {expected}: it was changed, do not use it")


def _text(model: str, card: bytes) -> str:
    try:
        text = card.decode()
    except UnicodeDecodeError:
        raise BadBundle(f"{model}: the card is no text") from None
    if not text.strip():
        raise BadBundle(f"{model}: the card is empty")
    return text


def _belonging(bundle: ModelBundle) -> ModelBundle:
    """The bundle, if its severity network learnt on the skin that its region network finds."""
    expected, found = bundle.severity.metadata.regions_sha256, bundle.regions.sha256
    if expected != found:
        raise BadBundle(
            f"the severity network of {bundle.name} was made with another region network "
            f"({expected[:12]}) than the one beside it ({found[:12]})"
        )
    return bundle


def _reader(path: Path) -> Callable[[str], bytes]:
    """What reads an entry of a folder or a zip, by its name. Raises `BadBundle` where it is missing or too large."""
    return _from_folder(path) if path.is_dir() else _from_zip(path)


def _from_folder(path: Path) -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        file = path / name
        try:
            if not stat.S_ISREG(file.stat().st_mode):  # a pipe or a device has no end
                raise BadBundle(f"{file} is no file")
            with file.open("rb") as entry:
                data = entry.read(LARGEST + 1)
        except OSError as error:
            raise BadBundle(f"{file} cannot be read: {error.strerror}") from None
        return _bounded(str(file), data)

    return read


def _from_zip(path: Path) -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        try:
            with zipfile.ZipFile(path) as archive:
                if archive.getinfo(name).compress_type not in _PACKING:
                    raise BadBundle(f"{name} in {path} is packed in another way than stored or deflated: refused")
                with archive.open(name) as entry:
                    data = entry.read(LARGEST + 1)
        except KeyError:
            raise BadBundle(f"{path} holds no {name}") from None
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
            raise BadBundle(f"{path} is neither a folder nor a zip that can be read: {error}") from None
        return _bounded(f"{name} in {path}", data)

    return read


def _bounded(what: str, data: bytes) -> bytes:
    if len(data) > LARGEST:
        raise BadBundle(f"{what} is larger than {LARGEST:,} bytes: refused")
    return data
