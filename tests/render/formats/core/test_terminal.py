from __future__ import annotations

import io
import os

import pytest

from convcost.render.formats.core.terminal import Terminal, painted


class Tty(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def stream(tty: bool = True, encoding: str = "utf-8") -> io.TextIOWrapper:
    return (Tty if tty else io.TextIOWrapper)(io.BytesIO(), encoding=encoding)


@pytest.mark.parametrize(
    ("tty", "environ", "option", "color"),
    [
        (True, {}, None, True),
        (False, {}, None, False),
        (True, {"NO_COLOR": "1"}, None, False),
        (True, {"NO_COLOR": ""}, None, True),  # no-color.org: set and not empty
        (False, {"FORCE_COLOR": "1"}, None, True),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, None, False),
        (True, {"TERM": "dumb"}, None, False),
        (True, {"NO_COLOR": "1"}, True, True),
        (False, {}, True, True),
        (True, {"FORCE_COLOR": "1"}, False, False),
    ],
)
def test_color_is_the_users_word_then_the_environment_then_the_terminal(
    tty: bool, environ: dict[str, str], option: bool | None, color: bool
) -> None:
    assert Terminal.of(stream(tty), option, environ).color is color


@pytest.mark.parametrize(("columns", "width"), [("100", 100), ("0", 80), ("x", 80), ("", 80), ("9" * 5000, 80)])
def test_the_width_is_that_of_the_environment_or_eighty(columns: str, width: int) -> None:
    assert Terminal.of(stream(), None, {"COLUMNS": columns}).width == width


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="pseudo-terminals are of Unix")
def test_the_width_is_asked_of_the_terminal() -> None:
    import fcntl
    import struct
    import termios

    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 132, 0, 0))
    with open(slave, "w", encoding="utf-8") as terminal, open(master, "rb"):
        assert Terminal.of(terminal, None, {}).width == 132


def test_a_pipe_has_no_width() -> None:
    assert Terminal.of(stream(tty=False), None, {"COLUMNS": "40"}).width is None


@pytest.mark.parametrize(("encoding", "drawing"), [("utf-8", True), ("ascii", False), ("latin-1", False)])
def test_lines_and_blocks_are_drawn_only_where_the_encoding_has_them(encoding: str, drawing: bool) -> None:
    assert Terminal.of(stream(encoding=encoding)).drawing is drawing


def test_a_stream_without_encoding_is_taken_for_ascii() -> None:
    assert Terminal.of(io.StringIO()) == Terminal(None, False, False)


def test_painting_adds_nothing_but_color() -> None:
    lines = [[("bold", "bold"), (" plain", "")], [], [("dim  ", "dim")]]
    assert list(painted(lines, color=False)) == ["bold plain\n", "\n", "dim\n"]
    assert list(painted(lines, color=True)) == ["\x1b[1mbold\x1b[0m plain\n", "\n", "\x1b[2mdim  \x1b[0m\n"]


@pytest.mark.parametrize("color", [False, True])
def test_no_line_is_a_command_for_githubs_runner(monkeypatch: pytest.MonkeyPatch, color: bool) -> None:
    lines = [
        [("::error::a", "")],
        [("  ::b ::c", "")],
        [("a ::b", "")],
        [("x ##[group]##[error]", "")],
        [("# # [", "")],
    ]
    plain = ["::error::a\n", "  ::b ::c\n", "a ::b\n", "x ##[group]##[error]\n", "# # [\n"]
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    assert list(painted(lines, color)) == plain
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert list(painted(lines, color)) == [
        "\\x3a:error::a\n",
        "  \\x3a:b ::c\n",
        "a ::b\n",
        "x #\\x23[group]#\\x23[error]\n",
        "# # [\n",
    ]
