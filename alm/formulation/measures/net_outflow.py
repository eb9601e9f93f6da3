"""Net outflow of thirty days: inflows count up to three quarters of outflows."""

from __future__ import annotations

from alm.formulation.measures.piecewise import Piecewise

# outflow - min(inflow, 0.75 outflow) = max(outflow - inflow, 0.25 outflow) (Basel LCR40.77).
NET_OUTFLOW = Piecewise(
    name="net_outflow",
    curvature="convex",
    parts=("outflow", "inflow"),
    pieces=((1.0, -1.0), (0.25, 0.0)),
)
