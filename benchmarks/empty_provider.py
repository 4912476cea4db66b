"""The least that Pulumi's SDK can start: what every native provider in Python pays before it does anything."""

import sys

from pulumi.provider.experimental.provider import Provider
from pulumi.provider.experimental.server import main

main(sys.argv[1:], "0.0.0", Provider())
