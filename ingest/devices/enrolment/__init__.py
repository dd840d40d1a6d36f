"""Bulk enrolment (批量登记): a CSV file becomes devices, with a report on every row."""
