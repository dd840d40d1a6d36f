"""The report on an enrolment."""

from typing import Annotated

from pydantic import BaseModel, Field

from ingest.devices.enrolment.problems import RowProblem


class AcceptedRow(BaseModel):
    """A row that became, or would become, a device."""

    row: int
    device_id: Annotated[str, Field(examples=["WL-0001"])]


class EnrolmentReport(BaseModel):
    """What became of every row of a file."""

    encoding: Annotated[str, Field(description="How the file was read.", examples=["gb18030"])]
    ignored_columns: Annotated[
        list[str], Field(description="Headings that mean nothing here.", examples=[["备注"]])
    ]
    dry_run: bool
    all_or_nothing: bool
    applied: Annotated[bool, Field(description="Whether the accepted rows are devices now.")]
    rows: Annotated[int, Field(description="Rows read, empty ones and the headings left out.")]
    accepted: list[AcceptedRow]
    problems: list[RowProblem]


class EnrolmentAnswer(EnrolmentReport):
    """The report, and the credentials of the new devices, shown this once."""

    credentials: Annotated[
        str | None,
        Field(
            description="CSV `device_id,credential`; null when nothing was applied, or when the"
            " request was sent again: rotate for new ones.",
            examples=["device_id,credential\r\nWL-0001,kYm1…\r\n"],
        ),
    ]
