"""sync.Map[K, V]: a class of its own for every pair of types, made once.

What a pair of types means (checks, zero value, storage) is the business of
`gomap.Map`, whose class for the same pair is the new class's ``_plain``.
"""

from __future__ import annotations

from typing import Any

from .._go import OpenAlias
from .._go import class_named as plain_class_named
from .._gomap import Map as GoMap
from .._gomap import _class_of as class_of

#: The classes made, by the class before the brackets and the gomap.Map[K, V] of the types.
#: They live as long as the module, as those of gomap.Map do.
_classes: dict[tuple[type, type], type] = {}


def parametrised(cls: Any, types: Any) -> Any:
    """Return the class ``cls[types]``; an OpenAlias while a type variable is among them.

    Raises TypeError for what is not two types, for an unhashable key type, and for
    a class that has its types already.
    """
    if cls._origin is not None:
        raise TypeError(f"{cls.__name__} has its types already")
    plain = GoMap.__class_getitem__(types)
    if not isinstance(plain, type):
        return OpenAlias(cls, types)
    made = _classes.get((cls, plain))
    if made is None:
        # Two threads may get here; setdefault lets one of the two classes win for both.
        made = _classes.setdefault((cls, plain), _new_class(cls, plain))
    return made


def _new_class(cls: Any, plain: Any) -> type:
    types = plain.__name__.removeprefix(GoMap.__name__)
    namespace = {
        "__module__": cls.__module__,
        "__doc__": f"{cls.__name__}{types}: a map for many threads, see {cls.__name__}.",
        "_origin": cls,
        "_plain": plain,
        "__gomap_recipe__": (cls, plain.key_type, plain.elem_type),
        "key_type": plain.key_type,
        "elem_type": plain.elem_type,
    }
    made: type = type(cls)(cls.__name__ + types, (cls,), namespace)
    return made


def class_named(base: type, name: str) -> Any:
    """Return the class called ``name``, as in ``Map[str, int]``; AttributeError: none."""
    for (cls, _), made in _classes.items():
        if cls is base and made.__name__ == name:
            return made
    if name.startswith("Map["):
        try:
            plain = plain_class_named(name)
        except AttributeError:
            pass
        else:
            return parametrised(base, (plain.key_type, plain.elem_type))
    raise AttributeError(f"module {base.__module__!r} has no attribute {name!r}")


def rebuild(recipe: Any) -> Any:
    """For pickle: an empty map of the recipe's class; __setstate__ does the rest."""
    cls = class_of(recipe)
    return cls.__new__(cls)
