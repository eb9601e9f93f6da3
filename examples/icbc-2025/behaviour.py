"""How money behaves: run-off, forecasts, prices and who decides what.

Every number here is an assumption unless its comment says derived or published. Rates are decimals
per year; `n` is a tenor in months.
"""

from dataclasses import dataclass

import pandas as pd
from balances import DEPOSITS, LOANS
from published import (
    REGIONS,
    at,
    average_rate,
    business_line,
    curve,
    ratio,
    regional,
    total,
)

# Funds transfer curve: no CNY curve of 31 December 2025 was found; the last full one is used as it
# is. Legacy bonds and deposits were funded at the curve of March 2024.
FTP = curve("CNY", "2024-12-27", "bank_AAA")
FTP_LEGACY = curve("CNY", "2024-03-18", "bank_AAA")
# Overseas is shown in CNY after hedging: one-year dollars less one-year CNY comes off every rate.
HEDGE = at(curve("USD", "2025-12-31", "treasury_par"), 12) - at(FTP, 12)

TAX = 0.25  # statutory rate of enterprise income tax
# Owners' charge: 2 % a year above what equity saves in funding, on CET1 at the published ratio.
CHARGE_RATE = 0.02
CAPITAL_RATIO = round(ratio("cet1_ratio_pct") / 100, 4)


@dataclass(frozen=True)
class Terms:
    """Terms of a product, the same in every region.

    Attributes
    ----------
    tenor, amortisation : of new business; no tenor: it never matures.
    legacy : months over which the legacy book runs off (linear); None: it does not.
    new_rate : posted rate at the reference volume, before regional spreads.
    cost : operating cost per year.
    ftp_tenor : tenor at which transfer prices fund it.
    """

    tenor: int | None = None
    amortisation: str = "bullet"
    legacy: int | None = None
    new_rate: float | None = None
    cost: float = 0.0
    ftp_tenor: int | None = None


TERMS = {
    # 1.62 % and 0.35 % are the central bank's rates on required and excess reserves. Required reserves
    # are set anew every month: limits hold them at what the deposits of the close require.
    "statutory_reserves": Terms(1, "bullet", 1, 0.0162, 0.0, 1),
    "excess_reserves": Terms(),
    "overnight_placement": Terms(cost=0.0002),
    "interbank_placement": Terms(6, "bullet", 6, 0.0175, 0.0003, 6),
    "reverse_repo": Terms(1, "bullet", 1, 0.0155, 0.0002, 1),
    # A bond book of which a fifth falls due in a year (published: 20.6 % within 12 months).
    "bond_level_1": Terms(60, "bullet", 60, 0.0165, 0.0002, 60),
    "bond_level_2a": Terms(60, "bullet", 60, 0.0185, 0.0002, 60),
    "bond_other": Terms(36, "bullet", 60, 0.0215, 0.0005, 36),
    # Run-off of legacy loans: together 10,362 billion within a year, published 10,313 (maturity
    # table); 98 % reprice within a year, so that loans over a year are funded at three years.
    "loan_corporate_short_term": Terms(12, "bullet", 12, 0.0255, 0.0008, 12),
    "loan_corporate_medium_long_term": Terms(120, "linear", 144, 0.0270, 0.0008, 36),
    "loan_discounted_bills": Terms(6, "bullet", 6, 0.0090, 0.0005, 6),
    "loan_residential_mortgages": Terms(240, "linear", 240, 0.0295, 0.0015, 36),
    "loan_personal_consumption": Terms(24, "bullet", 24, 0.0340, 0.0050, 12),
    "loan_personal_business": Terms(24, "bullet", 24, 0.0310, 0.0040, 12),
    "loan_credit_card": Terms(cost=0.0150),
    "premises": Terms(),
    "other_assets": Terms(),
    # Listed rates of May 2025 (demand 0.05 %, one year 0.95 %, two years 1.05 %) plus what branches
    # may add. 60 % of time deposits fall due in a year (published: 13.7 of 22.6 trillion).
    "deposit_personal_demand": Terms(cost=0.0045),
    "deposit_personal_time": Terms(24, "bullet", 20, 0.0115, 0.0008, 24),
    "deposit_corporate_demand": Terms(cost=0.0015),
    "deposit_corporate_time": Terms(12, "bullet", 20, 0.0110, 0.0005, 12),
    "deposit_other": Terms(),
    "deposit_accrued_interest": Terms(),
    "central_bank_funding": Terms(12, "bullet", 12, 0.0150, 0.0, 12),
    "interbank_demand": Terms(),
    "interbank_term": Terms(6, "bullet", 6, 0.0148, 0.0002, 6),
    "repo": Terms(1, "bullet", 1, 0.0142, 0.0001, 1),
    "overnight_borrowing": Terms(),
    "certificates_of_deposit": Terms(12, "bullet", 12, 0.0150, 0.0002, 12),
    "debt_issued": Terms(12, "bullet", 12, 0.0150, 0.0002, 12),
    "tier2_bonds": Terms(),
    "other_liabilities": Terms(),
    "loan_allowance": Terms(),
    "equity_cet1": Terms(),
    "equity_at1": Terms(),
    "minority_interests": Terms(),
    "intragroup_claim": Terms(),  # only named by lanes
    "intragroup_debt": Terms(),
    "credit_commitments": Terms(),
}

# Share of a bond book that may be sold, and what a sale costs.
DISPOSALS = {
    "bond_level_1": (0.10, 0.001),
    "bond_level_2a": (0.10, 0.002),
    "bond_other": (0.05, 0.004),
}
# Interest on central and local government bonds is exempt; a fifth of Level 1 is policy banks'.
TAX_EXEMPT = {"bond_level_1": 0.8, "bond_level_2a": 1.0}

# Market products, and where their size is decided; elsewhere the books are renewed as they run off.
DESKS = ("HO", "OVS")
MARKET = (
    "interbank_placement",
    "reverse_repo",
    "bond_level_1",
    "bond_level_2a",
    "bond_other",
    "interbank_term",
    "repo",
    "certificates_of_deposit",
    "debt_issued",
)
# Money market books turn over several times a year, so that a corridor on renewals compounds: the
# desks' books are framed by balance instead, as shares of the opening one.
BALANCE_CORRIDOR = {
    "interbank_placement": (0.70, 1.30),
    "reverse_repo": (0.70, 1.30),
    "interbank_term": (0.70, 1.30),
    "repo": (0.60, 1.20),
}
# Least and most new business, as multiples of the reference volume.
CORRIDOR = {
    "bond_level_1": (0.60, 1.40),
    "bond_level_2a": (0.60, 1.40),
    "bond_other": (0.60, 1.40),
    "certificates_of_deposit": (0.60, 1.40),
    "debt_issued": (0.60, 1.40),
    "deposit_personal_time": (0.95, 1.10),
    "deposit_corporate_time": (0.90, 1.15),
}
# Loans: customers are kept, and demand is scarce where the region has more deposits than borrowers.
LOAN_FLOOR = 0.80
LOAN_CEILING = {
    "YRD": 1.25,
    "PRD": 1.15,
    "BHR": 1.08,
    "CEN": 1.20,
    "WST": 1.25,
    "NEA": 1.05,
    "OVS": 1.15,
}
# A campaign must also be paid to this share of the depositors already there.
BACK_BOOK = {"deposit_personal_time": 0.03, "deposit_corporate_time": 0.05}
# Bills are written to fill the loan quota, below the cost of funds; treasury does not decide them.
QUOTA = ("loan_discounted_bills",)
PLUGS = ("excess_reserves", "overnight_placement", "overnight_borrowing")
PLUG_RATES = {
    "excess_reserves": 0.0035,
    "overnight_placement": 0.0130,
    "overnight_borrowing": 0.0165,
}
CASH_FLOOR = 0.95  # vault cash and settlement balances: share of the opening excess reserves
# CNY million that the market lends overnight; branches may settle the day with a little.
OVERNIGHT_ROOM = dict.fromkeys(REGIONS, 2_000) | {"HO": 250_000, "OVS": 50_000}
OVERNIGHT_PLACED = (
    0.8,
    1.5,
)  # overnight placements, multiples of opening: nostros, counterparty lines

# What a region's customers pay on loans and ask on deposits against the group (basis points).
# Competition is strongest in the deltas and the capital, weakest in the west.
LOAN_SPREAD = {"HO": 0, "YRD": -8, "PRD": 2, "BHR": -6, "CEN": 2, "WST": 6, "NEA": 4, "OVS": 20}
DEPOSIT_SPREAD = {"HO": 0, "YRD": 4, "PRD": 3, "BHR": -2, "CEN": 0, "WST": 1, "NEA": -4, "OVS": 5}

# Reference growth of the desks' bond books per year; the other books are renewed one to one. The
# group's bonds then grow by 6 %: less than total assets in 2025 (9.5 %), far less than they did (19.5 %).
BOND_GROWTH = {"HO": 0.25, "OVS": 0.05}
SMALLEST_SLOPE_MARGIN = 0.0015
# Markets are deep: at the reference volume the last unit costs (earns) 10 bp more (less) than the rate.
MARKET_SLOPE_MARGIN = 0.0010


def growth_of_deposits() -> pd.Series:
    """Forecast deposits by region, growth per year: 2026 repeats 2025, overseas stay as they are.

    Published growth; overseas fell by a fifth after rising by half in 2024, which is no trend.
    """
    growth = regional("deposits") / regional("deposits", 2024) - 1
    growth["OVS"] = 0.0
    return growth


def growth_of_loans() -> pd.DataFrame:
    """Forecast loan demand, regions x products, growth per year.

    The product's growth of 2025, from -5 to 12 %, plus what the region grew above the group.
    """
    now, before = business_line("loans"), business_line("loans", 2024)
    lines = [loan.removeprefix("loan_") for loan in LOANS]
    product = (now[lines] / before[lines] - 1).clip(-0.05, 0.12).to_numpy()
    region = regional("loans_gross") / regional("loans_gross", 2024) - 1
    group = total("loans_gross") / total("loans_gross", 2024) - 1
    tilt = (region - group).to_numpy()
    return pd.DataFrame(product + tilt[:, None], index=list(REGIONS), columns=list(LOANS))


def expected_loss() -> pd.Series:
    """Derive expected loss by loan product: its NPL ratio times impairment of 2025 over NPLs."""
    lines = [loan.removeprefix("loan_") for loan in LOANS]
    npl_ratio = business_line("npl")[lines] / business_line("loans")[lines]
    charge = -total("impairment") / total("npl")
    return pd.Series((npl_ratio * charge).to_numpy(), index=list(LOANS)).round(5)


def loss_factor() -> pd.Series:
    """Multiple of expected loss by region: half of how its NPL ratio differs from the group's.

    Head office is 1: its NPL ratio is that of credit cards.
    """
    region = regional("npl") / regional("loans_gross")
    relative = region / (total("npl") / total("loans_gross"))
    factor = 1 + (relative - 1) / 2
    factor["HO"] = 1.0
    return factor


def repriced(category: str) -> float:
    """Rate of a legacy loan book in 2026: the average of 2025 and half of its fall since 2024.

    98 % of loans reprice within a year, so that the fall goes on; the half is assumed.
    """
    now = average_rate(category)
    return now + (now - average_rate(category, 2024)) / 2


def legacy_rates() -> pd.Series:
    """Rates of domestic legacy books: average rates of 2025 (published), loans repriced.

    Short-term corporate loans at 25 bp below the corporate average (assumed); loans over a year take
    what is left of it. All personal loans have one published average.
    """
    lines = business_line("loans")
    corporate = repriced("loans_corporate")
    short = corporate - 0.0025
    left = corporate * lines["corporate"] - short * lines["corporate_short_term"]
    long = left / lines["corporate_medium_long_term"]
    personal = repriced("loans_personal")
    interbank = average_rate("due_to_banks_incl_repo")
    debt = average_rate("debt_securities_and_cds_issued")
    investment = average_rate("investment")
    return pd.Series(
        {
            "statutory_reserves": 0.0162,
            "interbank_placement": average_rate("due_from_banks_incl_reverse_repo"),
            "reverse_repo": 0.0155,
            # Spread around the published average of all investment: tax-free bonds yield less.
            "bond_level_1": investment - 0.0008,
            "bond_level_2a": investment,
            "bond_other": investment + 0.0025,
            "loan_corporate_short_term": short,
            "loan_corporate_medium_long_term": long,
            "loan_discounted_bills": repriced("loans_discounted_bills"),
            "loan_residential_mortgages": personal,
            "loan_personal_consumption": personal,
            "loan_personal_business": personal,
            "loan_credit_card": personal,
            "deposit_personal_demand": average_rate("deposits_personal_demand"),
            "deposit_personal_time": average_rate("deposits_personal_time"),
            "deposit_corporate_demand": average_rate("deposits_corporate_demand"),
            "deposit_corporate_time": average_rate("deposits_corporate_time"),
            "deposit_other": average_rate("deposits_corporate_demand"),
            "central_bank_funding": 0.0165,
            "interbank_demand": 0.0120,
            "interbank_term": interbank,
            "repo": 0.0158,
            "certificates_of_deposit": debt,
            "debt_issued": 0.0185,
            "tier2_bonds": 0.0300,
            "equity_at1": 0.0330,
            "credit_commitments": 0.0005,  # fee
        }
        | PLUG_RATES
    )


def margins(loss: pd.Series, risk_weight: pd.Series) -> pd.Series:
    """Margin over transfer price of new business at group terms, before tax, capital charged.

    What the last unit earns at the reference volume. The slope of a posted rate is chosen such that
    the reference volume is what a monopolist would write at this margin: slope x volume = margin.
    """
    charge = CHARGE_RATE * CAPITAL_RATIO / (1 - TAX)
    margin = {}
    for product, terms in TERMS.items():
        if terms.new_rate is None or terms.ftp_tenor is None:
            continue
        spread = terms.new_rate - at(FTP, terms.ftp_tenor)
        if product in DEPOSITS or product in FUNDING:
            margin[product] = -spread - terms.cost
        else:
            spread += TAX_EXEMPT.get(product, 0.0) * TAX / (1 - TAX) * terms.new_rate
            margin[product] = (
                spread - terms.cost - loss.get(product, 0) - charge * risk_weight[product]
            )
    return pd.Series(margin)


FUNDING = (
    "central_bank_funding",
    "interbank_term",
    "repo",
    "certificates_of_deposit",
    "debt_issued",
)


def overseas_loan_rate() -> float:
    """Average yield of overseas loans in CNY after hedge cost."""
    return average_rate("loans_overseas") - HEDGE


def overseas_deposit_rate() -> float:
    """Average cost of overseas deposits in CNY after hedge cost."""
    return average_rate("deposits_overseas") - HEDGE


# Loans reprice within the year (repricing table): what is left after T is funded at one year.
LEGACY_FTP_OF_LOANS = at(FTP, 12)
# Profit kept in 2025, CNY million: the published rise of net CET1 over the year, spread evenly.
EQUITY_GROWTH = ratio("net_cet1_capital") - ratio("net_cet1_capital", "2024-12-31")
