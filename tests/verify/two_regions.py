"""West lends to East: two years, interest on closing balances. The working is the docstring of `run`."""

from __future__ import annotations

from .run_folder import RunFolder, measures, table

SETTINGS = """
contract = 1
name = "two-regions"
as_of = 2025-12-31
periods = 2
step = "year"
currency = "CNY"
quantum = 0.01
accrual = "closing"
horizon_value = "none"
[capital]
ratio = 0.1
charge_rate = 0.1
"""

INPUTS = {
    "regions": """
region parent currency tax_rate transferable
group  -      CNY      0        1
west   group  CNY      0.25     1
east   group  CNY      0        0.5
""",
    "products": """
product    side      class  tenor_months expected_loss max_disposal disposal_haircut risk_weight hqla_class lcr_outflow asf reserve_ratio capital_tier
cash       asset     cash   -            0             0            0                0           L1         0           0   0             -
loan       asset     loan   24           0.01          0.5          0.02             1           -          0           0   0             -
deposit    liability money  -            0             0            0                0           -          0.1         0.9 0.1           -
equity     equity    own    -            0             0            0                0           -          0           1   0             cet1
interbank  asset     loan   12           0             0            0                0.2         -          0           0   0             -
borrowing  liability money  12           0             0            0                0           -          0.05        0   0             -
""",
    "positions": """
region product balance rate new_rate residual_months max_new plug
west   cash    40      0.01 -        -               -       true
west   loan    70      0.05 0.04     24              20      false
west   deposit 100     0.02 -        -               0       false
west   equity  10      0    -        -               0       false
east   cash    10      0.01 -        -               -       true
east   loan    20      0.06 -        -               25      false
east   deposit 25      0.02 -        -               0       false
east   equity  5       0    -        -               0       false
""",
    "lanes": """
lane lender borrower tenor_months rate capacity cost  asset_product liability_product
w-e  west   east     12           0.03 20       0.002 interbank     borrowing
""",
    "limits": """
limit     region measure    denominator sense bound enforcement penalty
lcr_west  west   hqla       net_outflow min   0.5   hard        -
loans     group  class:loan -           min   70    soft        0.01
""",
}


def run() -> RunFolder:
    """Two years, worked by hand.

    West's legacy loans of 70 are a bullet of two periods: 7 are sold in year 1 (63 left), the rest
    matures in year 2. It writes 20 at 4 % in year 1. The lane carries 20 in both years, placed anew.
    Cash squares: 110 - 83 - 20 = 7, then 110 - 20 - 20 = 70. East's 20 never run off, 25 are written:
    45 of loans; cash 25 + 5 + 20 - 45 = 5.

    West, year 1: interest 7 x 1 % + 63 x 5 % + 20 x 4 % - 100 x 2 % = 0.07 + 3.15 + 0.80 - 2.00 = 2.02;
    loss 0.83; disposal 7 x 2 % = 0.14; lane 0.60 - 0.04; before tax 1.61, tax 0.4025, after 1.2075.
    Year 2: 0.70 + 0.80 - 2.00 = -0.50; loss 0.20; lane 0.56; before tax -0.14, tax -0.035, after -0.105.
    East, both years: 0.05 + 2.70 - 0.50 = 2.25; loss 0.45; lane -0.60; 1.20, no tax.
    Capital charge 1 % of the group's loans 128 and 65: 1.28 and 0.65 (the lane cancels). The soft limit
    misses 5 in year 2: 0.05. Objective 1.2075 - 0.105 + 2.40 - 1.93 - 0.05 = 1.5225.

    Liquidity: West 7 / 10 = 0.7 (headroom 7 - 5 = 2), then 70 / 10. East 5 against 2.5 + 1 = 3.5. The group may use
    7 + 3.5 + 0.5 x 1.5 = 11.25, then 70 + 4.25 = 74.25.
    """
    plan = {
        "positions": table(
            """
region currency product period opening matured new sold balance rate income
west   CNY      cash    1      40      33      0   0    7       0.01 0.07
west   CNY      cash    2      7       0       63  0    70      0.01 0.70
west   CNY      loan    1      70      0       20  7    83      0.04759036144578313 2.98
west   CNY      loan    2      83      63      0   0    20      0.04 0.60
west   CNY      deposit 1      100     0       0   0    100     0.02 -2
west   CNY      deposit 2      100     0       0   0    100     0.02 -2
west   CNY      equity  1      10      0       0   0    10      0    0
west   CNY      equity  2      10      0       0   0    10      0    0
east   CNY      cash    1      10      5       0   0    5       0.01 0.05
east   CNY      cash    2      5       0       0   0    5       0.01 0.05
east   CNY      loan    1      20      0       25  0    45      0.06 2.25
east   CNY      loan    2      45      0       0   0    45      0.06 2.25
east   CNY      deposit 1      25      0       0   0    25      0.02 -0.5
east   CNY      deposit 2      25      0       0   0    25      0.02 -0.5
east   CNY      equity  1      5       0       0   0    5       0    0
east   CNY      equity  2      5       0       0   0    5       0    0
"""
        ),
        "lanes": table(
            """
lane period transfer repaid outstanding used cost
w-e  1      20       0      20          1    0.04
w-e  2      20       20     20          1    0.04
"""
        ),
        "limits": table(
            """
limit    period scenario numerator denominator value bound headroom shortfall price status
lcr_west 1      base     7         10          0.7   0.5   2        0         0     met
lcr_west 2      base     70        10          7     0.5   65       0         0     met
loans    1      base     128       -           128   70    58       0         0     met
loans    2      base     65        -           65    70    -5       5         0     short
"""
        ),
        "regions": table(
            """
region period interest expected_loss operating_cost back_book adjustment disposal_loss lane_interest lane_cost income_before_tax tax    income
group  1      0        0             0              0         0          0             0             0         0                 0      0
group  2      0        0             0              0         0          0             0             0         0                 0      0
west   1      2.02     0.83          0              0         0          0.14          0.6           0.04      1.61              0.4025 1.2075
west   2      -0.5     0.20          0              0         0          0             0.6           0.04      -0.14             -0.035 -0.105
east   1      2.25     0.45          0              0         0          0             -0.6          0         1.2               0      1.2
east   2      2.25     0.45          0              0         0          0             -0.6          0         1.2               0      1.2
"""
        ),
        "objective": table(
            """
part           period value
income         1      2.4075
income         2      1.095
capital_charge 1      -1.28
capital_charge 2      -0.65
penalty        1      0
penalty        2      -0.05
target_charge  1      0
target_charge  2      0
horizon_value  0      0
"""
        ),
        "measures": _measures(),
    }
    manifest = {
        "status": "optimal",
        "objective": 1.5225,
        "bound": 1.5226,
        "gap": 1e-4 / 1.5225,
        "income": 3.5025,
        "options": {},
    }
    return RunFolder(SETTINGS, dict(INPUTS), plan, manifest)


def _measures():
    """West and East are leaves, so subtree = solo; the group alone holds nothing."""
    leaves = {
        "assets": ([110, 110], [50, 50], [140, 140]),
        "liabilities": ([100, 100], [45, 45], [125, 125]),
        "equity": ([10, 10], [5, 5], [15, 15]),
        "rwa": ([87, 24], [45, 45], [128, 65]),
        "asf": ([100, 100], [27.5, 27.5], [127.5, 127.5]),
        "required_reserve": ([10, 10], [2.5, 2.5], [12.5, 12.5]),
        "outflow": ([10, 10], [3.5, 3.5], [12.5, 12.5]),
        "net_outflow": ([10, 10], [3.5, 3.5], [12.5, 12.5]),
        "cet1": ([10, 10], [5, 5], [15, 15]),
        "tier1": ([10, 10], [5, 5], [15, 15]),
        "total_capital": ([10, 10], [5, 5], [15, 15]),
        "hqla": ([7, 70], [5, 5], [12, 75]),
        "usable_hqla": ([7, 70], [5, 5], [11.25, 74.25]),
        "lent": ([20, 20], [0, 0], [0, 0]),
        "borrowed": ([0, 0], [20, 20], [0, 0]),
        "open_lanes": ([1, 1], [1, 1], [1, 1]),
        "new_business": ([20, 0], [25, 0], [45, 0]),
        "disposals": ([7, 0], [0, 0], [7, 0]),
        "transfers": ([20, 20], [20, 20], [20, 20]),
        "net_interest_income": ([2.62, 0.1], [1.65, 1.65], [4.27, 1.75]),
        "income": ([1.2075, -0.105], [1.2, 1.2], [2.4075, 1.095]),
    }
    values = {
        name: {"west": west, "east": east, "group subtree": group}
        for name, (west, east, group) in leaves.items()
    }
    return measures(["group", "west", "east"], 2, values)
