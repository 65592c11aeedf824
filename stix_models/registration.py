"""How a class of the set becomes known to the ``stix2`` library.

``stix2`` keeps one class a type in the process. Where another library (``pycti`` has
a ``channel`` too) was there first, its class stays and ours is still usable: a
warning says so, and nothing fails.
"""

from __future__ import annotations

import json
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from stix2 import registry
from stix2.exceptions import InvalidValueError
from stix2.v21 import CustomExtension, CustomObject, CustomObservable

from stix_models.extensions import EXTENSION_OF_NAME
from stix_models.markings import OPENCTI_EXTENSIONS, OPENCTI_SCO
from stix_models.rules import problems_of

Properties = Sequence[tuple[str, Any]]
Decorator = Callable[[type], Any]


class AlreadyRegisteredWarning(UserWarning):
    """Another library's class of this type is known to ``stix2``; ours is not."""


class Checked:
    """What the classes of the set add to those of ``stix2``: the set's own rules."""

    def _check_object_constraints(self: Any) -> None:
        super()._check_object_constraints()  # type: ignore[misc]
        for problem in problems_of(json.loads(self.serialize())):
            if problem.severity == "error":
                name = problem.pointer.split("/")[1] if problem.pointer else "type"
                raise InvalidValueError(self.__class__, name, reason=problem.message)


def new_sdo(name: str, properties: Properties) -> Decorator:
    """Return a decorator: the class becomes the STIX domain object ``name`` of the set.

    Objects made without a known declaring extension get the set's own.
    """
    extension_id = EXTENSION_OF_NAME[name].id

    def decorate(cls: type) -> Any:
        declare = _declaring(extension_id, _declaration(extension_id))
        made_of = type(cls.__name__, (cls, Checked), {"__init__": declare})
        build = CustomObject(name, list(properties))
        return _named(cls, _registering("objects", name, lambda: build(made_of)))

    return decorate


def opencti_sco(name: str, properties: Properties, id_contributing: list[str]) -> Decorator:
    """Return a decorator: the class becomes OpenCTI's observable ``name``, declared as there."""

    def decorate(cls: type) -> Any:
        made_of = type(cls.__name__, (cls,), {"__init__": _declaring(OPENCTI_SCO, _opencti)})
        build = CustomObservable(name, list(properties), id_contributing)
        return _named(cls, _registering("observables", name, lambda: build(made_of)))

    return decorate


def property_extension(name: str, properties: Properties) -> Decorator:
    """Return a decorator: the class becomes the content of the property extension ``name``."""
    extension = EXTENSION_OF_NAME[name]

    def decorate(cls: type) -> Any:
        made_of = type(cls.__name__, (cls,), {"extension_type": extension.extension_type})
        build = CustomExtension(extension.id, OrderedDict(properties))
        return _named(cls, _registering("extensions", extension.id, lambda: build(made_of)))

    return decorate


def _declaring(extension_id: str, content: Callable[[], Any]) -> Callable[..., None]:
    """Return an ``__init__`` that adds the extension unless a known one declares the object."""
    declaring = OPENCTI_EXTENSIONS | {extension_id}

    def declare_itself(self: Any, **_kwargs: Any) -> None:
        extensions = self._inner.get("extensions", {})
        if not declaring & extensions.keys():
            self._inner["extensions"] = {**extensions, extension_id: content()}

    return declare_itself


def _opencti() -> Any:
    return {"extension_type": "new-sco"}


def _declaration(extension_id: str) -> Any:
    """Register the extension that declares a class; return the class of its content."""
    made_of = type("Declaration", (), {"extension_type": "new-sdo"})
    build = CustomExtension(extension_id, OrderedDict())
    return _registering("extensions", extension_id, lambda: build(made_of))


def _named(cls: type, built: Any) -> Any:
    """Return what ``stix2`` built, under the name, place and documentation it was written with."""
    built.__doc__, built.__module__, built.__qualname__ = cls.__doc__, cls.__module__, cls.__name__
    return built


def _registering(kind: str, name: str, build: Callable[[], Any]) -> Any:
    """Build a class, which registers it, but leave what was registered before in its place."""
    known = registry.STIX2_OBJ_MAPS["2.1"][kind]
    other = known.pop(name, None)
    built = build()
    if other is not None:
        known[name] = other
        text = f"{name} is {other.__module__}.{other.__name__} to the stix2 library already"
        warnings.warn(text, AlreadyRegisteredWarning, stacklevel=4)
    return built
