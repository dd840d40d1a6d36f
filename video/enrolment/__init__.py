"""Setting many cameras (批量设置) by a CSV file, with a report on every row."""
