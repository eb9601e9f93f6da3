"""Regions, lanes, limits and curves: who may do what, and who watches it."""

import math

import pandas as pd
from balances import Opening
from behaviour import FTP, TAX
from names import REGION_NAMES
from published import DOMESTIC, REGIONS, rule

BILLION = 1_000

# Lines approved between regions, CNY billion. Assumed: what stood there at the end of 2025 and
# three to eight per cent more, so that a region's growth has to compete for the room.
HUB = {
    ("HO", "YRD"): 1_640,
    ("HO", "PRD"): 1_040,
    ("HO", "WST"): 680,
    ("HO", "CEN"): 100,
    ("HO", "OVS"): 3_400,
    ("BHR", "HO"): 4_850,
    ("NEA", "HO"): 1_400,
    ("CEN", "HO"): 200,
    ("YRD", "HO"): 100,
    ("PRD", "HO"): 100,
    ("WST", "HO"): 100,
    ("OVS", "HO"): 100,
}
# Placements from region to region, three months, agreed between the treasuries.
DIRECT = {
    ("BHR", "YRD"): 120,
    ("BHR", "PRD"): 80,
    ("BHR", "WST"): 60,
    ("NEA", "PRD"): 60,
    ("CEN", "WST"): 60,
}
LANE_RATE = 0.0165  # internal price of funds: one-year FTP plus 10 bp; moves income, not profit
COST_HUB = 0.0001  # settlement and liquidity buffer at head office
COST_DIRECT = 0.0003  # no netting at head office: own collateral and lines
COST_OVERSEAS = 0.0008  # bid and offer of the currency hedge

# Reserves held at the end of 2025 were 0.02 % below 7.5 % of all domestic deposits: deposits in foreign
# currency bear 4 %. The requirement is taken as met there.
RESERVES_HELD = 0.9998
RESERVES_MOST = 1.0005
LIQUIDITY_FLOOR = 0.90  # of a region's own LCR at opening: segment LCRs are not comparable in level


def regions() -> pd.DataFrame:
    """List the group, with eight regions under it."""
    rows = (
        pd.DataFrame(REGION_NAMES, index=["name", "name_zh"]).T.rename_axis("region").reset_index()
    )
    rows["parent"] = ["", *["ICBC"] * len(REGIONS)]
    rows["kind"] = ["group", *["branch"] * len(DOMESTIC), "subsidiary"]
    rows["jurisdiction"] = ["cn", *["cn"] * len(DOMESTIC), "hk"]
    rows["tax_rate"] = TAX
    source = "Regions of the annual report; one legal entity but overseas and others; tax: statutory 25 %"
    return rows.assign(note_status="assumed", note_source=source)


def lanes(opening: Opening) -> pd.DataFrame:
    """Lanes with what stands on them at as_of."""
    stands = {("HO", r): -x for r, x in opening.lent.items() if x < 0}
    stands |= {(r, "HO"): x for r, x in opening.lent.items() if x > 0}
    pairs = [*HUB, *DIRECT]
    table = pd.DataFrame(pairs, columns=["lender", "borrower"])
    table.insert(0, "lane", table["lender"] + "-" + table["borrower"])
    table["tenor_months"] = [*[1] * len(HUB), *[3] * len(DIRECT)]
    table["opening"] = [stands.get(pair, 0) / BILLION for pair in pairs]
    table["rate"] = LANE_RATE
    table["capacity"] = [*HUB.values(), *DIRECT.values()]
    abroad = (table["lender"] == "OVS") | (table["borrower"] == "OVS")
    direct = ~(table["lender"].eq("HO") | table["borrower"].eq("HO"))
    table["cost"] = COST_HUB
    table.loc[direct, "cost"] = COST_DIRECT
    table.loc[abroad, "cost"] = COST_OVERSEAS
    # Inside one legal entity a lane weighs nothing in any ratio; overseas is another entity.
    table["asset_product"] = abroad.map({True: "intragroup_claim", False: ""})
    table["liability_product"] = abroad.map({True: "intragroup_debt", False: ""})
    source = "Opening: segment assets less liabilities (note 5.2); capacity, rate and cost: governance.py"
    return table.assign(
        note_status=(table["opening"] > 0).map({True: "derived", False: "assumed"}),
        note_source=source,
    )


def _group_limits() -> list[dict[str, object]]:
    buffer = rule("gsib_2025_abc_boc_ccb")  # G-SIB bucket 2: above the D-SIB group 4 add-on
    capital = (
        "Capital rules (NFRA Order 4 of 2023): minimum, conservation buffer 2.5 %, G-SIB 1.5 %"
    )
    liquidity = "Liquidity rules (CBIRC Order 3 of 2018)"
    leverage = rule("cn_leverage_min") + rule("cn_dsib_leverage_addon") * buffer
    rows = [
        ("lcr_group", "Liquidity coverage ratio", "流动性覆盖率", "hqla", "net_outflow", "min", rule("cn_lcr_min"), 1.10, "regulatory", "Treasurer", liquidity),
        ("lcr_board", "Liquidity coverage ratio, risk appetite", "流动性覆盖率（风险偏好）", "hqla", "net_outflow", "min", 1.30, 1.34, "board", "Treasurer", "Assumed risk appetite: published 138.6 % less 8 points"),
        ("nsfr_group", "Net stable funding ratio", "净稳定资金比例", "asf", "rsf", "min", rule("cn_nsfr_min"), 1.05, "regulatory", "Treasurer", liquidity),
        ("nsfr_board", "Net stable funding ratio, risk appetite", "净稳定资金比例（风险偏好）", "asf", "rsf", "min", 1.23, 1.25, "board", "Treasurer", "Assumed risk appetite: published 126.4 % less 3 points"),
        ("cet1_group", "CET1 ratio", "核心一级资本充足率", "cet1", "rwa", "min", rule("cn_cet1_all_in") + buffer, 0.10, "statutory", "Chief financial officer", capital),
        ("tier1_group", "Tier 1 ratio", "一级资本充足率", "tier1", "rwa", "min", rule("cn_tier1_all_in") + buffer, 0.11, "statutory", "Chief financial officer", capital),
        ("capital_group", "Total capital ratio", "资本充足率", "total_capital", "rwa", "min", rule("cn_total_capital_all_in") + buffer, 0.13, "statutory", "Chief financial officer", capital),
        ("cet1_board", "CET1 ratio, capital plan", "核心一级资本充足率（资本规划）", "cet1", "rwa", "min", 0.132, 0.134, "board", "Chief financial officer", "Assumed capital plan: published 13.57 % less 0.4 points"),
        ("leverage_group", "Leverage ratio", "杠杆率", "tier1", "leverage_exposure", "min", leverage, 0.055, "statutory", "Chief financial officer", "Order 4 of 2023: 4 % and half of the G-SIB buffer"),
        ("interbank_share", "Interbank funding to liabilities", "同业融入资金占负债比例", "class:interbank_funding", "liabilities", "max", round(rule("cn_interbank_borrowing_max"), 6), 0.25, "regulatory", "Treasurer", "Notice 127 of 2014: one third of liabilities"),
        ("loan_to_deposit_group", "Loan-to-deposit ratio", "贷存款比例", "net_loans", "deposit_base", "max", 0.83, 0.82, "management", "Asset and liability committee", "Assumed: published 80.6 %; the statutory cap of 75 % ended in 2015"),
    ]  # fmt: skip
    keys = ("limit", "name", "name_zh", "measure", "denominator", "sense", "bound", "early_warning", "tier", "owner", "source")  # fmt: skip
    return [dict(zip(keys, row, strict=True), region="ICBC", scope="subtree") for row in rows]


def _loan_to_deposit_limits(measures: pd.DataFrame) -> pd.DataFrame:
    """Two points above today where loans already use the deposits, the old statutory mark elsewhere."""
    now = measures["net_loans"] / measures["deposit_base"]
    bound = (((now + 0.02) * 100).apply(math.ceil) / 100).clip(lower=rule("cn_ldr_reference"))
    return _solo("loan_to_deposit", ("Loan-to-deposit ratio", "贷存款比例"), bound).assign(
        measure="net_loans",
        denominator="deposit_base",
        sense="max",
        early_warning=(bound - 0.005).round(4).to_numpy(),
        tier="board",
        owner=["Head of " + REGION_NAMES[region][0] for region in bound.index],
        source="Assumed board policy: two points above the opening ratio, 75 % at least",
    )


def _liquidity_floors(measures: pd.DataFrame) -> pd.DataFrame:
    """Floors of a branch's own coverage, relative to where it stands."""
    now = measures["hqla"] / measures["net_outflow"]
    bound = (now * LIQUIDITY_FLOOR * 1000).apply(math.floor) / 1000
    return _solo("liquidity", ("Liquidity floor", "流动性下限"), bound).assign(
        measure="hqla",
        denominator="net_outflow",
        sense="min",
        early_warning=(bound / LIQUIDITY_FLOOR * 0.95).round(3).to_numpy(),
        tier="management",
        owner="Treasurer",
        source="Assumed: nine tenths of the region's own ratio at opening",
    )


def _reserve_floors() -> pd.DataFrame:
    bound = pd.Series(RESERVES_HELD, index=pd.Index(DOMESTIC))
    return _solo("reserves", ("Statutory reserves", "法定存款准备金"), bound).assign(
        measure="product:statutory_reserves",
        denominator="required_reserve",
        sense="min",
        tier="statutory",
        owner="Treasurer",
        source="Reserve requirement 7.5 % of domestic deposits (annual report 2025, note 4.1)",
    )


def _reserve_ceilings() -> pd.DataFrame:
    bound = pd.Series(RESERVES_MOST, index=pd.Index(DOMESTIC))
    return _solo(
        "reserves_most", ("Statutory reserves, no more than required", "法定存款准备金上限"), bound
    ).assign(
        measure="product:statutory_reserves",
        denominator="required_reserve",
        sense="max",
        tier="management",
        owner="Treasurer",
        source="Assumed: the central bank pays 1.62 % on what is required only",
    )


def _solo(limit: str, name: tuple[str, str], bound: pd.Series) -> pd.DataFrame:
    """Name one limit for each region of `bound`."""
    return pd.DataFrame(
        {
            "limit": [f"{limit}_{region}" for region in bound.index],
            "name": [f"{name[0]}, {REGION_NAMES[region][0]}" for region in bound.index],
            "name_zh": [f"{REGION_NAMES[region][1]}{name[1]}" for region in bound.index],
            "region": bound.index,
            "scope": "solo",
            "bound": bound.to_numpy(),
        }
    )


def _single_limits() -> list[dict[str, object]]:
    rows = [
        ("bhr_lent", "Bohai Rim, lent to assets", "环渤海地区拆出资金占资产比例", "BHR", "lent", "assets", "max", 0.40, 0.39, 0, "board", "Chief risk officer", "Assumed: no region shall depend on the group for more of its assets"),
        ("ovs_borrowed", "Overseas, borrowed from the group", "境外及其他自集团拆入资金", "OVS", "borrowed", "", "max", 3_400, 3_380, 0, "board", "Chief risk officer", "Assumed cross-border envelope; CNY billion"),
        ("inclusive_finance", "Personal business loans, growth target", "个人经营性贷款增长目标", "ICBC", "product:loan_personal_business", "", "min", 2_123, 2_140, 0.01, "target", "Head of inclusive finance", "Assumed target: 10 % above the balance of 2025 at the year end (2025: +15 %)"),
        ("overnight_target", "Overnight borrowing, target", "隔夜拆入资金目标", "ICBC", "product:overnight_borrowing", "", "max", 100, 90, 0.002, "target", "Treasurer", "Assumed: the group lends overnight on balance"),
    ]  # fmt: skip
    keys = ("limit", "name", "name_zh", "region", "measure", "denominator", "sense", "bound", "early_warning", "penalty", "tier", "owner", "source")  # fmt: skip
    return [dict(zip(keys, row, strict=True), scope="subtree") for row in rows]


def limits(measures: pd.DataFrame) -> pd.DataFrame:
    """Set limits: rulebook, risk appetite, regional policy, targets.

    Parameters
    ----------
    measures : (region, measure)
        Opening measures of each branch alone: net_loans, deposit_base, hqla, net_outflow. Head office
        carries the group's addons and overseas holds securities far above its own outflows: neither
        has a floor of its own.
    """
    parts = [
        pd.DataFrame(_group_limits()),
        _loan_to_deposit_limits(measures),
        _liquidity_floors(measures),
        _reserve_floors(),
        _reserve_ceilings(),
        pd.DataFrame(_single_limits()),
    ]
    table = pd.concat(parts, ignore_index=True)
    soft = table["tier"] == "target"
    table["enforcement"] = soft.map({True: "soft", False: "hard"})
    table["penalty"] = table["penalty"].where(soft)
    # A growth target is judged at the end of the year.
    table["start"] = table["limit"].map({"inclusive_finance": 12}).astype("Int64")
    ruled = table["tier"].isin(["statutory", "regulatory"])
    table["note_status"] = ruled.map({True: "published", False: "assumed"})
    table["note_source"] = table["source"]
    columns = [
        "limit",
        "name",
        "name_zh",
        "region",
        "scope",
        "measure",
        "denominator",
        "sense",
        "bound",
        "start",
    ]
    columns += ["enforcement", "penalty", "early_warning", "tier", "owner", "source"]
    return table[[*columns, "note_status", "note_source"]]


def curves() -> pd.DataFrame:
    """Give the transfer price curve."""
    table = FTP.rename_axis("tenor_months").rename("rate").reset_index()
    table.insert(0, "curve", "ftp")
    table.insert(1, "currency", "CNY")
    source = "ChinaBond AAA bank bonds, 27 December 2024 (published); used for 2025-12-31 (assumed)"
    return table.assign(note_status="published", note_source=source)
