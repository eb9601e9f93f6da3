"""An independent, brute-force reading of the contract, to check the real model against."""
