"""The provider's speed against its peers, in one run on one machine; `python -m benchmarks --help`."""
