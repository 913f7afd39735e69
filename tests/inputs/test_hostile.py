"""Hostile input costs no more time or memory than its size is worth, whichever reader it meets."""

import csv
import gc
import io
import pickle
import re
import subprocess
import sys
import time
import tracemalloc
import zipfile
from contextlib import suppress
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gruviz.inputs.arrays import read_npy
from gruviz.inputs.files import read_upload
from gruviz.inputs.sequence import MAX_BYTES, Sequence
from gruviz.inputs.tables import Table, read_table
from gruviz.inputs.text import ENCODINGS, UNITS, encode_text
from gruviz.inputs.typed_numbers import is_decimal_comma, looks_like_number, number, parse_numbers, usable_number
from gruviz.wording.problems import Problem
from gruviz.wording.words import LANGUAGES, words

SIZES = (1_600, 6_400, 25_600, 102_400)  # characters: four times as many each time, so quadratic is 16 times as long
GROWTH = 9
FLOOR = 0.02  # seconds: below it the machine's noise is measured, not the reader
MOST = 2.0  # seconds for the largest, on a slow machine

# ---- what is measured


def coded(text):
    return text.encode("utf-8", "surrogatepass")


def header_of(text):
    return b"\x93NUMPY\x02\x00" + len(coded(text)).to_bytes(4, "little") + coded(text)


def npy_of(shape, descr="<f8", data=b""):
    return header_of(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}") + data


def table_and_sequence(text):
    return read_table(text).sequence()


READERS = {
    "number": number,
    "usable number": partial(usable_number, line=1, column=1),
    "decimal comma": is_decimal_comma,
    "looks like a number": looks_like_number,
    "typed": parse_numbers,
    "table": table_and_sequence,
    "table without header": lambda text: read_table(text, header=False).sequence(),
    "table with labels": lambda text: read_table(f"label,n\n{text}").sequence(label_column="label"),
    "table in utf-8": lambda text: read_table(coded(text)),
    "table in utf-16": lambda text: read_table(text.encode("utf-16", "surrogatepass")),
    **{
        f"{unit} as {encoding}": partial(encode_text, unit=unit, encoding=encoding)
        for unit in UNITS
        for encoding in ENCODINGS
    },
    "csv": lambda text: read_upload("a.csv", coded(text)),
    "txt": lambda text: read_upload("a.txt", coded(text)),
    "npy header": lambda text: read_npy(header_of(text)),
    "npy data": lambda text: read_npy(npy_of("(3,)", data=coded(text))),
    "file name": lambda text: read_upload(text, b"1,2\n"),
    "file name with an end": lambda text: read_upload(f"{text}.csv", b"1,2\n3,4\n"),
}

UNITS_OF_TEXT = [
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\u3000",
    "\u2028",
    "\x0c",
    ",",
    ";",
    " ,",
    ", ",
    ";\n",
    ",\n",
    ",,\n",
    "[",
    "]",
    "(",
    ")",
    "[]",
    "][",
    "[ ",
    "] ",
    "],",
    "[1]",
    "[1],",
    "[1] ",
    "[1] [1]",
    "[1]\n",
    "(1), ",
    "] ,",
    '"',
    "'",
    '""',
    '",',
    ',"',
    '"\n',
    '"a",',
    'a"',
    "{",
    "}",
    "{'",
    ":",
    "\\",
    "/",
    "..",
    "/.",
    "*",
    "~",
    "0",
    "1",
    "9",
    "٣",
    "１",
    "1,",
    "1;",
    "1 ",
    "1\n",
    "1,2\n",
    "0,5 ",
    "0,5",
    "1_",
    "_",
    ".",
    "1.",
    "1.1.",
    "-",
    "+",
    "−",
    "- ",
    "e",
    "1e",
    "1e999",
    "1e999,",
    "1e-999\n",
    "0x",
    "nan",
    "nan,",
    "inf ",
    "n",
    "i",
    "1j",
    "a",
    "a ",
    "a\n",
    "a,b\n",
    "é",
    "가",
    "각",
    "\u1161",
    "\u0301",
    "\u0301\u0323",
    "\u0323\u0301",
    "a\u0301",
    "\u200d",
    "👩\u200d",
    "🇰",
    "👍🏽",
    "\ufeff",
    "\u202e",
    "\x00",
    "\x1b",
    "\ud800",
    "\udfff",
    "\U0010ffff",
]
BEFORE = ["", "1", "[1]", "[[1", "a,b\n", '"', "1,", "-", "1e", "a\u0301", "\ufeff[1]"]
AFTER = ["", "2", "x", "]", '"', "\n1", "[2]", ",[", ",1", "1", "\x00"]


def seconds(read, text):
    """The time a reader takes on this thread alone, whether it reads or refuses."""
    gc.disable()  # a collection would walk all that the tests before have left
    began = time.thread_time()
    try:
        with suppress(Problem):
            read(text)
        return time.thread_time() - began
    finally:
        gc.enable()


def hold_to_linear_time(read, make, sizes=SIZES):
    before = None
    for size in sizes:
        text = make(size)
        taken = seconds(read, text)
        if before is not None and taken > GROWTH * max(before, FLOOR):
            taken = min(taken, seconds(read, text))  # once more: a collection or a page fault fell into it
            assert taken < GROWTH * max(before, FLOOR), (
                f"{size} characters take {taken:.2f} s, a quarter {before:.3f} s"
            )
        before = taken
    assert before < MOST


def repeated(before, unit, after):
    return lambda size: before + unit * (size // len(unit)) + after


@pytest.mark.parametrize("name", READERS)
def test_a_pattern_without_end_takes_time_in_proportion(name):
    for unit in UNITS_OF_TEXT:
        # what a pattern nearly matched is tried again in every other way
        for after in ("", "x") if len(unit) == 1 else ("",):
            hold_to_linear_time(READERS[name], repeated("", unit, after))


ALPHABET = st.sampled_from(sorted({letter for unit in UNITS_OF_TEXT for letter in unit}))


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(sorted(READERS)),
    st.sampled_from(BEFORE),
    st.text(ALPHABET, min_size=1, max_size=6),
    st.sampled_from(AFTER),
)
def test_generated_patterns_take_time_in_proportion(name, before, unit, after):
    hold_to_linear_time(READERS[name], repeated(before, unit, after))


@pytest.mark.parametrize("before", ["[1]", "[1],", "(1)", "1 ", "[[1, 2], [3, 4]"])
@pytest.mark.parametrize("unit", [" ", "\n", "\t", "\u3000", " \n"])
@pytest.mark.parametrize("after", ["2", "[2]", ",[2]", ", 2", "]"])
def test_spaces_after_a_row_take_time_in_proportion(before, unit, after):
    hold_to_linear_time(parse_numbers, repeated(before, unit, after))


def random_text(size):
    return "".join(np.random.default_rng(size).choice(list('[](),; \n\r\t"1-e.a'), size=size))


@pytest.mark.parametrize("name", READERS)
def test_random_signs_take_time_in_proportion(name):
    hold_to_linear_time(READERS[name], random_text)


# ---- at the limit of 16 MiB


def refused_at_once(read, given, key, most_seconds=1.0, most_bytes=100 * 2**20):
    # the time first: tracing slows every allocation down
    taken = seconds(read, given)
    tracemalloc.start()
    try:
        with pytest.raises(Problem) as caught:
            read(given)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.key == key
    assert taken < most_seconds
    assert peak < most_bytes


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[1]," * 4_000_000, "too_many_steps"),
        ("[[1], " * 2_700_000, "too_many_steps"),
        ("[1]\n" * 4_000_000, "too_many_steps"),
        ("1\n" * 4_900_000, "too_many_steps"),
        ("1 2\n" * 2_400_000, "too_many_steps"),
        ("1 " * 4_900_000, "too_many_steps"),
        ("1," * 4_900_000, "too_many_steps"),
        ("1" + "," * 15_000_000 + "1", "too_many_steps"),
        ("1 2\n" + "1," * 4_900_000, "too_many_steps"),
        ("[" * 16_000_000, "no_numbers"),
        ("\n" * 16_000_000, "no_numbers"),
    ],
    ids=lambda value: value[:8].encode("unicode_escape").decode() + f"x{len(value)}",
)
def test_too_many_typed_steps_are_counted_before_they_are_parsed(text, key):
    refused_at_once(parse_numbers, text, key)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("," * 16_000_000, "too_many_values"),
        ("a" + "," * 16_000_000 + "b\n", "too_many_values"),
        ("\n" * 16_000_000, "empty_table"),
        ('"' * 16_000_000, "bad_quotes"),
        ("1\n" * 4_900_000, "too_many_steps"),
    ],
    ids=lambda value: value[:8].encode("unicode_escape").decode() + f"x{len(value)}",
)
def test_too_large_a_table_is_counted_before_it_is_cut_up(text, key):
    refused_at_once(read_table, text, key)


@pytest.mark.parametrize(
    ("text", "options", "key"),
    [
        ("a" + "\u0301" * 8_000_000, {}, "symbol_too_long"),
        ("ab " * 5_000_000, {"unit": "words"}, "too_many_steps"),
        ("ab" * 5_000_000, {}, "too_many_steps"),
        ("👩\u200d" * 2_000_000, {}, "symbol_too_long"),
    ],
    ids=lambda value: value[:4].encode("unicode_escape").decode() if isinstance(value, str) else "",
)
def test_too_long_a_text_is_left_as_soon_as_it_is_known(text, options, key):
    refused_at_once(partial(encode_text, **options), text, key)


def test_a_text_of_nothing_but_marks_just_short_enough_is_read_in_a_few_seconds():
    """The worst that passes: 31,000 letters, each with 254 marks in the wrong order."""
    assert seconds(encode_text, ("a" + "\u0301\u0323" * 127) * 31_000) < 6


# ---- tables of words


def words_table(rows=100_000, columns=40, words=20_000):
    letters = np.random.default_rng(1).choice(list("abcdefgstu"), (words, 3))
    some = ["".join(word) for word in letters]
    picked = np.random.default_rng(2).integers(words, size=(rows, columns))
    return "\n".join(",".join([some[k] for k in row]) for row in picked.tolist())


@pytest.mark.parametrize(
    "make",
    [
        words_table,
        lambda: "\n".join([",".join(["1ab"] * 40)] * 100_000),
        lambda: "\n".join([",".join(["nan-"] * 33)] * 100_000),
    ],
    ids=["words", "begins like a number", "begins like nan"],
)
def test_a_table_of_four_million_words_costs_a_few_times_what_cutting_it_up_does(make):
    text = make()
    began = time.thread_time()
    assert len(list(csv.reader(io.StringIO(text)))) == 100_000
    cutting = time.thread_time() - began
    began = time.thread_time()
    table = read_table(text)
    taken = time.thread_time() - began
    assert (table.steps, any(table.numeric)) == (100_000, False)
    assert taken < 6 * cutting


@pytest.mark.parametrize(
    "data",
    ["가,나\n".encode("cp949") * 50_000, "가".encode("cp949") * (MAX_BYTES // 2), b"\xb0" * (MAX_BYTES - 1) + b"\n"],
    ids=["rows", "one cell", "a byte too few"],
)
def test_bytes_of_cp949_take_seconds_at_most(data):
    began = time.thread_time()
    with suppress(Problem):
        read_table(data)
    assert time.thread_time() - began < 4


def test_columns_that_nearly_hold_dates_take_seconds_at_most():
    rows = [",".join(["2024-01-05 10:00:00.000+09:00"] * 20)] * 20_000 + [",".join(["soon"] * 20)]
    table = read_table("\n".join(rows))
    began = time.thread_time()
    assert (table.dates, table.clock) == (None, None)
    assert time.thread_time() - began < 1


@settings(max_examples=500)
@given(st.text(st.sampled_from("0123456789٣.,+-−eEnaifty_ x\t\u3000"), max_size=8))
def test_what_looks_like_a_number_is_what_can_be_read_as_one_or_has_a_decimal_comma(cell):
    assert looks_like_number(cell) == (number(cell) is not None or is_decimal_comma(cell))


@pytest.mark.parametrize("cell", ["inf", " -Infinity ", "NaN", "+nan", "1e−5", "−.5", "1.", "٣٤", "0,5", "ınf", "1__0"])
def test_rare_ways_to_write_a_number_are_told_alike(cell):
    assert looks_like_number(cell) == (number(cell) is not None or is_decimal_comma(cell))


@pytest.mark.parametrize(
    "header",
    [
        ["a"] * 1024,
        ["a", *(f"a ({k})" for k in range(2, 514)), *["a"] * 511],
        [""] * 1023 + ["z"],
        ["column 2"] * 1024,
        ["a", "a (2)"] * 512,
    ],
    ids=["equal", "taken", "blank", "named like blank ones", "numbered by hand"],
)
def test_equal_headers_are_numbered_in_linear_time(header):
    body = ",".join(["1"] * len(header))
    text = ",".join(header) + "\n" + body
    began = time.thread_time()
    columns = read_table(text, header=True).columns
    assert time.thread_time() - began < 0.2
    assert len(set(columns)) == len(header)
    # whoever comes first keeps the name, and nobody is given a name that somebody has
    for name in set(header) - {""}:
        assert columns[header.index(name)] == name


def test_many_columns_of_long_names_are_chosen_in_linear_time():
    names = ["x" * 15_000 + str(k) for k in range(1_000)]
    table = read_table(",".join(names) + "\n" + ",".join(["1"] * 1_000))
    assert seconds(lambda chosen: table.sequence(chosen), names) < 0.3


# ---- what a table holds


@pytest.mark.parametrize(
    "text",
    [
        words_table(5_000, 20),
        words_table(5_000, 20, words=3),
        "name," * 10 + "\n" + "1.5," * 10 + "\n" + ("2.5," * 10 + "\n") * 5_000,
        "day,n\n" + "".join(f"the day with number {k},{k}\n" for k in range(20_000)),
        "x" * 50_000 + ",n\na,1\n",
        "가나다,값\n" + "".join(f"{k}월,{k}\n" for k in range(20_000)),
    ],
    ids=["words", "three words", "numbers", "labels", "a long name", "Korean"],
)
def test_a_table_says_what_it_holds_in_memory(text):
    read_table(text)  # what is made once a process is not the table's
    tracemalloc.start()
    try:
        table = read_table(text)
        with_it = tracemalloc.get_traced_memory()[0]
        said = table.bytes
        del table
        freed = with_it - tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert 0.8 * freed < said < 1.25 * freed + 2000


# ---- files and arrays


@pytest.mark.parametrize(
    ("shape", "key"),
    [
        ("(1152921504606846976,)", "too_many_values"),
        ("(1152921504606846976, 1)", "too_many_values"),
        ("(1073741824, 1073741824)", "too_many_inputs"),
        ("(1, 1152921504606846976)", "too_many_inputs"),
        (f"({2**63},)", "npy_header"),
        (f"({10**4000}, {10**4000})", "npy_header"),
        ("(" + "9" * 9000 + ",)", "npy_header"),
        ("(99999999999999999999999,)", "npy_header"),
        ("(-1,)", "npy_header"),
        ("(True,)", "npy_header"),
        ("(1e3,)", "npy_header"),
        ("(100000, 51)", "too_many_values"),
    ],
)
def test_a_header_that_claims_what_no_file_holds_is_refused_unread(shape, key):
    refused_at_once(read_npy, npy_of(shape, data=bytes(64)), key, 0.1, 2**20)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 9_000,
        "[" * 9_000,
        "{" * 9_000,
        "-" * 9_000 + "1",
        "~" * 9_000 + "1",
        "not " * 2_000 + "1",
        "1" + "+1" * 4_000,
        "1" + "**1" * 2_000,
        "{1:" * 3_000,
        "lambda:" * 1_000 + "1",
        "a" + ".a" * 4_000,
        "a" + "()" * 4_000,
        "f'{" * 2_000,
        "\\" * 9_000,
        "\x00" * 9_000,
        "9" * 9_000,
        "1if " * 2_000,
    ],
    ids=lambda text: text[:6].encode("unicode_escape").decode(),
)
def test_a_header_nested_without_end_is_refused_and_not_followed(text):
    for header in (text, f"{{'descr': {text}, 'fortran_order': False, 'shape': (3,)}}"):
        refused_at_once(read_npy, header_of(header), "npy_header", 0.1, 4 * 2**20)


SMALL_STACK = """
import sys, threading
from gruviz.inputs.arrays import read_npy

def run():
    for nested in ("-" * 9000 + "1", "~" * 9000 + "1", "not " * 2000 + "1", "1" + "**1" * 2900, "(" * 9000):
        header = nested.encode()
        try:
            read_npy(b"\\x93NUMPY\\x02\\x00" + len(header).to_bytes(4, "little") + header)
        except ValueError as refused:
            print(refused.key)

threading.stack_size(512 * 1024)
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""


def test_a_nested_header_does_not_end_the_process_where_threads_have_small_stacks():
    done = subprocess.run([sys.executable, "-c", SMALL_STACK], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.split()) == (0, ["npy_header"] * 5), done.stderr[-500:]


class Trap:
    def __reduce__(self):
        return pytest.fail, ("the file was unpickled",)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".npy"])
def test_nothing_is_unpickled_and_no_archive_is_opened(suffix, monkeypatch):
    file = io.BytesIO()
    np.save(file, np.array([Trap()], dtype=object), allow_pickle=True)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arr_0.npy", npy_of("(100000, 50)", data=bytes(40_000_000)))
    assert len(bomb.getvalue()) < 50_000

    def opened(*_, **__):
        pytest.fail("the archive was opened")

    monkeypatch.setattr(zipfile, "ZipFile", opened)
    monkeypatch.setattr(np, "load", opened)
    refused_at_once(partial(read_upload, f"bomb{suffix}"), bomb.getvalue(), "file_is_zip", 0.1, 2**20)
    assert_refused(read_upload, f"bomb{'.npz'}", bomb.getvalue(), key="unknown_file_kind")
    array = file.getvalue()
    assert_refused(read_upload, f"a{suffix}", array, key="npy_dtype" if suffix == ".npy" else "file_is_npy")
    assert_refused(read_upload, f"a{suffix}", pickle.dumps(Trap()), key="file_is_pickle")


def assert_refused(call, *arguments, key):
    with pytest.raises(Problem) as caught:
        call(*arguments)
    assert caught.value.key == key


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=64), st.integers(1, 40_000), st.sampled_from([".csv", ".TSV", ".txt", ".npy", ".npz", ""]))
def test_any_bytes_repeated_are_read_or_refused_in_proportion(unit, copies, suffix):
    def read(data):
        found = read_upload(f"a{suffix}", data)
        assert isinstance(found, (Sequence, Table))

    assert seconds(read, (unit * copies)[:200_000]) < MOST


def test_the_limit_is_said_in_mebibytes_and_never_contradicts_itself():
    for call in (read_table, read_npy, partial(read_upload, "a.csv"), partial(read_upload, "a.txt")):
        with pytest.raises(Problem, match=r"^This is 16\.1 MiB; give at most 16 MiB\.$"):
            call(b"1" * (MAX_BYTES + 1))
    for call in (parse_numbers, read_table, encode_text):
        with pytest.raises(Problem, match=r"^This is 16\.1 MiB; give at most 16 MiB\.$"):
            call("가" * (MAX_BYTES // 3 + 1))
    with pytest.raises(Problem, match=r"^This is 17\.0 MiB; give at most 16 MiB\.$"):
        read_table(b"1" * 17 * 2**20)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_about_sizes_says_mebibytes_and_the_limit_there_is(language):
    said = [text for text in texts_of(words(language)) if re.search(r"\d\s*[kKMG]i?B\b|\}\s*[kKMG]i?B\b", text)]
    assert said
    assert not [text for text in said if re.search(r"[kKMG]B\b", text)]
    assert f"{MAX_BYTES // 2**20} MiB" in words(language)["page"]["upload_help"]


def texts_of(table):
    for value in table.values():
        yield from texts_of(value) if isinstance(value, dict) else [str(value)]
