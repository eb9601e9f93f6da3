"""The opening balance sheet: eight regions, exact to the million, that adds up to the published one.

Published: loans and deposits by region, segment assets and liabilities by region, the consolidated
balance sheet. Assumed: how the other lines spread over the regions. The rule, in four steps:

1. Segment figures hold balances between regions, 4.888 trillion that consolidation eliminates. They
   are taken off both sides of each region in proportion to its liabilities other than deposits.
2. What a region's external assets exceed its external liabilities by, it has borrowed from head
   office; what they fall short by, it has lent. Head office then closes exactly with all equity.
3. Statutory reserves follow the deposits that bear them; loans, deposits, premises are published.
4. The rest is spread by iterative proportional fitting: rows are the regions' remaining assets (or
   liabilities), columns the group's lines, and `WHERE_HELD` says where a line is held at all.
"""

from dataclasses import dataclass

import pandas as pd
from published import (
    DOMESTIC,
    REGIONS,
    balance,
    by_region_and_product,
    maturing,
    ratio,
    regional,
    rule,
    total,
)

DEPOSITS = (
    "deposit_personal_demand",
    "deposit_personal_time",
    "deposit_corporate_demand",
    "deposit_corporate_time",
    "deposit_other",
    "deposit_accrued_interest",
)
LOANS = (
    "loan_corporate_short_term",
    "loan_corporate_medium_long_term",
    "loan_discounted_bills",
    "loan_residential_mortgages",
    "loan_personal_consumption",
    "loan_personal_business",
    "loan_credit_card",
)

# Relative weight of each region in a line before fitting; a region that is not named holds none.
# Assumed. Money market desks sit in head office, Shanghai (YRD), Shenzhen (PRD), Beijing (BHR) and
# overseas; 55 % of due from banks is in foreign currency (currency table), hence the 3 of OVS.
EVERYWHERE = dict.fromkeys(REGIONS, 1.0)
WHERE_HELD = {
    "excess_reserves": EVERYWHERE,
    "overnight_placement": {"HO": 1.0, "OVS": 2.0},
    "interbank_placement": {"HO": 2.0, "YRD": 1.0, "PRD": 1.0, "BHR": 1.0, "OVS": 3.0},
    "reverse_repo": {"HO": 2.0, "YRD": 1.0},
    "bonds": EVERYWHERE,
    "other_assets": EVERYWHERE,
    # Time deposits of banks, repo and paper are issued where the desks are; operating accounts of
    # other financial institutions and central bank relending are everywhere.
    "central_bank_funding": EVERYWHERE,
    "interbank_demand": EVERYWHERE,
    "interbank_term": EVERYWHERE,
    "repo": {"HO": 3.0, "YRD": 2.0, "PRD": 1.0, "BHR": 1.0},
    "certificates_of_deposit": {"HO": 1.0, "YRD": 0.5, "OVS": 4.0},
    "debt_issued": {"HO": 6.0, "YRD": 1.0, "OVS": 1.0},
    "other_liabilities": EVERYWHERE,
}
LEVEL_2A_BONDS = 1_500_000  # assumed: no issuer split is published; it decides HQLA and bond RWA


@dataclass(frozen=True)
class Opening:
    """Opening amounts, CNY million.

    Attributes
    ----------
    balances : (region, product)
        Closing balances at as_of; 0 where a region does not hold the product.
    lent : (region)
        Net claim on head office, negative where the region borrows; head office itself is absent.
    """

    balances: pd.DataFrame
    lent: pd.Series


def spread(amount: int, shares: pd.Series) -> pd.Series:
    """Spread a whole amount by shares, in whole millions; the largest share takes the rounding."""
    parts = (amount * shares / shares.sum()).round().astype("int64")
    parts[shares.idxmax()] += amount - parts.sum()
    return parts


def fit(rows: pd.Series, columns: pd.Series, slack: str) -> pd.DataFrame:
    """Fit a table of whole millions to its row and column totals, starting from `WHERE_HELD`.

    Rounding goes into column `slack` in each region but head office, and into head office in each
    column, so that both totals are met exactly.
    """
    cells = pd.DataFrame({line: WHERE_HELD[line] for line in columns.index}).reindex(rows.index)
    cells = cells.fillna(0.0)
    for _ in range(2_000):
        cells = cells.mul(rows / cells.sum(axis=1), axis=0)
        cells = cells * (columns / cells.sum())
    whole = cells.round().astype("int64")
    whole[slack] += rows - whole.sum(axis=1)
    others = whole.index != "HO"
    whole.loc["HO"] = columns - whole.loc[others].sum()
    if (whole.sum(axis=1) != rows).any() or (whole < 0).any(axis=None):
        raise ValueError("the fitted balance sheet does not meet its totals")
    return whole


def allowance() -> pd.Series:
    """Gross loans less net loans by region, spread as the non-performing loans are.

    Net of accrued interest, which the balance sheet adds to loans. Assumed: coverage is the same in
    every region.
    """
    return spread(total("loans_gross") - balance("loans_net"), regional("npl").astype(float))


def between_regions() -> pd.Series:
    """Balances between regions inside segment figures: by liabilities other than deposits."""
    other = regional("segment_liabilities") - regional("deposits")
    segments = regional("segment_assets").sum()
    return spread(int(segments - total("segment_assets")), other.astype(float))


def statutory_reserves() -> pd.Series:
    """Undated balances with the central bank, by the domestic deposits that bear reserves."""
    undated = int(maturing("asset", "cash_and_central_banks")["undated"])
    base = regional("deposits") - by_region_and_product()["deposit_accrued_interest"]
    return spread(undated, base.where(base.index.isin(DOMESTIC), 0).astype(float))


def other_asset_lines() -> pd.Series:
    """Group lines to be spread over the regions, assets, CNY million."""
    undated = int(maturing("asset", "cash_and_central_banks")["undated"])
    on_demand = int(maturing("asset", "due_from_banks_incl_reverse_repo")["overdue_or_on_demand"])
    other = ("precious_metals", "derivative_assets", "associates_jv", "other_assets")
    return pd.Series(
        {
            "excess_reserves": balance("cash_and_central_banks") - undated,
            "overnight_placement": on_demand,
            "interbank_placement": balance("due_from_banks") + balance("placements") - on_demand,
            "reverse_repo": balance("reverse_repo"),
            "bonds": balance("financial_investments"),
            "other_assets": sum(balance(line) for line in other),
        }
    )


def other_liability_lines() -> pd.Series:
    """Group lines to be spread over the regions, liabilities, CNY million."""
    on_demand = int(maturing("liability", "due_to_banks_incl_repo")["overdue_or_on_demand"])
    other = (
        "fin_liabilities_fvtpl",
        "derivative_liabilities",
        "staff_payables",
        "other_liabilities",
    )
    taxes = balance("taxes_payable") + balance("deferred_tax_liabilities") - unallocated()
    return pd.Series(
        {
            "central_bank_funding": balance("due_to_central_banks"),
            "interbank_demand": on_demand,
            "interbank_term": balance("due_to_banks") + balance("placements_taken") - on_demand,
            "repo": balance("repo"),
            "certificates_of_deposit": balance("certificates_of_deposit"),
            "debt_issued": balance("debt_securities_issued") - tier2_bonds(),
            "other_liabilities": sum(balance(line) for line in other) + taxes,
        }
    )


def unallocated() -> int:
    """Liabilities that the bank allocates to no segment (tax)."""
    return total("total_liabilities") - total("segment_liabilities")


def tier2_bonds() -> int:
    """Debt issued with more than five years left: matched with tier 2 to within provisions."""
    return int(maturing("liability", "debt_securities_issued")["gt_5y"])


def level_1_bonds() -> int:
    """Level 1 bonds that make HQLA the published quarter average: the one free number of HQLA.

    HQLA = excess reserves + Level 1 bonds + 0.85 x Level 2A - what repo has taken as collateral.
    """
    lines = other_asset_lines()
    level_2a = (1 - rule("hqla_l2a_sovereign_rw20")) * LEVEL_2A_BONDS
    return round(
        ratio("hqla_quarter_average") - lines["excess_reserves"] - level_2a + balance("repo")
    )


def bonds_by_kind(bonds: pd.Series) -> pd.DataFrame:
    """Split each region's bonds as the group's: Level 1, Level 2A, other (assumed)."""
    kinds = pd.DataFrame(
        {
            "bond_level_1": spread(level_1_bonds(), bonds.astype(float)),
            "bond_level_2a": spread(LEVEL_2A_BONDS, bonds.astype(float)),
        }
    )
    kinds["bond_other"] = bonds - kinds.sum(axis=1)
    return kinds


def external_assets() -> pd.DataFrame:
    """Assets by region and product, gross of allowance, balances between regions taken out."""
    known = by_region_and_product()[list(LOANS)].assign(
        premises=regional("property_and_equipment"), statutory_reserves=statutory_reserves()
    )
    remaining = regional("segment_assets") - between_regions() + allowance() - known.sum(axis=1)
    fitted = fit(remaining, other_asset_lines(), slack="bonds")
    fitted.loc["HO", "other_assets"] += total("total_assets") - total("segment_assets")
    return known.join(fitted.drop(columns="bonds")).join(bonds_by_kind(fitted["bonds"]))


def external_liabilities() -> pd.DataFrame:
    """Liabilities by region and product, with the allowance as a row of its own."""
    deposits = by_region_and_product()[list(DEPOSITS)]
    tier2 = pd.Series(0, index=pd.Index(REGIONS)).mask(
        lambda rows: rows.index == "HO", tier2_bonds()
    )
    remaining = regional("segment_liabilities") - between_regions() - regional("deposits") - tier2
    fitted = fit(remaining, other_liability_lines(), slack="interbank_demand")
    fitted.loc["HO", "other_liabilities"] += unallocated()
    return deposits.join(fitted).assign(tier2_bonds=tier2, loan_allowance=allowance())


def equity() -> pd.DataFrame:
    """All equity stands in head office: regions are funded by lanes."""
    at_head_office = {
        "equity_cet1": balance("total_equity")
        - balance("other_equity_instruments")
        - balance("non_controlling_interests"),
        "equity_at1": balance("other_equity_instruments"),
        "minority_interests": balance("non_controlling_interests"),
    }
    return pd.DataFrame(at_head_office, index=["HO"]).reindex(REGIONS).fillna(0).astype("int64")


def commitments() -> pd.Series:
    """Credit commitments by region, scaled to the group total after eliminations."""
    return spread(total("credit_commitments"), regional("credit_commitments").astype(float))


def opening() -> Opening:
    """Build the opening balance sheet and check that it is the published one."""
    assets, liabilities, capital = external_assets(), external_liabilities(), equity()
    lent = regional("segment_liabilities") - regional("segment_assets")
    published = balance("total_assets") + allowance().sum()
    if assets.to_numpy().sum() != published:
        raise ValueError("assets do not add up to the published total")
    gap = assets.sum(axis=1) + lent - liabilities.sum(axis=1) - capital.sum(axis=1)
    if (gap.drop("HO") != 0).any() or gap["HO"] - lent["HO"] != lent.drop("HO").sum():
        raise ValueError("a region's balance sheet does not close")
    balances = (
        assets.join(liabilities)
        .join(capital)
        .assign(overnight_borrowing=0, credit_commitments=commitments())
    )
    return Opening(balances, lent.drop("HO"))
