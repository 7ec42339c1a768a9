"""The picker: jobs as selectable rows in a notebook, with a confirmation, live progress and the result in place."""

from batchnb.widget.frontends import has_front_end
from batchnb.widget.picker import JobPicker

__all__ = ["JobPicker", "has_front_end"]
