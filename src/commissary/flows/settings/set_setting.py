"""Set what holds for all orders of an organization: where stock comes from, how numbers look, what is reviewed."""

from typing import Any, ClassVar

from commissary.domain.network import store as network
from commissary.domain.orders.rules.setting import DEFAULT_GROUP, setting_refusal
from commissary.kernel.decision import Refusal
from commissary.kernel.fact import Fact
from commissary.platform import outbox
from commissary.platform.db import Db
from commissary.platform.settings import write_setting


class SettingChanged(Fact, frozen=True):
    """`subject` is the setting's name."""

    KIND: ClassVar[str] = "setting.changed"
    SUBJECT_KIND: ClassVar[str] = "setting"

    value: str


async def set_setting(db: Db, actor: str, name: str, value: Any) -> Refusal | None:
    """Set it, or say why it cannot be."""
    groups: dict[str, bool] = {}
    if name == DEFAULT_GROUP and isinstance(value, str) and "\x00" not in value:
        groups = {code: row.reserving for code, row in (await network.find_groups(db, [value])).items()}
    if refusal := setting_refusal(name, value, groups):
        return refusal
    await write_setting(db, name, value)
    await outbox.tell(db, actor, [SettingChanged(subject=name, value=str(value))])
    return None
