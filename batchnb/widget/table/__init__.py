"""The picker's table as binary columns."""
