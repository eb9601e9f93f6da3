"""A case of 36 regions and 60 products loads in a fraction of a second."""

from time import perf_counter

from alm.case import load

from .conftest import TOML, write_case


def test_two_thousand_positions_load_in_half_a_second(tmp_path):
    """The best of five, since other work shares the machine."""
    regions = [f"r{i:02}" for i in range(36)]
    products = [f"p{i:02}" for i in range(60)]
    lines = ["region,product,balance,rate,new_rate,max_balance,max_new,plug"]
    lines += [
        f"{region},{product},100,0.0{i:02},0.0{i:02},500,{'' if i in (0, 59) else 50},{'true' if i in (0, 59) else ''}"
        for region in regions
        for i, product in enumerate(products)
    ]
    tables = {
        "regions": "region,parent\n"
        + "".join(f"{r},{'' if r == 'r00' else 'r00'}\n" for r in regions),
        "products": "product,side\n"
        + "".join(f"{p},{'asset' if p < 'p30' else 'liability'}\n" for p in products),
        "positions": "\n".join(lines) + "\n",
        "fx": None,
        "lanes": None,
        "limits": None,
    }
    folder = write_case(tmp_path / "large", tables, TOML.replace("periods = 3", "periods = 12"))
    seconds = []
    for _ in range(5):
        start = perf_counter()
        case = load(folder)
        seconds.append(perf_counter() - start)
    assert len(case.table("positions")) == 2160
    assert min(seconds) < 0.5
