"""Regulatory weights of every product, and the four factors that the published ratios leave free.

A weight is the rulebook's where the rulebook decides, the one implied by the bank's own template of
2023 where it discloses one, and derived from the maturity table where it depends on time left. Four
numbers are then free, one for each ratio, and are solved for: `Calibration` holds them.
"""

from dataclasses import dataclass

import pandas as pd
from balances import LOANS, allowance, other_asset_lines
from published import balance, implied, maturing, ratio, rule, weighted_2023

COLUMNS = (
    "risk_weight",
    "ccf",
    "hqla_class",
    "haircut",
    "lcr_outflow",
    "lcr_inflow",
    "asf",
    "rsf",
    "leverage_factor",
    "reserve_ratio",
    "capital_tier",
    "net_loans",
    "deposit_base",
)
MARKET_FUNDING = ("interbank_demand", "interbank_term", "repo")


@dataclass(frozen=True)
class Calibration:
    """What it takes to meet a published figure, beside what the rulebook would say.

    Attributes
    ----------
    interbank_outflow : 30-day outflow of unsecured interbank funding; rulebook 0.25 to 1.
    market_asf : stable funding factor of interbank funding and repo; rulebook 0 to 0.5.
    loan_rsf : multiple of the rulebook's required stable funding of loans; 1 is the rulebook.
    loan_risk_weight : multiple of the standardised risk weights of loans; below 1 as most of the
        book is on internal ratings.
    """

    interbank_outflow: float
    market_asf: float
    loan_rsf: float
    loan_risk_weight: float


def time_left(side: str, item: str, amount: float) -> dict[str, float]:
    """Shares of an amount due within a month, in 6 to 12 months and after a year.

    Assumed: two thirds of what is due in 3 to 12 months is due in 6 to 12.
    """
    due = maturing(side, item)
    return {
        "month": due["lt_1m"] / amount,
        "half_year": due["m3_12"] * 2 / 3 / amount,
        "year": due["y1_5"] / amount,
    }


Rows = dict[str, dict[str, object]]


def _claims() -> Rows:
    """Weigh cash, the central bank, banks (due within three months: short-term weight), bonds, other.

    Level 1 are bonds of the central government and policy banks, Level 2A local special bonds.
    """
    due = maturing("asset", "due_from_banks_incl_reverse_repo")["lt_1m"] - balance("reverse_repo")
    other = {"risk_weight": rule("rw_other_asset"), "rsf": rule("rsf_other")}
    return {
        "statutory_reserves": {},  # not HQLA: they may not be drawn in stress
        "excess_reserves": {"hqla_class": "L1"},
        "overnight_placement": {
            "risk_weight": rule("cn_rw_bank_short_a"),
            "lcr_inflow": rule("in_financial"),
            "rsf": rule("rsf_financial_lt_6m_other"),
        },
        "interbank_placement": {
            "risk_weight": rule("cn_rw_bank_a_plus"),
            "rsf": rule("rsf_financial_lt_6m_other"),
            "lcr_inflow": due / other_asset_lines()["interbank_placement"] * rule("in_financial"),
        },
        "reverse_repo": {
            "rsf": rule("rsf_financial_lt_6m_secured_l1"),
            "lcr_inflow": implied("LCR", "inflow_secured_lending"),
        },
        "bond_level_1": {"hqla_class": "L1", "rsf": rule("rsf_l1_unencumbered")},
        "bond_level_2a": {
            "hqla_class": "L2A",
            "haircut": rule("hqla_l2a_sovereign_rw20"),
            "rsf": rule("rsf_l2a_unencumbered"),
            "risk_weight": rule("cn_rw_local_government_special"),
        },
        "bond_other": {
            "rsf": implied("NSFR", "of_which_non_hqla_securities"),
            "risk_weight": rule("cn_rw_corporate_ig"),
        },
        "premises": other,
        "other_assets": other,
    }


def _loans() -> Rows:
    """Weigh loans. Inflow: half of what runs off in a month (bills: all, the acceptors are banks)."""
    half = rule("in_retail_sme")
    short, long = rule("rsf_other_lt_1y"), rule("rsf_loan_ge_1y_rw_gt35")
    mixed, mortgage = (short + long) / 2, implied("NSFR", "of_which_residential_mortgages")
    weights = {
        "loan_corporate_short_term": (rule("cn_rw_corporate_sme"), half / 12, short),
        "loan_corporate_medium_long_term": (rule("cn_rw_corporate"), half / 144, long),
        "loan_discounted_bills": (rule("cn_rw_bank_short_a"), 1 / 6, short),
        "loan_residential_mortgages": (rule("cn_rw_rre_ltv_60_80"), half / 240, mortgage),
        "loan_personal_consumption": (rule("cn_rw_retail"), half / 24, mixed),
        "loan_personal_business": (rule("cn_rw_micro_enterprise"), half / 24, mixed),
        "loan_credit_card": (rule("cn_rw_retail"), 0.0, short),
    }
    columns = ("risk_weight", "lcr_inflow", "rsf")
    return {p: {"net_loans": 1, **dict(zip(columns, w, strict=True))} for p, w in weights.items()}


def _deposits() -> Rows:
    """Weigh deposits. Corporate demand deposits are operational, at the bank's own run-off of 2023."""
    personal = (rule("out_retail_less_stable"), rule("asf_retail_less_stable"))
    wholesale = (rule("out_wholesale_nonfinancial"), rule("asf_nonfinancial_lt_1y"))
    operational = (implied("LCR", "of_which_operational_deposits"), rule("asf_operational"))
    weights = {
        "deposit_personal_demand": personal,
        "deposit_personal_time": personal,
        "deposit_corporate_demand": operational,
        "deposit_corporate_time": wholesale,
        "deposit_other": wholesale,
    }
    bears = {
        "reserve_ratio": ratio("reserve_requirement_rmb_deposits_pct") / 100,
        "deposit_base": 1,
    }
    rows: Rows = {p: {"lcr_outflow": out, "asf": asf, **bears} for p, (out, asf) in weights.items()}
    # Accrued interest bears no reserves and is no stable funding.
    return rows | {"deposit_accrued_interest": {}}


def _funding() -> Rows:
    """Weigh market funding and other liabilities; interbank outflow and ASF are calibrated later."""
    term, year = rule("asf_other_6_12m"), rule("asf_liabilities_ge_1y")
    relending = time_left("liability", "due_to_central_banks", balance("due_to_central_banks"))
    other = maturing("liability", "others")
    rows: Rows = {
        "central_bank_funding": {"asf": relending["half_year"] * term},
        "interbank_demand": {},
        "interbank_term": {},
        "repo": {"hqla_class": "L1", "lcr_outflow": rule("out_secured_l1")},
        "overnight_borrowing": {"lcr_outflow": rule("out_wholesale_financial")},
        "tier2_bonds": {"asf": rule("asf_capital"), "capital_tier": "t2"},
        "other_liabilities": {"asf": (other["y1_5"] + other["gt_5y"]) / other["total"] * year},
        "loan_allowance": {"net_loans": -1},
    }
    paper = {
        "certificates_of_deposit": "certificates_of_deposit",
        "debt_issued": "debt_securities_issued",
    }
    for product, item in paper.items():
        left = time_left("liability", item, balance(item))
        outflow = left["month"] * rule("out_own_debt_maturing")
        rows[product] = {
            "lcr_outflow": outflow,
            "asf": left["half_year"] * term + left["year"] * year,
        }
    return rows


def _capital_and_commitments() -> Rows:
    """Weigh equity, credit commitments, and lanes that cross to overseas (claims on a bank)."""
    stable = rule("asf_capital")
    return {
        "equity_cet1": {"asf": stable, "capital_tier": "cet1"},
        "equity_at1": {"asf": stable, "capital_tier": "at1"},
        "minority_interests": {"asf": stable},
        "credit_commitments": {
            "risk_weight": rule("cn_rw_corporate"),
            "ccf": rule("ccf_commitment"),
            "lcr_outflow": implied("LCR", "of_which_credit_and_liquidity_facilities"),
            "rsf": rule("rsf_undrawn_commitment"),
            "leverage_factor": rule("lev_ccf_commitment"),
        },
        "intragroup_claim": {
            "risk_weight": rule("cn_rw_bank_short_a"),
            "lcr_inflow": rule("in_financial"),
            "rsf": rule("rsf_financial_lt_6m_other"),
        },
        "intragroup_debt": {"lcr_outflow": rule("out_wholesale_financial")},
    }


def rulebook() -> pd.DataFrame:
    """Give weights by product before calibration; what a product does not weigh is 0 (ccf: 1)."""
    rows = _claims() | _loans() | _deposits() | _funding() | _capital_and_commitments()
    table = pd.DataFrame.from_dict(rows, orient="index").reindex(columns=list(COLUMNS))
    text = ["hqla_class", "capital_tier"]
    table[text] = table[text].fillna("")
    table["ccf"] = table["ccf"].astype(float).fillna(1.0)
    numbers = [column for column in COLUMNS if column not in text]
    return table.astype(dict.fromkeys(numbers, float)).fillna(dict.fromkeys(numbers, 0.0))


def fixed_addons() -> dict[str, float]:
    """Give published amounts that no balance carries, CNY million."""
    from_template = {
        "outflow": ("of_which_derivatives_and_collateral", "other_contractual_obligations",
                    "other_contingent_obligations", "secured_funding"),
        "inflow": ("inflow_other",),
    }  # fmt: skip
    addons = {m: float(sum(map(weighted_2023, lines))) for m, lines in from_template.items()}
    return addons | {
        "rwa": ratio("rwa_market") + ratio("rwa_book_switch") + ratio("rwa_operational"),
        "rsf": -rule("rsf_loan_ge_1y_rw_gt35") * float(allowance().sum()),
    }


def calibrate(book: pd.Series, weights: pd.DataFrame) -> Calibration:
    """Solve for the free factor of each ratio, given the group's balances by product.

    Parameters
    ----------
    book : (product)
        Opening balances of the group, CNY million.
    weights : (product, weight)
        Rulebook weights.
    """
    addons = fixed_addons()
    weighted = weights.select_dtypes("number").mul(book, axis=0)
    loans = list(LOANS)
    outflow = weighted["lcr_outflow"].sum() + addons["outflow"]
    inflow = weighted["lcr_inflow"].sum() + addons["inflow"]
    unsecured = book[["interbank_demand", "interbank_term"]].sum()
    stable = weighted["asf"].sum()
    required = weighted["rsf"].sum() - weighted.loc[loans, "rsf"].sum() + addons["rsf"]
    risk = weighted["risk_weight"] * weights["ccf"]
    other_risk = risk.sum() - risk[loans].sum()
    return Calibration(
        interbank_outflow=(ratio("net_cash_outflow_quarter_average") - outflow + inflow)
        / unsecured,
        market_asf=(ratio("available_stable_funding") - stable) / book[list(MARKET_FUNDING)].sum(),
        loan_rsf=(ratio("required_stable_funding") - required) / weighted.loc[loans, "rsf"].sum(),
        loan_risk_weight=(ratio("rwa_credit") - other_risk) / risk[loans].sum(),
    )


def calibrated(weights: pd.DataFrame, found: Calibration, assets: pd.Index) -> pd.DataFrame:
    """Put the calibrated factors into the weights; assets count in full in leverage exposure."""
    weights = weights.copy()
    weights.loc[["interbank_demand", "interbank_term"], "lcr_outflow"] = found.interbank_outflow
    weights.loc[list(MARKET_FUNDING), "asf"] = found.market_asf
    weights.loc[list(LOANS), "rsf"] *= found.loan_rsf
    weights.loc[list(LOANS), "risk_weight"] *= found.loan_risk_weight
    weights.loc[assets, "leverage_factor"] = 1.0
    return weights.round(6)


def addons(book: pd.Series, weights: pd.DataFrame) -> pd.DataFrame:
    """Amounts added to measures of head office, CNY million, with where each comes from.

    Capital deductions, provisions in tier 2 and the exposure of derivatives and securities financing
    are what is left of the published totals: residuals, exact by construction.
    """
    fixed = fixed_addons()
    capital = {
        tier: float(book[weights["capital_tier"].isin(counted)].sum())
        for tier, counted in (
            ("cet1", ["cet1"]),
            ("tier1", ["cet1", "at1"]),
            ("total_capital", ["cet1", "at1", "t2"]),
        )
    }
    exposure = float((book * weights["leverage_factor"]).sum())
    template = (
        "LCR template, average of Q4 2023 (annual report 2023, p. 314), held at that amount: "
    )
    rows = [
        ("rwa", fixed["rwa"], "published", "Operational, market and book-switch RWA (annual report 2025, pp. 100-101)"),
        ("rsf", fixed["rsf"], "derived", "Loan allowance at the factor of loans over a year: RSF is on net loans"),
        ("outflow", fixed["outflow"], "published", template + "derivatives, secured funding, other obligations"),
        ("inflow", fixed["inflow"], "published", template + "other inflows (derivatives)"),
        ("cet1", ratio("net_cet1_capital") - capital["cet1"], "derived", "Deductions and minority interests: published net CET1 less CET1 equity"),
        ("tier1", ratio("net_tier1_capital") - capital["tier1"], "derived", "Deductions and minority interests: published net tier 1 less CET1 and AT1 equity"),
        ("total_capital", ratio("net_capital_base") - capital["total_capital"], "derived", "Deductions and provisions in tier 2: published capital less equity and tier 2 bonds"),
        ("leverage_exposure", ratio("leverage_exposure") - exposure, "derived", "Derivatives, securities financing and other off-balance items less loan allowance: published exposure less the model's"),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["measure", "amount", "note_status", "source"])
    return table.assign(region="HO")
