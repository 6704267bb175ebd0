"""A project's specs, judged in one run: `convcost check` and `convcost lock`.

1. `config.py` reads the configuration, `discover.py` finds the specs that words mean.
2. `baselines.py` finds the old figures of a spec: `git.py` reads old files, `lock.py` those that were agreed on.
3. `run.py` judges every variant of every spec, and renews what was agreed on; `ignores.py` silences advice.
"""
