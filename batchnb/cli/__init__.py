"""The command `batchnb`."""
