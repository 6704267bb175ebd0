"""Results as `print` and a notebook show them."""
