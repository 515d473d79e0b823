# SPDX-License-Identifier: ISC
"""The tests in Python. One runs as `python3 -m tests.SUITE.NAME`, from the checkout."""
