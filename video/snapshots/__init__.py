"""Snapshots (抓拍): a picture of each camera every so often, kept as evidence."""
