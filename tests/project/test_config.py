"""The configuration: where it is found, what it may say, and where its mistakes are shown."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from convcost.errors import SpecError, UsageError
from convcost.project.config import KEYS, Config, find, show
from tests.test_house import SLOW, modules_loaded

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("text", "json", "sarif")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own, two folders deep."""
    folder = tmp_path / "project" / "models"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def config(folder: Path, text: str, name: str = "convcost.toml") -> Config:
    (folder / name).write_text(text, encoding="utf-8")
    return find(FORMATS)


def refused(folder: Path, text: str, name: str = "convcost.toml") -> str:
    with pytest.raises(UsageError) as caught:
        config(folder, text, name)
    return str(caught.value)


def wrong(folder: Path, text: str) -> list[str]:
    """What is wrong in the budgets, each as `place CODE sentence`."""
    with pytest.raises(SpecError) as caught:
        config(folder, text)
    return [f"{p.location} {p.code} {p.message}" for p in caught.value.problems]


# Where it is found. ------------------------------------------------------------------------------------------


def test_without_a_file_there_are_the_defaults(here: Path) -> None:
    assert find(FORMATS) == Config()
    assert Config().path is None


def test_convcost_toml_is_read_whole(here: Path) -> None:
    found = config(
        here,
        """
        paths = ["specs", "more/*.yaml"]
        exclude = ["old_*"]
        format = "sarif"
        output = ["json=report.json"]
        advice = true
        fail-on = "warning"
        baseline = "git:origin/main"
        verify = true
        budgets = {macs = "600M"}
        """,
    )
    assert found.path == "convcost.toml"
    assert (found.paths, found.exclude, found.output) == (("specs", "more/*.yaml"), ("old_*",), ("json=report.json",))
    assert (found.format, found.fail_on, found.baseline) == ("sarif", "warning", "git:origin/main")
    assert (found.advice, found.verify) == (True, True)
    assert [(budget.metric, budget.of) for budget in found.budgets] == [("macs", None)]


def test_the_table_of_pyproject_is_read(here: Path) -> None:
    found = config(here, '[project]\nname = "x"\n[tool.convcost]\npaths = ["a"]\n', "pyproject.toml")
    assert (found.path, found.paths) == ("pyproject.toml", ("a",))


@pytest.mark.parametrize("text", ["[tool]\nconvcost.advice = true\n", '[ "tool" . convcost ]\nadvice = true\n'])
def test_the_table_may_be_written_otherwise(text: str, here: Path) -> None:
    assert config(here, text, "pyproject.toml").advice


def test_the_nearest_wins(here: Path) -> None:
    (here.parent / "convcost.toml").write_text("advice = true\n", encoding="utf-8")
    (here.parent.parent / "convcost.toml").write_text("verify = true\n", encoding="utf-8")
    found = find(FORMATS)
    assert (found.path, found.advice, found.verify) == ("../convcost.toml", True, False)


def test_in_one_folder_convcost_toml_comes_first(here: Path) -> None:
    (here / "pyproject.toml").write_text("[tool.convcost]\nverify = true\n", encoding="utf-8")
    assert config(here, "advice = true\n").path == "convcost.toml"


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndependencies = ["convcost"]\n',
        "[tool.convcost-plugin]\na = 1\n",
        "# tool.convcost\n",
        "[tool]\nx = 1\n",
    ],
)
def test_a_pyproject_without_the_table_is_passed_over(text: str, here: Path) -> None:
    (here.parent / "convcost.toml").write_text("advice = true\n", encoding="utf-8")
    assert config(here, text, "pyproject.toml").path == "../convcost.toml"


def test_a_broken_pyproject_that_does_not_speak_of_convcost_is_passed_over(here: Path) -> None:
    assert config(here, "[tool.other\n", "pyproject.toml") == Config()


def test_the_table_of_pyproject_is_none_of_convcost_toml(here: Path) -> None:
    assert refused(here, "[tool.convcost]\nadvice = true\n") == (
        "convcost.toml:1:2: there is no key tool; here keys stand alone, without [tool.convcost]"
    )


def test_an_output_has_a_format_of_its_own(here: Path) -> None:
    assert refused(here, 'output = ["auto=x"]\n') == (
        'convcost.toml:1:11: output must be one of text, json, sarif, but is "auto"'
    )


def test_a_folder_of_that_name_is_passed_over(here: Path) -> None:
    (here / "convcost.toml").mkdir()
    assert find(FORMATS) == Config()


def test_files_are_relative_to_the_folder_of_the_configuration(here: Path) -> None:
    found = config(
        here.parent,
        """
        paths = ["models", "./specs/*.yaml", "/all/net.yaml"]
        exclude = ["vendor", "models/old/**"]
        output = ["json=build/report.json"]
        baseline = "main.json"
        """,
    )
    assert found.paths == ("../models", "../specs/*.yaml", "/all/net.yaml")
    assert found.exclude == ("vendor", "../models/old/**")
    assert (found.output, found.baseline) == (("json=../build/report.json",), "../main.json")


def test_a_git_baseline_is_no_file(here: Path) -> None:
    assert config(here.parent, 'baseline = "git:origin/main"').baseline == "git:origin/main"


def loaded_by_find(folder: Path) -> set[str]:
    """The modules that reading the configuration loads, with a folder as the working directory."""
    there = f"import os; sys.path.insert(0, os.getcwd()); os.chdir({str(folder)!r})"
    return modules_loaded(f"{there}; from convcost.project.config import find; find(('auto',))")


def test_toml_is_read_only_where_there_is_a_table(here: Path) -> None:
    (here / "pyproject.toml").write_text("[tool.other]\n", encoding="utf-8")
    assert loaded_by_find(here).isdisjoint(SLOW)
    (here / "pyproject.toml").write_text("[tool.convcost]\n", encoding="utf-8")
    assert "tomllib" in loaded_by_find(here)


# What is wrong with it. --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("advice = true\nbugdets = 1\n", "2:1: there is no key bugdets; did you mean budgets?"),
        ("fail_on = 'error'", "1:1: there is no key fail_on; did you mean fail-on?"),
        ("zzz = 1", "1:1: there is no key zzz"),
        ("advice = 'yes'", '1:1: advice must be true or false, but is "yes"'),
        ("verify = 1", "1:1: verify must be true or false, but is 1"),
        ("format = ['text']", "1:1: format must be a text, but is a list"),
        ("format = ''", '1:1: format must be a text, but is ""'),
        ("  format = 'jsn'", '1:3: format must be one of auto, text, json, sarif, but is "jsn"; did you mean json?'),
        ("fail-on = 'advise'", '1:1: fail-on must be one of advice, warning, error, but is "advise"; did you mean advice?'),
        ("baseline = {a = 1}", "1:1: baseline must be a text, but is a table"),
        ("paths = 'specs'", '1:1: paths must be a list of texts, but is "specs"'),
        ("paths = [\n  'specs',\n  3]", "3:3: paths must be a list of texts, but has 3"),
        ("exclude = ['']", '1:12: exclude must be a list of texts, but has ""'),
        ("output = ['sarif']", '1:11: output must be FORMAT=FILE, like sarif=convcost.sarif, but is "sarif"'),
        ("output = ['text=a', 'sarf=b']", '1:21: output must be one of text, json, sarif, but is "sarf"; did you mean sarif?'),
        ("advice = tru\n", "1:10: this is no valid TOML: Invalid value"),
        ("a = 1\na = 2\n", "2:6: this is no valid TOML: Cannot overwrite a value"),
        ("paths = [", "this is no valid TOML: Invalid value (at end of document)"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(text: str, sentence: str, here: Path) -> None:
    assert refused(here, text) in (f"convcost.toml:{sentence}", f"convcost.toml: {sentence}")


def test_a_mistake_in_pyproject_is_told_at_its_place(here: Path) -> None:
    text = '[project]\nname = "x"\nadvise = 1\n\n[tool.convcost]\nadvise = true\n'
    assert refused(here, text, "pyproject.toml") == "pyproject.toml:6:1: there is no key advise; did you mean advice?"


def test_a_table_that_is_none_is_told(here: Path) -> None:
    said = refused(here, "[tool]\nconvcost = true\n# tool.convcost\n", "pyproject.toml")
    assert said == "pyproject.toml:2:1: tool.convcost must be a table, but is true"


def test_a_file_that_is_no_text_is_told(here: Path) -> None:
    (here / "convcost.toml").write_bytes(b"advice = true # \xff\n")
    with pytest.raises(
        UsageError, match=r"^convcost.toml is not UTF-8 text: line 1 has the byte 0xff; save it as UTF-8$"
    ):
        find(FORMATS)


def test_a_file_that_cannot_be_read_is_told(here: Path) -> None:
    (here / "convcost.toml").symlink_to("convcost.toml")
    with pytest.raises(UsageError, match=r"^convcost.toml cannot be read: Too many levels of symbolic links$"):
        find(FORMATS)


def test_deep_nesting_is_told(here: Path) -> None:
    assert refused(here, f"paths = {'[' * 5000}{']' * 5000}").startswith("convcost.toml")


def test_a_number_with_thousands_of_digits_is_told(here: Path) -> None:
    assert refused(here, f"advice = {'1' * 5000}").startswith("convcost.toml: this is no valid TOML: Exceeds the limit")


# Budgets. ----------------------------------------------------------------------------------------------------

SHORT = "macs = '600M'\nrf = {min = 3}\nweights.max = '2MB'\n"


def bounds(found: Config) -> dict[tuple[str, str | None], dict[str, str]]:
    """Every limit of the budgets, with its unit."""
    return {
        (budget.metric, budget.of): {
            key: " and ".join(f"{one.value}{one.relative}" for one in (limit if isinstance(limit, tuple) else (limit,)))
            for key, limit in budget.bounds.items()
        }
        for budget in found.budgets
    }


@pytest.mark.parametrize(
    "text",
    [
        f"[budgets]\n{SHORT}",
        "budgets = {macs = '600M', rf.min = 3, weights = {max = '2MB'}}",
        "budgets.macs = '600M'\nbudgets.rf.min = 3\nbudgets.weights.max = '2MB'",
        "[budgets]\nmacs = 600_000_000\n[budgets.rf]\nmin = 3\n[budgets.weights]\nmax = 2000000",
    ],
)
def test_every_way_to_write_the_short_form_means_the_same(text: str, here: Path) -> None:
    assert bounds(config(here, text)) == {
        ("macs", None): {"max": "600000000"},
        ("rf", None): {"min": "3"},
        ("weights", None): {"max": "2000000"},
    }


LONG = """
[[budgets]]
metric = "macs"
of = "Stage*"
max = "120M"
warn = "100M"

[[budgets]] # growth
metric = "params"
max_increase = "2% and 10k"
"""


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        """budgets = [
            {metric = "macs", of = "Stage*", max = "120M", warn = "100M"}, # growth
            {metric = "params", max_increase = "2% and 10k"},
        ]""",
    ],
)
def test_every_way_to_write_the_long_form_means_the_same(text: str, here: Path) -> None:
    assert bounds(config(here, text)) == {
        ("macs", "Stage*"): {"max": "120000000", "warn": "100000000"},
        ("params", None): {"max_increase": "2% and 10000"},
    }


def test_a_number_with_a_point_is_exact(here: Path) -> None:
    assert bounds(config(here, "[budgets]\nmacs.max = 1.1\n")) == {("macs", None): {"max": "11/10"}}


def test_a_budget_knows_its_place(here: Path) -> None:
    found = config(here, f"# top\n[budgets]\n{SHORT}")
    assert found.source
    assert [found.source.locate(budget.node) for budget in found.budgets] == [
        ("convcost.toml", 3, 1, "macs = '600M'"),
        ("convcost.toml", 4, 1, "rf = {min = 3}"),
        ("convcost.toml", 5, 1, "weights.max = '2MB'"),
    ]
    limits = [budget.bounds["max"] for budget in found.budgets if "max" in budget.bounds]
    assert [found.source.locate(limit.node)[1:3] for limit in limits if not isinstance(limit, tuple)] == [
        (3, 8),
        (5, 15),
    ]


def test_an_entry_of_the_long_form_knows_its_place(here: Path) -> None:
    found = config(here, LONG)
    assert found.source
    assert [found.source.locate(budget.node)[1:3] for budget in found.budgets] == [(2, 3), (8, 3)]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("[budgets]\nmcas = 1\n", ["2:1 CC301 there is no figure mcas; did you mean macs?"]),
        ("budgets.rf.least = 3", ["1:12 CC301 a limit has min, max or warn, but not least"]),
        ("budgets = 3", ["1:11 CC301 budgets must be a map of figures, but this is `3`"]),
        (
            "budgets = [\n  {metric = 'macs'},\n  {metric = 'macs', of = '''each''', most = 1, max = 1}]",
            [
                "2:3 CC301 an entry of budgets needs a limit: max, min, warn or max_increase",
                "3:38 CC301 an entry of budgets has no key most",
            ],
        ),
        ("[[budgets]]\nmax = 3\nmetric = true\n", ["3:10 CC301 there is no figure true"]),
        (
            "[[budgets]]\nmetric = 'macs'\nmax = 1\n[[budgets]]\nmetric = 'macs'\nmax = 1979-05-27 07:32:00\n",
            [
                "6:7 CC301 macs must be a figure such as 4231976 or one with a suffix (k, M, G, T), but is `1979-05-27 07:32:00`"
            ],
        ),
    ],
)
def test_a_mistake_in_budgets_is_told_at_its_place(text: str, problems: list[str], here: Path) -> None:
    found = wrong(here, text)
    assert [said.split("; did you mean")[0] for said in found] == [
        f"convcost.toml:{problem}".split("; did you mean")[0] for problem in problems
    ]


PARTS = '''\
# [budgets]
format = "text"   # budgets.macs = 1
exclude = ["""
[budgets]
macs = 3""", 'a]\\', "b\\"]", \'\'\'c']\'\'\']
[other."quoted]".\'key\']
"budgets" = { a = [[1, 2], [{b = """]"""}]], c.d = 1 }
[[rows]]
[[rows]]
  [rows.inner]
  x = 1
  [[rows.inner.more]]
  [[rows.inner.more]]
  y = -1.5e+3 # no
[last]
"macs" = 07:32:00
'''


def test_places_are_found_through_strings_comments_and_nesting() -> None:
    from convcost.language.reading.toml import Places

    tomllib.loads(PARTS)
    places = Places(PARTS)
    lines = PARTS.split("\n")

    def begins(*path: str | int) -> str:
        place = places.node(0, path)
        return f"{place.line + 1} {lines[place.line][place.column :]}"

    assert begins("format") == '2 "text"   # budgets.macs = 1'
    assert begins("exclude", 1) == """5 'a]\\', "b\\"]", '''c']''']"""
    assert begins("exclude", 3) == "5 '''c']''']"
    assert begins("other", "quoted]", "key", "budgets", "a", 1, 0, "b") == '7 """]"""}]], c.d = 1 }'
    assert begins("other", "quoted]", "key", "budgets", "c", "d") == "7 1 }"
    assert begins("rows", 1, "inner", "x") == "11 1"
    assert begins("rows", 1, "inner", "more", 1, "y") == "14 -1.5e+3 # no"
    assert begins("rows", 0, "nowhere") == "8 rows]]"
    assert begins("last", "macs") == "16 07:32:00"
    assert (places.key(("last", "macs")).line, places.key(("last", "macs")).column) == (15, 0)
    assert begins("budgets") == "1 # [budgets]"


# --show-config. ----------------------------------------------------------------------------------------------


def test_the_defaults_are_shown_as_toml() -> None:
    assert show(Config()) == (
        "# no convcost.toml or pyproject.toml: the defaults\n"
        "paths = []\n"
        "exclude = []\n"
        "# no budgets\n"
        'format = "auto"\n'
        "output = []\n"
        "advice = false\n"
        'fail-on = "error"\n'
        "# no baseline\n"
        "verify = false\n"
    )


def test_what_is_shown_can_be_read_again(here: Path) -> None:
    text = (
        'paths = ["a\\"b", "\\u001b[31m", "ä", "c\\\\d"]\nbaseline = "git:main"\nadvice = true\n'
        'budgets = [{metric = "macs", of = "Stage*", max = "25%"}, {metric = "rf", min = 3, max = 4.5}]\n'
    )
    shown = show(config(here, text))
    assert shown.startswith("# convcost.toml\n")
    assert "\x1b" not in shown
    assert tomllib.loads(shown)["paths"] == ['a"b', "\x1b[31m", "ä", "c\\d"]
    assert show(config(here, shown)) == shown
    assert 'budgets = [{metric = "macs", of = "Stage*", max = "25%"}, {metric = "rf", min = 3, max = "4.5"}]' in shown


def test_the_short_form_is_shown(here: Path) -> None:
    shown = show(config(here, "[budgets]\nmacs = 1\n'rf'.min = 2\n"))
    assert "budgets = {macs = 1, rf = {min = 2}}\n" in shown


def test_every_key_is_shown(here: Path) -> None:
    shown = show(config(here, 'baseline = "a.json"\n[budgets]\nmacs = 1\n'))
    assert list(tomllib.loads(shown)) == list(KEYS)
