"""The search language: reads a search, and holds the rows of a DataFrame against it.

`status:runnable name:train-* age:>6h -prod`: all terms have to hold. The picker speaks the same language in the browser
(`widget/js/search/`), and one table of cases keeps the two together.
"""

from batchnb.jobs.search.parser import parse_query
from batchnb.jobs.search.refusal import QueryError
from batchnb.jobs.search.schema import Schema, make_schema
from batchnb.jobs.search.terms import Query

__all__ = ["Query", "QueryError", "Schema", "make_schema", "parse_query"]
