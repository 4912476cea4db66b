"""The smallest provider that the SDK can start: what any native provider in Python costs before it does anything."""

import sys

from pulumi.provider.experimental.provider import Provider
from pulumi.provider.experimental.server import main

main(sys.argv[1:], "0.0.0", Provider())
