"""A project's specs, judged in one run: `convcost check` and `convcost lock`.

1. `config.py` reads the configuration (`toml_places.py` finds its lines), `discover.py` the specs that words mean.
2. `baselines.py` finds the old figures of a spec: `git.py` reads old files, `lock.py` those that were agreed on, and
   `agreed.py` renews them.
3. `run.py` judges every variant of every spec; `ignores.py` silences advice.
"""
