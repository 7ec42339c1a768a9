"""The documentation: what the pages show is true, and the site that is built of them is whole."""
