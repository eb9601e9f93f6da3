"""From a solution to a plan: decisions, rounding to the quantum, accounts and limits in numbers."""
