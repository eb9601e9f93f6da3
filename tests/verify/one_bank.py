"""One bank, one year: average accrual, an FX swap, price slopes, a horizon value."""

from __future__ import annotations

from .run_folder import RunFolder, measures, table

SETTINGS = """
contract = 1
name = "one-bank"
as_of = 2025-12-31
periods = 1
step = "year"
currency = "CNY"
quantum = 0.01
accrual = "average"
horizon_value = "run_off"
custom_measures = ["green"]
[capital]
ratio = 0.1
charge_rate = 0.1
"""

INPUTS = {
    "regions": """
region currency tax_rate
bank   CNY      0.25
""",
    "fx": """
currency rate
CNY      1
USD      7
""",
    "products": """
product side   class tenor_months amortisation operating_cost tax_exempt risk_weight hqla_class rsf capital_tier green
cash    asset  cash  -            bullet       0              0          0           L1         0   -            0
loan    asset  loan  24           linear       0.001          0.2        0.5         -          0.8 -            2
equity  equity own   -            bullet       0              0          0           -          0   cet1         0
""",
    "positions": """
region currency product balance rate new_rate price_slope reference_volume back_book residual_months ftp_rate max_new last_new adjustment_cost plug
bank   CNY      cash    50      0    -        0           0                0         -               -        -       -        0               true
bank   CNY      loan    100     0.05 0.06     0.001       20               0.5       48              0.02     40      10       0.01            false
bank   CNY      equity  150     0    -        0           0                0         -               -        0       -        0               false
bank   USD      cash    0       0    -        0           0                0         -               -        -       -        0               true
""",
    "lanes": """
lane lender borrower currency borrower_currency tenor_months rate cost  tax
swap bank   bank     CNY      USD               12           0.02 0.003 0.1
""",
    "curves": """
curve currency tenor_months rate
ftp   CNY      12           0.01
ftp   CNY      36           0.03
""",
    "addons": """
measure region amount
rwa     bank   10
""",
    "targets": """
region currency product period balance weight
bank   CNY      loan    1      100     0.01
""",
}


def run() -> RunFolder:
    """One year, worked by hand.

    Legacy loans: linear over 4 years, 75 left; 30 written at 6 % - 0.001 x (30 - 20) = 5 %: 105. The swap
    lends 10 CNY, so 10 / 7 = 1.43 USD are owed: that much USD cash.
    Interest 87.5 x 5 % + 15 x 5 % = 5.125; operating cost 0.001 x 102.5 = 0.1025; back book
    0.5 x 0.001 x 10 x 87.5 = 0.4375; adjustment 0.01 x (30 - 10) = 0.2; the swap's 5 on average cost
    0.3 % and a tenth of 2 %: 0.025, its interest stays in the bank. Before tax 4.36; a fifth of 5.125
    is exempt: tax 0.25 x 3.335 = 0.83375; after tax 3.52625. Cash 150 - 105 - 10 = 35.
    RWA 52.5 + 10: charge 0.625. Target 0.01 x 5^2 = 0.25. Stable funding 0.8 x 105 = 84.
    Horizon: legacy 50 + 25, cohort 15 a year; 5 % - 2 % (the curve at 24 months) - 0.1 % = 2.9 %, tax
    0.25 x (2.9 % - 1 %) = 0.475 %, capital 0.5 %: 1.925 % of 90 = 1.7325.
    Objective 3.52625 - 0.625 - 0.25 + 1.7325 = 4.38375.
    """
    plan = {
        "positions": table(
            """
region currency product period opening matured new sold balance rate income
bank   CNY      cash    1      50      15      0    0    35      0    0
bank   CNY      loan    1      100     25      30   0    105     0.05 4.385
bank   CNY      equity  1      150     0       0    0    150     0    0
bank   USD      cash    1      0       0       1.43 0    1.43    0    0
"""
        ),
        "lanes": table(
            """
lane period transfer repaid outstanding used cost
swap 1      10       0      10          1    0.025
"""
        ),
        "limits": table(
            "limit period scenario numerator denominator value bound headroom shortfall price status"
        ).astype(
            dict.fromkeys(
                ("period", "numerator", "denominator", "value", "bound", "headroom", "shortfall"),
                float,
            )
        ),
        "regions": table(
            """
region period interest expected_loss operating_cost back_book adjustment disposal_loss lane_interest lane_cost income_before_tax tax     income
bank   1      5.125    0             0.1025         0.4375    0.2        0             0             0.025     4.36              0.83375 3.52625
"""
        ),
        "objective": table(
            """
part           period value
income         1      3.52625
capital_charge 1      -0.625
target_charge  1      -0.25
horizon_value  0      1.7325
"""
        ),
        "measures": measures(
            ["bank"],
            1,
            {
                "assets": {"bank": [35 + 105 + 1.43 * 7]},
                "equity": {"bank": [150]},
                "rwa": {"bank": [62.5]},
                "rsf": {"bank": [84]},
                "cet1": {"bank": [150]},
                "tier1": {"bank": [150]},
                "total_capital": {"bank": [150]},
                "hqla": {"bank": [35 + 1.43 * 7]},
                "usable_hqla": {"bank": [35 + 1.43 * 7]},
                "open_lanes": {"bank": [1]},
                "new_business": {"bank": [30]},
                "transfers": {"bank": [10]},
                "net_interest_income": {"bank": [5.125 - 0.4375]},
                "income": {"bank": [3.52625]},
                "green": {"bank": [210]},
            },
            extra=["green"],
        ),
    }
    manifest = {
        "status": "gap",
        "objective": 4.38375,
        "bound": None,
        "gap": None,
        "income": 3.52625,
        "options": {"scenario": "base"},
    }
    return RunFolder(SETTINGS, dict(INPUTS), plan, manifest)
