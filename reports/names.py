"""How a workbook names what the case holds, and its money."""

from __future__ import annotations

from alm.case import Case
from reports.labels import Labels


def names(case: Case, labels: Labels, table: str, key: str) -> dict[str, str]:
    """Name the rows of a table of the case in the language of the report."""
    rows = case.table(table)
    named = rows["name"]
    if labels.language == "zh" and "name_zh" in rows:
        named = rows["name_zh"].where(rows["name_zh"] != "", named)
    return dict(zip(rows[key].astype(str), named.astype(str), strict=True))


def scenario_names(case: Case, labels: Labels) -> dict[str, str]:
    """Name scenarios, and what is planned for where none is."""
    return {"base": labels("text.base")} | names(case, labels, "scenarios", "scenario")


def lane_names(case: Case, labels: Labels) -> dict[str, str]:
    """Name lanes by their ends, and by their code where several have the same."""
    lanes, regions = case.table("lanes"), names(case, labels, "regions", "region")
    several = lanes.duplicated(["lender", "borrower"], keep=False)
    return {
        lane: labels("text.lane", lender=regions[lender], borrower=regions[borrower])
        + (f" ({lane})" if ambiguous else "")
        for lane, lender, borrower, ambiguous in zip(
            lanes["lane"], lanes["lender"], lanes["borrower"], several, strict=True
        )
    }


def unit(size: float, labels: Labels) -> str:
    """Give a unit of amounts in words."""
    return labels.words.get(f"unit.{size:.0f}", f"× {size:,.0f}")


def money(case: Case, labels: Labels) -> str:
    """Give the unit of money of a case in words: the reporting currency in table units."""
    return money_of(case.settings.currency, case.settings.unit, labels)


def money_of(currency: str, size: float, labels: Labels) -> str:
    """Give a unit of money in words."""
    if size == 1:
        return currency
    return labels("money", currency=currency, unit=unit(size, labels))
