"""View: members' rewards as they stand, and the double-entry ledger behind them."""
