"""The stock of high-quality liquid assets with its caps on level 2."""

from __future__ import annotations

from alm.formulation.measures.liquidity import LEVELS
from alm.formulation.measures.piecewise import Piecewise

# min(T, 5/3 L1, 20/17 (L1 + L2A)): level 2 counts up to 40 %, level 2B up to 15 % of the stock
# (Basel LCR30.31-30.39, closed form; no unwinding).
HQLA = Piecewise(
    name="hqla",
    curvature="concave",
    parts=tuple(f"hqla:{level}" for level in LEVELS),
    pieces=((1.0, 1.0, 1.0), (5 / 3, 0.0, 0.0), (20 / 17, 20 / 17, 0.0)),
    addon="hqla",
)
