"""Figures against what is demanded of them: `expect`, `budgets` and `require` become problems.

1. `measured.py`: the figures of one network, whether they come from an analysis, a JSON document or a lock file.
2. `judge.py`: one demand, one verdict.
3. `report.py`: what `convcost check` found, ready to be rendered.
"""
