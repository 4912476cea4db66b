"""The ESA API over HTTP. Nothing in this folder knows of Pulumi."""
