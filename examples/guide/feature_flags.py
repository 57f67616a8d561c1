"""Features that are on or off, for everybody and for single users.

An absent flag reads as False: the guide's `return exists && enabled` is just `flags[name]`.
Comma-ok is for the question where it matters: off, or never set? A user without wishes of
their own has a nil map, which reads as empty.

    python examples/guide/feature_flags.py
"""

from __future__ import annotations

from gomap import Map

Flags = Map[str, bool]


class FeatureFlags:
    """map[string]bool twice; each operation is atomic, so there is no lock."""

    def __init__(self) -> None:
        self._flags = Flags()
        self._of_user = Map[str, Flags](zero=Flags.nil())

    def set(self, feature: str, enabled: bool) -> None:
        """Turn a feature on or off for everybody."""
        self._flags[feature] = enabled

    def set_for(self, user: str, feature: str, enabled: bool) -> None:
        """Turn a feature on or off for one user, whatever it is for the others."""
        self._of_user.setdefault(user, Flags())[feature] = enabled

    def is_enabled(self, feature: str, user: str = "") -> bool:
        """Return the user's own setting, or else everybody's, or else False."""
        own, ok = self._of_user[user].lookup(feature)  # no such user: a nil map, (False, False)
        return own if ok else self._flags[feature]

    def state(self, feature: str) -> str:
        """Return on, off or unknown."""
        enabled, ok = self._flags.lookup(feature)
        return ("on" if enabled else "off") if ok else "unknown"

    def __len__(self) -> int:
        return len(self._flags)


def checkout(flags: FeatureFlags, user: str) -> str:
    """What an application does with a flag."""
    return "express" if flags.is_enabled("express_checkout", user) else "standard"


def main() -> None:
    """Roll a feature out: one user first, then all but one."""
    flags = FeatureFlags()
    print(f"nothing set:      alice {checkout(flags, 'alice')}, bob {checkout(flags, 'bob')}")
    flags.set_for("alice", "express_checkout", True)
    print(f"alice tries it:   alice {checkout(flags, 'alice')}, bob {checkout(flags, 'bob')}")
    flags.set("express_checkout", True)
    flags.set_for("bob", "express_checkout", False)
    print(f"all but bob:      alice {checkout(flags, 'alice')}, bob {checkout(flags, 'bob')}")

    flags.set("dark_mode", False)
    for feature in ("express_checkout", "dark_mode", "dakr_mode"):
        print(f"{feature:17} {flags.state(feature)}")
    print(f"flags set: {len(flags)}: reading has inserted nothing")


if __name__ == "__main__":
    main()
