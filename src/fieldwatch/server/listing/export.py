"""A list as CSV (RFC 4180, UTF-8 with a mark so that spreadsheets see it) and as XLSX: the rows, order and columns that are shown."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator
from typing import Any

from django.http import FileResponse, HttpRequest, StreamingHttpResponse

from fieldwatch.server.listing.cells import flat, harmless
from fieldwatch.server.listing.query import Query, everything

MOST_XLSX = 1_048_575
"""Rows below the heading that a sheet can have (ECMA-376, as spreadsheets implement it)."""


class _Line:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def as_csv(request: HttpRequest, asked: Query) -> StreamingHttpResponse:
    """The list as a download, row by row."""
    answer = StreamingHttpResponse(_lines(asked), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="fieldwatch-{asked.record.plural}.csv"'
    return answer


def _lines(asked: Query) -> Iterator[str]:
    writer: Any = csv.writer(_Line())
    yield "\ufeff" + writer.writerow([harmless(column.name) for column in asked.columns])
    for row in everything(asked):
        yield writer.writerow(values(asked, row))


def values(asked: Query, row: Any) -> list[str | int | float]:
    """The cells of a row."""
    return [flat(column, asked.record.value(column, row)) for column in asked.columns]


def as_xlsx(request: HttpRequest, asked: Query) -> FileResponse:
    """The list as a workbook; it is written to a file first, in constant memory. Text is text there: no cell is a formula or a link."""
    import xlsxwriter

    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    told = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "in_memory": False,
    }
    book = xlsxwriter.Workbook(file, told)
    sheet = book.add_worksheet(asked.record.plural[:31])
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for at, column in enumerate(asked.columns):
        sheet.write_string(0, at, column.name, bold)
    for number, row in enumerate(everything(asked), 1):
        if number > MOST_XLSX:
            break
        for at, value in enumerate(values(asked, row)):
            sheet.write_string(number, at, value[:32767]) if isinstance(value, str) else sheet.write_number(number, at, value)
    book.close()
    file.seek(0)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return FileResponse(file, as_attachment=True, filename=f"fieldwatch-{asked.record.plural}.xlsx", content_type=kind)


__all__ = ["as_csv", "as_xlsx", "values"]
