"""Whatever people type, paste or upload becomes a Sequence that says the same, or one clear Problem."""

import csv
import gzip
import io
import math
import pickle
import unicodedata
import zipfile

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from gruviz.inputs.arrays import read_npy
from gruviz.inputs.files import read_upload
from gruviz.inputs.scaling import rescale
from gruviz.inputs.sequence import MAX_BYTES, MAX_INPUTS, MAX_STEPS, Sequence
from gruviz.inputs.tables import Table, read_table
from gruviz.inputs.text import UNITS, encode_text
from gruviz.inputs.typed_numbers import count_values, parse_numbers
from gruviz.wording.problems import Problem

FLOATS = st.floats(width=32, allow_nan=False, allow_infinity=False)
BLOCKS = st.tuples(st.integers(2, 6), st.integers(2, 5)).flatmap(
    lambda shape: st.lists(st.lists(FLOATS, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0])
)


def problem(call, *arguments, **keywords):
    with pytest.raises(Problem) as caught:
        call(*arguments, **keywords)
    return caught.value.key, caught.value.fields


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


# ---- typed numbers


@pytest.mark.parametrize(
    "text",
    [
        "0 1 0 -2.5",
        "0,1,0,-2.5",
        "0;1;0;-2.5",
        "0\t1\t0\t-2.5",
        "0\n1\n0\n-2.5",
        "0, 1; 0\t-2.5,",
        "0\r\n1\r\n\r\n0\r\n-2.5\r\n",
        "0 1 0 −2.5",
        "\ufeff0 1 0 -2.5\n\n",
        "0,\n1,\n0,\n-2.5,\n",
        "0\r1\r0\r-2.5",
        "  0 +1e0 .0 -25e-1 ; ",
    ],
)
def test_one_line_or_one_number_a_line_is_one_input_over_time(text):
    sequence = parse_numbers(text)
    assert sequence.x.tolist() == [[0], [1], [0], [-2.5]]


def test_several_columns_are_one_step_a_line():
    assert parse_numbers("0 1 2\n\n3, 4, 5,\n").x.tolist() == [[0, 1, 2], [3, 4, 5]]


@given(
    BLOCKS,
    st.sampled_from([" ", ",", ";", "\t", ", ", " ; "]),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
    st.booleans(),
)
def test_numbers_come_back_exactly(rows, separator, line_end, trailing):
    lines = [separator.join(map(repr, row)) + (separator if trailing else "") for row in rows]
    np.testing.assert_array_equal(parse_numbers(line_end.join(lines)).x, np.array(rows, dtype=np.float32))


@given(st.lists(FLOATS, min_size=1), st.sampled_from([" ", ",", "\n", ";\n"]))
def test_one_input_comes_back_exactly(values, separator):
    np.testing.assert_array_equal(parse_numbers(separator.join(map(repr, values))).x[:, 0], np.float32(values))


@pytest.mark.parametrize(
    ("text", "key", "fields"),
    [
        ("", "no_numbers", {}),
        (" \n\t\n", "no_numbers", {}),
        ("1 2 3\n\n4 5", "ragged_row", {"line": 3, "found": 2, "expected": 3}),
        ("1 2\n3 4 5", "ragged_row", {"line": 2, "found": 3, "expected": 2}),
        ("1 2\n3 four", "not_a_number", {"line": 2, "column": 2, "word": "four"}),
        ("1 1_000", "not_a_number", {"line": 1, "column": 2, "word": "1_000"}),
        ("0x10", "not_a_number", {"line": 1, "column": 1, "word": "0x10"}),
        ("1 2 nan", "not_finite", {"line": 1, "column": 3, "word": "nan"}),
        ("1\n-Infinity", "not_finite", {"line": 2, "column": 1, "word": "-Infinity"}),
        ("1 −inf", "not_finite", {"line": 1, "column": 2, "word": "−inf"}),
        ("1 3.5e38", "number_too_large", {"line": 1, "column": 2, "word": "3.5e38"}),
        ("1 -1e999", "number_too_large", {"line": 1, "column": 2, "word": "-1e999"}),
        ("1,,2", "empty_cell", {"line": 1, "column": 2}),
        (",1", "empty_cell", {"line": 1, "column": 1}),
        ("1\n,,\n2", "empty_cell", {"line": 2, "column": 1}),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(text, key, fields):
    assert problem(parse_numbers, text) == (key, fields)


@given(BLOCKS, st.data())
def test_a_word_among_numbers_is_found_wherever_it_is(rows, data):
    line = data.draw(st.integers(1, len(rows)))
    place = data.draw(st.integers(1, len(rows[0])))
    cells = [list(map(repr, row)) for row in rows]
    cells[line - 1][place - 1] = "word"
    text = "\n".join(" ".join(row) for row in cells)
    assert problem(parse_numbers, text) == ("not_a_number", {"line": line, "column": place, "word": "word"})


def test_the_largest_number_of_float32_is_accepted():
    assert parse_numbers("3.4028234663852886e38").x[0, 0] == np.finfo(np.float32).max


def test_the_size_is_checked_before_anything_is_parsed(monkeypatch):
    def parsed(*_):
        raise AssertionError("the text was parsed")

    monkeypatch.setattr("gruviz.inputs.typed_numbers._cells", parsed)
    monkeypatch.setattr("gruviz.inputs.tables._even_rows", parsed)
    ten_million = "0 " * 10_000_000
    assert problem(parse_numbers, ten_million)[0] == "too_many_bytes"
    assert problem(read_table, ten_million.encode())[0] == "too_many_bytes"
    six_million = "0 " * 6_000_000
    for call in (parse_numbers, read_table):
        assert problem(call, six_million) == ("too_many_values", {"found": 6_000_000, "limit": 5_000_000})
    assert problem(read_table, b"0\n" * 6_000_000)[0] == "too_many_values"


def test_too_many_steps_or_inputs_are_refused_and_the_limit_itself_is_not():
    assert parse_numbers("1 " * MAX_STEPS).steps == MAX_STEPS
    assert problem(parse_numbers, "1 " * (MAX_STEPS + 1)) == ("too_many_steps", {"limit": MAX_STEPS})
    assert problem(read_table, "1\n" * (MAX_STEPS + 1)) == ("too_many_steps", {"limit": MAX_STEPS})
    assert read_table("x\n" + "1\n" * MAX_STEPS).sequence().steps == MAX_STEPS
    wide = "1," * MAX_INPUTS
    assert parse_numbers(f"{wide}\n{wide}").inputs == read_table(f"{wide}\n{wide}").sequence().inputs == MAX_INPUTS
    assert problem(parse_numbers, f"{wide}1\n{wide}1")[0] == problem(read_table, f"{wide}1\n")[0] == "too_many_inputs"


@given(st.text(st.sampled_from("1é, ;\n")))
def test_values_are_counted_as_splitting_would(text):
    expected = [piece for piece in text.replace(",", " ").replace(";", " ").replace("\n", " ").split(" ") if piece]
    assert count_values(text, " ,;\n") == len(expected)


# ---- tables


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        ("a,b\n1,2\n3,4\n", ("a", "b"), [[1, 2], [3, 4]]),
        ("1,2\n3,4\n", ("column 1", "column 2"), [[1, 2], [3, 4]]),
        ("a\tb\r\n1\t2\r\n3\t4\r\n", ("a", "b"), [[1, 2], [3, 4]]),
        ("a;b\n1.5;2\n3;4", ("a", "b"), [[1.5, 2], [3, 4]]),
        ("a b\n1  2\n3 4", ("a", "b"), [[1, 2], [3, 4]]),
        ("value\n1\n2", ("value",), [[1], [2]]),
        ("my value\n1\n2", ("my value",), [[1], [2]]),
        ('"my, value"\n"1"\n"2"', ("my, value",), [[1], [2]]),
        ("1\n\n2\n", ("column 1",), [[1], [2]]),
        ("a, b\n1, 2\n", ("a", "b"), [[1, 2]]),
        ('"x, y","say ""hi"""\n1,2\n', ("x, y", 'say "hi"'), [[1, 2]]),
        ("a,a,a (2),\n1,2,3,4\n", ("a", "a (3)", "a (2)", "column 4"), [[1, 2, 3, 4]]),
        ("a,b,\n1,2,\n3,4\n", ("a", "b"), [[1, 2], [3, 4]]),
        ("a,b\n1,2,\n3,4,,\n", ("a", "b"), [[1, 2], [3, 4]]),
        ("a,b\n1,2\n,\n,,\n", ("a", "b"), [[1, 2]]),
        ("a,b\n−1,2\n", ("a", "b"), [[-1, 2]]),
    ],
)
def test_tables_as_people_have_them(text, columns, rows):
    table = read_table(text)
    assert table.columns == columns
    assert all(table.numeric)
    assert table.steps == len(rows)
    assert table.sequence().x.tolist() == rows
    assert table.sequence().channels == columns


WORDS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=8).map(str.strip)


@settings(deadline=None)
@given(
    BLOCKS,
    st.data(),
    st.sampled_from(",;\t"),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_tables_come_back_exactly(rows, data, delimiter, header, encoding):
    names = data.draw(st.lists(WORDS, min_size=len(rows[0]), max_size=len(rows[0]), unique=True))
    assume(all(names) and not any(_is_number(name) for name in names))
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=data.draw(st.sampled_from(["\n", "\r\n"])))
    writer.writerows([names, *rows] if header else rows)
    # a name that holds another separator in every row cannot happen: only the first row has names
    table = read_table(file.getvalue().encode(encoding))
    assert table.has_header is header
    assert not header or table.columns == tuple(names)
    np.testing.assert_array_equal(table.sequence().x, np.array(rows, dtype=np.float32))


def _is_number(text):
    try:
        return math.isfinite(float(text)) or True
    except ValueError:
        return False


def test_the_header_can_be_decided_by_the_user():
    text = "2020,2021\n1,2\n"
    assert not read_table(text).has_header
    assert read_table(text, header=True).columns == ("2020", "2021")
    assert read_table(text, header=True).sequence().x.tolist() == [[1, 2]]
    assert read_table("a,b\n1,2\n", header=False).steps == 2
    assert not read_table("a,1\n2,3\n").has_header  # one cell of names and one of numbers is data
    first_row_has_a_word = "day,1\nMon,2\n"
    assert not read_table(first_row_has_a_word).has_header


TEXT_AND_NUMBERS = "day,rain,note,sun\nMon,1,,0\nTue,x,hm,1\nWed,3,,0.5\n"


def test_columns_can_be_chosen_and_labels_taken():
    table = read_table(TEXT_AND_NUMBERS, "weather.csv")
    assert table.numeric == (False, True, False, True)
    sequence = table.sequence(["sun"], label_column="day")
    assert (sequence.labels, sequence.channels, sequence.name) == (
        ("Mon", "Tue", "Wed"),
        ("sun",),
        "weather.csv",
    )
    assert table.sequence("sun") == table.sequence(iter(["sun"]))
    assert table.sequence(["sun"], label_column="sun").labels == ("0", "1", "0.5")
    numbers = read_table("t,v\n1,5\n2,6\n")
    assert numbers.sequence(label_column="t").channels == ("v",)
    assert numbers.sequence(["v", "t"]).x.tolist() == [[5, 1], [6, 2]]


@pytest.mark.parametrize(
    ("arguments", "key", "fields"),
    [
        ({}, "not_a_number", {"line": 3, "column": "rain", "word": "x"}),
        ({"columns": ["day"]}, "not_a_number", {"line": 2, "column": "day", "word": "Mon"}),
        ({"columns": ["note"]}, "empty_cell", {"line": 2, "column": "note"}),
        ({"columns": ["wind"]}, "unknown_column", {"found": "wind", "choices": "day, rain, note, sun"}),
        ({"label_column": "wind"}, "unknown_column", {"found": "wind", "choices": "day, rain, note, sun"}),
        ({"columns": []}, "no_column_chosen", {"choices": "day, rain, note, sun"}),
    ],
)
def test_a_column_that_cannot_be_used_is_named(arguments, key, fields):
    table = read_table(TEXT_AND_NUMBERS)
    if not arguments.get("label_column"):
        assert problem(table.sequence, **arguments) == (key, fields)
    else:
        assert problem(table.sequence, ["sun"], **arguments) == (key, fields)


@pytest.mark.parametrize(
    ("text", "key", "fields"),
    [
        ("a,b\n1,2\n3\n", "ragged_row", {"line": 3, "found": 1, "expected": 2}),
        ("a,b\n1,2\n\n3,4,5\n", "ragged_row", {"line": 4, "found": 3, "expected": 2}),
        ('a,"b\nc"\n1,2\n3\n', "ragged_row", {"line": 4, "found": 1, "expected": 2}),
        ('a,b\n1,2\n"3,4\n5,6\n', "bad_quotes", {"line": 3}),
        ("", "empty_table", {"name": "table"}),
        ("\n \n", "empty_table", {"name": "table"}),
        (",,\n,,\n", "empty_table", {"name": "table"}),
        (b"a,b\n1,\x00\n", "file_is_binary", {"name": "table", "line": 2}),
        ("a,b\n1,2\n\xb0,4\n".encode("latin-1"), "wrong_encoding", {"name": "table", "line": 3, "byte": 9}),
        (
            "a,b\n1,2\n".encode("utf-16") + b"\x00\xd8",
            "wrong_encoding",
            {"name": "table", "line": 3, "byte": 19},
        ),
    ],
)
def test_a_broken_table_is_named_with_its_place(text, key, fields):
    assert problem(read_table, text) == (key, fields)


@pytest.mark.parametrize(
    ("text", "key", "fields"),
    [
        ("a,b\n1,2\nnan,4\n", "not_finite", {"line": 3, "column": "a", "word": "nan"}),
        ("a,b\n1,2\n3,\n", "empty_cell", {"line": 3, "column": "b"}),
        ("a,b\n1,2\n,\n3,4\n", "empty_cell", {"line": 3, "column": "a"}),
        ("1,2\n3,inf\n", "not_finite", {"line": 2, "column": "column 2", "word": "inf"}),
        ("1,2\n3,1e99\n", "number_too_large", {"line": 2, "column": "column 2", "word": "1e99"}),
        ("a;b\n1;2,5\n3;4\n", "decimal_comma", {"line": 2, "column": "b", "word": "2,5"}),
        ("Mon,a\nTue,b\n", "no_numeric_column", {"name": "table"}),
    ],
)
def test_a_cell_that_is_no_number_is_named_with_its_place(text, key, fields):
    assert problem(read_table(text).sequence) == (key, fields)


def test_a_header_with_nothing_below_it():
    assert problem(read_table, "a,b\n", header=True) == ("header_only", {"name": "table"})


def _archive(inside):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(inside, "1,2\n")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (_archive("data.csv"), "file_is_zip"),
        (_archive("xl/workbook.xml"), "file_is_excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_is_excel"),
        (gzip.compress(b"1,2\n", mtime=0), "file_is_gzip"),
        (b"\x89PNG\r\n\x1a\n", "file_is_image"),
        (b"\xff\xd8\xff\xe0", "file_is_image"),
        (b"%PDF-1.7", "file_is_pdf"),
        (pickle.dumps([1, 2]), "file_is_pickle"),
        (npy(np.zeros(3)), "file_is_npy"),
    ],
)
def test_another_kind_of_file_renamed_to_csv_is_called_by_its_name(data, key):
    assert problem(read_upload, "data.csv", data) == (key, {"name": "data.csv"})


# ---- npy


@given(
    npst.arrays(
        st.sampled_from(
            [
                np.float16,
                np.float32,
                np.float64,
                np.int8,
                np.uint64,
                np.bool_,
                np.dtype(">f8"),
                np.dtype(">i2"),
            ]
        ),
        npst.array_shapes(min_dims=1, max_dims=2),
    ),
    st.booleans(),
)
def test_npy_comes_back_exactly(array, fortran):
    data = npy(np.asfortranarray(array) if fortran else array)
    with np.errstate(over="ignore"):
        wanted = array.astype(np.float32).reshape(len(array), -1)
    if np.isfinite(wanted).all():
        np.testing.assert_array_equal(read_npy(data).x, wanted)
    else:
        step, place = np.argwhere(~np.isfinite(wanted))[0]
        key, fields = problem(read_npy, data)
        assert (key, fields["step"], fields["input"]) == ("not_finite_step", step + 1, place + 1)


def test_a_batch_of_one_sequence_is_that_sequence():
    x = np.arange(6.0).reshape(1, 3, 2)
    for order in "CF":
        np.testing.assert_array_equal(read_npy(npy(np.array(x, order=order))).x, x[0])


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "npy_not_array"),
        (b"1,2,3", "npy_not_array"),
        (_archive("arr_0.npy"), "file_is_zip"),
        (b"\x93NUMPY", "npy_header"),
        (b"\x93NUMPY\x01\x00\xff\xff", "npy_header"),
        (b"\x93NUMPY\x09\x00\x10\x00" + b"{" * 16, "npy_header"),
        (b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16, "npy_header"),
        (npy(np.zeros(3))[:-1], "npy_bytes"),
        (npy(np.zeros(3)) + b"0", "npy_bytes"),
        (npy(np.zeros(())), "npy_shape"),
        (npy(np.zeros(0)), "npy_shape"),
        (npy(np.zeros((2, 2, 2))), "npy_shape"),
        (npy(np.zeros(3, dtype=complex)), "npy_dtype"),
        (npy(np.array(["a"])), "npy_dtype"),
        (npy(np.zeros(3, dtype=[("a", "f4"), ("b", "f4")])), "npy_dtype"),
        (npy(np.array([1, None]), allow_pickle=True), "npy_dtype"),
        (npy(np.zeros(3)).replace(b"<f8", b"<f3"), "npy_header"),
        (npy(np.zeros(3)).replace(b"(3,)", b"(-3,)"), "npy_header"),
        (npy(np.zeros(MAX_STEPS + 1, dtype=bool)), "too_many_steps"),
        (npy(np.zeros((1, MAX_INPUTS + 1))), "too_many_inputs"),
        (b"\x93NUMPY" + bytes(MAX_BYTES), "too_many_bytes"),
    ],
)
def test_an_array_that_cannot_be_used_is_refused(data, key):
    assert problem(read_npy, data)[0] == key


def test_a_header_that_promises_ten_million_values_is_refused_unread():
    data = npy(np.zeros(3)).replace(b"(3,), }" + b" " * 11, b"(99999, 1000), }  ")
    assert b"(99999, 1000)" in data
    assert problem(read_npy, data) == ("too_many_values", {"found": 99_999_000, "limit": 5_000_000})
    small = npy(np.zeros(3)).replace(b"(3,), }" + b" " * 4, b"(90000,), }")
    assert problem(read_npy, small)[0] == "npy_bytes"


class Trap:
    def __reduce__(self):
        return pytest.fail, ("the file was unpickled",)


def test_a_pickle_inside_is_never_opened():
    data = npy(np.array([Trap()], dtype=object), allow_pickle=True)
    assert problem(read_npy, data)[0] == "npy_dtype"
    assert problem(read_upload, "a.csv", pickle.dumps(Trap()))[0] == "file_is_pickle"


# ---- text


def test_korean_syllables_are_one_step_each_however_they_are_written():
    for text in ("한글 한", unicodedata.normalize("NFD", "한글 한")):
        sequence = encode_text(text)
        assert sequence.labels == ("한", "글", "␣", "한")
        assert sequence.channels == ("␣", "글", "한")
        assert sequence.x.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("e\u0301x", ("é", "x")),
        ("q\u0323\u0307", ("q\u0323\u0307",)),
        ("a\tb\r\nc\rd", ("a", "⇥", "b", "⏎", "c", "⏎", "d")),
        ("\x00\x1b", ("␀", "␛")),
        ("👩‍👧🇰🇷🇫🇷👍🏽", ("👩‍👧", "🇰🇷", "🇫🇷", "👍🏽")),
        ("नमस्ते", ("न", "म", "स्", "ते")),
    ],
)
def test_what_people_see_as_one_character_is_one_step(text, labels):
    assert encode_text(text).labels == labels


@given(
    st.text(
        st.characters(exclude_characters="␣⏎⇥\r", exclude_categories=["Cc"]) | st.sampled_from(" \n\t"),
        min_size=1,
    )
)
@example("\u0301a")
def test_text_comes_back_from_its_labels(text):
    sequence = encode_text(text, encoding="embedding", size=2)
    back = "".join(sequence.labels).replace("␣", " ").replace("⏎", "\n").replace("⇥", "\t")
    assert unicodedata.normalize("NFC", back) == unicodedata.normalize("NFC", text)


@given(st.text(min_size=1, max_size=50))
def test_one_hot_names_its_symbols(text):
    sequence = encode_text(text)
    assert np.all(sequence.x.sum(axis=1) == 1)
    assert tuple(sequence.channels[i] for i in sequence.x.argmax(axis=1)) == sequence.labels
    assert np.all(sequence.x.any(axis=0))


def test_every_korean_syllable_is_cut_into_its_letters():
    for code in range(0xAC00, 0xD7A4):
        # the standard's own names of the parts: HANGUL CHOSEONG KIYEOK is the letter HANGUL LETTER KIYEOK
        parts = [unicodedata.name(part).split(" ", 2)[2] for part in unicodedata.normalize("NFD", chr(code))]
        wanted = tuple(unicodedata.lookup("HANGUL LETTER " + part) for part in parts)
        assert encode_text(chr(code), "jamo").labels == wanted


def test_what_is_no_syllable_stays_a_character_among_jamo():
    text = "a\u0301 ㅋ 봄\n\U0001f469\u200d\U0001f466 \u1107\u1169\u11b7"
    labels = encode_text(text, "jamo").labels
    assert labels == ("á", "␣", "ㅋ", "␣", *"ㅂㅗㅁ", "⏎", "\U0001f469\u200d\U0001f466", "␣", *"ㅂㅗㅁ")


def test_words_are_cut_at_white_space():
    sequence = encode_text("나는 간다.\n 나는\u3000온다.", unit="words")
    assert sequence.labels == ("나는", "간다.", "나는", "온다.")
    assert sequence.channels == ("간다.", "나는", "온다.")


def test_the_embedding_of_a_symbol_depends_on_nothing_else():
    long = encode_text("the cat and the dog", "words", "embedding", size=8, seed=3)
    alone = encode_text("dog", "words", "embedding", size=8, seed=3)
    assert long.channels == tuple(f"e{i}" for i in range(1, 9))
    np.testing.assert_array_equal(long.x[4], alone.x[0])
    np.testing.assert_array_equal(long.x[0], long.x[3])
    assert not np.array_equal(long.x[0], long.x[1])
    other = [
        encode_text("dog", "words", "embedding", size=8, seed=4),
        encode_text("dog", "words", "embedding", size=9, seed=3),
    ]
    assert all(not np.array_equal(alone.x[0], one.x[0, :8]) for one in other)


def test_embedding_entries_are_uniform_and_written_down_for_good():
    x = encode_text("".join(map(chr, range(0x4E00, 0x4E00 + 500))), encoding="embedding", size=100).x
    assert -1 <= x.min() < -0.999
    assert 0.999 < x.max() <= 1
    assert x.mean() == pytest.approx(0, abs=0.01)
    assert x.std() == pytest.approx(1 / math.sqrt(3), rel=0.01)
    # saved links and models depend on these numbers
    assert encode_text("A", encoding="embedding", size=2).x[0].tolist() == pytest.approx(EMBEDDED_A, abs=1e-6)


EMBEDDED_A = [-0.66831, 0.163737]


@pytest.mark.parametrize(
    ("text", "options", "key"),
    [
        ("", {}, "no_text"),
        (" \n", {"unit": "words"}, "no_text"),
        ("a", {"unit": "letters"}, "unknown_choice"),
        ("a", {"encoding": "one-hot"}, "unknown_choice"),
        ("a", {"encoding": "embedding", "size": 0}, "embedding_size"),
        ("a", {"encoding": "embedding", "size": MAX_INPUTS + 1}, "embedding_size"),
        ("a" * (MAX_STEPS + 1), {}, "too_many_steps"),
        ("a " * (MAX_STEPS + 1), {"unit": "words"}, "too_many_steps"),
        ("a" * 5000, {"encoding": "embedding", "size": 1001}, "too_many_values"),
        ("x" * 300, {"unit": "words"}, "symbol_too_long"),
        ("값" * (MAX_STEPS // 3 + 1), {"unit": "jamo"}, "too_many_steps"),
        ("a" + "\u0301\u0323" * 200, {}, "symbol_too_long"),
        ("가" * MAX_BYTES, {}, "too_many_bytes"),
    ],
)
def test_text_that_cannot_be_encoded_is_refused(text, options, key):
    assert problem(encode_text, text, **options)[0] == key


def test_too_many_symbols_for_one_hot_are_sent_to_the_embedding():
    for text in (
        "".join(map(chr, range(0x4E00, 0x4E00 + 1025))),
        "".join(map(chr, range(0x4E00, 0x4E00 + 60))) * 1500,
    ):
        with pytest.raises(Problem, match="choose the embedding") as caught:
            encode_text(text)
        assert caught.value.key == "too_many_symbols"
        assert encode_text(text, encoding="embedding").steps == len(text)


# ---- uploads


def test_uploads_go_by_the_end_of_their_name():
    assert isinstance(read_upload("C:\\data\\A.CSV", b"a,b\n1,2\n"), Table)
    assert read_upload("dir/a.tsv", b"a\tb\n1\t2\n").name == "a.tsv"
    assert read_upload("x.NPY", npy(np.arange(3))).x.ravel().tolist() == [0, 1, 2]
    assert read_upload("n.txt", b"1 2\n3 4\n").sequence().x.tolist() == [[1, 2], [3, 4]]
    line = read_upload("n.txt", b"0 1 0 1\n")
    assert (line.x.ravel().tolist(), line.name) == ([0, 1, 0, 1], "n.txt")
    assert problem(read_upload, "n.txt", b"It was a dark night, and 3 dogs slept.\nOr so.")[0] == "text_file"
    assert problem(read_upload, "n.txt", b"")[0] == "empty_table"
    kinds = ".csv, .tsv, .txt, .npy"
    assert problem(read_upload, "n.xlsx", b"1") == ("unknown_file_kind", {"name": "n.xlsx", "choices": kinds})
    assert problem(read_upload, "", b"1") == ("unknown_file_kind", {"name": "file", "choices": kinds})


# ---- junk

NUMBERISH = st.text(st.sampled_from("0123456789.,;-+eE \t\n\r\"'_nainf−\x00\ufeffé가"), max_size=60)
JUNK_TEXT = st.text(st.characters(exclude_categories=())) | NUMBERISH
MAGIC = st.sampled_from(
    [b"", b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"\x80\x04", b"\x93NUMPY\x01\x00\x20\x00", b"\xef\xbb\xbf"]
)
JUNK_BYTES = st.builds(bytes.__add__, MAGIC, st.binary() | NUMBERISH.map(str.encode))


def _sequence_or_problem(call, *arguments):
    found, sentence = None, ""
    try:
        found = call(*arguments)
        found = found.sequence() if isinstance(found, Table) else found
    except Problem as refused:
        found, sentence = None, str(refused)
    assert sentence.isprintable()
    if sentence:
        return
    assert isinstance(found, Sequence)
    assert np.isfinite(found.x).all()
    assert min(found.x.shape) >= 1


@settings(deadline=None, max_examples=500)
@given(JUNK_TEXT)
@example("\ud800")
@example("1\x0c2")
def test_any_text_is_read_or_refused(text):
    _sequence_or_problem(parse_numbers, text)
    _sequence_or_problem(read_table, text)
    for unit in UNITS:
        for encoding in ("onehot", "embedding"):
            _sequence_or_problem(encode_text, text, unit, encoding)


@settings(deadline=None, max_examples=500)
@given(JUNK_BYTES, st.text(max_size=5), st.sampled_from([".csv", ".TSV", ".txt", ".npy", ".zip", ""]))
def test_any_bytes_are_read_or_refused(data, stem, suffix):
    _sequence_or_problem(read_upload, stem + suffix, data)


@settings(deadline=None, max_examples=500)
@given(st.data())
def test_a_damaged_array_file_is_read_or_refused(data):
    good = bytearray(npy(np.arange(6.0).reshape(3, 2)))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    _sequence_or_problem(read_npy, bytes(good))


# ---- scaling

X = np.array([[1.0, 5.0, 0.0], [2.0, 5.0, 0.0], [6.0, 5.0, 0.0]])


@pytest.mark.parametrize(
    ("how", "offset", "scale", "first"),
    [
        ("none", (0, 0, 0), (1, 1, 1), [1, 2, 6]),
        (
            "standard",
            (3, 5, 0),
            (math.sqrt(14 / 3), 1, 1),
            [-2 / math.sqrt(14 / 3), -1 / math.sqrt(14 / 3), 3 / math.sqrt(14 / 3)],
        ),
        ("minmax", (3.5, 5, 0), (2.5, 1, 1), [-1, -0.6, 1]),
        ("maxabs", (0, 0, 0), (6, 5, 1), [1 / 6, 2 / 6, 1]),
    ],
)
def test_scalings_are_what_they_say(how, offset, scale, first):
    scaled, scaling = rescale(Sequence(X, ("a", "b", "c"), name="n"), how)
    assert scaling.how == how
    assert scaling.offset == pytest.approx(offset)
    assert scaling.scale == pytest.approx(scale)
    assert scaled.x[:, 0] == pytest.approx(first)
    assert (scaled.labels, scaled.name, scaled.channels) == (("a", "b", "c"), "n", ("x1", "x2", "x3"))


@given(
    npst.arrays(np.float32, npst.array_shapes(min_dims=2, max_dims=2), elements=FLOATS),
    st.sampled_from(["none", "standard", "minmax", "maxabs"]),
)
def test_a_scaling_says_how_to_go_back(x, how):
    scaled, scaling = rescale(Sequence(x), how)
    assert all(scale > 0 for scale in scaling.scale)
    back = scaled.x.astype(float) * scaling.scale + scaling.offset
    largest = np.abs(x.astype(float)).max(axis=0)
    assert np.all(np.abs(back - x) <= 1e-5 * largest + 1e-44)
    if how in ("minmax", "maxabs"):
        assert np.abs(scaled.x).max() <= 1


def test_an_unknown_scaling_is_refused():
    assert problem(rescale, Sequence(X), "log")[0] == "unknown_choice"


def test_a_constant_that_is_no_round_number_does_not_blow_up():
    scaled, scaling = rescale(Sequence(np.full((2999, 1), 0.1)), "standard")
    assert scaling.scale == (1.0,)
    assert not scaled.x.any()


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("[0, 1, 2]", [[0], [1], [2]]),
        ("[[0, 1], [2, 3]]", [[0, 1], [2, 3]]),
        ("[[0, 1],\n [2, 3]]", [[0, 1], [2, 3]]),
        ("(0.5, -1)", [[0.5], [-1]]),
        ("[[0. 1.]\n [2. 3.]]", [[0, 1], [2, 3]]),
    ],
)
def test_numbers_pasted_from_python_are_read(text, x):
    assert parse_numbers(text).x.tolist() == x


@pytest.mark.parametrize("text", ["0,5 0,7", "1 2\n0,5 0,7", "-1,5\t2,5"])
def test_decimal_commas_are_not_read_as_separators(text):
    with pytest.raises(Problem) as caught:
        parse_numbers(text)
    assert caught.value.key == "decimal_comma"


def test_a_column_of_decimal_commas_is_refused_by_name_not_left_out():
    with pytest.raises(Problem) as caught:
        read_table("zeit;wert\n1;0,5\n2;0,7").sequence()
    assert (caught.value.key, caught.value.fields["column"]) == ("decimal_comma", "wert")


# ---- encodings


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp949", "cp949"), ("euc-kr", "cp949")],
)
def test_a_table_is_read_in_the_encoding_it_is_in(encoding, told):
    table = read_table("시각,값\n가,1\n나,2\n".encode(encoding), "a.csv")
    assert (table.columns, table.encoding) == (("시각", "값"), told)
    assert table.sequence(label_column="시각").labels == ("가", "나")


def test_letters_of_cp949_that_euc_kr_has_not_are_read():
    assert read_table("똠,펲\n1,2\n".encode("cp949")).columns == ("똠", "펲")


def test_english_is_utf_8_and_pasted_text_too():
    assert read_table(b"a,b\n1,2\n").encoding == read_table("가,b\n1,2\n").encoding == "utf-8"


def test_a_file_with_the_mark_of_utf_8_is_never_taken_for_another():
    assert problem(read_table, b"\xef\xbb\xbf" + "값,1\n".encode("cp949"))[0] == "wrong_encoding"


def test_bytes_in_no_encoding_are_named_where_reading_ended():
    data = "값,b\n1,2\n".encode("cp949") + b"\xff,3\n"
    assert problem(read_table, data) == ("wrong_encoding", {"name": "table", "line": 3, "byte": 10})


def test_korean_prose_in_cp949_is_text_and_no_table():
    assert problem(read_upload, "a.txt", "오늘은 비가 옵니다".encode("cp949"))[0] == "text_file"


# ---- columns that only rise


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("a,b\n0,5\n1,3\n2,4", "a"),
        ("b,a\n5,0.5\n3,0.75\n4,9", "a"),
        ("t,x\n1,1\n2,2", "t"),
        ("x,time (s)\n1,10\n2,20\n3,30", "time (s)"),
        ("번호,값\n1,2\n2,3\n3,5", "번호"),
        ("a,b\n1,1\n2,4\n3,9", "a"),  # both rise, one of them evenly
        ("a,b\n1,2\n3,4\n5,6", None),  # which of the two?
        ("a,b\n1,2\n2,1", None),  # too short to tell
        ("a\n1\n2\n3", None),  # the only one
        ("time,day\n1,Mon\n2,Tue\n3,Wed", None),  # the only one of numbers
        ("a,b\n0,5\n1,3\n1,4", None),
        ("a,b\n3,5\n2,3\n1,4", None),
        ("a,b\n0,5\n1,3\nx,4", None),
    ],
)
def test_the_column_that_only_rises(text, clock):
    assert read_table(text).clock == clock


@pytest.mark.parametrize(
    ("cells", "is_date"),
    [
        (("2024-01-05", "2024-01-06"), True),
        (("2024-01-05T10:00:00.25Z", "2024-01-05 10:30"), True),
        (("1/31/2024", "2/1/2024"), True),
        (("10:00", "10:05"), True),
        (("2024. 1. 5.", "2024년 1월 5일"), True),
        (("2024-01-05T10:00:00+09:00", "2024-01"), True),
        (("Mon", "Tue"), False),
        (("2024-01-05", ""), False),
        (("2024-01-05", "soon"), False),
        (("192.168.0.1", "192.168.0.2"), False),
        (("1-" * 40, "2024-01-05"), False),
    ],
)
def test_a_column_of_dates(cells, is_date):
    rows = "\n".join(f"{cell};{k}" for k, cell in enumerate(cells))
    assert read_table(f"when;x\n{rows}").dates == ("when" if is_date else None)


def test_labels_of_numbers_keep_their_digits():
    table = read_table("ms,x\n1704067200123,1\n1704067200456,0\n1704067201000,2")
    assert table.sequence(label_column="ms").labels == ("1704067200123", "1704067200456", "1704067201000")
