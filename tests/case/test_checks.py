"""Each check, on the sound case with one thing wrong: exactly the cell to blame, and nothing else."""

import pytest

from alm.case import load

from .conftest import TABLES, TOML, faults_of

LANE = "lane,lender,borrower,asset_product,liability_product"
LIMIT = "limit,region,measure,denominator,sense,bound"
OF_POSITION = "region,product"
RUN_OFF = TOML.replace('"none"', '"run_off"')


def changed(table: str, *pairs: tuple[str, str]) -> dict[str, str]:
    """Replace text in one table of the sound case; what is to be replaced must be there."""
    text = TABLES[table]
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return {table: text}


CASES = {
    "a number that is none": (
        changed("positions", ("80", "eighty")),
        [("positions", 3, "balance")],
    ),
    "a percent": (changed("positions", ("0.04", "4%")), [("positions", 3, "rate")]),
    "a negative balance": (changed("positions", ("90", "-90")), [("positions", 4, "balance")]),
    "infinity": (
        changed("positions", ("80,0.04,10", "80,0.04,inf")),
        [("positions", 3, "max_new")],
    ),
    "a number beyond any amount": (
        changed("positions", ("80,0.04,10", "80,0.04,1e300")),
        [("positions", 3, "max_new")],
    ),
    "a word that is not allowed": (
        changed("products", ("loan,asset", "loan,assets")),
        [("products", 3, "side")],
    ),
    "a flag that is none": (
        changed("positions", ("0.01,,true", "0.01,1,maybe")),
        [("positions", 2, "plug")],
    ),
    "a share above one": (
        {
            "regions": "region,parent,tax_rate,currency,kind\ngroup,,25,,\nwest,group,,,\neast,group,,EUR,subsidiary\n"
        },
        [("regions", 2, "tax_rate")],
    ),
    "a required cell": (changed("positions", ("loan,80", "loan,")), [("positions", 3, "balance")]),
    "a required column": (
        {"limits": "limit,region,measure,sense\nlcr,group,rwa,max\n"},
        [("limits", 1, "bound")],
    ),
    "a required table": ({"positions": None}, [("positions", None, None)]),
    "an unknown column": (
        changed("limits", ("bound", "bonud")),
        [("limits", 1, "bound"), ("limits", 1, "bonud")],
    ),
    "a column twice": (
        {"fx": "currency,rate,rate\nEUR,7.8,7.8\n"},
        [("fx", 1, "rate")],
    ),
    "a cell without a heading": ({"fx": "currency,rate,\nEUR,7.8,see mail\n"}, [("fx", 2, None)]),
    "a key twice": ({"fx": "currency,rate\nEUR,7.8\nUSD,7\nEUR,7.9\n"}, [("fx", 4, "currency")]),
    "a position twice": (
        changed(
            "positions", ("west,,shares,10,0,0,\n", "west,,shares,5,0,0,\nwest,CNY,shares,5,0,0,\n")
        ),
        [("positions", 6, "product")],
    ),
    "an unknown region": (
        changed("positions", ("east,,cash", "eest,,cash")),
        [("positions", 6, "region")],
    ),
    "an unknown product": (
        changed("positions", ("loan,80", "lone,80")),
        [("positions", 3, "product")],
    ),
    "a currency without a rate": (
        changed("positions", ("west,,loan", "west,USD,loan")),
        [("positions", 3, "currency")],
    ),
    "a home currency without a rate": (
        changed("regions", ("EUR", "USD")),
        [("regions", 4, "currency")],
    ),
    "an unknown end of a lane": (changed("lanes", ("west", "wets")), [("lanes", 2, "lender")]),
    "an unknown product of a lane": (
        changed("lanes", ("claim", "claims")),
        [("lanes", 2, "asset_product")],
    ),
    "an unknown region of a limit": (
        changed("limits", ("group", "grup")),
        [("limits", 2, "region")],
    ),
    "an unknown scenario of a limit": (
        {"limits": f"{LIMIT},scenarios\na,group,rwa,,max,1,crash\nb,group,rwa,,max,1,base\n"},
        [("limits", 2, "scenarios")],
    ),
    "an unknown measure": (changed("limits", ("hqla", "hqlas")), [("limits", 2, "measure")]),
    "an unknown denominator": (
        changed("limits", ("net_outflow", "outflows")),
        [("limits", 2, "denominator")],
    ),
    "an unknown class": (
        {
            "limits": f"{LIMIT}\na,group,class:loan,,max,1\nb,group,class:loans,,max,1\nc,group,class:,,max,1\n"
        },
        [("limits", 3, "measure"), ("limits", 4, "measure")],
    ),
    "an unknown product of a measure": (
        {"limits": f"{LIMIT}\na,group,product:loan,,max,1\nb,group,product:lone,,max,1\n"},
        [("limits", 3, "measure")],
    ),
    "lent to an unknown region, to oneself": (
        {
            "limits": f"{LIMIT}\na,west,lent:east,,max,1\nb,west,lent:est,,max,1\nc,group,lent:east,,max,1\nd,east,lent:group,,max,1\n"
        },
        [("limits", 3, "measure"), ("limits", 4, "measure")],
    ),
    "an unknown term": (
        {"measures": "measure,term,weight\nfree,hqla,1\nfree,outfloww,-1\n"},
        [("measures", 3, "term")],
    ),
    "combinations that lead back to themselves": (
        {"measures": "measure,term,weight\na,b,1\nb,a,1\nc,a,1\nd,d,2\n"},
        [("measures", 2, "term"), ("measures", 3, "term"), ("measures", 5, "term")],
    ),
    "a combination under a name that is taken": (
        {"measures": "measure,term,weight\nrwa,assets,1\n"},
        [("measures", 2, "measure")],
    ),
    "income in one currency": (
        {"limits": f"{LIMIT},currency\na,west,income,,min,1,EUR\n"},
        [("limits", 2, "currency")],
    ),
    "a soft limit without a penalty": (
        {
            "limits": f"{LIMIT},enforcement,penalty\na,west,rwa,,max,1,soft,\nb,west,rwa,,max,1,soft,3\n"
        },
        [("limits", 2, "penalty")],
    ),
    "two roots": (changed("regions", ("west,group", "west,")), [("regions", 3, "parent")]),
    "no root": (
        {"regions": "region,parent,currency\ngroup,west,\nwest,group,\neast,group,EUR\n"},
        [("regions", None, "parent"), ("regions", 2, "parent"), ("regions", 3, "parent")],
    ),
    "a cycle below the root": (
        changed("regions", ("west,group", "west,south"), ("east,", "south,west,,\neast,")),
        [("regions", 3, "parent"), ("regions", 4, "parent")],
    ),
    "an unknown parent": (
        changed("regions", ("west,group", "west,gruop")),
        [("regions", 3, "parent")],
    ),
    "a reporting currency that is not one": (
        {"fx": "currency,rate\nEUR,7.8\nCNY,1.1\n"},
        [("fx", 3, "rate")],
    ),
    "a rate of exchange of zero": ({"fx": "currency,rate\nEUR,0\n"}, [("fx", 2, "rate")]),
    "a period beyond the horizon": (
        {
            "targets": f"{OF_POSITION},period,balance,weight\nwest,loan,4,80,1\nwest,loan,0,80,1\nwest,loan,1.5,80,1\nwest,loan,2.0,80,1\n"
        },
        [("targets", 2, "period"), ("targets", 3, "period"), ("targets", 4, "period")],
    ),
    "a span that ends before it starts": (
        {"bounds": f"{OF_POSITION},start,end,max_new\nwest,loan,3,2,5\nwest,loan,7,,5\n"},
        [("bounds", 2, "end")],
    ),
    "a row for a position that does not exist": (
        {
            "bounds": f"{OF_POSITION},max_new\neast,loan,5\n",
            "volatility": f"{OF_POSITION},factor,loading\nwest,loan,f,1\nwest,debt,f,1\n",
        },
        [("bounds", 2, "product"), ("volatility", 3, "product")],
    ),
    "no max_new": (changed("positions", ("80,0.04,10", "80,0.04,")), [("positions", 3, "max_new")]),
    "no plug": (changed("positions", ("12,0.02,,true", "12,0.02,0,")), [("positions", 6, "plug")]),
    "a plug off balance": (
        changed("positions", ("west,,shares", "west,,pledge,0,0,,true\nwest,,shares")),
        [("positions", 5, "plug")],
    ),
    "a plug with new business and run-off": (
        {
            "positions": TABLES["positions"]
            .replace("plug\n", "plug,residual_months\n")
            .replace("0.01,,true", "0.01,5,true,6"),
            "runoff": f"{OF_POSITION},period,remaining\neast,cash,1,1\neast,cash,2,1\neast,cash,3,1\n",
        },
        [
            ("positions", 2, "residual_months"),
            *(("runoff", row, "product") for row in (2, 3, 4)),
        ],
    ),
    "bounds that cross": (
        {
            "positions": TABLES["positions"]
            .replace("plug\n", "plug,min_balance,max_balance,min_new,min_renewal,max_renewal\n")
            .replace("80,0.04,10,", "80,0.04,10,,9,8,11,2,1")
        },
        [("positions", 3, name) for name in ("min_balance", "min_new", "min_renewal")],
    ),
    "the same bound twice": (
        {
            "bounds": f"{OF_POSITION},start,end,max_new,max_balance\nwest,loan,1,2,5,\nwest,loan,2,3,5,\nwest,loan,1,1,,90\n"
        },
        [("bounds", 3, "max_new")],
    ),
    "overrides that cross": (
        {
            "bounds": f"{OF_POSITION},start,end,min_new,max_new\nwest,loan,1,1,10,\nwest,loan,2,2,11,\nwest,deposit,3,3,4,\nwest,deposit,2,3,,3\n"
        },
        [("bounds", 3, "min_new"), ("bounds", 4, "min_new")],
    ),
    "a node that does not balance": (
        changed(
            "positions", ("loan,80", "loan,80.03"), ("east,,deposit,12", "east,,deposit,12.01")
        ),
        [("positions", None, "balance")],
    ),
    "a lane open at as_of that one side does not book": (
        {"lanes": f"{LANE},opening\nthere,west,east,claim,debt,5\n"},
        [("positions", None, "balance"), ("positions", None, "balance")],
    ),
    "a tenor below a period, or a bullet that is no whole number of them": (
        changed(
            "products",
            ("loan,asset,loan,2", "loan,asset,loan,2.5"),
            ("claim,asset,interbank,", "claim,asset,interbank,0.5"),
        ),
        [("products", 3, "tenor_months"), ("products", 7, "tenor_months")],
    ),
    "a tenor of a lane that is no whole number of periods": (
        {
            "lanes": f"{LANE},tenor_months\nthere,west,east,claim,debt,1.5\nback,east,west,claim,debt,3\n"
        },
        [("lanes", 2, "tenor_months")],
    ),
    "run-off with a gap, and rising": (
        {
            "runoff": f"{OF_POSITION},period,remaining\nwest,loan,1,0.5\nwest,loan,3,0.4\nwest,deposit,3,0.3\nwest,deposit,1,0.2\nwest,deposit,2,0.2\n"
        },
        [("runoff", 2, "period"), ("runoff", 4, "remaining")],
    ),
    "a lane from a node to itself": (
        {
            "lanes": f"{LANE},borrower_currency\na,west,west,claim,debt,\nb,west,west,claim,debt,CNY\n"
        },
        [("lanes", 2, "borrower"), ("lanes", 3, "borrower")],
    ),
    "a lane with products on the wrong side": (
        {"lanes": f"{LANE}\nthere,west,east,debt,claim\n"},
        [("lanes", 2, "asset_product"), ("lanes", 2, "liability_product")],
    ),
    "an FX-swap lane without a cost": (
        {
            "lanes": f"{LANE},borrower_currency,cost\na,west,west,claim,debt,EUR,\nb,west,west,claim,debt,EUR,0.01\n",
            "curves": "curve,currency,tenor_months,rate\nftp,EUR,1,0.02\n",
        },
        [("lanes", 2, "cost")],
    ),
    "a hqla class on equity, a capital tier on an asset": (
        {
            "products": TABLES["products"]
            .replace("hqla_class\n", "hqla_class,capital_tier\n")
            .replace("shares,equity,capital,,", "shares,equity,capital,,L1,cet1")
            .replace("loan,asset,loan,2,", "loan,asset,loan,2,,t2")
        },
        [("products", 3, "capital_tier"), ("products", 5, "hqla_class")],
    ),
    "a rule for an attribute that has none, and a tie": (
        {
            "rules": "attribute,product,class,region,start,end,value\n"
            "risk_weigt,loan,,,,,1\nrisk_weight,loan,,,,2,1\nrisk_weight,loan,,,3,,1\nrisk_weight,,loan,,,,1\n"
            "risk_weight,loan,,west,,,1\nrisk_weight,loan,,,2,2,0\nasf,,,,,,1\nasf,,lone,,,,1\n"
        },
        [("rules", 2, "attribute"), ("rules", 7, "attribute"), ("rules", 9, "class")],
    ),
    "scenarios: reserved, a cycle, an unknown parent, a probability left out": (
        {"scenarios": "scenario,parent,probability\nbase,,0.5\na,b,0.5\nb,a,\nc,d,0\n"},
        [
            ("scenarios", 2, "scenario"),
            ("scenarios", 3, "parent"),
            ("scenarios", 4, "probability"),
            ("scenarios", 4, "parent"),
            ("scenarios", 5, "parent"),
        ],
    ),
    "probabilities that do not sum to one": (
        {"scenarios": "scenario,probability\na,0.5\nb,0.4\n"},
        [("scenarios", None, "probability")],
    ),
    "an exchange rate that moves in one place only, or is the reporting currency's": (
        {
            "scenarios": "scenario\na\n",
            "shocks": "scenario,shock,region,currency,class,value\na,fx,,EUR,,0.9\na,fx,,,,0.9\n"
            "a,fx,west,EUR,,0.9\na,fx,,EUR,loan,0.9\na,fx,,CNY,,0.9\n",
        },
        [("shocks", 4, "region"), ("shocks", 5, "class"), ("shocks", 6, "currency")],
    ),
    "shocks that match nothing": (
        {
            "scenarios": "scenario\na\n",
            "shocks": "scenario,shock,region,class,lane,value\na,runoff,west,deposit,,0.1\nb,runoff,,,,0.1\na,run,,,,1\na,rate,,deposits,,1\na,rate,,,their,1\na,rate,nord,,,1\n",
        },
        [
            ("shocks", 3, "scenario"),
            ("shocks", 4, "shock"),
            ("shocks", 5, "class"),
            ("shocks", 6, "lane"),
            ("shocks", 7, "region"),
        ],
    ),
}


@pytest.mark.parametrize(("tables", "expected"), CASES.values(), ids=CASES)
def test_the_cell_to_blame_is_named_and_no_other(tables, expected, places):
    assert places(**tables) == expected


def test_the_sound_case_is_sound(write):
    case = load(write())
    assert case.warnings == ()


def test_an_opening_balance_may_miss_by_half_a_quantum_per_row_of_the_node(places):
    """Four rows and a quantum of 0.01: 0.02 may be missing, 0.021 may not."""
    assert places(**changed("positions", ("loan,80", "loan,80.02"))) == []
    assert places(**changed("positions", ("loan,80", "loan,80.021"))) == [
        ("positions", None, "balance")
    ]


def test_an_open_lane_counts_at_both_ends_the_debt_at_base_fx(places):
    """West lends 7.8 CNY, East owes 1 EUR: West's cash is 12.2, East's 13."""
    positions = TABLES["positions"].replace("cash,20", "cash,12.2").replace("cash,12,", "cash,13,")
    lanes = f"{LANE},opening,borrower_currency,cost\nthere,west,east,claim,debt,7.8,EUR,0\n"
    assert places(positions=positions, lanes=lanes) == []


def test_the_difference_of_a_node_is_shown_with_a_way_out(write):
    (fault,) = faults_of(write(**changed("positions", ("loan,80", "loan,81.5"))))
    assert fault.found == "west CNY: assets and lent 101.5, funding 100, difference 1.5"
    assert fault.hint == "cash in row 2 would have to be 18.5"


@pytest.mark.parametrize(
    ("tables", "hint"),
    [
        (changed("positions", ("loan,80", "lone,80")), "did you mean loan?"),
        (changed("positions", ("0.04", "4%")), "0.04"),
        (changed("positions", ("0.04", '"0,04"')), "0.04"),
        (changed("positions", ("loan,80", "loan,(80)")), "-80"),
        (changed("products", ("loan,asset", "loan,Asset")), "did you mean asset?"),
        (changed("limits", ("denominator", "denomintor")), "did you mean denominator?"),
        (changed("limits", ("hqla", "HQLA")), "did you mean hqla?"),
        (changed("regions", ("west,group", "west,gruop")), "did you mean group?"),
    ],
)
def test_a_fault_suggests_what_was_probably_meant(tables, hint, write):
    (fault,) = faults_of(write(**tables))
    assert fault.hint == hint
