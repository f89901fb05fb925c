"""Reward policies: documents held against the law, drafted, agreed to, tried, published."""
