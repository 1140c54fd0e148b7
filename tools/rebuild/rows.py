"""What happens to an application, build by build: the rows of the table."""

from collections.abc import Mapping

import msgspec

from tools.rebuild.applications import Situation
from tools.rebuild.locks import BASE, HEAVY, SMALL


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One build: how its situation differs from that of the build before; with ``first`` there is none before."""

    name: str
    becomes: Mapping[str, object] = {}
    first: bool = False
    django: bool = False

    def after(self, before: Situation) -> Situation:
        """The situation of this build."""
        return msgspec.structs.replace(Situation() if self.first else before, **self.becomes)


ROWS: tuple[Row, ...] = (
    Row(name="first build", first=True),
    Row(name="unchanged"),
    Row(name="a line of code", becomes={"code": 1}),
    Row(name="a template", becomes={"template": 1}, django=True),
    Row(name="a static file", becomes={"static": 1}, django=True),
    Row(name="a small one older", becomes={"lock": SMALL}),
    Row(name="a small one newer", becomes={"lock": BASE}),
    Row(name="a heavy one older", becomes={"lock": HEAVY}),
    Row(name="a heavy one newer", becomes={"lock": BASE}),
    Row(name="another Python patch", becomes={"other_patch": True}),
    Row(name="another pip", becomes={"other_tool": True}),
    Row(name="another buildpack release", becomes={"other_release": True}),
    Row(name="uv: first build", becomes={"way": "pylock"}, first=True),
    Row(name="uv: unchanged"),
    Row(name="uv: another uv", becomes={"other_tool": True}),
)


def rows(*, django: bool, wanted: tuple[str, ...] = ()) -> tuple[Row, ...]:
    """The rows that an application has, or those of these names and the first builds that they follow."""
    found: list[Row] = []
    first: Row | None = None
    for row in ROWS:
        first = row if row.first else first
        if (wanted and row.name not in wanted) or (row.django and not django):
            continue
        if first is not None:
            found.append(first)
            first = None
        if not row.first:
            found.append(row)
    return tuple(found)
