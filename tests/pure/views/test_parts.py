"""Views as plain text."""

from pure.views.parts import ViewPart, ViewRow, ViewTable, columns, narrow_lines, plain_lines

TABLE = ViewTable(
    heads=("name", "size", "nothing", "why"),
    rows=(ViewRow(cells=("a", "10 kB", "", "")), ViewRow(cells=("bcd", "1 kB", "", "long\x1b words"), share=0.1)),
    numbers=frozenset({1}),
)


def test_columns_stand_below_each_other_and_empty_ones_are_left_out() -> None:
    lines = list(plain_lines((ViewPart(heading="One", lines=("first",)), ViewPart(heading="Two", table=TABLE))))
    assert lines == [
        "One",
        "  first",
        "",
        "Two",
        "  name   size  why",
        "  a     10 kB",
        "  bcd    1 kB  long<U+001B> words",
    ]
    assert TABLE.filled.numbers == {1}
    assert TABLE.filled.rows[1].share == 0.1


def test_where_there_is_little_room_the_last_column_stands_below() -> None:
    assert list(narrow_lines(TABLE.filled)) == [
        "name   size",
        "a     10 kB",
        "bcd    1 kB",
        "  why: long<U+001B> words",
    ]
    assert columns(TABLE.filled) == (4, 5, 18)


def test_a_table_without_rows_has_no_heads() -> None:
    empty = ViewTable(heads=("name", "why"), rows=())
    assert list(plain_lines((ViewPart(heading="0 layers", table=empty),))) == ["0 layers"]
