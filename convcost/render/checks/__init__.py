"""What `convcost check` found, in one format per module: each has `report(found, terminal)`.

What several of them say is worded once, in `wording.py`; where a problem is, for tools that look it up, in `places.py`.
"""
