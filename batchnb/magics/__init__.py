"""The magics. The only importer of IPython."""
