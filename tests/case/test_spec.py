"""The spec is whole: every table and column of the contract, every rule and check in its registry."""

import inspect
from importlib import import_module
from pathlib import Path

import alm.case.checks as checks
from alm.case.defaults import RULES
from alm.case.settings import Settings
from alm.case.spec import KEYS, TABLES, Derived, find, markdown
from alm.case.spec.chinese import COLUMNS_ZH

NAMES = [
    "regions",
    "products",
    "rules",
    "ladder",
    "addons",
    "positions",
    "bounds",
    "runoff",
    "targets",
    "tiers",
    "fx",
    "volatility",
    "curves",
    "lanes",
    "corridors",
    "limits",
    "rate_shocks",
    "measures",
    "steps",
    "scenarios",
    "shocks",
]

# As the contract lists them.
COLUMNS = {
    "regions": "region name name_zh parent kind currency jurisdiction tax_rate transferable",
    "products": "product name name_zh side class tenor_months amortisation rate_type index beta repricing_months "
    "expected_loss operating_cost tax_exempt ftp_curve ftp_tenor_months fixed_cost max_disposal disposal_haircut lot "
    "minimum_ticket risk_weight ccf hqla_class haircut lcr_outflow lcr_inflow asf rsf leverage_factor reserve_ratio "
    "capital_tier",
    "rules": "attribute product class jurisdiction region start end value source",
    "ladder": "attribute product months_left value",
    "addons": "measure region start end amount source",
    "positions": "region currency product balance rate new_rate price_slope reference_volume back_book residual_months "
    "residual_shape ftp_rate transfer_rate min_balance max_balance min_new max_new min_renewal max_renewal last_new "
    "adjustment_cost plug",
    "bounds": "region currency product start end min_balance max_balance min_new max_new",
    "runoff": "region currency product period remaining",
    "targets": "region currency product period balance weight",
    "tiers": "region currency product over rate",
    "fx": "currency rate",
    "volatility": "region currency product factor loading",
    "curves": "curve currency tenor_months rate",
    "lanes": "lane lender borrower currency borrower_currency tenor_months opening residual_months rate capacity cost "
    "tax fixed_cost minimum_ticket lot start end asset_product liability_product corridor",
    "corridors": "corridor capacity fixed_cost minimum",
    "limits": "limit name region scope currency measure denominator sense bound start end scenarios enforcement "
    "penalty early_warning tier owner source waiver_until",
    "rate_shocks": "shock currency tenor_months move",
    "measures": "measure term weight",
    "steps": "limit measure at_least bound",
    "scenarios": "scenario name probability parent start",
    "shocks": "scenario shock region currency product class lane start end value",
}

# Columns beyond the contract; all are optional.
ADDED = {"limits": {"name_zh"}}


def test_every_table_and_column_of_the_contract_is_declared_and_no_other():
    assert [table.name for table in TABLES] == NAMES
    assert {table.name: set(table.names) for table in TABLES} == {
        name: set(columns.split()) | ADDED.get(name, set()) for name, columns in COLUMNS.items()
    }


def test_columns_beyond_the_contract_may_be_left_out():
    for name, columns in ADDED.items():
        assert not any(find(name).column(column).required for column in columns)


def test_keys_and_references_name_columns_and_tables_that_exist():
    for table in TABLES:
        assert set(table.key) <= set(table.names)
        assert len(set(table.names)) == len(table.names)
        for column in table.columns:
            assert not (column.required and column.default is not None), (table.name, column.name)
            if column.refers:
                assert len(find(column.refers).key) == 1


def test_every_derived_default_has_a_rule_and_every_rule_is_used():
    derived = {
        column.default.rule
        for table in TABLES
        for column in table.columns
        if isinstance(column.default, Derived)
    }
    assert derived == set(RULES)


def test_the_keys_of_case_toml_are_the_fields_of_settings():
    settings = Settings(1, "x", None, 1, "CNY", "none")
    for key in KEYS:
        section, _, name = key.name.rpartition(".")
        part = getattr(settings, section) if section else settings
        assert hasattr(part, name)
        if not key.required:
            assert getattr(part, name) == key.default, key.name


def test_every_check_in_the_folder_is_in_the_registry():
    folder = Path(checks.__file__).parent
    found = {
        function
        for path in folder.glob("*.py")
        if path.stem != "__init__"
        for name, function in inspect.getmembers(
            import_module(f"alm.case.checks.{path.stem}"), inspect.isfunction
        )
        if not name.startswith("_")
        and function.__module__ == f"alm.case.checks.{path.stem}"
        and list(inspect.signature(function).parameters) == ["draft"]
        and "Iterator[Fault]" in str(inspect.signature(function).return_annotation)
    }
    assert found == {check for check in checks.CHECKS if check.__module__ != "alm.case.not_yet"}
    assert len(set(checks.CHECKS)) == len(checks.CHECKS)


def test_the_page_of_the_contract_shows_every_column_in_a_table_that_renders():
    page = markdown()
    for table in TABLES:
        assert f"\n## {table.name} (" in page
    lines = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(lines) == len(KEYS) + sum(len(table.columns) for table in TABLES)
    bars = [line.replace(r"\|", "").count("|") for line in lines]
    assert bars == [7] * len(KEYS) + [8] * (len(lines) - len(KEYS))
    assert "| `currency` | 币种 | text |  | = the region's |" in page
    assert (
        "| `balance` | 余额 | number | amount | required | at least 0 | Balance at as_of. |" in page
    )


def test_every_table_and_column_has_a_chinese_label_of_its_own():
    assert len({table.name_zh for table in TABLES}) == len(TABLES)
    for table in TABLES:
        labels = [column.name_zh for column in table.columns]
        assert all(labels), table.name
        assert len(set(labels)) == len(labels), table.name
        assert set(labels).isdisjoint(table.names)
    used = {column.name for table in TABLES for column in table.columns}
    assert used == set(COLUMNS_ZH)
